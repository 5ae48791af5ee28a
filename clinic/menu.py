"""The menu: what can be booked, in phases of minutes, and what each phase holds (C-16 to C-22)."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.models import Device, Phase, Room, Service, User

P, R, D, M = "practitioner", "room", "device", "patient"
NEEDLING_WITH_NUMBING = (
    (Phase.Kind.PREPARE, 10, (P, R, M)),
    (Phase.Kind.NUMBING, 30, (R, M)),
    (Phase.Kind.NEEDLING, 30, (P, R, D, M)),
    (Phase.Kind.CALM, 10, (P, R, M)),
    (Phase.Kind.CLEAN_DOWN, 10, (R, D)),
)
MENU = (  # code, name, kind, phases
    ("microneedling", "Microneedling", Service.Kind.NEEDLING, NEEDLING_WITH_NUMBING),
    (
        "microneedling-no-numbing",
        "Microneedling, no numbing",
        Service.Kind.NEEDLING,
        tuple(phase for phase in NEEDLING_WITH_NUMBING if phase[0] != Phase.Kind.NUMBING),
    ),
    ("consultation", "Consultation", Service.Kind.CONSULTATION, ((Phase.Kind.TALK, 30, (P, R, M)),)),
    ("review", "Review", Service.Kind.REVIEW, ((Phase.Kind.TALK, 15, (P, R, M)),)),
)
EVERYTHING = tuple(code for code, *_ in MENU)
FIRST_THREE = ("microneedling", "consultation", "review")


def enter(
    *,
    practitioners: Iterable[User],
    rooms: Iterable[Room],
    devices: Iterable[Device],
    codes: Iterable[str] = EVERYTHING,
) -> dict[str, Service]:
    """Enter the services of these codes, given by all of these people in all of these rooms; return them by code.

    Devices go to the needling services only.
    """
    wanted, people, places, pens = set(codes), list(practitioners), list(rooms), list(devices)
    services = {}
    for position, (code, name, kind, phases) in enumerate(MENU):
        if code in wanted:
            service = _service(position, code, name, kind, phases)
            service.practitioners.set(people)
            service.rooms.set(places)
            service.devices.set(pens if kind == Service.Kind.NEEDLING else [])
            services[code] = service
    return services


def _service(position: int, code: str, name: str, kind: str, phases: tuple) -> Service:
    service = Service.objects.create(code=code, name=name, kind=kind, position=position)
    Phase.objects.bulk_create(
        Phase(
            service=service,
            position=number,
            kind=phase_kind,
            minutes=minutes,
            **{f"holds_{resource}": resource in held for resource in (P, R, D, M)},
        )
        for number, (phase_kind, minutes, held) in enumerate(phases)
    )
    return service
