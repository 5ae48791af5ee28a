"""The record: a person in ten seconds, and for the desk never a clinical word."""

from datetime import date

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from intake import letters
from patients import notes, restrictions
from patients import patients as people
from patients.models import ClinicalNote, DeskNote
from tests.factories import intake
from tests.factories import patients as who
from tests.factories.booking import TEN, minutes
from visits import reception

CANARY = "quetzal"
EVERYTHING = ["", "visits", "sessions", "checks", "letters", "consents", "messages", "restrictions", "notes"]


@pytest.fixture
def address(mia):
    return reverse("desk:patient", args=[mia.uuid])


def titles(response) -> list[str]:
    return [entry.title for entry in response.context["story"].entries]


def test_one_of_four_is_done_and_the_page_names_the_window(desk, session, address):
    text = desk.get(address).content.decode()

    assert "Course 1 of 4 done" in text
    assert "The next session is booked for 27 Mar." in text


def test_without_a_booking_the_window_is_offered(desk, session, address, mia, dee):
    visit = mia.appointments.standing().get()
    reception.cancel(visit, version=visit.version, reason="Away", by=dee, at=TEN + minutes(120))

    text = desk.get(address).content.decode()

    assert "Next session between 30 Mar and 13 Apr, best around 6 Apr." in text
    assert f'href="{reverse("desk:book")}?patient={mia.uuid}"' in text


@pytest.mark.parametrize("show", EVERYTHING)
def test_the_desk_gets_no_clinical_word_whatever_it_asks_for(desk, manager, session, address, mia, as_ana, show):
    who.allergy(mia, f"{CANARY} allergy", by=as_ana)
    words = f"{CANARY} is for clinicians"
    restrictions.write(mia, source="check:1", service_kinds=[], not_before=None, words=words, at=TEN)
    intake.letter(mia, by=as_ana, at=TEN + minutes(200), about=words, from_whom=f"Dr {CANARY}")

    for client in (desk, manager):
        response = client.get(address, {"show": show})
        text = response.content.decode().casefold()
        assert response.status_code == 200
        for clinical in (CANARY, "acne", "mm</b>", "cheek", "skin type", "allerg", "health check", "addendum"):
            assert clinical not in text


def test_the_same_page_tells_a_clinician(practice, session, address, mia, as_ana):
    people.edit(mia, version=mia.version, fitzpatrick=5, by=as_ana, at=TEN)
    who.allergy(mia, f"{CANARY} allergy", by=as_ana)

    text = practice.get(address).content.decode()

    for clinical in (f"{CANARY} allergy", f"{CANARY} reaction", "Session 1 of 4, acne scars", "1.50 mm"):
        assert clinical in text


def test_what_a_clinician_reads_is_in_the_trail_and_what_the_desk_sees_is_not(desk, practice, session, address, mia):
    desk.get(address)
    assert not AuditRow.objects.filter(verb="read").exists()

    practice.get(address)

    row = AuditRow.objects.get(verb="read")
    assert (row.actor_name, row.patient_id_text) == ("Ana Duarte", str(mia.uuid))


def test_the_story_runs_backwards_and_tells_messages_together(desk, session, address):
    assert titles(desk.get(address)) == [
        "Microneedling",
        "Microneedling",
        "Consent: Microneedling, version 1",
    ]


def test_a_filter_stands_in_the_address_and_shows_what_the_whole_leaves_out(desk, session, address):
    response = desk.get(address, {"show": "messages"})

    assert {entry.kind for entry in response.context["story"].entries} == {"messages"}
    assert [chip.words for chip in response.context["story"].filters if chip.is_on] == ["Messages"]
    assert "Withdrawn" in response.content.decode()


def test_a_filter_that_the_reader_may_not_use_shows_the_whole(desk, session, address):
    response = desk.get(address, {"show": "sessions"})

    assert [chip.code for chip in response.context["story"].filters] == ["", "visits", "consents", "messages", "notes"]
    assert titles(response)[0] == "Microneedling"


def test_htmx_gets_the_story_alone(desk, session, address):
    response = desk.get(address, {"show": "visits"}, headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<section class="panel" id="story"')


def test_someone_new_has_an_empty_story_and_one_next_step(desk, mia, address):
    text = desk.get(address).content.decode()

    assert "Nothing is booked" in text
    assert "Nothing here yet" in text


def test_a_clinician_starts_the_session_of_today_from_here(practice, mia, ana, microneedling, site, dee, address):
    visit = reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=TEN.replace(day=3, hour=14),
        site=site,
        by=dee,
        at=TEN,
    )

    now = practice.get(address).context["now"]

    assert (now.is_today, now.step_words) == (True, "Start session")
    assert now.step_href == reverse("desk:start", args=[visit.uuid])


def test_an_address_of_nobody_is_not_found(desk, mia):
    assert desk.get("/patients/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_restrictions_are_told_to_clinicians_and_those_of_sessions_where_they_are_asked_for(
    practice, session, address, mia
):
    restrictions.write(mia, source="check:1", service_kinds=[], not_before=None, words="Asks about lupus", at=TEN)

    assert "A clinician decides first" in titles(practice.get(address))
    assert titles(practice.get(address, {"show": "restrictions"})) == ["Not before 30 Mar", "A clinician decides first"]


def test_notes_stand_in_the_story_for_whom_they_are(desk, practice, address, mia, dee, as_ana):
    note = notes.write(DeskNote, mia, words="Has a dog", by=dee, at=TEN)
    notes.write(ClinicalNote, mia, words="Keloid on the shoulder", by=as_ana, at=TEN + minutes(1))
    notes.strike(note, because="Another Mia", by=dee, at=TEN + minutes(2))

    assert titles(desk.get(address, {"show": "notes"})) == ["Desk note"]
    assert titles(practice.get(address, {"show": "notes"})) == ["Clinical note", "Desk note"]
    assert "<s>Has a dog</s>" in desk.get(address).content.decode()


def test_a_doctor_s_letter_stands_in_the_story_of_clinicians_also_once_it_was_struck(
    desk, practice, session, address, mia, as_ana
):
    first = intake.letter(mia, by=as_ana, at=TEN + minutes(200))
    intake.letter(mia, by=as_ana, at=TEN + minutes(201), from_whom="Dr Owen Reed", about="No isotretinoin since May")
    letters.strike(first, because="Another patient's", by=as_ana, at=TEN + minutes(202))

    response = practice.get(address, {"show": "letters"})

    assert titles(response) == ["Letter: Dr Owen Reed, 20 Feb 2026", "Letter: Dr Amira Stein, 20 Feb 2026"]
    told = response.context["story"].entries
    assert [entry.href for entry in told] == [reverse("desk:letters", args=[mia.uuid])] * 2
    assert [(entry.words, entry.note) for entry in told] == [
        ("No isotretinoin since May", ""),
        ("Needling may go on", "Struck by Ana Duarte: Another patient's"),
    ]
    assert titles(practice.get(address))[1:3] == titles(response)  # behind the visit to come
    assert "Dr Owen Reed" not in desk.get(address, {"show": "letters"}).content.decode()


def seen_page_by_page(client, address, **asked: str) -> list[tuple]:
    """Follow the story to its end; return what stood there, and fail where it goes round."""
    seen, before = [], ""
    for _page in range(10):
        story = client.get(address, asked | ({"before": before} if before else {})).context["story"]
        seen += [(entry.at, entry.title, entry.words) for entry in story.entries]
        before = story.earlier
        if not before:
            return seen
    raise AssertionError("the story has no end")


def test_the_pages_of_a_long_story_leave_nothing_out_and_tell_nothing_twice(desk, address, mia, dee):
    moments = [TEN + minutes(number // 3) for number in range(150)]  # three in the same moment, again and again
    for number, at in enumerate(moments):
        notes.write(DeskNote, mia, words=f"Note {number}", by=dee, at=at)

    seen = seen_page_by_page(desk, address, show="notes")

    assert sorted(words for _at, _title, words in seen) == sorted(f"Note {number}" for number in range(150))
    assert [at for at, _title, _words in seen] == sorted(moments, reverse=True)


def test_the_whole_record_stands_on_one_page_for_paper(desk, practice, session, address, mia, dee, as_ana):
    for number in range(70):
        notes.write(DeskNote, mia, words=f"Note {number}", by=dee, at=TEN + minutes(number))
    notes.write(ClinicalNote, mia, words=f"{CANARY} finding", by=as_ana, at=TEN)

    for client, may_read in ((desk, False), (practice, True)):
        text = client.get(address, {"whole": ""}).content.decode()
        assert [f"Note {number}</p>" in text for number in range(70)] == [True] * 70
        assert (f"{CANARY} finding" in text, "Session 1 of 4, acne scars" in text) == (may_read, may_read)
        assert "Printed" in text


def test_what_is_open_before_the_next_session_is_named_to_who_may_know_it(desk, practice, site, address, mia, as_ana):
    def points(client) -> list[tuple[str, bool]]:
        return [(one.words, one.is_open) for one in client.get(address).context["to_do"]]

    people.edit(mia, version=1, born_on=date(2010, 1, 1), by=as_ana, at=TEN)
    assert points(desk) == [("Too young for a session", True), ("No consent yet", True)]
    assert points(practice) == [*points(desk), ("Ask about allergies", True)]

    people.edit(mia, version=2, no_known_allergies=True, born_on=date(1994, 5, 21), by=as_ana, at=TEN)
    assert points(practice) == [("No consent yet", True)]


def test_a_consent_that_stands_is_ticked(desk, session, address):
    assert [(one.words, one.is_open) for one in desk.get(address).context["to_do"]] == [("Consent current", False)]


def test_how_to_reach_her_is_told_with_whom_to_call(desk, address, mia, dee):
    people.edit(
        mia,
        version=1,
        address="1 Mill Lane\nLeeds",
        country="United Kingdom",
        emergency_name="Ada Okafor",
        emergency_relation="mother",
        emergency_phone="0113 496 0301",
        by=dee,
        at=TEN,
    )

    assert desk.get(address).context["reach"][:3] == [
        ("Address", "1 Mill Lane\nLeeds\nUnited Kingdom"),
        ("Language", "English"),
        ("In an emergency", "Ada Okafor, mother\n0113 496 0301"),
    ]


def test_somebody_who_has_died_is_known_so_on_every_page(desk, practice, address, mia, dee):
    people.edit(mia, version=1, died_on=date(2026, 3, 1), by=dee, at=TEN)

    for client in (desk, practice):
        assert ("none", "Died 1 March 2026") in client.get(address).context["banner"].alerts


def test_allergies_stand_beside_a_visit_for_clinicians_alone(
    desk, practice, mia, ana, review, site, dee, as_ana, address
):
    who.allergy(mia, f"{CANARY} allergy", by=as_ana)
    visit = reception.book(
        patient=mia, service=review, practitioner=ana, starts_at=TEN.replace(day=4), site=site, by=dee, at=TEN
    )
    pages = [reverse("desk:appointment", args=[visit.uuid]), f"{reverse('desk:book')}?patient={mia.uuid}"]
    pages.append(f"{reverse('desk:series')}?patient={mia.uuid}")

    for page in pages:
        assert f"{CANARY} allergy" in practice.get(page).content.decode(), page
        assert CANARY not in desk.get(page).content.decode(), page


@pytest.mark.parametrize("before", ["yesterday", "2026-03-02", "2026-03-02T10:00:00", "\x00"])
def test_a_page_that_no_story_has_is_the_latest(desk, session, address, before):
    assert titles(desk.get(address, {"before": before})) == titles(desk.get(address))


@pytest.mark.parametrize("count", [1, 3, 100])
@pytest.mark.parametrize(("who_reads", "queries"), [("desk", 26), ("practice", 46)])
def test_the_record_costs_the_same_with_one_entry_of_a_kind_with_three_and_with_a_hundred(
    request, session, address, mia, ana, site, dee, as_ana, review, who_reads, queries, count, django_assert_num_queries
):
    for number in range(count):
        for kind in notes.kinds_for(as_ana):
            notes.write(kind, mia, words=f"Note {number}", by=as_ana, at=TEN + minutes(number))
        restrictions.write(
            mia,
            source=f"check:{number}",
            service_kinds=[],
            not_before=None,
            words="Asks first",
            at=TEN + minutes(number),
        )
    for number in range(min(count, 3)):
        intake.letter(mia, by=as_ana, at=TEN + minutes(200 + number))
    client = request.getfixturevalue(who_reads)

    with django_assert_num_queries(queries):
        client.get(address)
