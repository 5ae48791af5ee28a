"""How urgent it is what a patient tells, from the red-flag block (C-43 to C-45). No database, no clock.

The same list is ticked on the recovery page and read out on the telephone. A sign that is grave only from an hour on
counts as grave where the hour is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftercare.models import Report
from clinic import clinical

Urgency, Feeling, About = Report.Urgency, Report.Feeling, Report.About

REDNESS_HOURS: int = clinical.value("reaction.redness_tolerated_hours")  # C-40
WORSE_PAIN_HOURS, WORSE_SWELLING_HOURS = 24, 48  # C-43
SEVERE_PAIN = 7  # of 10: "excessive pain" among the red flags (C-472), as a number by our policy
ORDER = (Urgency.EMERGENCY, Urgency.SAME_DAY, Urgency.SOON, Urgency.NONE)
AT_LEAST = {Feeling.FINE: Urgency.NONE, Feeling.NOT_SURE: Urgency.SOON, Feeling.WORRIED: Urgency.SAME_DAY}
AN_HOUR_LESS = -1  # a day on the calendar may be short of one
CHECK_INS = (  # until which hour after the session which one is answered
    (24 + AN_HOUR_LESS, About.OWN),
    (48 + AN_HOUR_LESS, About.DAY_1),
    (7 * 24 + AN_HOUR_LESS, About.DAY_2),
    (21 * 24 + AN_HOUR_LESS, About.WEEK_1),
    (35 * 24, About.WEEK_3),
)


@dataclass(frozen=True)
class Sign:
    """One sign of the red-flag block, in the patient's words.

    urgency: what it is from from_hours after the end of the session on; before: what it is until then.
    """

    code: str
    words: Any
    urgency: str
    from_hours: int = 0
    before: str = Urgency.NONE

    def weight(self, hours: int | None) -> str:
        return self.urgency if hours is None or hours >= self.from_hours else self.before


SIGNS = (
    Sign("breathing", _("It is hard to breathe"), Urgency.EMERGENCY),  # C-45
    Sign("face_swelling", _("My lips, tongue or eyes are swelling"), Urgency.EMERGENCY),
    Sign("fainting", _("I fainted, or I am about to"), Urgency.EMERGENCY),
    Sign("fever_spreading", _("I have a fever, and redness or warmth is spreading"), Urgency.EMERGENCY),
    Sign(
        "numbing",
        _("After the numbing cream: ringing ears, a metallic taste, blue lips, a racing heart or a fit"),
        Urgency.EMERGENCY,
    ),
    Sign("spreading_redness", _("Redness or a darker patch is spreading"), Urgency.SAME_DAY),  # C-43
    Sign("warmth", _("The skin feels hot, more than before"), Urgency.SAME_DAY),
    Sign("pus", _("There is pus or a yellow crust"), Urgency.SAME_DAY),
    Sign("pain_worse", _("Pain is getting worse"), Urgency.SAME_DAY, WORSE_PAIN_HOURS, Urgency.SOON),
    Sign("swelling_severe", _("Swelling is severe"), Urgency.SAME_DAY),
    Sign("swelling_worse", _("Swelling is getting worse"), Urgency.SAME_DAY, WORSE_SWELLING_HOURS, Urgency.SOON),
    Sign("blisters", _("There are blisters or a cold sore"), Urgency.SAME_DAY),
    Sign("rash", _("There is a rash, or hives that itch"), Urgency.SAME_DAY),
    Sign("redness_stays", _("Redness or warmth does not fade"), Urgency.SOON, REDNESS_HOURS, Urgency.NONE),  # C-44
    Sign("dark_marks", _("There are new dark or light marks"), Urgency.SOON),
    Sign("bumps", _("There are new bumps or lumps"), Urgency.SOON),
)
BY_CODE = {sign.code: sign for sign in SIGNS}
EMERGENCIES = tuple(sign for sign in SIGNS if sign.urgency == Urgency.EMERGENCY)
TODAY = tuple(sign for sign in SIGNS if sign.urgency == Urgency.SAME_DAY)
LATER = tuple(sign for sign in SIGNS if sign.urgency == Urgency.SOON)


def grade(
    *,
    feeling: str,
    signs: Iterable[str],
    hours: int | None,
    redness: int | None = None,
    pain: int | None = None,
) -> str:
    """Return how urgent it is: the gravest of what was ticked, said and felt.

    signs: codes of SIGNS; hours: since the treatment ended, None where that is not known. A number counts as the sign
    that it stands for: severe pain a day after the treatment, redness after three days.
    """
    found = [AT_LEAST[Feeling(feeling)], *(BY_CODE[code].weight(hours) for code in signs)]
    if pain is not None and pain >= SEVERE_PAIN:
        found.append(BY_CODE["pain_worse"].weight(hours))
    if redness:
        found.append(BY_CODE["redness_stays"].weight(hours))
    return min(found, key=ORDER.index)


def is_emergency(signs: Collection[str]) -> bool:
    """Return whether one of the signs asks for the emergency number first (C-45)."""
    return any(BY_CODE[code].urgency == Urgency.EMERGENCY for code in signs if code in BY_CODE)


def known(codes: Iterable[str]) -> list[str]:
    """Return those that are signs of the block, in its order and each once."""
    asked = set(codes)
    return [sign.code for sign in SIGNS if sign.code in asked]


def in_words(codes: Collection[str]) -> list[str]:
    """Return the signs in the patient's words, the gravest first."""
    return [str(sign.words) for sign in SIGNS if sign.code in codes]


def is_graver(urgency: str, than: str) -> bool:
    return ORDER.index(Urgency(urgency)) < ORDER.index(Urgency(than))


def check_in(hours: int) -> str:
    """Return which check-in is due so many hours after the session: the one whose message was the last (table d)."""
    return next((about for until, about in CHECK_INS if hours < until), About.OWN)


def asks(about: str) -> tuple[str, ...]:
    """Return which numbers a check-in asks for: redness and pain at two days, satisfaction at a week (table d)."""
    return {About.DAY_2: ("redness", "pain"), About.WEEK_1: ("satisfaction",)}.get(About(about), ())
