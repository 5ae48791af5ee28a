"""Letters of doctors beside the health questions: uploaded, read and struck, by clinicians alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import askings, audit, submissions, vault, wall_time
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.patients.banner import of_page
from desk.patients.forms import DayField, ScanField
from intake import freshness, letters
from intake.models import Letter
from intake.signatures import LARGEST_PAPER
from patients import restrictions
from patients.models import Patient

FIELD_OF = {"paper": "file"}  # as the action calls it, and the form


class LetterForm(forms.Form):
    """A letter as it came: from whom, about what, of which day, and the file."""

    from_whom = forms.CharField(
        label=gettext_lazy("From whom"),
        max_length=120,
        help_text=gettext_lazy("Name and what they are: Dr Amira Stein, dermatologist."),
        error_messages={"required": gettext_lazy("Write whose letter it is.")},
    )
    about = forms.CharField(
        label=gettext_lazy("About what"),
        max_length=250,
        help_text=gettext_lazy("Such as: needling may go on under the blood thinner."),
        error_messages={"required": gettext_lazy("Write what it is about.")},
    )
    written_on = DayField(
        label=gettext_lazy("Day on the letter"),
        required=True,
        help_text=gettext_lazy("Day, month, year: 21/05/2026"),
        error_messages={
            "required": gettext_lazy("Write the day that stands on the letter."),
            "invalid": gettext_lazy("Write the day as 21/05/2026."),
        },
    )
    file = ScanField(
        label=gettext_lazy("The letter"),
        error_messages={"required": gettext_lazy("Choose the file of the letter.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def facts(self) -> dict[str, Any]:
        """Return what `letters.keep` is told."""
        told = dict(self.cleaned_data)
        return told | {"content": told.pop("file").read(LARGEST_PAPER + 1)}

    def refuse(self, refused: Refused) -> None:
        """Show what the action refused at the field it is about, else above the form."""
        field = refused.refusal.values.get("field")
        field = FIELD_OF.get(field, field)
        self.add_error(field if field in self.fields else None, str(refused))


class StrikeForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why is it struck?"),
        max_length=250,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write in a few words why this is struck.")},
    )


@may("see_clinical")
@require_safe
def letters_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the letters of a patient, and what another is uploaded with."""
    return _page(request, get_object_or_404(Patient, uuid=uuid), LetterForm())


@may("judge_answers")
@require_POST
def letter_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep a letter; the same form twice keeps it once."""
    person = get_object_or_404(Patient, uuid=uuid)
    form = LetterForm(request.POST, request.FILES)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=_address(person)) as posted:
                askings.act(letters.keep, person, **form.facts(), by=request.actor, at=request.now)
            messages.success(request, _("The letter is kept."))
            return redirect(posted.url)
    except (submissions.Mismatch, Stale) as changed:
        form.add_error(None, str(changed))
        return _page(request, person, form, status=409)
    except Refused as refused:
        form.refuse(refused)
    return _page(request, person, form, status=422)


@may("see_clinical")
@require_safe
def letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a letter; the look is in the trail before the file leaves."""
    found = _letter(uuid)
    audit.read(found, by=request.actor, at=request.now, patient=found.patient)
    is_pdf = found.content_type == "application/pdf"
    name = f"letter-{found.written_on:%Y-%m-%d}.{'pdf' if is_pdf else 'jpg'}"
    try:
        return vault.answer(found.file, content_type=found.content_type, filename=name, as_attachment=is_pdf)
    except (vault.Unreadable, FileNotFoundError):
        messages.error(request, _("This file cannot be read any more. Tell who looks after the machine."))
        return redirect(_address(found.patient))


@may("judge_answers")
@require_http_methods(["GET", "POST"])
def letter_strike(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Strike a letter that was wrong, with a reason."""
    found = _letter(uuid)
    form = StrikeForm(request.POST) if request.method == "POST" else StrikeForm()
    if form.is_bound and form.is_valid():
        try:
            letters.strike(found, because=form.cleaned_data["because"], by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error("because", str(refused))
        else:
            messages.success(request, _("The letter is struck. What was decided with it asks for a decision again."))
            return redirect(_address(found.patient))
    context = {"person": found.patient, "banner": of_page(request, found.patient), "letter": found, "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "desk/screening/letter_strike.html", context, status=status)


def _letter(uuid: UUID) -> Letter:
    of_open_records = Letter.objects.filter(patient__closed_at=None)
    return get_object_or_404(of_open_records.select_related("patient"), uuid=uuid)


def _page(request: HttpRequest, person: Patient, form: LetterForm, status: int = 200) -> HttpResponse:
    today = wall_time.local(request.now, request.site.zone).date()
    rows = person.letters.select_related("kept_by", "screening")
    context = {
        "person": person,
        "banner": of_page(request, person),
        "desk_word": restrictions.word_for_desk(person, on=today),
        "rows": [(one, letters.is_current(one, on=today)) for one in rows],
        "form": form,
        "is_asked": freshness.has_been_asked(person),
        "has_prescriber": letters.has_prescriber(),
        "lasts_days": letters.LASTS_DAYS,
    }
    return TemplateResponse(request, "desk/screening/letters.html", context, status=status)


def _address(person: Patient) -> str:
    return reverse("desk:letters", args=[person.uuid])
