"""The end, the signature, the sealed record and what is said of it afterwards."""

import pytest
from django.urls import reverse

from aftercare import clinical as aftercare_values
from aftercare.models import Plan
from clinic import guards
from clinic.models import AuditRow
from patients import restrictions
from tests.desk.charting.conftest import tablet_of
from tests.factories import treatments
from tests.factories.booking import TEN, minutes
from treatments import addenda, sessions
from treatments.models import Addendum, Session, ZonePass

OVER = TEN + minutes(70)


@pytest.fixture
def written(session, as_ana, ten, protocol):
    """Mia's session with a full chart; it is ten past eleven."""
    ten.move_to(OVER)
    return treatments.saved(session, by=as_ana, at=TEN + minutes(60))


@pytest.fixture
def protocol(db):
    aftercare_values.load(TEN)


def problems(sheet):
    return [node.text for node in sheet.styled("field-error")]


# --- the end -------------------------------------------------------------------------------------------------


def test_the_end_is_proposed_as_now_and_starts_what_follows(tablet, review, written, mia):
    page = tablet.open(review)
    assert page.value("ended_at") == "11:10"

    page = tablet.press("Treatment ended")

    assert (page.status, page.address) == (200, review)
    assert page.toasts == ["Treatment ended at 11:10. Aftercare has begun."]
    assert Session.objects.get().ended_at == OVER
    assert Plan.objects.get().session == written
    assert restrictions.word_for_desk(mia, on=OVER.date()).text == "Not before 30 Mar"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("09:30", "The end, 09:30, is before the start, 10:00."),
        ("12:00", "The end, 12:00, has not come yet."),
        ("", "Write when the treatment ended."),
    ],
)
def test_an_end_that_cannot_be_is_refused_and_stays_as_typed(tablet, review, written, typed, sentence):
    tablet.open(review)

    page = tablet.press("Treatment ended", {"ended_at": typed})

    assert (page.status, problems(page), page.value("ended_at")) == (422, [sentence], typed)
    assert Session.objects.get().ended_at is None


def test_what_is_missing_is_listed_at_once_and_leads_to_its_place(tablet, review, session, as_ana, ten, chart):
    treatments.saved(session, by=as_ana, at=TEN, erythema=None, zones=(treatments.row("cheek", "1.75"),))
    ten.move_to(OVER)
    page = tablet.open(review)

    page = tablet.press("Treatment ended")

    assert page.status == 422
    assert page.alerts == ["Before the treatment can end the chart still needs: the redness a reason for Cheek"]
    assert page.link("the redness").attrs["href"] == f"{chart}#id_erythema_0"
    assert page.link("a reason for Cheek").attrs["href"] == f"{chart}#zones"
    assert Session.objects.get().ended_at is None


def test_ending_from_the_chart_keeps_the_chart_first(tablet, chart, review, session):
    tablet.open(chart)

    page = tablet.press("End treatment", {"note": "Calm."})

    assert (page.address, Session.objects.get().note) == (review, "Calm.")


def test_the_end_pressed_twice_is_one_end(tablet, review, written):
    tablet.open(review)
    said = tablet.sheet.sent_by(tablet.sheet.button("Treatment ended"))
    tablet.press("Treatment ended")

    page = tablet.post(review, said)

    assert (page.status, page.address, Plan.objects.count()) == (200, review, 1)


# --- the signature -------------------------------------------------------------------------------------------


def test_the_review_shows_everything_that_will_be_sealed(tablet, review, session, as_ana, ten):
    deep = treatments.row("cheek", "1.75", side="left", reasons={"above_evidence": "Deep scars"})
    treatments.saved(session, by=as_ana, at=TEN, zones=(deep,))
    ten.move_to(OVER)

    page = tablet.open(review)

    rows = [[cell.text for cell in row.nodes if cell.tag in ("th", "td")] for row in page.all("tr")[1:]]
    assert rows == [
        ["Cheek, patient's left", "1.75 mm", "3", "Even erythema"],
        ["1.75 mm is above 1.50 mm, beyond which the labels give no evidence. Deep scars"],
    ]
    assert "Name and date of birth confirmed at 10:00" in page.text
    assert "11 questions asked, all answered no" in page.text


def test_a_signed_record_is_sealed_and_says_by_whom(tablet, review, record, written):
    tablet.open(review)
    tablet.press("Treatment ended")

    page = tablet.press("Sign the record")

    sealed = Session.objects.get()
    assert (page.status, page.address) == (200, record)
    assert page.toasts == ["Signed. The record of Mia Okafor is sealed."]
    assert "Signed by Ana Duarte, 2 March 2026, 11:10" in page.text
    assert "The record says what was signed." in page.text
    assert page.styled("digest")[0].text == f"Seal {sealed.seal_digest}"


def test_only_who_did_the_session_is_offered_to_sign(review, written, as_ana, ben):
    sessions.end(written, ended_at=OVER, by=as_ana, at=OVER)
    page = tablet_of(ben).open(review)

    assert "Ana Duarte did this session and signs it." in page.text
    assert [button.words for button in page.all("button") if button.words == "Sign the record"] == []


def test_somebody_elses_signature_is_refused(review, written, as_ana, ben):
    sessions.end(written, ended_at=OVER, by=as_ana, at=OVER)

    page = tablet_of(ben).post(review, [("sign", "1")])

    assert (page.status, Session.objects.get().is_signed) == (422, False)
    assert page.alerts == ["Somebody else signs this. Ana Duarte did this session and signs it."]


def test_nobody_signs_what_they_did_not_read(tablet, review, written, as_ana, ben):
    ended = sessions.end(written, ended_at=OVER, by=as_ana, at=OVER)
    tablet.open(review)
    treatments.changed(ended, by=as_ana, at=OVER, note="Written on another tablet.")

    page = tablet.press("Sign the record")

    assert (page.status, Session.objects.get().is_signed) == (409, False)
    assert "Written on another tablet." in page.text
    assert tablet.press("Sign the record").status == 200
    assert Session.objects.get().is_signed is True


def test_a_treatment_is_not_ended_on_a_chart_that_changed_meanwhile(tablet, review, written, as_ana):
    tablet.open(review)
    treatments.changed(written, by=as_ana, at=OVER, note="Written on another tablet.")

    page = tablet.press("Treatment ended")

    assert (page.status, Session.objects.get().ended_at) == (409, None)
    assert page.alerts == [
        "The chart changed meanwhile The chart was changed while you read it. "
        "Read it as it stands now, then press again."
    ]


def test_after_the_signature_chart_and_review_lead_to_the_record(tablet, chart, review, record, written, as_ana):
    signed(written, as_ana)

    assert [tablet.open(address).address for address in (chart, review)] == [record, record]
    assert tablet.post(chart, [("note", "Other words.")]).address == record
    assert Session.objects.get().note == "Calm throughout."


def signed(written, by):
    return sessions.sign(sessions.end(written, ended_at=OVER, by=by, at=OVER), by=by, at=OVER)


# --- the record ----------------------------------------------------------------------------------------------


def test_a_record_that_was_tampered_with_says_so(tablet, record, written, as_ana):
    signed(written, as_ana)
    with guards.lifted("treatments_zonepass_sealed_update"):
        ZonePass.objects.update(depth_mm="0.50")

    page = tablet.open(record)

    assert "The record no longer says what was signed. Tell the manager before it is used." in page.text


def test_an_addendum_is_added_with_date_and_name(tablet, record, written, as_ana, ana):
    signed(written, as_ana)
    tablet.open(record)

    page = tablet.press("Add to the record", {"reason": "Wrong side", "words": "It was the left cheek."})

    assert (page.status, page.address) == (200, f"{record}#addenda")
    assert "Wrong side Ana Duarte, 2 Mar 2026, 11:10 It was the left cheek." in page.text
    assert Addendum.objects.get().written_by == ana


def test_an_addendum_without_words_is_refused_and_keeps_the_reason(tablet, record, written, as_ana):
    signed(written, as_ana)
    tablet.open(record)

    page = tablet.press("Add to the record", {"reason": "Wrong side"})

    assert (page.status, problems(page), page.value("reason")) == (
        422,
        ["Write what the addendum says."],
        "Wrong side",
    )


def test_an_addendum_posted_twice_is_one(tablet, record, written, as_ana):
    signed(written, as_ana)
    tablet.open(record)
    button = tablet.sheet.button("Add to the record")
    said = tablet.sheet.sent_by(button)
    said = [pair for pair in said if pair[0] not in ("reason", "words")] + [("reason", "Why"), ("words", "What")]
    address = reverse("desk:addendum", args=[written.uuid])

    for _time in range(2):
        page = tablet.post(address, said)

    assert (page.status, Addendum.objects.count()) == (200, 1)


def test_an_addendum_pressed_twice_at_once_is_one(written, as_ana):
    sealed = signed(written, as_ana)

    first, second = (addenda.add(sealed, reason="Why", words="What", by=as_ana, at=OVER) for _press in range(2))

    assert (first, Addendum.objects.count()) == (second, 1)


def test_a_refused_press_that_shows_the_record_is_a_look_on_the_trail(review, written, as_ana, ben):
    other = tablet_of(ben)
    sessions.end(written, ended_at=OVER, by=as_ana, at=OVER)
    other.post(review, [("sign", "1")])
    sessions.sign(written, by=as_ana, at=OVER)
    other.post(reverse("desk:addendum", args=[written.uuid]), [("reason", "")])

    assert AuditRow.objects.filter(verb="read", actor_name="Ben Adeyemi").count() == 2


def test_a_draft_is_shown_as_a_draft(tablet, record, written):
    page = tablet.open(record)

    assert "Ana Duarte still writes this record; last saved 2 Mar, 11:00." in page.text
    assert page.all("textarea") == []


@pytest.mark.parametrize("address", ["chart", "review", "record"])
def test_every_look_is_on_the_trail(request, tablet, written, address, mia):
    before = AuditRow.objects.filter(verb="read", patient_id_text=str(mia.uuid)).count()

    tablet.open(request.getfixturevalue(address))

    assert AuditRow.objects.filter(verb="read", patient_id_text=str(mia.uuid)).count() == before + 1


@pytest.mark.parametrize("who", ["dee", "max_"])
@pytest.mark.parametrize("address", ["chart", "review", "record"])
def test_the_desk_and_the_manager_read_no_records(request, who, written, address):
    page = tablet_of(request.getfixturevalue(who).user).open(request.getfixturevalue(address))

    assert (page.status, "Calm throughout." in page.text) == (403, False)
