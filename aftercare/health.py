"""What is known of a patient's health that changes the words of aftercare: what was ticked, answered and noted."""

from __future__ import annotations

import re
from functools import cached_property

from aftercare import rules
from clinic.models import Site
from intake import answers
from patients.models import Patient
from patients.rules import fold

COLD_SORES = {"HSV_HISTORY", "COLD_SORE_ACTIVE"}
DARK_MARKS = {"PIH_MELASMA"}
# A yes to one of these keeps ibuprofen out of a letter (C-50). Ulcers, kidneys and asthma have no question of their own
# and are told as another condition, so that one counts too.
AGAINST_IBUPROFEN = {"ANTICOAG", "BLEEDING", "PREGNANT", "CARDIAC_HEPATIC", "MEDICAL"}
ALLERGENS = re.compile(  # as a name holds them, folded, in the languages of the house
    r"\b(ibuprofen|aspirin|acetylsalicyl|acetilsalicil|nsaid|aines?\b|naproxen|diclofenac|ketorolac|ketoprofen"
    r"|indometacin|salicylate|anti ?inflam|antiinflam)"
)


class Health:
    """One patient, each thing asked once. What is not known counts as far as it is safer so."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient

    @property
    def cold_sores(self) -> bool:
        return self.patient.has_cold_sores or bool(self._yes & COLD_SORES)

    @property
    def marks_easily(self) -> bool:
        return rules.marks_easily(
            fitzpatrick=self.patient.fitzpatrick or self._answered_type,
            has_pigment_history=self.patient.has_pigment_history or bool(self._yes & DARK_MARKS),
        )

    def ibuprofen(self, site: Site) -> str:
        """Return what a letter says of ibuprofen: "allow", "ask_first", or "avoid", where it is not named (C-50)."""
        if self.patient.avoids_nsaids or self._yes & AGAINST_IBUPROFEN or self._is_allergic:
            return Site.NsaidPolicy.AVOID
        return site.nsaid_policy

    @cached_property
    def _answers(self) -> dict[str, answers.Answer]:
        return answers.standing(self.patient)

    @property
    def _yes(self) -> set[str]:
        return {code for code, answer in self._answers.items() if answer.is_yes}

    @property
    def _answered_type(self) -> int | None:
        answer = self._answers.get(answers.SKIN_CODE)
        return int(answer.option) if answer and answer.option.isdigit() else None

    @cached_property
    def _is_allergic(self) -> bool:
        named = self.patient.allergies.standing().values_list("substance", flat=True)
        return any(ALLERGENS.search(fold(name).replace("-", " ")) for name in named)
