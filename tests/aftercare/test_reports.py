"""What a patient tells is kept as it was told; who takes it on and what comes of it is added step by step."""

import pytest
from django.db import DatabaseError, transaction

from aftercare import reports
from aftercare.models import Report, ReportEntry
from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Refused, Stale
from patients.writing import NotUsable
from tests.factories import treatments
from tests.factories.booking import TEN, minutes

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

END = TEN + minutes(70)
TWO_DAYS_ON = END + minutes(48 * 60)


@pytest.fixture
def by_link(mia):
    return Actor.of_link(mia.name, mia.uuid)


@pytest.fixture
def told(first_session, mia, site, by_link):
    """Return what keeps a report of Mia's, two days after her session."""

    def tell(**said):
        known = {"feeling": "worried", "came_by": "link", "by": by_link, "at": TWO_DAYS_ON}
        return reports.tell(mia, session=first_session, site=site, **(known | said))

    return tell


def steps_of(report):
    return [(one.kind, one.version, one.words) for one in report.entries.all()]


def test_a_worry_is_kept_as_it_was_told_and_waits(told, mia, first_session):
    report = told(signs=["rash", "pus"], words=" It itches. ", redness=2, pain=4, about="48h")

    found = Report.objects.get()
    assert (found, found.patient, found.session) == (report, mia, first_session)
    assert (found.urgency, found.signs, found.words) == ("same_day", ["pus", "rash"], "It itches.")
    assert (found.redness, found.pain, found.about, found.is_open) == (2, 4, "48h", True)
    assert steps_of(found) == [("told", 1, "")]
    assert reports.is_open(mia)


def test_fine_is_kept_and_closed_at_once_by_nobody(told, mia):
    report = told(feeling="fine")

    assert (report.urgency, report.outcome, report.closed_at, report.closed_by) == ("none", "fine", TWO_DAYS_ON, None)
    assert not reports.is_open(mia)


def test_fine_with_a_grave_sign_is_not_fine(told):
    assert (told(feeling="fine", signs=["pus"]).urgency, Report.objects.open().count()) == ("same_day", 1)


def test_the_same_sent_again_within_minutes_is_the_same_report(told):
    first = told()

    assert told(at=TWO_DAYS_ON + minutes(5)) == first
    assert told(at=TWO_DAYS_ON + minutes(11)) != first
    assert told(at=TWO_DAYS_ON + minutes(5), signs=["pus"]) != first


def test_a_link_that_never_stops_is_asked_to_call(told, dee):
    for number in range(reports.MOST_A_DAY):
        told(words=str(number))

    with pytest.raises(Refused, match="call us now"):
        told(words="once more")
    assert told(words="once more", came_by="call", by=dee).is_open


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"feeling": "splendid"}, "feeling"),
        ({"signs": ["nonsense"]}, "signs"),
        ({"about": "never"}, "about"),
        ({"redness": 4}, "redness"),
        ({"pain": 11}, "pain"),
        ({"satisfaction": -1}, "satisfaction"),
        ({"words": "x" * 2001}, "words"),
        ({"words": "\x00"}, "words"),
    ],
)
def test_what_cannot_be_is_refused_by_name(told, said, field):
    with pytest.raises(NotUsable) as refused:
        told(**said)

    assert refused.value.refusal.values == {"field": field}
    assert not Report.objects.exists()


def test_one_press_takes_it_on_and_a_second_changes_nothing(told, as_ana):
    report = told()

    reports.acknowledge(report, by=as_ana, at=TWO_DAYS_ON + minutes(3))
    now = reports.acknowledge(report, by=as_ana, at=TWO_DAYS_ON + minutes(4))

    assert (now.acknowledged_by, now.taken_by, now.acknowledged_at) == (as_ana.user,) * 2 + (TWO_DAYS_ON + minutes(3),)
    assert steps_of(now) == [("told", 1, ""), ("acknowledged", 2, "")]
    assert list(Report.objects.waiting()) == []


def test_what_somebody_has_in_hand_is_taken_over_by_name(told, as_ana, ben):
    report = told()
    reports.acknowledge(report, by=as_ana, at=TWO_DAYS_ON)

    with pytest.raises(Refused) as refused:
        reports.acknowledge(report, by=Actor.of(ben), at=TWO_DAYS_ON)
    now = reports.take_over(report, by=Actor.of(ben), at=TWO_DAYS_ON + minutes(9))

    assert refused.value.refusal.title == "Ana Duarte has it in hand"
    assert (now.taken_by, now.acknowledged_by) == (ben, as_ana.user)
    assert [kind for kind, *_rest in steps_of(now)] == ["told", "acknowledged", "taken_over"]


def test_closing_says_what_came_of_it_and_takes_it_on_where_nobody_did(told, mia, as_ana):
    report = told()

    closed = reports.close(
        report, version=1, outcome="advised", words="Cool compress.", by=as_ana, at=TWO_DAYS_ON + minutes(5)
    )

    assert (closed.outcome, closed.outcome_words, closed.closed_by) == ("advised", "Cool compress.", as_ana.user)
    assert (closed.acknowledged_by, closed.is_open, reports.is_open(mia)) == (as_ana.user, False, False)
    assert steps_of(closed)[-1] == ("closed", 2, "Cool compress.")


def test_a_closed_report_takes_nothing_more(told, as_ana):
    report = told(feeling="fine")

    for act in (reports.acknowledge, reports.take_over):
        with pytest.raises(reports.NotOpen):
            act(report, by=as_ana, at=TWO_DAYS_ON)
    with pytest.raises(reports.NotOpen):
        reports.close(report, version=1, outcome="seen", by=as_ana, at=TWO_DAYS_ON)


@pytest.mark.parametrize("outcome", ["", "fine", "reaction", "nonsense"])
def test_a_person_closes_it_with_an_outcome_of_the_list(told, as_ana, outcome):
    with pytest.raises(NotUsable):
        reports.close(told(), version=1, outcome=outcome, by=as_ana, at=TWO_DAYS_ON)


def test_two_who_close_at_once_hear_of_one_another(told, as_ana):
    report = told()
    reports.acknowledge(report, by=as_ana, at=TWO_DAYS_ON)

    with pytest.raises(Stale):
        reports.close(report, version=1, outcome="seen", by=as_ana, at=TWO_DAYS_ON)


def test_a_reaction_written_down_from_it_ends_it(told, first_session, as_ana):
    report = told()
    reaction = treatments.reacted(first_session, by=as_ana)

    ended = reports.became(report, reaction, by=as_ana, at=TWO_DAYS_ON)

    assert (ended.outcome, ended.reaction, ended.is_open) == ("reaction", reaction, False)


def test_whoever_covers_is_written_to_once(told, as_ana):
    report = told()

    first = reports.escalate(report, words="Late.", by=as_ana, at=TWO_DAYS_ON + minutes(60))
    again = reports.escalate(report, words="Late.", by=as_ana, at=TWO_DAYS_ON + minutes(61))

    assert (first.escalated_at, again) == (TWO_DAYS_ON + minutes(60), None)


def test_the_gravest_comes_first_and_of_those_the_one_that_waits_longest(told):
    later = told(words="b")
    soon = told(feeling="not_sure")
    earlier = told(words="a", at=TWO_DAYS_ON - minutes(30))
    emergency = told(signs=["breathing"])

    assert list(Report.objects.open().urgent_first()) == [emergency, earlier, later, soon]


@pytest.mark.parametrize(
    "values", [{"words": "Nothing."}, {"signs": []}, {"urgency": "none"}, {"pain": 0}, {"told_at": TEN}]
)
def test_the_database_keeps_what_was_told(told, values):
    report = told(signs=["pus"], words="It weeps.", pain=5)

    with pytest.raises(DatabaseError, match="what a patient told is never changed"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**values)


def test_the_database_lets_no_report_and_no_step_go(told):
    told()

    for model in (ReportEntry, Report):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportEntry.objects.update(words="Nothing.")


def test_each_step_stands_in_the_trail_without_a_name_of_the_patient(told, as_ana):
    report = told(words="It itches.")
    reports.close(report, version=1, outcome="seen", by=as_ana, at=TWO_DAYS_ON)

    rows = AuditRow.objects.filter(verb__startswith="report.").order_by("pk")
    assert list(rows.values_list("verb", "actor_kind", "actor_name")) == [
        ("report.told", "link", ""),
        ("report.closed", "person", "Ana Duarte"),
    ]
