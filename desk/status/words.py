"""What runs and what does not, in words for people who look after patients and not after machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from desk.status.checks import Checkup
from outbox.vitals import Trouble, Vitals


@dataclass(frozen=True)
class Line:
    """One thing that must run. remedy: what to do, "" when all is well."""

    title: str
    is_well: bool
    sentence: str
    remedy: str = ""


def in_short(trouble: Trouble) -> str:
    """Return one sentence for the banner."""
    return {
        Trouble.PAUSED: _("The mail server takes nothing from us. Nothing is lost: every message waits."),
        Trouble.WORKER_SILENT: _("The program that sends them has stopped. Nothing is lost: every message waits."),
        Trouble.BEAT_SILENT: _(
            "The clock that wakes the sender has stopped. What is due later will not leave by itself."
        ),
        Trouble.BEHIND: _("The oldest has waited for more than 15 minutes. Nothing is lost: they leave one by one."),
    }[trouble]


def lines(found: Checkup) -> list[Line]:
    """Return everything that was looked at, what is wrong first."""
    return sorted(_lines(found), key=lambda line: line.is_well)


def _lines(found: Checkup) -> Iterator[Line]:
    if found.signs:
        yield _worker(found.signs)
        yield _beat(found.signs)
        yield _server(found.signs)
        yield _queue(found.signs)
    yield _database(found)
    yield _room(found)


def _heard(signs: Vitals, name: str) -> str:
    ago = _ago(signs, name)
    if not ago:
        return _("It is starting; it is heard within three minutes.")
    return _("It runs; last heard: %(ago)s.") % {"ago": ago}


def _worker(signs: Vitals) -> Line:
    title = _("The sender")
    if signs.is_silent(signs.worker_at):
        ago = _ago(signs, "worker_at") or _("never since this house was started")
        return Line(
            title,
            False,
            _("It was last heard: %(ago)s. Messages wait and leave once it runs again.") % {"ago": ago},
            _(
                "Whoever looks after the machine starts Stipple again, or its worker where that runs by itself. Until "
                "then ring patients who must hear something today; the list of messages says who."
            ),
        )
    return Line(title, True, _heard(signs, "worker_at"))


def _beat(signs: Vitals) -> Line:
    title = _("The clock that wakes it")
    if signs.is_silent(signs.beat_at):
        ago = _ago(signs, "beat_at") or _("never since this house was started")
        return Line(
            title,
            False,
            _("It was last heard: %(ago)s. What is due later does not leave by itself.") % {"ago": ago},
            _("Whoever looks after the machine starts Stipple again, or its beat where that runs by itself."),
        )
    return Line(title, True, _heard(signs, "beat_at"))


def _server(signs: Vitals) -> Line:
    title = _("The mail server")
    sent = _("Last mail accepted: %(ago)s.") % {"ago": _ago(signs, "sent_at") or _("none yet")}
    if signs.pause is not None:
        words = _("It takes nothing from us: %(reason)s") % {"reason": signs.pause.reason}
        remedy = _(
            "We try again by ourselves. If it says that the password or the sender is wrong, whoever looks after the "
            "machine corrects EMAIL_URL or the provider's key and starts Stipple again."
        )
        return Line(title, False, f"{words} {sent}", remedy)
    return Line(title, True, sent)


def _queue(signs: Vitals) -> Line:
    title = _("Messages that are due")
    if signs.oldest_at is None:
        return Line(title, True, _("None waits."))
    waits = _("The oldest has waited for %(time)s.") % {"time": timesince(signs.oldest_at, signs.at)}
    if Trouble.BEHIND in signs.troubles:
        remedy = _(
            "If the lines above are well, there is only more to send than may leave in a minute: they leave one after "
            "another, what is fresh first. Messages that would come too late are listed under Not sent."
        )
        return Line(title, False, waits, remedy)
    return Line(title, True, waits)


def _database(found: Checkup) -> Line:
    title = _("The records")
    if found.missing_guards or not found.is_migrated:
        return Line(
            title,
            False,
            _("The database is not the one that this release expects."),
            _("Whoever looks after the machine runs “manage.py migrate” and starts Stipple again."),
        )
    return Line(title, True, _("They can be read and written, and what must not change is guarded."))


def _room(found: Checkup) -> Line:
    title, free = _("Room on the disk"), filesizeformat(found.free_bytes)
    if found.has_room:
        return Line(title, True, _("%(free)s are free.") % {"free": free})
    remedy = _("Whoever looks after the machine makes room today; with a full disk nothing can be recorded.")
    return Line(title, False, _("Only %(free)s are free.") % {"free": free}, remedy)


def _ago(signs: Vitals, name: str) -> str:
    moment = getattr(signs, name)
    if moment is None:
        return ""
    if signs.seconds_since(moment) < 60:
        return _("less than a minute ago")
    return _("%(time)s ago") % {"time": timesince(moment, signs.at)}
