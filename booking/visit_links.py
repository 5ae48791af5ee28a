"""The patient's own page of a visit: one link for each visit, which keeps its address when the visit moves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat

from booking.models import Appointment
from patients import links
from patients.models import Link

PURPOSE = "visit"
SUBJECT = "appointment:"
AFTER_THE_VISIT = timedelta(days=1)  # so long the page still says where it was and how to reach the clinic


def subject(visit: Appointment) -> str:
    return f"{SUBJECT}{visit.pk}"


def of(visit: Appointment, *, at: datetime) -> Link | None:
    """Return the link of a visit, or None where it has none that opens anything now."""
    open_ones = Link.objects.filter(purpose=PURPOSE, revoked_at=None, expires_at__gt=at)
    return open_ones.filter(subject=subject(visit)).select_related("patient").first()


def known() -> dict[str, Any]:
    """Return what a query of visits must say for `see_to`: the id of the link, and until when it opens something."""
    about = Concat(Value(SUBJECT), Cast(OuterRef("pk"), CharField()))
    mine = Link.objects.filter(purpose=PURPOSE, subject=about).order_by()
    still_open = mine.filter(revoked_at=None)
    return {
        "link_uuid": Subquery(mine.values("uuid")[:1]),
        "link_until": Subquery(still_open.values("expires_at")[:1]),
    }


def see_to(visits: Collection[Appointment], *, at: datetime) -> None:
    """Let each of these visits of one patient have its link, open until a day after it; what was sent stays right.

    visits: with what `known` says, which is brought up to date. Those that have none yet get theirs in one statement,
    and nothing is asked where all have one.
    """
    new = {subject(visit): visit for visit in visits if visit.link_uuid is None}
    if new:
        patient = next(iter(new.values())).patient
        until = {about: visit.ends_at + AFTER_THE_VISIT for about, visit in new.items()}
        for about, link in links.make_first(patient=patient, purpose=PURPOSE, until=until, at=at).items():
            new[about].link_uuid, new[about].link_until = link.uuid, link.expires_at
    for visit in visits:
        until_then = visit.ends_at + AFTER_THE_VISIT
        if visit.link_until is None or visit.link_until < until_then:
            link = links.standing(
                patient=visit.patient, purpose=PURPOSE, subject=subject(visit), expires_at=until_then, at=at
            )
            visit.link_uuid, visit.link_until = link.uuid, link.expires_at
