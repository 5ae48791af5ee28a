from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from patients import restrictions
from patients.models import Restriction
from patients.restrictions import DeskWord
from patients.rules import Stop, hardest, passed_by
from tests.factories.patients import mia, tomasz

NOW = datetime(2026, 2, 18, 15, 0, tzinfo=UTC)
LAST = date(2026, 2, 18)
OPENS, BEST, CLOSES = LAST + timedelta(28), LAST + timedelta(35), LAST + timedelta(42)


def spacing(patient, source="session:1:spacing", **changed):
    says = {
        "service_kinds": ["needling"],
        "not_before": OPENS,
        "best_on": BEST,
        "latest_on": CLOSES,
        "counted_from": LAST,
        "soft_days": 3,
        "words": "The skin needs its rest after the last session.",
    }
    return restrictions.write(patient, source=source, at=NOW, **(says | changed))


def judged(patient, on, kind="needling"):
    return restrictions.judge(patient, service_kind=kind, on=on, at=NOW)


def test_day_20_is_refused_with_the_days_the_reason_and_the_window(db):
    her = mia()
    spacing(her)

    refusal = judged(her, date(2026, 3, 10))

    assert refusal.rule == "restriction.not_before"
    assert refusal.title == "Tuesday 10 March is too soon"
    assert refusal.sentence == (
        "The last session will have been 20 days ago; this course asks for at least 28. "
        "The earliest day is Wednesday 18 March, the best around Wednesday 25 March, "
        "the last Wednesday 1 April."
    )
    assert refusal.earliest == OPENS
    assert refusal.overridable_by == "prescribe"
    assert refusal.values == {
        "asked": date(2026, 3, 10),
        "opens": OPENS,
        "best": BEST,
        "closes": CLOSES,
        "counted_from": LAST,
    }


@pytest.mark.parametrize(("days", "overridable_by"), [(24, "prescribe"), (25, "agree_early"), (27, "agree_early")])
def test_the_last_three_days_before_the_window_may_be_agreed_and_earlier_only_a_prescriber_decides(
    db, days, overridable_by
):
    her = mia()
    spacing(her)

    assert judged(her, LAST + timedelta(days)).overridable_by == overridable_by


@pytest.mark.parametrize("days", [28, 35, 42, 43, 300])
def test_from_day_28_on_nothing_is_refused(db, days):
    her = mia()
    spacing(her)

    assert judged(her, LAST + timedelta(days)) is None


def test_other_kinds_of_visit_and_other_people_are_not_meant(db):
    her, him = mia(), tomasz()
    spacing(her)

    assert judged(her, LAST + timedelta(1), kind="review") is None
    assert judged(him, LAST + timedelta(1)) is None


def test_a_restriction_of_no_kind_means_every_kind(db):
    her = mia()
    spacing(her, service_kinds=[])

    assert judged(her, LAST, kind="review").earliest == OPENS


def test_what_stands_until_it_is_lifted_has_no_day_and_only_a_prescriber_passes_it(db):
    her = mia()
    words = "A practitioner would like to speak with the patient first."
    restrictions.write(her, source="screening:4", service_kinds=["needling"], not_before=None, words=words, at=NOW)
    spacing(her)

    refusal = judged(her, CLOSES)

    assert (refusal.rule, refusal.title) == ("restriction.needs_clinician", "A clinician decides first")
    assert (refusal.sentence, refusal.earliest, refusal.overridable_by) == (words, None, "prescribe")


def test_writing_again_takes_the_place_of_what_was_written(db):
    her = mia()
    spacing(her)
    spacing(her, not_before=OPENS + timedelta(7), best_on=None, latest_on=None, counted_from=None, soft_days=0)

    refusal = judged(her, OPENS)

    assert Restriction.objects.count() == 1
    assert refusal.sentence == (
        "The skin needs its rest after the last session. The earliest day is Wednesday 25 March."
    )


def test_a_lifted_restriction_stops_nothing_until_it_is_written_again(db):
    her = mia()
    spacing(her)

    restrictions.lift("session:1:spacing", at=NOW)
    lifted = judged(her, LAST + timedelta(1))
    spacing(her)

    assert lifted is None
    assert judged(her, LAST + timedelta(1)).earliest == OPENS


def test_a_day_before_the_last_session_says_so(db):
    her = mia()
    spacing(her)

    assert judged(her, LAST - timedelta(1)).sentence.startswith("That is before the last session. The earliest day is")


def test_one_hard_restriction_makes_the_day_hard():
    soft = Stop(not_before=date(2026, 3, 18), soft_days=3)
    hard = Stop(not_before=date(2026, 3, 17))

    assert hardest([soft, hard], date(2026, 3, 16)) == soft
    assert passed_by([soft, hard], date(2026, 3, 16)) == "prescribe"
    assert passed_by([soft, hard], date(2026, 3, 17)) == "agree_early"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "window",
    [
        {"not_before": OPENS, "best_on": CLOSES, "latest_on": BEST},
        {"not_before": OPENS, "best_on": BEST, "latest_on": None},
        {"not_before": None},
    ],
)
def test_the_database_refuses_a_window_that_is_none(window):
    with pytest.raises(IntegrityError), transaction.atomic():
        spacing(mia(), **window)


def test_the_desk_learns_one_of_three_words(db, django_assert_num_queries):
    clear, waiting, held = mia(), tomasz(), mia()
    spacing(waiting)
    spacing(held, source="session:2:spacing")
    restrictions.write(held, source="screening:4", service_kinds=[], not_before=None, words="Ask first.", at=NOW)

    with django_assert_num_queries(1):
        words = restrictions.words_for_desk([clear, waiting, held], on=LAST)

    assert words == {
        clear.pk: DeskWord("clear", "Clear"),
        waiting.pk: DeskWord("not_before", "Not before 18 Mar", OPENS),
        held.pk: DeskWord("needs_clinician", "Needs a clinician"),
    }
    assert restrictions.word_for_desk(waiting, on=OPENS) == DeskWord("clear", "Clear")
