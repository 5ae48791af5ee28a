"""Notes on a patient: written beside the story, and struck where one was wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic import askings, submissions
from clinic.actors import Actor
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.patients.banner import of_page
from desk.patients.health_forms import StrikeForm
from patients import notes
from patients.models import ClinicalNote, DeskNote, Note, Patient

KINDS: dict[str, type[Note]] = {"clinical": ClinicalNote, "desk": DeskNote}
FOR_WHOM = {"clinical": gettext_lazy("Clinicians only"), "desk": gettext_lazy("Everybody at the desk too")}


class NoteForm(forms.Form):
    """A note; who may write for clinicians says for whom it is.

    What was written for readers who are closed to the writer by now is refused and never kept for others; the form
    that comes back asks again for whom it is.
    """

    words = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write the note.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("For"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say for whom the note is."),
            "invalid_choice": gettext_lazy(
                "Notes for clinicians only are closed to you now. Nothing was kept. Say for whom the note is."
            ),
        },
    )

    def __init__(self, data: Any = None, *, reader: Actor) -> None:
        kinds = notes.kinds_for(reader)
        open_ones = [code for code in KINDS if KINDS[code] in kinds]
        super().__init__(data, initial={"kind": open_ones[0]}, auto_id="note-%s")
        self.fields["kind"].choices = [(code, FOR_WHOM[code]) for code in open_ones]
        if len(open_ones) == 1 and (data is None or data.get("kind") == open_ones[0]):
            self.fields["kind"].widget = forms.HiddenInput()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def kind_of_note(self) -> type[Note]:
        return KINDS[self.cleaned_data["kind"]]


@may("edit_patients")
@require_http_methods(["GET", "POST"])
def patient_note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write a note. A form that was refused stands here by itself, with what was typed."""
    person = get_object_or_404(Patient, uuid=uuid)
    if request.method == "GET":
        return _page(request, "note_new", person, form=NoteForm(reader=request.actor))
    form = NoteForm(request.POST, reader=request.actor)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            kind, words = form.kind_of_note, form.cleaned_data["words"]
            with submissions.once(request, leads_to=f"{_address(person)}#story") as posted:
                askings.act(notes.write, kind, person, words=words, by=request.actor, at=request.now)
            messages.success(request, _("The note is kept."))
            return redirect(posted.url)
    except (submissions.Mismatch, Stale) as changed:
        form.add_error(None, str(changed))
        return _page(request, "note_new", person, form=form, status=409)
    except Refused as refused:
        form.add_error(refused.refusal.values.get("field"), str(refused))
    return _page(request, "note_new", person, form=form, status=422)


@may("edit_patients")
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read one note, and strike it with a reason."""
    found = _find(uuid, request.actor)
    form = StrikeForm(request.POST if request.method == "POST" else None, name="strike")
    if request.method == "POST" and form.is_valid():
        try:
            because = form.cleaned_data["struck_because"]
            notes.strike(found, because=because, by=request.actor, at=request.now)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The note is struck."))
            return redirect(f"{_address(found.patient)}#story")
    status = 422 if form.errors else 200
    kind_words = str(found._meta.verbose_name).capitalize()
    return _page(request, "note", found.patient, form=form, note=found, kind_words=kind_words, status=status)


def _find(uuid: UUID, reader: Actor) -> Note:
    """Return the note if this reader may see it; 404 for any other, and for one of a closed record."""
    for kind in notes.kinds_for(reader):
        open_ones = kind.objects.filter(patient__closed_at=None)
        if found := open_ones.select_related("patient").filter(uuid=uuid).first():
            return found
    raise Http404


def _address(person: Patient) -> str:
    return reverse("desk:patient", args=[person.uuid])


def _page(request: HttpRequest, name: str, person: Patient, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"person": person, "banner": of_page(request, person), **more}
    return TemplateResponse(request, f"desk/patients/{name}.html", context, status=status)
