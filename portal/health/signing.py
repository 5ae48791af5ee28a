"""Consents: read on the telephone, signed with a typed name; with a script, a drawing may stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.refusals import Refused
from intake import consents, health_forms, papers, texts
from intake.agreeing import NAME_AT_MOST, PHOTOS, RELATION_AT_MOST, SHOWN_PHOTOS
from intake.models import Consent, ConsentText, Purpose
from intake.signatures import LARGEST_DRAWING, Signature
from portal.health.door import Visitor
from treatments import agreements

MAY_REFUSE = frozenset(PHOTOS)


def to_sign(visitor: Visitor) -> Iterator[tuple[ConsentText, bool]]:
    """Yield each text of today that this patient is asked to sign, and whether they did or said no.

    What the next sessions need, photos for the record, and of the photos for others those that they ticked.
    """
    covered = consents.covered(visitor.patient)
    wanted = [one for one in SHOWN_PHOTOS if wanted_code(one) in visitor.form.steps_done]
    for purpose in (*agreements.ahead(visitor.patient, at=visitor.at), Purpose.CLINICAL_PHOTOS, *wanted):
        try:
            text = texts.current(purpose, visitor.patient.language)
        except texts.NoConsentText:
            continue
        yield text, purpose in covered or refused_code(purpose) in visitor.form.steps_done


def refused_code(purpose: str) -> str:
    return f"no-{purpose}"


def wanted_code(purpose: str) -> str:
    return f"yes-{purpose}"


def signed_here(visitor: Visitor) -> list[Consent]:
    """Return what was signed with this form, each with its document."""
    if visitor.form.begun_at is None:
        return []
    given = Consent.objects.filter(patient=visitor.patient, given_at__gte=visitor.form.begun_at, recorded_by=None)
    return list(given.exclude(pdf="").select_related("text"))


class SignForm(forms.Form):
    """The name of who signs; for somebody under age a parent's or guardian's. text: the version that was read."""

    text = forms.CharField(required=False, widget=forms.HiddenInput)
    relation = forms.CharField(
        label=gettext_lazy("Who are you to the patient?"),
        max_length=RELATION_AT_MOST,
        required=False,
        help_text=gettext_lazy("Such as mother, father or guardian."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your full name"),
        max_length=NAME_AT_MOST,
        required=False,
        help_text=gettext_lazy("Your typed name is your signature."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    drawing = forms.CharField(required=False, max_length=LARGEST_DRAWING, widget=forms.HiddenInput)
    also = forms.MultipleChoiceField(
        label=gettext_lazy("If you like, your photos may also be used, each with a page of its own to read:"),
        required=False,
        choices=[(one, Purpose(one).label) for one in SHOWN_PHOTOS],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing of your treatment depends on it. Leave them empty to say no."),
    )

    def __init__(self, data: Any = None, *, words: ConsentText, visitor: Visitor) -> None:
        super().__init__(data, initial={"text": words.pk})
        self.words, self.visitor = words, visitor
        if not visitor.is_minor:
            del self.fields["relation"]
        if words.purpose != Purpose.CLINICAL_PHOTOS:
            del self.fields["also"]
        self.may_refuse = words.purpose in MAY_REFUSE
        self.version = papers.version_words(words, visitor.site)
        self.title = texts.title(words)
        self.blocks = [block for block in texts.blocks(words.words) if block.kind != "title"]
        signer = Consent.Signer.GUARDIAN if visitor.is_minor else Consent.Signer.PATIENT
        self.signer = signer
        self.agreed = papers.agreement(words.language, signer=signer, patient_name=visitor.patient.name)

    def save(self) -> bool:
        """Keep the signature, or that they would rather not; return whether it could be."""
        if self.may_refuse and "refuse" in self.data:
            health_forms.save_step(self.visitor.form, refused_code(self.words.purpose))
            return True
        if self.cleaned_data["text"] != str(self.words.pk):
            self.data = self.data.copy()
            self.data["text"], self.data["drawing"] = str(self.words.pk), ""
            self.add_error(None, _("These words changed a moment ago. Read them again, then sign."))
            return False
        try:
            consents.sign(
                self.visitor.patient,
                text=self.words,
                signature=self._signature(),
                site=self.visitor.site,
                by=self.visitor.by,
                at=self.visitor.at,
            )
        except Refused as refused:
            field = refused.refusal.values.get("field")
            self.add_error(field if field in ("name", "relation") and field in self.fields else None, str(refused))
        for purpose in [] if self.errors else self.cleaned_data.get("also", []):
            health_forms.save_step(self.visitor.form, wanted_code(purpose))
        return not self.errors

    def _signature(self) -> Signature:
        given = self.cleaned_data
        return Signature(
            how=Consent.How.DRAWN if given["drawing"] else Consent.How.TYPED,
            name=" ".join(given["name"].split()),
            signer=self.signer,
            relation=given.get("relation", ""),
            drawing=given["drawing"],
        )
