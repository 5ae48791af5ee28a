"""Rules of what is owed and paid: how a package is sold, which one a session uses, and what can be taken from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.refusals import Refusal, Refused

MOST_SESSIONS = 24  # of one package; a course has six at most, so more is a typing error
MOST_MONEY = Decimal("999999.99")
LONGEST_NAME, LONGEST_REASON = 80, 250  # letters
SOLD_BEFORE = timedelta(days=3 * 366)  # a package of a former system may be entered with its own day
LONGEST_USE = timedelta(days=10 * 366)
CURRENCIES = {  # of the countries that use no euro, as far as the form proposes one
    **dict.fromkeys(("AD", "AT", "BE", "DE", "ES", "FI", "FR", "GR", "IE", "IT", "LU", "MT", "NL", "PT"), "EUR"),
    "GB": "GBP",
    "US": "USD",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "CH": "CHF",
    "MX": "MXN",
    "AR": "ARS",
    "CL": "CLP",
    "CO": "COP",
    "PL": "PLN",
    "SE": "SEK",
    "NO": "NOK",
    "DK": "DKK",
}


def currency_of(country: str) -> str:
    """Return the currency that a form proposes for a site of this country, as three letters; "" where none is known."""
    return CURRENCIES.get(country.upper(), "")


def sale_refusal(
    *,
    name: str,
    sessions_count: int,
    price: Decimal,
    currency: str,
    bought_on: date,
    expires_on: date | None,
    today: date,
) -> Refusal | None:
    """Return what is wrong with a package as it is sold, or None; values["field"] names the field."""
    if not 0 < len(name) <= LONGEST_NAME:
        return unfit("name", _("Write what the package is called, at most %(most)s letters.") % {"most": LONGEST_NAME})
    if not 1 <= sessions_count <= MOST_SESSIONS:
        return unfit("sessions_count", _("Write how many sessions, from 1 to %(most)s.") % {"most": MOST_SESSIONS})
    if refusal := money_refusal(price, field="price"):
        return refusal
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        return unfit("currency", _("Write the currency in three letters, such as GBP or EUR."))
    if bought_on > today or bought_on < today - SOLD_BEFORE:
        return unfit("bought_on", _("Write the day on which it was bought: today, or a day of the last three years."))
    if expires_on is not None and not max(bought_on, today) <= expires_on <= today + LONGEST_USE:
        sentence = _("Write the last day of use: today or later, at most ten years ahead; or leave it empty.")
        return unfit("expires_on", sentence)
    return None


def money_refusal(amount: Decimal, *, field: str, most: Decimal = MOST_MONEY) -> Refusal | None:
    """Return why this cannot be an amount of money, or None. It has two decimals at most."""
    if amount.is_finite() and 0 <= amount <= most and amount == round(amount, 2):
        return None
    return unfit(field, _("Write an amount from 0 to %(most)s, such as 540 or 540.00.") % {"most": most})


def taking_refusal(count: int, *, left: int) -> Refusal | None:
    """Return why so many sessions cannot be taken from a package, or None."""
    if count < 1:
        return unfit("count", _("Write how many sessions, 1 or more."))
    if count <= left:
        return None
    words = ngettext(
        "%(n)s session is left in the package. Nothing was changed.",
        "%(n)s sessions are left in the package. Nothing was changed.",
        left,
    )
    return Refusal("package.too_few", _("So many are not left."), words % {"n": left}, values={"field": "count"})


def fits(service_codes: Sequence[str], code: str) -> bool:
    """Return whether a package pays for a service of the menu; one that names none pays for every treatment."""
    return not service_codes or code in service_codes


def left_words(left: int, of: int) -> str:
    """Return how much of a package is left, as it stands beside a course: 3 of 6 sessions left in the package."""
    words = ngettext(
        "%(left)s of %(of)s session left in the package", "%(left)s of %(of)s sessions left in the package", of
    )
    return words % {"left": left, "of": of}


def has_expired(expires_on: date | None, *, on: date) -> bool:
    """Return whether a package is past its last day of use on a day of the site."""
    return expires_on is not None and expires_on < on


def reason(words: str) -> str:
    """Return the reason without blanks around it. Raises Refused where there is none, or a long one."""
    words = words.strip()
    if not words:
        must(unfit("reason", _("Write why, in a few words.")))
    if len(words) > LONGEST_REASON:
        must(unfit("reason", _("Say it in at most %(longest)s letters.") % {"longest": LONGEST_REASON}))
    return words


def must(refusal: Refusal | None) -> None:
    """Raise Refused where a rule says no."""
    if refusal:
        raise Refused(refusal)


def unfit(field: str, sentence: str) -> Refusal:
    return Refusal("package.unfit", _("This can't be kept so."), sentence, values={"field": field})
