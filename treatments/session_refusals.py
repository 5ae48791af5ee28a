"""Why a session is not saved, ended or signed, in words for whoever pressed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.refusals import Refusal, Refused
from treatments.judging import Missing, Problem
from treatments.models import Session


class DraftRefused(Refused):
    """Raised when something on the chart cannot be recorded; nothing was saved. `problems` says what and where."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = problems[0].refusal
        words = " ".join(dict.fromkeys(str(one.refusal.sentence) for one in problems))
        super().__init__(Refusal(first.rule, first.title, words, values=first.values, alternatives=first.alternatives))


class Incomplete(Refused):
    """Raised when the treatment cannot end, or the record be signed, as things stand. `missing` lists all of it."""

    def __init__(self, missing: list[Missing]) -> None:
        self.missing = missing
        sentence = _("The chart still needs: %(things)s.") % {"things": "; ".join(one.words for one in missing)}
        super().__init__(Refusal("session.incomplete", _("Something is still open."), sentence))


class AlreadySigned(Refused):
    """Raised when a record is sealed; a correction is an addendum."""

    def __init__(self) -> None:
        sentence = _("This record is signed and stays as it is. Write a dated addendum to correct it.")
        super().__init__(Refusal("session.signed", _("This record is sealed."), sentence))


class NotYours(Refused):
    """Raised when somebody else than the session's practitioner signs."""

    def __init__(self, session: Session) -> None:
        sentence = _("%(name)s did this session and signs it.") % {"name": session.practitioner.name}
        super().__init__(Refusal("session.not_yours", _("Somebody else signs this."), sentence))


class AlreadyEnded(Refused):
    """Raised when the end was recorded before; aftercare runs from it."""

    def __init__(self) -> None:
        sentence = _("The end of this treatment was recorded before; aftercare runs from it.")
        super().__init__(Refusal("session.ended", _("This treatment has ended."), sentence))


class Struck(Refused):
    """Raised when a session was entered in error: it is read, and nothing more."""

    def __init__(self) -> None:
        sentence = _("This session was entered in error and struck. It stays as it is.")
        super().__init__(Refusal("session.struck", _("This session was struck."), sentence))
