"""What each role may do: the one table."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from clinic.models import Role

CAPABILITIES = {
    "see_board": _("see the day board"),
    "book": _("book, move and cancel visits"),
    "close_time": _("close time and take somebody out of a day"),
    "book_outside_hours": _("book outside working hours"),
    "see_patients": _("see who a patient is and when they come"),
    "edit_patients": _("enter and change patients"),
    "witness_consents": _("have consents read and signed, and taken back"),
    "export_record": _("export a patient's whole record"),
    "import_patients": _("import patients from a table"),
    "merge_patients": _("make two records of one person one"),
    "see_messages": _("see which messages go out"),
    "read_messages": _("read the words of messages"),
    "keep_stock": _("look after what stands on the shelf"),
    "keep_money": _("sell packages of sessions, and say what became of them"),
    "see_clinical": _("read treatment records"),
    "treat": _("treat and record treatments"),
    "agree_early": _("agree to a session before its window"),
    "judge_answers": _("decide where an answer asks for a practitioner"),
    "edit_questions": _("change the health questions and what their answers do"),
    "edit_courses": _("change what courses begin from"),
    "prescribe": _("decide where a prescriber must"),
    "review_incidents": _("look at what went past the rules"),
    "manage": _("run the clinic"),
    "keep_records": _("look after records: who read them, what is held, what is erased"),
}

_EVERYONE = {"see_board", "book", "close_time", "see_patients", "edit_patients", "witness_consents", "see_messages"}
_CLINICIAN = _EVERYONE | {
    "book_outside_hours",
    "export_record",
    "merge_patients",
    "read_messages",
    "keep_stock",
    "see_clinical",
    "treat",
    "agree_early",
    "judge_answers",
}

ROLE_CAPABILITIES: dict[str, frozenset[str]] = {
    Role.FRONT_DESK: frozenset(_EVERYONE | {"keep_money"}),
    Role.PRACTITIONER: frozenset(_CLINICIAN),
    Role.PRESCRIBER: frozenset(_CLINICIAN | {"prescribe", "review_incidents", "edit_questions", "edit_courses"}),
    Role.MANAGER: frozenset(
        _EVERYONE
        | {"book_outside_hours", "import_patients", "merge_patients", "read_messages"}
        | {"edit_courses", "review_incidents", "manage", "keep_records", "keep_stock", "keep_money"}
    ),
}


CLINICIAN_MANAGER = frozenset({Role.PRACTITIONER, Role.MANAGER})  # of one person, in a clinic without a prescriber too


def capabilities_of(roles: Iterable[str]) -> frozenset[str]:
    """Return everything that a set of roles may do together: a practitioner who manages may also keep the questions."""
    roles = frozenset(roles)
    granted = frozenset().union(*(ROLE_CAPABILITIES[role] for role in roles))
    return granted | {"edit_questions"} if roles >= CLINICIAN_MANAGER else granted


def roles_with(capability: str) -> list[str]:
    """Return the roles that may do it, in the table's order. Raises KeyError for a capability that does not exist."""
    CAPABILITIES[capability]
    return [role for role, granted in ROLE_CAPABILITIES.items() if capability in granted]
