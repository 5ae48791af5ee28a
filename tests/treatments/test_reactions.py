"""Adverse reactions: written down, followed up, closed and struck, with every step kept and nothing deleted."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.timezone import localdate

from clinic.actors import Actor
from clinic.models import AuditRow, Role
from clinic.refusals import Refused, Stale
from tests.factories import clinic as house
from tests.factories import patients as people
from tests.factories import stock, treatments
from tests.factories.booking import TEN, minutes
from tests.factories.treatments import reacted
from treatments import reactions
from treatments.models import Reaction, ReactionEntry

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

LATER = TEN + timedelta(days=4)


@pytest.fixture
def session(session, as_ana):
    return treatments.signed(session, by=as_ana)


@pytest.fixture
def reaction(session, as_ana):
    return reacted(session, by=as_ana)


def refused(call):
    with pytest.raises(Refused) as error:
        call()
    return error.value.refusal.values.get("field"), error.value.refusal.sentence


def test_what_is_said_stands_with_the_session_it_followed(reaction, session, mia, ana):
    kept = Reaction.objects.get()

    assert (kept.patient, kept.session, kept.recorded_by) == (mia, session, ana)
    assert (kept.category, kept.grade, kept.zone_codes) == ("prolonged_erythema", 2, ["cheek"])
    assert (kept.outcome, kept.is_serious, kept.closed_at, kept.alerted_at) == ("open", False, None, None)
    assert [entry.kind for entry in kept.entries.all()] == ["reported"]
    assert list(AuditRow.objects.filter(object_kind="treatments.reaction").values_list("verb", flat=True)) == [
        "reaction.reported"
    ]


def test_lots_and_device_are_those_of_the_session(visit, as_ana):
    gel, cream = stock.serum(), stock.cream()
    session = treatments.signed(
        treatments.started(visit, by=as_ana),
        by=as_ana,
        serums=(treatments.serum_row(gel),),
        serum_is_none=False,
        creams=(treatments.cream_row(cream),),
        anaesthetic_is_none=False,
    )

    assert reactions.lots(reacted(session, by=as_ana)) == [session.cartridge.lot, cream, gel]


def test_without_a_session_it_says_why(mia, as_ana):
    assert refused(lambda: reacted(None, patient=mia, by=as_ana)) == (
        "no_session_because",
        "Choose the session that it followed, or say why there is none here.",
    )
    kept = reacted(None, patient=mia, by=as_ana, no_session_because="Treated elsewhere")
    assert (kept.session, kept.no_session_because, reactions.lots(kept)) == (None, "Treated elsewhere", [])


def test_a_session_of_somebody_else_is_none_of_theirs(session, tomasz, as_ana):
    field, _sentence = refused(lambda: reacted(session, patient=tomasz, by=as_ana))

    assert field == "session"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"grade": 0}, "grade"),
        ({"grade": 6}, "grade"),
        ({"category": "hiccups"}, "category"),
        ({"signs": "  "}, "signs"),
        ({"signs": "a" * 4001}, "signs"),
        ({"causality": ""}, "causality"),
        ({"outcome": "resolved"}, "outcome"),
        ({"onset_at": LATER + minutes(1)}, "onset_at"),
        ({"onset_at": TEN - minutes(1)}, "onset_at"),
        ({"affected": "staff"}, "affected"),
    ],
)
def test_what_cannot_be_so_is_refused_at_its_field(session, as_ana, said, field):
    assert refused(lambda: reacted(session, by=as_ana, at=LATER, **said))[0] == field
    assert Reaction.objects.count() == 0


def test_a_needlestick_of_the_house_is_told_with_the_session_and_keeps_nobody_away(session, mia, as_ana):
    stuck = reacted(session, by=as_ana, category="sharps_bbv_exposure", affected="staff", grade=3)

    assert stuck.affected == "staff"
    assert not reactions.holding(mia)
    field, _sentence = refused(lambda: reactions.follow(stuck, version=1, category="vasovagal", by=as_ana, at=LATER))
    assert field == "affected"


def test_grade_four_is_serious_whatever_is_ticked(session, as_ana):
    grave = reacted(session, by=as_ana, grade=4, is_serious=False)

    assert grave.is_serious
    assert refused(lambda: reactions.follow(grave, version=1, is_serious=False, by=as_ana, at=LATER))[0] == "is_serious"
    milder = reactions.follow(grave, version=1, is_serious=False, grade=2, by=as_ana, at=LATER)
    assert not milder.is_serious


def test_a_follow_up_keeps_what_it_was_and_what_it_became(reaction, ana, as_ana):
    now = reactions.follow(reaction, version=1, grade=1, outcome="resolving", words="Much paler.", by=as_ana, at=LATER)

    assert (now.grade, now.outcome, now.version) == (1, "resolving", 2)
    step = now.entries.last()
    assert (step.kind, step.words, step.version, step.written_by) == ("followed", "Much paler.", 2, ana)
    assert step.changes == [
        {"field": "grade", "was": "2", "became": "1"},
        {"field": "outcome", "was": "open", "became": "resolving"},
    ]


def test_words_alone_are_a_step_and_nothing_at_all_is_none(reaction, as_ana):
    reactions.follow(reaction, version=1, words="She called: no change.", by=as_ana, at=LATER)

    assert refused(lambda: reactions.follow(reaction, version=2, grade=2, by=as_ana, at=LATER))[0] == "words"
    assert ReactionEntry.objects.count() == 2


def test_what_somebody_else_changed_beside_it_stands(reaction, as_ana):
    reactions.follow(reaction, version=1, causality="related", by=as_ana, at=LATER)

    now = reactions.follow(reaction, version=1, causality="possible", grade=1, by=as_ana, at=LATER)

    assert (now.causality, now.grade) == ("related", 1)


def test_what_both_changed_is_said(reaction, as_ana):
    reactions.follow(reaction, version=1, grade=3, by=as_ana, at=LATER)

    with pytest.raises(Stale) as stale:
        reactions.follow(reaction, version=1, grade=1, by=as_ana, at=LATER)
    assert stale.value.changed == {"grade": (3, 1)}


def test_it_is_closed_with_what_became_of_it(reaction, ana, as_ana):
    assert refused(lambda: reactions.close(reaction, version=1, outcome="open", words="x", by=as_ana, at=LATER))[0] == (
        "outcome"
    )
    assert refused(lambda: reactions.close(reaction, version=1, outcome="resolved", words=" ", by=as_ana, at=LATER))[
        0
    ] == ("words")

    closed = reactions.close(reaction, version=1, outcome="resolved", words="Gone.", by=as_ana, at=LATER)

    assert (closed.outcome, closed.closed_by, closed.closed_at, closed.is_open) == ("resolved", ana, LATER, False)
    with pytest.raises(reactions.NotOpen):
        reactions.follow(reaction, version=2, words="Back.", by=as_ana, at=LATER)
    with pytest.raises(reactions.NotOpen):
        reactions.close(reaction, version=2, outcome="resolved", words="Gone.", by=as_ana, at=LATER)


def test_nobody_closes_what_changed_since_it_was_read(reaction, as_ana):
    reactions.follow(reaction, version=1, grade=3, by=as_ana, at=LATER)

    with pytest.raises(Stale):
        reactions.close(reaction, version=1, outcome="resolved", words="Gone.", by=as_ana, at=LATER)


def test_the_report_to_an_authority_is_kept_after_the_end_too(reaction, as_ana):
    reactions.close(reaction, version=1, outcome="sequelae", words="A mark stays.", by=as_ana, at=LATER)
    told = {"reported_to": "mhra", "reference": "YC-20260306-1", "by": as_ana, "at": LATER}
    early, late = localdate(TEN) - timedelta(days=1), localdate(LATER) + timedelta(days=1)
    for day in (early, late):
        assert refused(lambda day=day: reactions.told_authority(reaction, reported_on=day, **told))[0] == "reported_on"

    now = reactions.told_authority(reaction, reported_on=localdate(LATER), **told)

    assert (now.is_reportable, now.reported_to, now.report_reference) == (True, "mhra", "YC-20260306-1")
    assert now.entries.last().kind == "to_authority"


def test_what_was_entered_in_error_is_struck_with_a_reason_and_stays(reaction, mia, ana, as_ana):
    assert refused(lambda: reactions.strike(reaction, because=" ", by=as_ana, at=LATER))[0] == "struck_because"

    struck = reactions.strike(reaction, because="Wrong patient", by=as_ana, at=LATER)

    assert (struck.struck_by, struck.struck_because) == (ana, "Wrong patient")
    assert (Reaction.objects.count(), Reaction.objects.standing().count(), reactions.holding(mia)) == (1, 0, False)
    with pytest.raises(reactions.NotOpen):
        reactions.strike(reaction, because="Again", by=as_ana, at=LATER)


def test_a_grave_one_waits_for_a_lead_and_again_when_it_grows_worse(session, as_ana):
    lead = Actor.of(house.user("Priya Nair", Role.PRESCRIBER))
    grave = reacted(session, by=as_ana, grade=3)
    assert list(Reaction.objects.to_look_at()) == [grave]
    with pytest.raises(Refused):
        reactions.look(grave, words="Seen.", by=as_ana, at=LATER)

    reactions.look(grave, words="Seen; cooled.", by=lead, at=LATER)
    assert list(Reaction.objects.to_look_at()) == []
    with pytest.raises(Refused):
        reactions.look(grave, words="Again.", by=lead, at=LATER)

    reactions.follow(grave, version=2, grade=4, by=as_ana, at=LATER)
    assert list(Reaction.objects.to_look_at()) == [grave]


def test_the_leads_are_those_who_look_at_incidents_and_read_records(ana, ben, max_, dee):
    assert reactions.leads() == [ana, ben]  # nobody leads and reads: whoever treats hears of it

    lead = house.user("Priya Nair", Role.PRESCRIBER)

    assert reactions.leads() == [lead]
    assert [reactions.may_look(Actor.of(one)) for one in (ana, max_.user, dee.user, lead)] == [
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM treatments_reaction", "a reaction is struck, not deleted"),
        ("UPDATE treatments_reactionentry SET words = 'x'", "is never changed"),
        ("DELETE FROM treatments_reactionentry", "is never changed"),
        ("UPDATE treatments_reaction SET grade = 1", "stays as it was struck"),
    ],
)
def test_the_database_keeps_what_was_written(reaction, as_ana, sql, words):
    reactions.strike(reaction, because="Wrong patient", by=as_ana, at=LATER)

    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert words in str(error.value)


def test_an_open_one_may_still_be_written(reaction):
    assert Reaction.objects.update(grade=1) == 1  # the control of the test above


def test_nobody_has_a_reaction_of_another(reaction, mia):
    zoe = people.zoe()

    assert (reactions.holding(mia), reactions.holding(zoe)) == (True, False)
