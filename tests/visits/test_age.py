"""Somebody too young for a session: a prescriber decides for one visit, once a guardian stands in the record."""

from datetime import date, timedelta

import pytest

from clinic.actors import Actor
from clinic.models import Device, Role, RoleGrant
from clinic.refusals import Refused
from patients import patients
from patients.rules import years_after
from tests.factories import patients as who
from tests.factories import treatments as chart
from tests.factories.booking import SUNDAY, TEN
from treatments import gates
from visits import judging, reception

EIGHTEEN = date(2027, 6, 14)
GUARDIAN = {"guardian_name": "Ada Bell", "guardian_relation": "mother", "guardian_phone": "0113 496 0301"}


@pytest.fixture(autouse=True)
def clinical_values(db):
    chart.values()


@pytest.fixture
def lucy(db):
    """Lucy is sixteen; her mother stands in the record."""
    return who.patient("Lucy Bell", born_on=date(2009, 6, 14), **GUARDIAN)


@pytest.fixture
def alone(db):
    """Rob is sixteen, and nobody is written down for him."""
    return who.patient("Rob Lane", born_on=date(2009, 6, 14))


@pytest.fixture
def wish(ana, site, microneedling):
    return {"service": microneedling, "practitioner": ana, "starts_at": TEN, "site": site}


@pytest.fixture
def as_prescriber(ana):
    """Ana, who prescribes too."""
    RoleGrant.objects.create(user=ana, role=Role.PRESCRIBER)
    return Actor.of(ana)


def stopped_by(act) -> tuple[str, date | None, str]:
    with pytest.raises(Refused) as refused:
        act()
    refusal = refused.value.refusal
    return refusal.rule, refusal.earliest, refusal.overridable_by


@pytest.mark.parametrize(
    ("born_on", "years", "day"),
    [
        (date(2009, 6, 14), 18, date(2027, 6, 14)),
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2008, 2, 29), 20, date(2028, 2, 29)),
    ],
)
def test_the_birthday_of_an_age(born_on, years, day):
    assert years_after(born_on, years) == day


def test_it_turns_on_the_birthday_and_on_the_site_s_own_age(lucy, site):
    eve = EIGHTEEN - timedelta(days=1)
    assert gates.age_refusal(lucy, site=site, on=eve).rule == "age.too_young"
    assert gates.age_refusal(lucy, site=site, on=EIGHTEEN) is None

    site.minimum_age = 16
    assert gates.age_refusal(lucy, site=site, on=TEN.date()) is None


def test_between_eighteen_and_the_site_s_own_age_nobody_needs_a_guardian(alone, site):
    site.minimum_age = 21

    grown, young = (gates.age_refusal(alone, site=site, on=day) for day in (EIGHTEEN, EIGHTEEN - timedelta(days=1)))
    assert (grown.rule, grown.overridable_by, young.rule) == ("age.too_young", "prescribe", "age.no_guardian")
    assert grown.sentence == (
        "Sessions begin at 21 years, here on 14 June 2030. Before that a prescriber decides, for this visit only."
    )


def test_an_age_that_nobody_knows_stops_no_booking(site):
    assert gates.age_refusal(who.patient(), site=site, on=TEN.date()) is None


def test_the_desk_is_told_when_it_becomes_possible_and_who_decides_before(wish, lucy, dee):
    book = {"patient": lucy, "agreed_reason": "Her mother insists", "by": dee, "at": SUNDAY}

    assert stopped_by(lambda: reception.book(**wish, **book)) == ("age.too_young", EIGHTEEN, "prescribe")


def test_without_a_guardian_nobody_decides(wish, alone, as_prescriber):
    book = {"patient": alone, "agreed_reason": "Deep scars", "by": as_prescriber, "at": SUNDAY}

    assert stopped_by(lambda: reception.book(**wish, **book)) == ("age.no_guardian", EIGHTEEN, "")

    patients.edit(alone, version=1, **GUARDIAN, by=as_prescriber, at=SUNDAY)
    assert reception.book(**wish, **book).overrides.get().rule == "age.too_young"


def test_a_consultation_has_no_age(wish, lucy, dee, consultation):
    assert reception.book(**wish | {"service": consultation}, patient=lucy, by=dee, at=SUNDAY).pk


def test_somebody_new_is_not_entered_with_a_visit_they_are_too_young_for(wish, dee):
    book = {"name": "Tim Bell", "phone": "0113 496 0302", "born_on": date(2010, 1, 1), "by": dee, "at": SUNDAY}

    assert stopped_by(lambda: reception.book_new(**wish, **book))[0] == "age.no_guardian"
    assert not patients.Patient.objects.exists()


def test_what_a_prescriber_decided_holds_for_this_visit_only(wish, lucy, dee, as_prescriber, site):
    visit = reception.book(**wish, patient=lucy, agreed_reason="Deep scars", by=as_prescriber, at=SUNDAY)
    later = TEN + timedelta(days=60)

    assert gates.visit_age_refusal(visit, on=TEN.date()) is None
    moved = reception.move(visit, starts_at=TEN + timedelta(days=1), version=visit.version, by=dee, at=SUNDAY)
    assert gates.visit_age_refusal(moved, on=TEN.date()) is None
    assert [one.rule for one in judging.stops(lucy, service=visit.service, site=site, on=later.date(), at=SUNDAY)] == [
        "age.too_young"
    ]


def test_the_decision_falls_with_the_right_to_make_it(wish, lucy, as_prescriber):
    visit = reception.book(**wish, patient=lucy, agreed_reason="Deep scars", by=as_prescriber, at=SUNDAY)
    RoleGrant.objects.filter(user=as_prescriber.user, role=Role.PRESCRIBER).delete()

    assert gates.visit_age_refusal(visit, on=TEN.date()).rule == "age.too_young"


def test_a_visit_booked_for_after_the_birthday_is_not_moved_before_it(wish, lucy, dee):
    microneedling = wish["service"]
    microneedling.maximum_advance_days = 1000
    microneedling.save()
    Device.objects.update(service_due_on=(TEN + timedelta(days=1000)).date())
    day = TEN + timedelta(days=7 * 68)
    visit = reception.book(**wish | {"starts_at": day}, patient=lucy, by=dee, at=SUNDAY)

    move = {"starts_at": TEN, "version": visit.version, "by": dee, "at": SUNDAY}
    assert stopped_by(lambda: reception.move(visit, **move))[0] == "age.too_young"


def test_start_lets_pass_what_a_prescriber_decided(wish, lucy, as_prescriber):
    visit = reception.book(**wish, patient=lucy, agreed_reason="Deep scars", by=as_prescriber, at=SUNDAY)

    assert gates.foreseen(chart.arrived(visit), at=TEN).rule != "age.too_young"


def test_start_asks_for_the_age_that_counts_on_the_day(wish, lucy, dee, site):
    site.minimum_age = 16
    site.save()
    visit = reception.book(**wish, patient=lucy, by=dee, at=SUNDAY)
    site.minimum_age = 18
    site.save()

    here = chart.arrived(visit)
    assert gates.foreseen(type(here).objects.get(pk=here.pk), at=TEN).rule == "age.too_young"
