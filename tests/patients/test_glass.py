"""Breaking the glass: for a reason, for an hour, and looked at by somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from clinic.actors import Actor
from clinic.models import AuditRow
from patients import glass
from patients.models import Glass
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(mia, as_ana):
    return glass.break_(mia, reason="  Reaction \n on the phone ", by=as_ana, at=TEN)


def verbs(mia) -> list[tuple[str, str, str]]:
    rows = AuditRow.objects.filter(patient_id_text=str(mia.uuid), object_kind="patients.glass")
    return list(rows.values_list("verb", "actor_name", "reason"))


def test_it_lets_one_person_read_one_record_for_an_hour(broken, mia, tomasz, ana, ben):
    assert (broken.until, broken.reason) == (TEN + timedelta(hours=1), "Reaction on the phone")
    assert glass.open_for(mia, ana, at=TEN + minutes(59)) == broken
    assert glass.open_for(mia, ana, at=TEN + minutes(60)) is None
    assert glass.open_for(mia, ben, at=TEN) is None
    assert glass.open_for(tomasz, ana, at=TEN) is None


def test_it_stands_in_the_trail_with_the_reason(broken, mia):
    assert verbs(mia) == [("glass.broken", "Ana Duarte", "Reaction on the phone")]


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 251])
def test_without_a_reason_it_does_not_break(mia, as_ana, reason):
    with pytest.raises(glass.NoReason, match="Say in a few words why you need this record now"):
        glass.break_(mia, reason=reason, by=as_ana, at=TEN)

    assert not Glass.objects.exists()


def test_the_database_asks_for_a_reason_too(mia, ana):
    with pytest.raises(IntegrityError, match="glass_broken_for_a_reason"):
        Glass.objects.create(patient=mia, broken_by=ana, broken_at=TEN, until=TEN, reason="")


def test_a_second_blow_within_the_hour_changes_nothing(broken, mia, as_ana):
    assert glass.break_(mia, reason="Again", by=as_ana, at=TEN + minutes(30)) == broken
    assert Glass.objects.get().reason == "Reaction on the phone"


def test_it_is_closed_before_the_hour_is_over(broken, mia, ana, as_ana):
    glass.close(broken, by=as_ana, at=TEN + minutes(10))
    glass.close(broken, by=as_ana, at=TEN + minutes(20))

    assert glass.open_for(mia, ana, at=TEN + minutes(10)) is None
    assert broken.until == TEN + minutes(10)
    assert [verb for verb, *_rest in verbs(mia)] == ["glass.broken", "glass.closed"]


def test_somebody_else_looks_at_it_and_the_first_look_counts(broken, mia, max_, ben):
    glass.review(broken, note=" Fine ", by=max_, at=TEN + minutes(90))
    glass.review(broken, note="Not fine", by=Actor.of(ben), at=TEN + minutes(95))

    assert (broken.reviewed_by, broken.reviewed_at) == (max_.user, TEN + minutes(90))
    assert broken.reviewed_note == "Fine"
    assert verbs(mia)[1:] == [("glass.reviewed", "Max Feld", "Fine")]


def test_nobody_looks_at_what_they_opened_themselves(broken, as_ana):
    with pytest.raises(glass.OwnGlass):
        glass.review(broken, by=as_ana, at=TEN)

    assert Glass.objects.unreviewed().get() == broken
