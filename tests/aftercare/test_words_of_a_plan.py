"""What the messages of a plan say, as the record stands."""

from datetime import date

import pytest

from aftercare.models import StepWords
from outbox import deliveries
from outbox.models import Notice
from patients import patients
from tests.factories import aftercare, booking, intake, stock, treatments
from tests.factories.aftercare import in_line
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import sessions
from treatments.drafts import SerumRow

END = TEN + minutes(70)


def words_of(kind):
    return Notice.objects.get(kind=kind).body_text


def make_up_line(kind="AFTER_24H"):
    return next(line for line in words_of(kind).splitlines() if "make-up from" in line or "wait with make-up" in line)


@pytest.fixture
def shallow_session(house_values, mia, microneedling, ana, as_ana):
    """Return a session of half a millimetre that has ended and is not signed."""
    visit = booking.visit(mia, microneedling, ana)
    zones = (treatments.row("cheek", "0.50"), treatments.row("forehead", "0.50"))
    return treatments.ended(treatments.started(visit, by=as_ana), by=as_ana, zones=zones)


def test_until_the_record_is_signed_the_latest_permissions_stand(shallow_session, mia, as_ana):
    aftercare.begun(shallow_session)
    before = make_up_line()

    sessions.sign(shallow_session, by=as_ana, at=END + minutes(10))
    tally = in_line(mia, at=END + minutes(10))

    assert before.startswith("- You may wear make-up from Wed 4 March, 11:15, as long as your skin is calm.")
    assert make_up_line().startswith("- You may wear make-up from Tue 3 March, 11:15, as long as your skin is calm.")
    assert tally.reworded >= 2


def test_nobody_is_told_of_deep_needles_who_had_shallow_ones(shallow_session):
    aftercare.begun(shallow_session)

    assert "went deeper" not in words_of("AFTER_0H")


def test_after_deep_work_make_up_waits(first_session):
    aftercare.begun(first_session)

    assert "went deeper" in words_of("AFTER_0H")
    assert make_up_line() == (
        "- Please wait with make-up. You may wear it from Wed 4 March, 11:15, as long as your skin is calm."
    )


def test_deep_work_keeps_its_wording_after_the_signature(first_session, mia, as_ana):
    aftercare.begun(first_session)
    sessions.sign(first_session, by=as_ana, at=END + minutes(10))

    assert in_line(mia, at=END + minutes(10)).changed == 0


def test_a_message_that_left_keeps_the_words_it_left_with(first_session, mia, dee, smtp_server):
    aftercare.begun(first_session)
    deliveries.send_due(clock=lambda: END)
    before = words_of("AFTER_0H")
    patients.edit(mia, version=mia.version, by=dee, at=END, called="Mimi")

    in_line(mia, at=END + minutes(10))

    assert words_of("AFTER_0H") == before
    assert "Dear Mimi," in words_of("AFTER_24H")


def test_the_follow_up_names_the_window_day_by_day(first_session):
    aftercare.begun(first_session)

    words = " ".join(words_of("FOLLOW_28D").split())
    assert "on any day from Mon 30 March to Mon 13 April. The best time is around Mon 6 April." in words


def test_a_language_without_words_is_answered_in_english(house_values, site, microneedling, ana, as_ana):
    somebody = patients.register(
        name="Ioana Pop",
        email="ioana@post.example",
        born_on=date(1990, 1, 1),
        language="ro",
        by=HOUSE,
        at=TEN,
    )
    visit = booking.visit(somebody, microneedling, ana)

    aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana), by=as_ana))

    assert set(Notice.objects.values_list("language", flat=True)) == {"en"}


# --- what is said to this patient alone --------------------------------------------------------------------------


def test_what_the_practitioner_wrote_and_recommended_goes_into_the_first_message_and_no_other(first_session, as_ana):
    said = {"personal_words": "Keep the left cheek cool tonight.", "products": "Gentle cleanser\nMineral SPF 50"}
    treatments.changed(first_session, by=as_ana, at=END, **said)

    aftercare.begun(sessions.Session.objects.get())

    first = Notice.objects.get(kind="AFTER_0H")
    assert "FOR YOU" in first.body_text.upper()
    assert "Ana writes: Keep the left cheek cool tonight." in first.body_text
    assert "Recommended for you: Gentle cleanser; Mineral SPF 50" in first.body_text
    assert first.headline == "After your visit on Mon 2 March"
    assert not any("left cheek" in one.body_text for one in Notice.objects.exclude(kind="AFTER_0H"))


def test_the_care_at_home_of_the_course_goes_along(first_session):
    first_session.course.home_care = "Sunscreen every morning.\nNo {clinic_phone} retinoid."
    first_session.course.save()

    aftercare.begun(first_session)

    line = "Your care at home, as we planned it: Sunscreen every morning. No (clinic_phone) retinoid."
    assert line in words_of("AFTER_0H")


def test_nothing_is_said_where_there_is_nothing_to_say(first_session):
    aftercare.begun(first_session)

    assert "For you" not in words_of("AFTER_0H")


def test_what_is_changed_until_the_signature_is_worded_anew_while_it_waits(first_session, mia, as_ana):
    aftercare.begun(first_session)
    kept = treatments.changed(first_session, by=as_ana, at=END + minutes(5), personal_words="Call me on Friday.")
    sessions.sign(kept, by=as_ana, at=END + minutes(10))

    in_line(mia, at=END + minutes(10))

    assert "Ana writes: Call me on Friday." in words_of("AFTER_0H")


def test_the_words_around_it_are_in_the_language_of_the_letter(first_session, mia, as_ana):
    mia.language = "es"
    mia.save()
    StepWords.objects.filter(step__code="AFTER_0H", language="es").update(
        letter="Subject: Su visita\n\n# Su piel\n\n## Qué esperar\n\nCalma."
    )
    treatments.changed(first_session, by=as_ana, at=END, personal_words="Hielo esta noche.", products="Crema suave")

    aftercare.begun(sessions.Session.objects.get())

    text = words_of("AFTER_0H")
    assert "Ana le escribe: Hielo esta noche." in text
    assert "Productos recomendados para usted: Crema suave" in text


def test_the_serum_on_the_skin_is_named_and_plasma_is_not_among_them(first_session, as_ana):
    lot = stock.serum("HA-0420")
    serums = (SerumRow(lot, "after", None),)
    treatments.changed(first_session, by=as_ana, at=END, serums=serums, serum_is_none=False)

    aftercare.begun(sessions.Session.objects.get())

    assert f"The serum on your skin can stay on ({lot.product.name})" in " ".join(words_of("AFTER_0H").split())


def test_plasma_has_its_line(first_session, mia, as_ana):
    intake.signed(mia, by=as_ana, purpose="prp")
    treatments.changed(first_session, by=as_ana, at=END, adjunct="prp")

    aftercare.begun(sessions.Session.objects.get())

    assert "plasma from your own blood" in words_of("AFTER_0H")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("x" * 501, "Use 500 letters at most."),
        ("Call {clinic_phone}", "Leave out { and }: they stand for something else in a message."),
    ],
)
def test_what_cannot_be_sent_is_not_kept(first_session, as_ana, words, sentence):
    with pytest.raises(sessions.DraftRefused) as refused:
        treatments.changed(first_session, by=as_ana, at=END, personal_words=words)

    assert [(one.where, one.refusal.sentence) for one in refused.value.problems] == [("personal_words", sentence)]
