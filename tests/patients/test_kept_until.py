"""How long a record is kept, by rule: years after the last entry, and longer for those who were children then."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules import kept_until, years_after

LAST = date(2026, 3, 2)
DAYS = st.dates(date(1950, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("born_on", "until"),
    [
        (date(1994, 5, 21), date(2034, 3, 2)),  # grown up: eight years after the last entry
        (None, date(2034, 3, 2)),
        (date(2008, 3, 2), date(2034, 3, 2)),  # eighteen on that very day
        (date(2008, 3, 3), date(2034, 3, 3)),  # seventeen for one more day: to the 26th birthday
        (date(2009, 3, 2), date(2035, 3, 2)),  # seventeen on that very day
        (date(2009, 3, 3), date(2034, 3, 3)),  # sixteen: to the 25th birthday
        (date(2016, 7, 1), date(2041, 7, 1)),
        (date(2008, 2, 29), date(2034, 3, 2)),
        (date(2012, 2, 29), date(2037, 3, 1)),  # a birthday on a leap day
    ],
)
def test_a_record_is_kept_so_long(born_on, until):
    assert kept_until(LAST, born_on, years=8) == until


def test_years_that_the_clinic_sets_are_kept_for_children_too():
    assert kept_until(LAST, date(2016, 7, 1), years=20) == date(2046, 3, 2)


def test_no_record_goes_at_once():
    with pytest.raises(ValueError, match="at least"):
        kept_until(LAST, None, years=0)


@given(last=DAYS, born=DAYS, years=st.integers(1, 30), more=st.integers(0, 4000))
def test_more_years_or_a_later_entry_never_shorten_it(last, born, years, more):
    until = kept_until(last, born, years=years)

    assert until >= years_after(last, years)
    assert kept_until(last, born, years=years + 1) >= until
    assert kept_until(last, None, years=years) <= until
