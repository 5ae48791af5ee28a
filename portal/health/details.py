"""The first page: how to reach the patient, and whom to call if something happens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused, Stale
from patients import patients
from patients.models import ContactChange
from patients.rules import fold
from portal.health.door import Visitor
from portal.health.fields import line

TEL = {"inputmode": "tel", "autocomplete": "tel"}
MAIL = {"inputmode": "email", "autocomplete": "email", "spellcheck": "false"}
OF_GUARDIAN = ("guardian_name", "guardian_relation", "guardian_phone", "guardian_email")


class DetailsForm(forms.Form):
    """What the record has, to be put right; for somebody under age with a parent or guardian."""

    phone = line(_("Your phone"), 40, attrs=TEL)
    email = line(_("Your e-mail"), 254, attrs=MAIL)
    address = forms.CharField(
        label=_("Your address"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    emergency_name = line(_("Whom should we call if something happens?"), 120)
    emergency_relation = line(_("Who is that to you?"), 60, help_text=_("Such as partner, mother or friend."))
    emergency_phone = line(_("Their phone"), 40, attrs={"inputmode": "tel"})
    guardian_name = line(_("Name of your parent or guardian"), 120)
    guardian_relation = line(_("Who is that?"), 60, help_text=_("Such as mother, father or guardian."))
    guardian_phone = line(_("Phone of your parent or guardian"), 40, attrs={"inputmode": "tel"})
    guardian_email = line(_("E-mail of your parent or guardian"), 254, attrs={"inputmode": "email"})
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, visitor: Visitor) -> None:
        patient = visitor.patient
        known = {name: str(getattr(patient, name) or "") for name in self.base_fields if name != "version"}
        for name in ("phone", "emergency_phone", "guardian_phone"):
            known[name] = getattr(patient, name).as_national if getattr(patient, name) else ""
        shown = known if visitor.form.shows_record or "details" in visitor.form.steps_done else {}
        super().__init__(data, initial=shown | {"version": patient.version})
        if not visitor.is_minor:
            for name in OF_GUARDIAN:
                del self.fields[name]
        self.visitor = visitor

    def save(self) -> bool:
        """Keep what was written, and return whether it could be; else the form says what is wrong."""
        patient, given = self.visitor.patient, dict(self.cleaned_data)
        if self.visitor.is_minor and not self._has_a_guardian(given):
            return False
        version = given.pop("version")
        if not self.visitor.form.shows_record:  # what is left empty there was never shown, so it is not taken away
            given = {name: value for name, value in given.items() if value}
        try:
            patients.edit(patient, version=version, by=self.visitor.by, at=self.visitor.at, **given)
        except Stale:
            self.data = self.data.copy()
            self.data["version"] = str(patient.version)
            self.add_error(None, _("The clinic changed your details a moment ago. Check them and go on."))
        except Refused as refused:
            field = refused.refusal.values.get("field")
            self.add_error(field if field in self.fields else "phone", str(refused))
        return not self.errors

    def _has_a_guardian(self, given: dict[str, Any]) -> bool:
        """Return whether a guardian is named who may sign; else the form says what is wrong.

        Whom the clinic noted is taken away by nobody behind a link: whoever is under age could name anybody instead.
        """
        name, noted = given["guardian_name"], self.visitor.patient.guardian_name
        if not (name or noted):
            self.add_error("guardian_name", _("Write the name of your parent or guardian, who signs for you."))
        elif noted and not self._wrote_it_here():
            if name and fold(name) != fold(noted):
                sentence = _("Another parent or guardian is noted for you. Write that name, or call us to change it.")
                self.add_error("guardian_name", sentence)
            del given["guardian_name"]
        return not self.errors

    def _wrote_it_here(self) -> bool:
        """Return whether the name of the guardian was written with this form, so that it may be put right."""
        named = ContactChange.objects.filter(patient=self.visitor.patient, field="guardian_name").first()
        begun = self.visitor.form.begun_at
        return bool(named and begun and named.at >= begun and named.by_name == self.visitor.by.name)
