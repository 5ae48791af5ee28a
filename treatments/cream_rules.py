"""Rules of the numbing cream: what an answer about health keeps off the skin. No database, no clock.

Methaemoglobinaemia and G6PD deficiency keep prilocaine away (C-220), and benzocaine, which does the same, with it. An
allergy keeps away the class of what the answer names, and every anaesthetic where it names none (C-219). An allergy on
the record counts as that answer does once it names an anaesthetic. What nobody knows the contents of counts as holding
all of it. Who may pass it is what the question's own action says (C-56).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from clinic.refusals import Refusal
from intake.rules import PASSED_BY, PRACTITIONER, PRESCRIBER, Action
from patients.rules import fold
from stock.models import Product

Agent = Product.Agent
METHAEM, ALLERGY = "METHAEM", "ANAES_ALLERGY"  # codes of questions
ON_RECORD = "ALLERGY_ON_RECORD"  # the code of an allergy that nobody has to be asked for
AMIDES = frozenset({Agent.LIDOCAINE, Agent.PRILOCAINE})
ESTERS = frozenset({Agent.TETRACAINE, Agent.BENZOCAINE})
EVERY = frozenset(Agent)
OXIDISING = frozenset({Agent.PRILOCAINE, Agent.BENZOCAINE})
NAMES = {
    **dict.fromkeys(("lidocaine", "lidocaina", "lignocaine", "prilocaine", "prilocaina", "emla"), AMIDES),
    **dict.fromkeys(("amide", "amides", "amida", "amidas"), AMIDES),
    **dict.fromkeys(("tetracaine", "tetracaina", "amethocaine", "benzocaine", "benzocaina", "paba"), ESTERS),
    **dict.fromkeys(("ester", "esters", "esteres"), ESTERS),
}
ANY = re.compile(r"cain[ea]?s?$|^ana?esthe|^anestes|^numb")  # "articaine", "local anaesthetics", "numbing cream"
BESIDE = frozenset(("allergic", "allergy", "to", "the", "a", "and", "cream"))
BESIDE |= frozenset(("alergico", "alergica", "alergia", "al", "la", "el", "y", "e", "crema"))


@dataclass(frozen=True)
class Bar:
    """What an answer or an allergy keeps off the skin. passed_by: the capability that may pass it; empty: nobody."""

    code: str
    agents: frozenset[str]
    passed_by: str

    def stops(self, agents: Collection[str]) -> bool:
        """Return whether a cream with these anaesthetics is kept away; one that names none may hold any."""
        return is_unknown(agents) or not self.agents.isdisjoint(agents)


def is_unknown(agents: Collection[str]) -> bool:
    return not agents or Agent.OTHER in agents


def bar(code: str, *, action: str, note: str = "", is_sure: bool = True) -> Bar | None:
    """Return what an answer other than the best one keeps away, None for a question that is not about creams.

    action: what the answer does to the session. note: what was written beside it; is_sure False: "not sure".
    """
    if code == METHAEM:
        return Bar(code, OXIDISING, _passed_by(action))
    if code == ALLERGY:
        return Bar(code, named_classes(note) if is_sure else EVERY, _passed_by(action))
    return None


def bar_on_record(substance: str, *, action: str) -> Bar | None:
    """Return what an allergy on the record keeps away, None for one that names no anaesthetic.

    action: what an answer that says so does to the session; the record speaks as loudly as the answer.
    """
    words = re.findall(r"\w+", fold(substance))
    if not any(word in NAMES or ANY.search(word) for word in words):
        return None
    return Bar(ON_RECORD, named_classes(substance), _passed_by(action))


def _passed_by(action: str) -> str:
    """Return who may pass it: as the session itself, and a practitioner where the answer does not stop that."""
    if action in (Action.BLOCK, Action.DEFER):
        return ""
    return PASSED_BY.get(action, PRACTITIONER)


def named_classes(note: str) -> frozenset[str]:
    """Return the anaesthetics of the classes that a note names, all of them unless every word is understood.

    "Lidocaine and EMLA" names the amides; "not lidocaine", "something at the dentist's" and "lidocaine?" name nothing.
    """
    words = [word for word in re.findall(r"\w+", fold(note)) if word not in BESIDE]
    if not words or "?" in note or any(word not in NAMES for word in words):
        return EVERY
    return frozenset().union(*(NAMES[word] for word in words))


def refusal(barred: Bar, *, product: str, agents: Collection[str]) -> Refusal | None:
    """Return why a cream does not go on this skin, or None. product: its name. agents: what it holds, as it says."""
    if not barred.stops(agents):
        return None
    named = {"product": product, "agents": _in_words(barred.agents.intersection(agents))}
    if is_unknown(agents):
        what = _("It is not written down which anaesthetics %(product)s holds.")
    else:
        what = _("%(product)s holds %(agents)s.")
    sentence = " ".join([what % named, _why(barred), _who(barred)])
    title = _("This cream stays off this skin.")
    return Refusal(f"cream.{barred.code.lower()}", title, sentence, overridable_by=barred.passed_by)


def _why(barred: Bar) -> str:
    if barred.code == METHAEM:
        return _("The answer about methaemoglobinaemia or G6PD deficiency keeps prilocaine and benzocaine away.")
    if barred.code == ON_RECORD and barred.agents == EVERY:
        return _("An allergy on the record may be to any anaesthetic, so it keeps all of them away.")
    if barred.code == ON_RECORD:
        return _("An allergy on the record keeps %(agents)s away.") % {"agents": _in_words(barred.agents)}
    if barred.agents == EVERY:
        return _("The answer about allergy does not say to which anaesthetic, so it keeps all of them away.")
    return _("The answer about allergy keeps %(agents)s away.") % {"agents": _in_words(barred.agents)}


def _who(barred: Bar) -> str:
    changed = _("Only a changed record clears this.")
    if barred.code != ON_RECORD:
        changed = _("Only a changed answer clears this.")
    return {
        PRACTITIONER: _("A practitioner may decide otherwise and says why."),
        PRESCRIBER: _("Only a prescriber may decide otherwise and says why."),
    }.get(barred.passed_by, changed)


def _in_words(agents: Collection[str]) -> str:
    """Return anaesthetics as a list, in the order of the shelf: "lidocaine and prilocaine"."""
    return get_text_list([str(one.label).lower() for one in Agent if one in agents], _("and"))
