"""Loading the clinical values: once, completely, and never over what a clinic changed."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from aftercare.clinical import codes
from aftercare.models import Protocol, Step, StepWords
from clinic import clinical, words
from clinic.actors import Actor
from intake import question_sets
from intake.models import ConsentText, Question, QuestionSet
from treatments.models import Concern, FollowUpRule, Zone

pytestmark = pytest.mark.django_db

MODELS = [QuestionSet, Question, ConsentText, Concern, Zone, FollowUpRule, Protocol, Step, StepWords]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def load():
    told = StringIO()
    call_command("load_clinical", stdout=told)
    return told.getvalue()


def everything():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_every_row_of_the_tables_arrives():
    load()

    for model, key, table in [
        (Question, "code", "screening"),
        (Concern, "code", "concern_depth"),
        (Zone, "code", "zone_cap"),
        (FollowUpRule, "key", "follow_up"),
    ]:
        assert sorted(model.objects.values_list(key, flat=True)) == sorted(row[key] for row in clinical.table(table))


def test_a_second_run_adds_nothing():
    load()
    before = everything()

    assert load() == "intake: 0 new\ntreatments: 0 new\naftercare: 0 new\n"
    assert everything() == before


def test_what_the_clinic_edited_stays_as_it_is():
    load()
    Concern.objects.filter(code="acne_scars").update(max_mm=Decimal("2.00"), edited_at=AT)
    Zone.objects.filter(code="cheek").update(max_mm=Decimal("1.50"), edited_at=AT)
    FollowUpRule.objects.filter(key="next_session.earliest_days").update(value="30", edited_at=AT)
    changed = {"words": "Do scars grow?", "reason": "Plainer", "by": Actor.system("test"), "at": AT}
    question_sets.change("KELOID", version=1, **changed)
    Step.objects.filter(code="AFTER_5D").update(offset_days=6, edited_at=AT)
    StepWords.objects.filter(step__code="AFTER_5D").update(letter="Subject: Hello\n\n# Hello")
    edited = everything()

    load()

    assert everything() == edited


def test_better_words_of_the_house_are_its_next_version_and_the_one_before_stays():
    load()
    StepWords.objects.filter(step__code="AFTER_7D", language="es").delete()  # as an older house shipped it

    assert load() == "intake: 0 new\ntreatments: 0 new\naftercare: 43 new\n"
    first, second = Protocol.objects.order_by("version")
    assert (first.is_current, second.is_current, second.follows) == (False, True, first)
    assert (first.steps.count(), StepWords.objects.filter(step__protocol=first).count()) == (14, 27)
    assert set(second.steps.values_list("code", flat=True)) == set(codes())


def test_a_clinic_with_its_own_protocol_keeps_it_current(max_):
    own = Protocol.objects.create(
        name="Ours", version=3, is_current=True, made_by=max_.user, published_by=max_.user, published_at=AT
    )

    load()

    assert Protocol.objects.get(is_current=True) == own
    assert own.steps.count() == 0


def test_steps_stand_at_the_times_of_the_table():
    load()

    assert list(Step.objects.values_list("code", "offset_hours", "offset_days", "not_after_hours", "purpose")) == [
        ("AFTER_0H", 0, None, 24, "care"),
        ("AFTER_24H", 24, None, 24, "care"),
        ("AFTER_48H", 48, None, 24, "care"),
        ("AFTER_72H", 72, None, 168, "care"),
        ("AFTER_5D", None, 5, 168, "care"),
        ("AFTER_7D", None, 7, 168, "care"),
        ("AFTER_21D", None, 21, 168, "care"),
        ("FOLLOW_28D", None, 28, 168, "follow_up"),
        ("FOLLOW_35D", None, 35, 168, "follow_up"),
        ("FOLLOW_42D", None, 42, 168, "follow_up"),
        ("SERIES_REVIEW_30", None, 30, 168, "review"),
        ("SERIES_REVIEW_90", None, 90, 168, "review"),
        ("SERIES_REVIEW_180", None, 180, 168, "review"),
        ("MAINT_DUE", None, 90, 168, "maintenance"),
    ]


def test_a_later_session_of_a_course_is_told_less():
    load()

    assert set(Step.objects.filter(every_session=False).values_list("code", flat=True)) == {"AFTER_48H", "AFTER_5D"}


def test_every_step_carries_a_letter_that_can_be_read():
    load()

    letters = StepWords.objects.select_related("step")
    read = {(row.step.code, row.language): words.parse(row.letter, language=row.language) for row in letters}
    assert {key: letter.subject for key, letter in read.items()} == {
        (code, language): words.load("aftercare", language, code).subject
        for code in codes()
        for language in ("en", "es")
    }


@pytest.mark.parametrize("model", [Question, Concern, Zone, FollowUpRule, Step])
def test_every_row_carries_its_source_and_mark(model):
    load()

    assert set(model.objects.values_list("mark", flat=True)) <= {"seed", "literature", "policy"}


def test_a_zone_cap_says_that_a_clinic_must_confirm_it():
    load()

    assert list(Zone.objects.filter(code="cheek").values_list("mark", "source", "needs_confirming")) == [
        ("literature", "chart 1.0-2.0 thick skin; >1.5 warns", True)
    ]
