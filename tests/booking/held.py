"""What is held, as the tests read it."""

from booking.models import Claim
from booking.models.claim import RESOURCES
from tests.factories.booking import TEN


def resource_of(claim):
    """Return what a claim holds: its kind and its id."""
    return next((name, getattr(claim, f"{name}_id")) for name in RESOURCES if getattr(claim, f"{name}_id"))


def held(appointment):
    """Return what a visit holds: resource, first phase, and minutes from its start to begin and end."""
    return [
        (
            resource_of(claim)[0],
            claim.phase_kind,
            (claim.starts_at - appointment.starts_at).total_seconds() / 60,
            (claim.ends_at - appointment.starts_at).total_seconds() / 60,
        )
        for claim in appointment.claims.filter(is_active=True).order_by("starts_at", "pk")
    ]


def overlaps():
    """Return pairs of active claims that hold one resource at one time; there should be none."""
    claims = [(resource_of(claim), claim) for claim in Claim.objects.filter(is_active=True).order_by("pk")]
    return [
        (a.pk, b.pk)
        for number, (resource, a) in enumerate(claims)
        for other, b in claims[number + 1 :]
        if resource == other and a.starts_at < b.ends_at and b.starts_at < a.ends_at
    ]


def shut(closure):
    """Return what a closure holds: resource, and minutes from Monday at ten to begin and end."""
    return sorted(
        (
            *resource_of(claim),
            (claim.starts_at - TEN).total_seconds() / 60,
            (claim.ends_at - TEN).total_seconds() / 60,
        )
        for claim in closure.claims.filter(is_active=True)
    )
