"""A manager changes a message, looks at it as it arrives, publishes it, and moves who is under way."""

import pytest
from django.urls import reverse

from aftercare import protocols
from aftercare.models import Plan, Protocol
from clinic import audit, words
from outbox.models import Notice
from tests.desk.protocols.conftest import paper_of
from tests.factories import aftercare, booking, treatments

LIST = reverse("desk:protocols")
STEP = reverse("desk:protocol_step", args=["AFTER_24H"])
LOOK = reverse("desk:protocol_look", args=["AFTER_24H"])
TEXT = words.source("aftercare", "en", "AFTER_24H")
MINE = TEXT.replace("Tight, tingly skin should be easing now.", "Tight skin should feel better now.")


def saved(manager, **typed):
    manager.open(STEP)
    return manager.press("Save in the draft", {"words_en": MINE} | typed)


# --- the list ----------------------------------------------------------------------------------------------


def test_the_list_says_when_each_message_leaves_and_for_whom(manager):
    shown = manager.open(LIST)

    rows = [row.text for row in shown.all("tr")]
    assert any("Check-in 1 Care · AFTER_24H 24 hours after every session 24 hours late EN, ES" in row for row in rows)
    assert any("AFTER_48H" in row and "the first session of a course" in row for row in rows)
    assert any("SERIES_REVIEW_90 90 days after the last" in row for row in rows)
    assert "Version 1 stands." in shown.text


@pytest.mark.parametrize("address", [LIST, STEP, LOOK, reverse("desk:protocol_plans")])
def test_only_who_runs_the_clinic_writes_to_patients(manager, dee, ana, address):
    assert [paper_of(user).open(address).status for user in (dee.user, ana)] == [403, 403]


# --- writing -----------------------------------------------------------------------------------------------


def test_a_change_is_kept_in_a_draft_and_sends_nothing(manager):
    shown = saved(manager)

    assert shown.toasts == ["Saved in the draft. Nothing of it is sent before you publish it."]
    assert "feel better now" in shown.value("words_en")
    assert "Draft of version 2, begun by Max" in manager.open(LIST).text
    assert "feel better now" not in protocols.letters_of(protocols.current().steps.get(code="AFTER_24H"))["en"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (TEXT.replace("{first_name}", "{nickname}"), "{nickname} stands for nothing in this message."),
        (TEXT.replace("[if prp]", "[if tired]"), "The condition “tired” is not known here."),
        (TEXT.replace("{red_flags}", ""), "End with {red_flags} and then {contact}"),
        ("", "Begin with a line “Subject: …”"),
    ],
)
def test_words_that_could_not_be_sent_are_not_saved_and_stay_on_the_page(manager, text, sentence):
    manager.open(STEP)

    shown = manager.press("Save in the draft", {"words_en": text})

    assert (shown.status, shown.value("words_en").strip()) == (422, text.strip())
    assert sentence in shown.alerts[0]
    assert shown.part("id_words_en_error").text.startswith(sentence)
    assert protocols.draft() is None


@pytest.mark.parametrize(
    ("typed", "part", "sentence"),
    [
        ({"offset": "80"}, "id_offset_error", "In hours it leaves after 0 to 72. Later than that, count in days."),
        ({"offset": "soon"}, "id_offset_error", "Enter a whole number."),
        ({"title": ""}, "id_title_error", "This field is required."),
        ({"not_after_hours": "0"}, "id_not_after_hours_error", "Ensure this value is greater than or equal to 1."),
    ],
)
def test_a_time_that_cannot_be_is_said_at_its_field(manager, typed, part, sentence):
    shown = saved(manager, **typed)

    assert (shown.status, shown.part(part).text) == (422, sentence)
    assert "feel better now" in shown.value("words_en")


def test_two_managers_at_once_lose_nothing(manager, max_):
    other = paper_of(max_.user)
    other.open(STEP)
    saved(manager)

    shown = other.press("Save in the draft", {"words_en": MINE.replace("feel better", "be calmer")})

    assert (shown.status, "be calmer" in shown.value("words_en")) == (409, True)
    assert "Somebody wrote in the draft a moment ago." in shown.alerts[0]
    assert other.press("Save in the draft").toasts
    assert "be calmer" in protocols.letters_of(protocols.draft().steps.get(code="AFTER_24H"))["en"]


def test_what_can_be_put_in_is_listed_without_scripts_too(manager):
    shown = manager.open(STEP)

    listed = [node.text for node in shown.all("code")]
    assert {"{first_name}", "{makeup_from}", "{red_flags}", "[if deep]"} <= set(listed)
    assert "{window_best}" not in listed
    assert "{window_best}" in [node.text for node in manager.open(STEP.replace("AFTER_24H", "FOLLOW_28D")).all("code")]


def test_hints_say_how_hard_it_reads_and_how_long_the_subject_is(manager):
    shown = manager.open(STEP)
    assert "Very easy to read: most children of eleven can." in shown.text
    assert "The subject has 24 letters." in shown.text

    long = MINE.replace("One day after your visit", "One whole day and one whole night after your visit to our clinic")
    assert "The subject has 64 letters; many phones show 60." in saved(manager, words_en=long).text


def test_a_message_of_the_clinics_own_is_added_and_taken_out(manager):
    manager.open(LIST)
    manager.follow("Add a message")
    text = "Subject: Six days on\n\n# Six days on\n\nSleep well.\n\n{red_flags}\n\n{contact}\n"

    shown = manager.press("Save in the draft", {"words_en": text, "title": "Sleep", "offset": "6"})

    assert shown.toasts == ["Saved in the draft. Nothing of it is sent before you publish it."]
    assert "OWN_1 6 days after every session" in manager.open(LIST).text
    manager.follow("Sleep")
    assert manager.press("Take it out of the draft").toasts == ["Sleep is out of the draft."]
    assert not protocols.draft().steps.filter(code="OWN_1").exists()


def test_the_first_message_cannot_be_taken_out(manager):
    shown = manager.open(STEP.replace("AFTER_24H", "AFTER_0H"))

    assert "Take this message out" not in shown.text
    manager.post(reverse("desk:protocol_step_remove", args=["AFTER_0H"]), [("revision", "0")])
    assert "The first message leaves at the end of every treatment" in manager.sheet.text


def test_a_message_that_is_not_there_is_not_found(manager):
    assert manager.open(STEP.replace("AFTER_24H", "GOSSIP")).status == 404
    assert manager.open(reverse("desk:protocol", args=["99"])).status == 404
    assert manager.open(reverse("desk:protocol", args=["x"])).status == 404


# --- looking -----------------------------------------------------------------------------------------------


def test_a_look_is_framed_and_can_do_nothing(manager):
    answer = manager.client.get(LOOK)

    policy = answer.headers["Content-Security-Policy"]
    assert [part for part in ("sandbox", "default-src 'none'", "frame-ancestors 'self'") if part not in policy] == []
    assert "script" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in manager.client.get(STEP).headers["Content-Security-Policy"]
    assert "Dear Alex," in answer.content.decode()
    assert "Rowan Skin Clinic" in answer.content.decode()
    frame = manager.open(STEP).all("iframe")[0]
    assert (frame.attrs["sandbox"], frame.attrs["title"]) == ("", "The message as it arrives")


def test_what_is_typed_is_looked_at_before_it_is_saved(manager):
    manager.open(STEP)

    shown = manager.press("Look at it", {"words_en": MINE})

    assert "Tight skin should feel better now." in shown.text
    assert protocols.draft() is None


def test_a_look_at_words_that_cannot_be_sent_says_why(manager):
    manager.open(STEP)

    shown = manager.press("Look at it", {"words_en": MINE.replace("{contact}", "")})

    assert shown.alerts == ["End with {red_flags} and then {contact}, each in a paragraph of its own and once."]


def test_a_look_in_plain_text_in_the_dark_in_spanish_and_for_whom_it_holds(manager):
    text = manager.client.get(LOOK, {"as": "text", "language": "es", "holds": ["deep"]})
    dark = manager.client.get(LOOK, {"scheme": "dark"}).content.decode()
    light = manager.client.get(LOOK, {"scheme": "light"}).content.decode()

    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Esta vez las agujas llegaron más hondo" in " ".join(text.content.decode().split())
    assert ("@media all" in dark, "@media not all" in light) == (True, True)
    assert "prefers-color-scheme: dark" not in dark + light


def test_a_look_for_a_real_past_session_says_what_that_patient_got_and_is_noted(
    manager, mia, microneedling, ana, as_ana
):
    visit = booking.visit(mia, microneedling, ana)
    session = treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)
    manager.open(STEP)

    shown = manager.press("Look at it", {"session": "Mia Okafor, 2 Mar 2026"})

    assert "Dear Mia," in shown.text
    assert audit.reads_of(mia.uuid).get().object_id == str(session.pk)


def test_a_test_goes_to_oneself_alone_with_a_made_up_patient(manager, max_):
    manager.open(STEP)

    shown = manager.press("Send me a test")

    assert shown.toasts == ["On its way to max@rowan.example: EN, ES, with a made-up patient."]
    tests = Notice.objects.filter(owner="protocols")
    assert set(tests.values_list("to_address", "purpose", "patient")) == {("max@rowan.example", "staff", None)}
    assert sorted(tests.values_list("headline", flat=True)) == [
        "Test: One day after your visit",
        "Test: Un día después de su visita",
    ]


# --- publishing --------------------------------------------------------------------------------------------


def test_what_changes_is_shown_and_published_with_who_when_and_why(manager):
    saved(manager)
    shown = manager.open(LIST)
    assert [node.text for node in shown.all("del")] == [
        "Tight, tingly skin should be easing now. A little warmth, redness, swelling or soreness can still be"
    ]

    shown = manager.press("Publish", {"note": "Plainer words."})

    assert shown.toasts == ["Version 2 is published. Sessions that end from now on follow it."]
    assert "Version 2 · stands 2 Mar 2026, 10:00, Max" in shown.text
    assert "Plainer words." in shown.text
    shown = manager.follow("Version 2")
    assert "What differs from version 1" in shown.text
    assert "Tight skin should feel better now." in shown.text


def test_publishing_without_a_reason_is_refused_and_the_draft_stays(manager):
    saved(manager)
    manager.open(LIST)

    shown = manager.press("Publish")

    assert shown.status == 422
    assert shown.part("id_note_error").text.startswith("Write in a few words what changes and why")
    assert protocols.current().version == 1


def test_a_draft_somebody_changed_meanwhile_is_compared_before_it_is_published(manager, max_):
    saved(manager)
    manager.open(LIST)
    saved(paper_of(max_.user), title="Other")

    shown = manager.press("Publish", {"note": "Plainer."})

    assert (shown.status, shown.value("note")) == (409, "Plainer.")
    assert "Somebody wrote in the draft a moment ago." in shown.alerts[0]
    assert manager.press("Publish").toasts


def test_a_draft_is_thrown_away(manager):
    saved(manager)
    manager.open(LIST)

    assert manager.press("Throw it away").toasts == ["The draft is gone. What stands stays as it is."]
    assert Protocol.objects.count() == 1


# --- patients under way ------------------------------------------------------------------------------------


def test_who_is_under_way_is_moved_on_a_press_after_a_look(manager, mia, microneedling, ana, as_ana):
    visit = booking.visit(mia, microneedling, ana)
    aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana), by=as_ana))
    saved(manager)
    manager.open(LIST)
    shown = manager.press("Publish", {"note": "Plainer words."})
    assert "1 plan follows an older version and keeps it." in shown.text

    shown = manager.follow("See what moving them would change")

    assert "Mia Okafor" in shown.text
    assert "Tight skin should feel better now." in shown.text
    assert "feel better" not in Notice.objects.get(kind="AFTER_24H").body_text

    shown = manager.press("Let 1 plan follow version 2")
    assert shown.toasts == ["1 plan follows it now."]
    assert "feel better" in Notice.objects.get(kind="AFTER_24H").body_text
    assert Plan.objects.get().protocol.version == 2
    assert "Every plan follows version 2." in manager.open(reverse("desk:protocol_plans")).text
