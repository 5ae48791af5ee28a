"""The card that Mia leaves with after the first session, Monday 2 March."""

import re
from datetime import timedelta

import pytest

from aftercare import leaving
from outbox.models import Notice
from patients import patients
from tests.factories import aftercare, booking
from tests.factories.booking import HOUSE, TEN, minutes

END = TEN + minutes(70)


def card_of(session, *, at=END):
    return leaving.card(session, at=at)


def rows(card):
    return dict(pair for section in card.sections for piece in section.pieces for pair in piece.pairs)


def text(card):
    return " ".join(line for section in card.sections for piece in section.pieces for line in piece.lines)


def test_it_has_this_patients_dates(first_session):
    told = rows(card_of(first_session))

    assert told["Sunscreen, SPF 30 or higher, every day"] == "from Tue 3 March, 11:15"
    assert told["Make-up, if your skin is calm"] == "from Wed 4 March, 11:15"  # deeper work, and not signed yet
    assert told["Exercise, heat, sauna, swimming"] == "from Thu 5 March, 11:15"
    assert told["Retinoids and acids (AHA, BHA), on fully healed skin"] == "from Sat 7 March, 11:15"
    assert told["Your next visit"] == "Mon 30 March to Mon 13 April"
    assert told["Best day for it"] == "around Mon 6 April"
    assert told["Call"] == "0113 496 0000"


def test_its_dates_are_those_of_the_first_message(first_session):
    aftercare.begun(first_session)
    message = Notice.objects.get(kind="AFTER_0H").body_text
    dated = re.compile(r"from (\w{3} \d+ \w+, \d\d:\d\d)")

    told = rows(card_of(first_session))

    said = set(dated.findall(message))
    assert len(said) == 4
    assert said == {value.removeprefix("from ") for value in told.values() if dated.fullmatch(value)}


def test_a_booked_visit_stands_on_it_instead_of_the_window(first_session, mia, microneedling, ana):
    booking.visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=35), at=END)

    told = rows(card_of(first_session))

    assert told["Your next visit"] == "Mon 6 April, 11:00"
    assert "Best day for it" not in told


def test_the_red_flags_and_the_phone_stand_on_it(first_session):
    said = text(card_of(first_session))

    assert "Call 999 at once if" in said
    assert "pus or a yellow crust" in said
    assert "{" not in said


@pytest.mark.parametrize(("avoids", "stands"), [(False, True), (True, False)])
def test_ibuprofen_stands_on_it_for_those_who_may_take_it(first_session, mia, as_ana, avoids, stands):
    patients.edit(mia, version=mia.version, by=as_ana, at=END, avoids_nsaids=avoids)
    first_session.patient.refresh_from_db()

    assert ("ibuprofen" in text(card_of(first_session))) == stands


def test_it_speaks_the_patients_language(first_session, mia):
    patients.edit(mia, version=mia.version, by=HOUSE, at=END, language="es")
    first_session.patient.refresh_from_db()

    card = card_of(first_session)

    assert card.language == "es"
    assert rows(card)["Maquillaje, si su piel está tranquila"] == "desde el mié 4 de marzo, 11:15"
