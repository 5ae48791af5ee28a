"""Max's own words to patients: a version that he published a while ago, and a draft that he is not done with."""

from __future__ import annotations

from datetime import datetime, time

from aftercare import protocols
from clinic.actors import Actor
from desk.demo.script import Script

PUBLISHED_AGO, BEGUN_AGO = 12, 1  # days
NOTE = "Retinoids more slowly: three patients were red again. And a word about evenings."
SLOWER = {
    "en": (
        "Begin with a little, every other day.",
        "Begin with a little, twice a week, and see how your skin takes it.",
    ),
    "es": (
        "Empiece con\npoco, un día sí y otro no.",
        "Empiece con\npoco, dos veces por semana, y vea cómo lo lleva su piel.",
    ),
}
EVENINGS = {
    "en": ("around {window_best}.", "around {window_best}. Evenings fill up first."),
    "es": ("hacia el {window_best}.", "hacia el {window_best}. Las tardes se llenan antes."),
}
KINDER = {"en": ("If anything worries you, reply", "If anything at all worries you, however small, reply")}


def tell(script: Script, by: Actor) -> None:
    """Let him write twice, in the turns of the script."""

    def publish(at: datetime) -> None:
        _write("AFTER_5D", SLOWER, by=by, at=at)
        _write("FOLLOW_28D", EVENINGS, by=by, at=at)
        protocols.publish(revision=_revision(), note=NOTE, by=by, at=at)

    script.add(script.instant(PUBLISHED_AGO, time(18, 20)), publish)
    script.add(script.instant(BEGUN_AGO, time(18, 5)), lambda at: _write("AFTER_24H", KINDER, by=by, at=at))


def _write(code: str, changes: dict[str, tuple[str, str]], *, by: Actor, at: datetime) -> None:
    version = protocols.draft() or protocols.current()
    step = protocols.steps_of(version).get(code=code)
    letters = protocols.letters_of(step)
    for language, (was, becomes) in changes.items():
        letters[language] = letters[language].replace(was, becomes)
    facts = {name: getattr(step, name) for name in ("title", "offset_hours", "offset_days", "not_after_hours")}
    more = {"every_session": step.every_session, "only_if": step.only_if}
    protocols.change(code, revision=_revision(), letters=letters, by=by, at=at, **facts, **more)


def _revision() -> int:
    written = protocols.draft()
    return written.revision if written else protocols.NO_DRAFT
