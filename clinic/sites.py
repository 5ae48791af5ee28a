"""Which site it is, and the rules of one as a manager sets them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic import audit, holidays
from clinic.actors import Actor
from clinic.models import Site
from clinic.often import often
from clinic.refusals import Refusal, Refused

RULES = (
    "hours_words",
    "country",
    "region",
    "travel_minutes",
    "consultation_first",
    "minimum_age",
    "consent_cooling_days",
    "late_cancel_hours",
    "policy_words",
    "offer_minutes",
    "report_minutes",
    "nsaid_policy",
    "feeds_show_initials",
    "sheets_show_initials",
    "own_patients_only",
    "keep_years",
    "sends_health_form",
)


def first() -> Site | None:
    """Return the site that pages are about: the oldest. None in a house that is not set up yet."""
    return _oldest.first()


@often
def _oldest() -> QuerySet[Site]:
    return Site.objects.order_by("pk")[:1]


@transaction.atomic
def set_rules(site: Site, *, by: Actor, at: datetime, **rules: Any) -> list[str]:
    """Set some of the site's rules (RULES) and return the names of those that changed.

    Raises Refused for a country or region whose holidays are not known, ValidationError for a value out of range.
    """
    stands = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    changed = [name for name in RULES if name in rules and rules[name] != getattr(stands, name)]
    for name in changed:
        setattr(stands, name, rules[name])
        setattr(site, name, rules[name])
    if {"country", "region"} & set(changed):
        _refuse_an_unknown_place(stands)
    if changed:
        stands.full_clean()
        stands.save(update_fields=changed)
        audit.record("site.rules_set", stands, by=by, at=at, fields={name: rules[name] for name in changed})
    return changed


def _refuse_an_unknown_place(site: Site) -> None:
    if (site.country and not holidays.is_known(site.country, site.region)) or (site.region and not site.country):
        raise Refused(
            Refusal(
                rule="site.place_unknown",
                title=_("No holidays are known for that place"),
                sentence=_("Choose a country, and a region of that country or none."),
                values={"field": "region" if site.country and holidays.is_known(site.country) else "country"},
            )
        )
