"""A cream that an answer keeps away goes on the chart only with the reason of somebody who may decide it."""

from datetime import timedelta

import pytest

from booking.models import Override
from clinic.actors import Actor
from clinic.models import Role
from intake import question_sets
from intake.rules import Reply
from patients import health
from stock.models import Product
from tests.factories import clinic as house
from tests.factories import patients as who
from tests.factories import screening as full
from tests.factories import stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import decisions, drafts, sessions

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

METHAEM = {"METHAEM": Reply("yes")}
WHY = "The laboratory ruled it out in May"


@pytest.fixture
def emla(db):
    return stock.cream("EM-01", agents=("lidocaine", "prilocaine"), active_percent="5.0")


@pytest.fixture
def plain(db):
    return stock.cream("LC-01")


@pytest.fixture
def old(db):
    return stock.cream("OLD-01", agents=())


@pytest.fixture
def tip(db):
    return stock.cartridges()


@pytest.fixture
def begun(visit, tip, as_ana):
    """Return a session, begun although somebody answered so: that it goes on at all was decided before."""

    def begin(decider=as_ana, **told):
        full.screened(visit.patient, by=as_ana, at=TEN - timedelta(days=1), **told)
        open_ones = [one.code for one in decisions.matters(visit, on=TEN.date())]
        decisions.decide(visit, dict.fromkeys(open_ones, "Without cream"), on=TEN.date(), by=decider, at=TEN)
        return treatments.started(visit, by=as_ana)

    return begin


def with_(lot, tip, reason=""):
    row = treatments.cream_row(lot, reason=reason)
    return {"creams": (row,), "anaesthetic_is_none": False, "cartridge_lot": tip}


def refused(call):
    with pytest.raises(sessions.DraftRefused) as stopped:
        call()
    return [(one.where, one.refusal.rule, one.refusal.overridable_by) for one in stopped.value.problems]


def test_a_cream_that_an_answer_keeps_away_is_refused_and_nothing_is_saved(begun, emla, tip, as_ana):
    session = begun(**METHAEM)

    found = refused(lambda: treatments.saved(session, by=as_ana, **with_(emla, tip)))

    assert found == [("creams.0.lot", "cream.methaem", "judge_answers")]
    session.refresh_from_db()
    assert (session.version, drafts.of(session).creams) == (1, ())


def test_a_cream_without_them_goes_on_and_asks_for_nothing(begun, plain, tip, as_ana):
    kept = treatments.saved(begun(**METHAEM), by=as_ana, **with_(plain, tip))

    assert (drafts.of(kept).creams[0].lot, sessions.findings(kept)) == (plain, [])


def test_without_such_an_answer_every_cream_goes_on(session, emla, old, tip, as_ana):
    for lot in (emla, old):
        kept = treatments.saved(session, by=as_ana, **with_(lot, tip))
        assert [one.asks_reason for one in sessions.findings(kept) if one.asks_reason] == []
        session = kept


def test_a_reason_lets_it_on_and_is_kept_with_cream_and_answer(begun, emla, tip, ana, as_ana):
    session = begun(**METHAEM)

    kept = treatments.saved(session, by=as_ana, **with_(emla, tip, WHY))

    made = Override.objects.get(rule="cream.methaem")
    told = {name: made.answer[name] for name in ("option", "product", "product_name", "agents")}
    assert (made.appointment, made.agreed_by, made.reason, made.code) == (session.appointment, ana, WHY, "")
    assert told == {
        "option": "yes",
        "product": emla.product.pk,
        "product_name": "Cream of lidocaine and prilocaine 5.0",
        "agents": ["lidocaine", "prilocaine"],
    }
    assert drafts.of(kept).creams[0].reason == WHY
    assert sessions.missing(kept) == []


def test_the_same_reason_saved_again_is_one_decision_and_another_is_another(begun, emla, tip, as_ana):
    kept = treatments.saved(begun(**METHAEM), by=as_ana, **with_(emla, tip, WHY))
    again = treatments.changed(kept, by=as_ana, note="Written on")
    assert Override.objects.filter(rule="cream.methaem").count() == 1

    other = treatments.changed(again, by=as_ana, at=TEN + minutes(65), **with_(emla, tip, "It was somebody else's"))
    assert drafts.of(other).creams[0].reason == "It was somebody else's"


def test_a_reason_that_is_still_being_written_decides_nothing(begun, emla, tip, as_ana):
    session = begun(**METHAEM)
    typed = treatments.draft(session, **with_(emla, tip, "The lab"))

    found = refused(lambda: sessions.save(session, typed, version=1, by=as_ana, at=TEN + minutes(60), decides=False))

    assert found == [("creams.0.lot", "cream.methaem", "judge_answers")]
    assert not Override.objects.filter(rule="cream.methaem").exists()


def test_a_cream_of_which_nobody_knows_needs_a_reason_too(begun, old, tip, as_ana):
    session = begun(**METHAEM)
    assert refused(lambda: treatments.saved(session, by=as_ana, **with_(old, tip))) == [
        ("creams.0.lot", "cream.methaem", "judge_answers")
    ]

    kept = treatments.saved(session, by=as_ana, **with_(old, tip, "The tube says lidocaine"))
    assert sessions.missing(kept) == []


def test_a_cream_said_to_hold_something_else_since_asks_anew(begun, old, tip, as_ana):
    kept = treatments.saved(begun(**METHAEM), by=as_ana, **with_(old, tip, "The tube says lidocaine"))

    Product.objects.filter(pk=old.product.pk).update(agents=["prilocaine"])

    assert [one.where for one in sessions.missing(kept)] == ["creams.0.reason"]


@pytest.mark.parametrize(
    ("told", "stops"),
    [
        (Reply("yes", note="Lidocaine"), {"EM-01", "LC-01", "OLD-01"}),
        (Reply("yes", note="Tetracaine"), {"OLD-01"}),
        (Reply("yes", note="At the dentist's"), {"EM-01", "LC-01", "OLD-01"}),
        (Reply("unsure", note="Tetracaine"), {"EM-01", "LC-01", "OLD-01"}),
        (Reply("no"), set()),
    ],
)
def test_an_allergy_keeps_away_what_it_names(begun, emla, plain, old, tip, as_ana, told, stops):
    session, stopped = begun(ANAES_ALLERGY=told), set()
    for lot in (emla, plain, old):
        try:
            session = treatments.saved(session, by=as_ana, **with_(lot, tip))
        except sessions.DraftRefused:
            stopped.add(lot.number)

    assert stopped == stops


def test_where_the_clinic_lets_only_prescribers_decide_a_practitioner_cannot(begun, emla, tip, as_ana):
    said = {"version": question_sets.current().version, "reason": "Stricter here", "action": "override_doctor"}
    question_sets.change("METHAEM", **said, by=as_ana, at=TEN - timedelta(days=2))
    as_dana = Actor.of(house.user("Dana Prescriber", Role.PRESCRIBER))
    session = begun(decider=as_dana, **METHAEM)

    wanted = with_(emla, tip, WHY)
    assert refused(lambda: treatments.saved(session, by=as_ana, **wanted)) == [
        ("creams.0.lot", "cream.methaem", "prescribe")
    ]
    treatments.saved(session, by=as_dana, **wanted)
    assert Override.objects.get(rule="cream.methaem").agreed_by == as_dana.user


def test_an_answer_given_since_lets_the_cream_stay_and_asks_why_before_the_end(session, emla, tip, mia, as_ana):
    kept = treatments.saved(session, by=as_ana, **with_(emla, tip))
    full.screened(mia, by=as_ana, at=TEN + minutes(61), **METHAEM)

    again = treatments.changed(kept, by=as_ana, at=TEN + minutes(62), note="She remembered")
    assert [one.words for one in sessions.missing(again)] == ["a reason for Cream of lidocaine and prilocaine 5.0"]
    with pytest.raises(sessions.Incomplete):
        sessions.end(again, ended_at=TEN + minutes(70), by=as_ana, at=TEN + minutes(70))

    said = treatments.changed(again, by=as_ana, at=TEN + minutes(63), **with_(emla, tip, "It was on already"))
    assert sessions.missing(said) == []


def test_what_was_signed_is_not_judged_by_what_was_answered_later(session, emla, tip, mia, as_ana):
    over = treatments.signed(session, by=as_ana, **with_(emla, tip))
    full.screened(mia, by=as_ana, at=TEN + timedelta(days=1), **METHAEM)

    assert [one.code for one in sessions.findings(over)] == ["cream"]


def test_a_signed_record_keeps_the_reason(begun, emla, tip, as_ana):
    over = treatments.signed(begun(**METHAEM), by=as_ana, **with_(emla, tip, WHY))

    assert drafts.of(over).creams[0].reason == WHY


def test_what_was_used_is_recorded_as_it_was_beside_its_incident(visit, emla, tip, mia, as_ana):
    full.screened(mia, by=as_ana, at=TEN - timedelta(days=1), **METHAEM)
    treatments.arrived(visit)
    told = {"identity_name": mia.name, "identity_born_on": mia.born_on, "reason": "The network was down"}
    times = {"started_at": TEN, "needling_ended_at": TEN + minutes(30), "at": TEN + timedelta(hours=2)}
    session = sessions.start_afterwards(visit, **told, **times, by=as_ana)

    assert drafts.of(treatments.saved(session, by=as_ana, **with_(emla, tip))).creams[0].lot == emla


def test_letting_a_cream_on_decides_nothing_about_the_session(begun, emla, tip, visit, as_ana):
    treatments.saved(begun(**METHAEM), by=as_ana, **with_(emla, tip, WHY))

    assert {code: one.reason for code, one in decisions.made_for(visit).items()} == {"METHAEM": "Without cream"}


# --- the allergies on the record ----------------------------------------------------------------------------------

ON_RECORD = [("creams.0.lot", "cream.allergy_on_record", "judge_answers")]


@pytest.mark.parametrize(
    ("substance", "stops"),
    [
        ("Lidocaine", {"EM-01", "LC-01", "OLD-01"}),
        ("Benzocaine", {"OLD-01"}),
        ("Local anaesthetics", {"EM-01", "LC-01", "OLD-01"}),
        ("Latex", set()),
    ],
)
def test_an_allergy_on_the_record_keeps_away_what_it_names(
    session, emla, plain, old, tip, mia, as_ana, substance, stops
):
    who.allergy(mia, substance)
    stopped = set()
    for lot in (emla, plain, old):
        try:
            session = treatments.saved(session, by=as_ana, **with_(lot, tip))
        except sessions.DraftRefused:
            stopped.add(lot.number)

    assert stopped == stops


def test_an_allergy_on_the_record_stands_though_the_answer_was_no(begun, emla, tip, mia, as_ana):
    who.allergy(mia, "Lidocaine")
    session = begun(ANAES_ALLERGY=Reply("no"))

    assert refused(lambda: treatments.saved(session, by=as_ana, **with_(emla, tip))) == ON_RECORD


def test_an_allergy_that_was_struck_keeps_nothing_away(session, emla, tip, mia, as_ana):
    noted = who.allergy(mia, "Lidocaine")
    health.strike(noted, version=1, because="It was her sister", by=as_ana, at=TEN)

    assert drafts.of(treatments.saved(session, by=as_ana, **with_(emla, tip))).creams[0].lot == emla


def test_a_reason_passes_an_allergy_on_the_record_and_is_kept_with_it(session, emla, tip, mia, ana, as_ana):
    noted = who.allergy(mia, "Lidocaine", reaction="A rash")

    kept = treatments.saved(session, by=as_ana, **with_(emla, tip, WHY))

    made = Override.objects.get(rule="cream.allergy_on_record")
    assert (made.appointment, made.agreed_by, made.reason, made.code) == (session.appointment, ana, WHY, "")
    assert made.answer == {
        "allergy": str(noted.uuid),
        "note": "Lidocaine",
        "reaction": "A rash",
        "product": emla.product.pk,
        "product_name": "Cream of lidocaine and prilocaine 5.0",
        "agents": ["lidocaine", "prilocaine"],
    }
    assert drafts.of(kept).creams[0].reason == WHY
    assert sessions.missing(kept) == []


@pytest.mark.parametrize("said", [{"substance": "Prilocaine"}, {"reaction": "Could not breathe"}])
def test_an_allergy_that_reads_otherwise_since_asks_anew(session, emla, tip, mia, as_ana, said):
    noted = who.allergy(mia, "Lidocaine", reaction="A rash")
    kept = treatments.saved(session, by=as_ana, **with_(emla, tip, WHY))

    health.change(noted, version=1, by=as_ana, at=TEN + minutes(61), **said)

    assert [one.where for one in sessions.missing(kept)] == ["creams.0.reason"]


def test_one_reason_passes_the_answer_and_the_allergy_alike(begun, emla, tip, mia, as_ana):
    who.allergy(mia, "Lidocaine")

    kept = treatments.saved(begun(ANAES_ALLERGY=Reply("yes", note="Lidocaine")), by=as_ana, **with_(emla, tip, WHY))

    rules = set(Override.objects.filter(rule__startswith="cream.").values_list("rule", flat=True))
    assert rules == {"cream.anaes_allergy", "cream.allergy_on_record"}
    assert sessions.missing(kept) == []


def test_where_only_prescribers_decide_about_the_answer_they_alone_pass_the_allergy(session, emla, tip, mia, as_ana):
    who.allergy(mia, "Lidocaine")
    said = {"version": question_sets.current().version, "reason": "Stricter here", "action": "override_doctor"}
    question_sets.change("ANAES_ALLERGY", **said, by=as_ana, at=TEN - timedelta(days=2))

    found = refused(lambda: treatments.saved(session, by=as_ana, **with_(emla, tip, WHY)))
    assert found == [("creams.0.lot", "cream.allergy_on_record", "prescribe")]

    as_dana = Actor.of(house.user("Dana Prescriber", Role.PRESCRIBER))
    treatments.saved(session, by=as_dana, **with_(emla, tip, WHY))
    assert Override.objects.get(rule="cream.allergy_on_record").agreed_by == as_dana.user
