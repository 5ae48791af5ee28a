"""Public holidays by country and region."""

from datetime import date

import pytest
from django.utils import translation

from clinic import holidays
from clinic.holidays import Holiday
from clinic.models import Site


def test_england_has_its_bank_holidays():
    assert holidays.of(Site(country="GB", region="ENG"), 2026) == [
        Holiday(date(2026, 1, 1), "New Year's Day"),
        Holiday(date(2026, 4, 3), "Good Friday"),
        Holiday(date(2026, 4, 6), "Easter Monday"),
        Holiday(date(2026, 5, 4), "May Day"),
        Holiday(date(2026, 5, 25), "Spring Bank Holiday"),
        Holiday(date(2026, 8, 31), "Late Summer Bank Holiday"),
        Holiday(date(2026, 12, 25), "Christmas Day"),
        Holiday(date(2026, 12, 26), "Boxing Day"),
        Holiday(date(2026, 12, 28), "Boxing Day (observed)"),
    ]


def test_a_region_adds_its_own():
    of_madrid = {holiday.on for holiday in holidays.of(Site(country="ES", region="MD"), 2026)}
    of_spain = {holiday.on for holiday in holidays.of(Site(country="ES"), 2026)}

    assert date(2026, 5, 2) in of_madrid - of_spain


def test_names_are_in_the_readers_language():
    with translation.override("es"):
        assert holidays.of(Site(country="ES"), 2026)[0].name == "Año Nuevo"
    with translation.override("en"):
        assert holidays.of(Site(country="ES"), 2026)[0].name == "New Year's Day"


@pytest.mark.parametrize(("country", "region"), [("", ""), ("XX", ""), ("GB", "MD")])
def test_a_place_nobody_knows_has_none(country, region):
    assert holidays.of(Site(country=country, region=region), 2026) == []


def test_countries_and_regions_have_names_for_people():
    assert ("GB", "United Kingdom") in holidays.countries()
    assert holidays.regions("GB") == (
        ("ENG", "England"),
        ("NIR", "Northern Ireland"),
        ("SCT", "Scotland"),
        ("WLS", "Wales"),
    )
    assert holidays.regions("XX") == ()


def test_every_known_country_answers_and_fits_the_record():
    assert len(holidays.countries()) > 200
    for country, _name in holidays.countries():
        assert all(len(code) <= 8 for code, _region in holidays.regions(country)), country
