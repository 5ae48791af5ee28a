"""An open report of a patient keeps recalls waiting, and whoever covers hears: at once, or when nobody took it on."""

from datetime import timedelta

import pytest

from aftercare.models import Report, ReportEntry
from clinic import belongings
from clinic.actors import Actor
from clinic.models import Device, Purge, Role
from outbox import deliveries
from outbox.models import Notice
from patients.models import Patient
from tests.factories import aftercare
from tests.factories import clinic as house
from tests.factories import patients as people
from tests.factories.booking import TEN
from treatments.models import Reaction, Session
from visits import merging, purging, reports

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

THIRD_DAY = TEN + timedelta(days=3)
MINUTE = timedelta(minutes=1)
FOLLOW_UPS = {"FOLLOW_28D", "FOLLOW_35D", "FOLLOW_42D"}


@pytest.fixture(autouse=True)
def letters(db):
    aftercare.values()


@pytest.fixture
def lead(db):
    return house.user("Vera Lind", Role.PRESCRIBER)


@pytest.fixture
def told(letters, course, mia, site, lead):
    """Return what tells a report of Mia's by her link, on the third day."""
    session = Session.objects.get()

    def tell(**said):
        known = {"feeling": "worried", "came_by": "link", "by": Actor.of_link(mia.name, mia.uuid), "at": THIRD_DAY}
        return reports.tell(mia, session=session, site=site, **(known | said))

    return tell


def planned(prefix="FOLLOW"):
    open_ones = Notice.objects.open().filter(owner="aftercare", kind__startswith=prefix)
    return set(open_ones.values_list("kind", flat=True))


def alerts():
    return Notice.objects.filter(owner="reports").order_by("pk")


def test_a_worry_keeps_recalls_waiting_and_closing_it_lets_them_go_on(told, as_ana):
    before = planned()
    report = told()
    during, care = planned(), planned("AFTER")
    reports.close(report, version=1, outcome="reassured", by=as_ana, at=THIRD_DAY + MINUTE)

    assert (before, during, planned()) == (FOLLOW_UPS, set(), FOLLOW_UPS)
    assert "AFTER_7D" in care
    assert planned("AFTER") == care


def test_only_what_is_still_timely_goes_on(told, as_ana):
    report = told()
    late = TEN + timedelta(days=38)
    reports.close(report, version=1, outcome="seen", by=as_ana, at=late)

    assert planned() == {"FOLLOW_35D", "FOLLOW_42D"}


def test_fine_holds_nothing_and_tells_nobody(told):
    told(feeling="fine")

    assert (planned(), alerts().count()) == (FOLLOW_UPS, 0)


def test_what_is_urgent_is_told_to_the_leads_at_once_without_a_name(told, lead, smtp_server):
    told(words="It weeps.")
    deliveries.send_due(clock=lambda: THIRD_DAY)

    mail = next(one for one in smtp_server.messages if one["To"] == lead.email)
    text = mail.get_body(["plain"]).get_content()
    assert mail["Subject"] == "Please look at one report now"
    assert not any(word in text for word in ("Mia", "weeps", "Lefèvre"))


def test_what_is_not_urgent_is_told_once_nobody_took_it_on_in_time(told, lead):
    report = told(feeling="not_sure")
    seen = [
        alerts().count(),
        reports.escalate(at=THIRD_DAY + 59 * MINUTE),
        reports.escalate(at=THIRD_DAY + 60 * MINUTE),
    ]
    seen += [reports.escalate(at=THIRD_DAY + 61 * MINUTE), alerts().count()]

    assert seen == [0, 0, 1, 0, 1]
    assert list(report.entries.values_list("kind", "written_by")) == [("told", None), ("escalated", None)]


def test_an_urgent_one_that_nobody_takes_on_is_told_a_second_time(told, lead):
    told()
    reports.escalate(at=THIRD_DAY + 60 * MINUTE)

    assert [one.occasion.split(":")[0] for one in alerts()] == ["at-once", "late"]


def test_what_somebody_took_on_escalates_no_more_and_its_mail_stays(told, as_ana, lead):
    report = told()
    reports.acknowledge(report, by=as_ana, at=THIRD_DAY + MINUTE)

    assert reports.escalate(at=THIRD_DAY + 60 * MINUTE) == 0
    assert reports.still_wanted(alerts().get(), at=THIRD_DAY + MINUTE) == "Somebody took it on before."


def test_the_site_says_after_how_many_minutes(told, site, lead):
    site.report_minutes = 10
    site.save()
    told(feeling="not_sure")

    assert reports.escalate(at=THIRD_DAY + 10 * MINUTE) == 1


def test_the_same_sent_twice_tells_the_leads_once(told, lead):
    told()
    told(at=THIRD_DAY + MINUTE)

    assert (Report.objects.count(), alerts().count()) == (1, 1)


def test_a_call_is_graded_by_the_same_list_and_names_who_took_it_down(told, mia, site, dee, lead):
    session = Session.objects.get()
    call = {"feeling": "not_sure", "signs": ["pus"], "by": dee, "at": THIRD_DAY}
    report = reports.log_call(mia, session=session, site=site, **call)

    assert (report.came_by, report.urgency, report.taken_down_by) == ("call", "same_day", dee.user)


@pytest.mark.parametrize(("takes_out", "out_since"), [(True, THIRD_DAY + MINUTE), (False, None)])
def test_a_device_that_failed_is_out_of_use_in_the_same_step(told, site, as_ana, takes_out, out_since):
    report = told()
    said = {"category": "device_malfunction", "grade": 2, "onset_at": THIRD_DAY, "causality": "possible"}
    said |= {"signs": "The needles jam.", "takes_device_out": takes_out}

    reports.react(report, session=report.session, site=site, by=as_ana, at=THIRD_DAY + MINUTE, **said)

    assert Device.objects.get(pk=report.session.device_id).quarantined_at == out_since


def test_a_reaction_is_written_down_from_it_in_one_step(told, mia, site, as_ana):
    report = told()
    said = {"category": "infection_bacterial", "grade": 2, "onset_at": THIRD_DAY, "causality": "possible"}

    reaction = reports.react(
        report, session=report.session, site=site, by=as_ana, at=THIRD_DAY + MINUTE, signs="Pus.", **said
    )

    report.refresh_from_db()
    assert (Reaction.objects.get(), report.reaction, report.outcome) == (reaction, reaction, "reaction")
    assert (report.is_open, planned()) == (False, set())  # the reaction holds them now


def test_what_was_told_moves_with_the_record_and_goes_with_it(told, mia, as_ana, max_):
    report = told()
    reports.acknowledge(report, by=as_ana, at=THIRD_DAY)
    other = people.patient("Mia Okafor")

    merging.merge(other, mia, versions=(other.version, Patient.objects.get(pk=mia.pk).version), by=max_, at=THIRD_DAY)

    report.refresh_from_db()
    assert (report.patient, report.entries.count()) == (other, 2)
    assert {model._meta.label for model in (Report, ReportEntry)} <= {
        model._meta.label for model in belongings.about_a_patient()
    }


def test_a_purge_takes_what_was_told_and_nothing_else_does(told, mia, max_, as_ana):
    told()
    told(words="Once more.", feeling="not_sure")
    over = THIRD_DAY + timedelta(days=12 * 365)
    purging.list_due(at=over)

    purging.carry_out(Purge.objects.get(patient_pk=mia.pk), by=max_, at=over)

    assert (Report.objects.count(), ReportEntry.objects.count()) == (0, 0)
