import pytest
from django.db import IntegrityError, transaction

from booking import overrides
from booking.models import Change, Override
from clinic.models import AuditRow
from tests.factories.booking import HOUSE, SUNDAY, visit


@pytest.fixture
def booked(mia, ana, consultation):
    return visit(mia, consultation, ana)


def record(appointment, agreed_by, by, reason="Her wedding is on Saturday"):
    return overrides.record(
        appointment, rule="restriction.not_before", reason=reason, agreed_by=agreed_by, by=by, at=SUNDAY
    )


def test_an_override_keeps_who_agreed_who_wrote_it_and_why(booked, ana, dee):
    kept = record(booked, ana, dee, reason=" Her wedding is on Saturday ")

    assert list(booked.overrides.all()) == [kept]
    assert (kept.rule, kept.reason) == ("restriction.not_before", "Her wedding is on Saturday")
    assert (kept.agreed_by, kept.recorded_by, kept.at) == (ana, dee.user, SUNDAY)
    row = AuditRow.objects.get(verb="override")
    assert (row.object_id, row.reason, sorted(row.fields)) == (
        str(booked.pk),
        "Her wedding is on Saturday",
        ["agreed_by", "rule"],
    )


def test_an_override_without_a_reason_is_refused(booked, ana, dee):
    with pytest.raises(overrides.ReasonMissing):
        record(booked, ana, dee, reason="  ")

    assert not Override.objects.exists()


def test_the_house_itself_passes_no_rule(booked, ana):
    with pytest.raises(ValueError, match="only a person passes a rule"):
        record(booked, ana, HOUSE)


@pytest.mark.parametrize("spoil", [lambda rows: rows.update(reason="Because"), lambda rows: rows.delete()])
def test_an_override_is_never_altered(booked, ana, dee, spoil):
    record(booked, ana, dee)

    with pytest.raises(IntegrityError), transaction.atomic():
        spoil(Override.objects.all())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows.update(by_name="Somebody else"),
        lambda rows: rows.update(reason="Another"),
        lambda rows: rows.update(after={}),
        lambda rows: rows.delete(),
    ],
    ids=["the name", "the reason", "what it became", "deleted"],
)
def test_the_history_of_a_visit_is_never_told_differently(booked, spoil):
    with pytest.raises(IntegrityError), transaction.atomic():
        spoil(Change.objects.all())


def test_a_line_of_history_is_marked_undone_once(booked):
    Change.objects.update(undone_at=SUNDAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(undone_at=None)
