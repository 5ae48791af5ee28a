"""A patient's consents: what stands, reading and signing, a paper scanned in, taking back, the document."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import askings, audit, submissions, vault
from clinic.policy import may
from clinic.refusals import Refused
from desk.back import came_from
from desk.consents import device
from desk.consents.forms import PaperForm, SignForm, WhoSignsForm, WithdrawForm
from intake import consents, papers, texts
from intake.models import Consent, ConsentText, Purpose
from patients.models import Patient


@dataclass(frozen=True)
class Row:
    """A purpose on the patient's page. earlier: what was signed before the last; may_open: its document is theirs."""

    standing: consents.Standing
    may_open: bool
    earlier: list[Consent]

    @property
    def purposes(self) -> tuple[str, ...]:
        return (self.standing.purpose,)

    @property
    def label(self) -> str:
        return str(Purpose(self.standing.purpose).label)


@may("witness_consents")
@require_safe
def consents_of(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show how a patient stands to each purpose: signed, replaced, taken back or not asked."""
    person = get_object_or_404(Patient, uuid=uuid)
    given: dict[str, list[Consent]] = {}
    for consent in Consent.objects.filter(patient=person).select_related("text", "recorded_by"):
        given.setdefault(consent.text.purpose, []).append(consent)
    rows = [
        Row(one, bool(one.last and _may_open(request, one.last)), given.get(one.purpose, [])[1:])
        for one in consents.overview(person)
    ]
    is_clinical = request.actor.may("see_clinical")
    if is_clinical:
        audit.read(person, by=request.actor, at=request.now, patient=person)
    context = {"person": person, "rows": rows, "is_clinical": is_clinical}
    return TemplateResponse(request, "desk/consents/of_patient.html", context)


# --- reading and signing ---------------------------------------------------------------------------------


@may("witness_consents")
@require_http_methods(["GET", "POST"])
def consent_sign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let the patient read a text and sign it, on a tablet or at the desk."""
    return _signing(request, uuid, SignForm, "desk/consents/sign.html")


@may("witness_consents")
@require_http_methods(["GET", "POST"])
def consent_paper(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep a paper that the patient signed with a pen."""
    return _signing(request, uuid, PaperForm, "desk/consents/paper.html")


def _signing(request: HttpRequest, uuid: UUID, kind: type[WhoSignsForm], name: str) -> HttpResponse:
    person = get_object_or_404(Patient, uuid=uuid)
    asked = request.GET.get("purpose", Purpose.PROCEDURE)
    try:
        text = texts.current(asked, request.GET.get("language") or _language(request, person))
    except texts.NoConsentText as missing:
        if asked not in Purpose.values:
            raise Http404(asked) from missing
        messages.warning(request, str(missing))
        return redirect(_leave(request, person))
    if request.method == "GET":
        signer = consents.signer_for(person, site=request.site, at=request.now)
        return _sign_page(request, name, person, text, kind(initial={"text": text.pk, "signer": signer}))
    return _sign(request, name, person, text, kind(request.POST, request.FILES))


def _sign(request: HttpRequest, name: str, person: Patient, text: ConsentText, form: WhoSignsForm) -> HttpResponse:
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
        return _sign_page(request, name, person, text, form, status=409)
    if not form.is_valid():
        return _sign_page(request, name, person, text, form, status=422)
    read = form.cleaned_data["text"]
    back = request.handed.page_after(read.purpose) if request.handed else _leave(request, person)
    who = {"by": request.actor, "at": request.now}
    try:
        drafted = consents.draft(person, text=read, signature=form.signature(), site=request.site, **who)
        with submissions.once(request, leads_to=back) as posted:
            signed = askings.act(consents.keep, drafted, **who)
    except consents.TextReplaced as replaced:
        form.add_error(None, str(replaced))
        return _sign_page(request, name, person, text, _of_today(form, text), status=409)
    except Refused as refused:
        form.refuse(refused.refusal.values.get("field", ""), str(refused))
        return _sign_page(request, name, person, text, form, status=422)
    with translation.override(request.LANGUAGE_CODE):  # who reads it is not the patient
        named = {"name": signed.signer_name, "text": str(signed.text)}
        messages.success(request, _("%(name)s has signed: %(text)s.") % named)
    return redirect(posted.url)


def _of_today(form: WhoSignsForm, text: ConsentText) -> WhoSignsForm:
    """Return the form with what was typed, for the words as they stand now; a drawing was of the old ones."""
    form.data = form.data.copy()
    form.data["text"] = str(text.pk)
    form.data["drawing"] = ""
    return form


def _sign_page(
    request: HttpRequest, name: str, person: Patient, text: ConsentText, form: WhoSignsForm, status: int = 200
) -> HttpResponse:
    languages = ConsentText.objects.current().filter(purpose=text.purpose).order_by("language")
    context = {
        "person": person,
        "text": text,
        "title": texts.title(text),
        "version": papers.version_words(text, request.site),
        "blocks": [block for block in texts.blocks(text.words) if block.kind != "title"],
        "agreed": papers.words_in(text.language)["i_agree"],
        "languages": [one for one in languages if one.language != text.language],
        "form": form,
        "next": "" if request.handed else came_from(request),
        "leave": _leave(request, person),
        "is_handed": request.handed is not None,
        "refusal": consents.guardian_refusal(person, site=request.site, at=request.now),
        "purposes": [text.purpose],
    }
    return TemplateResponse(request, name, context, status=status)


def _leave(request: HttpRequest, person: Patient) -> str:
    """Return where one goes who does not sign now: from a device that the patient holds, to giving it back."""
    if request.handed:
        return reverse(device.DEVICE)
    return came_from(request) or reverse("desk:consents", args=[person.uuid])


def _language(request: HttpRequest, person: Patient) -> str:
    return request.handed.language if request.handed else person.language


# --- what was signed -------------------------------------------------------------------------------------


@may("witness_consents")
@require_safe
def consent_document(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand out the signed document, to print or to save for the patient."""
    consent = _opened(request, uuid)
    if not consent.pdf:
        raise Http404(uuid)
    return _from_the_vault(request, consent, consent.pdf, "application/pdf", f"consent-{consent.given_at:%Y-%m-%d}.pdf")


@may("witness_consents")
@require_safe
def consent_signature(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand out what it was signed with: the drawing, or the paper as it was scanned in."""
    consent = _opened(request, uuid)
    if not consent.signature:
        raise Http404(uuid)
    ending = consent.signature_type.rpartition("/")[2]
    return _from_the_vault(request, consent, consent.signature, consent.signature_type, f"signature.{ending}")


def _from_the_vault(
    request: HttpRequest, consent: Consent, name: str, content_type: str, filename: str
) -> HttpResponse:
    try:
        is_scan = name == consent.signature and content_type == "application/pdf"
        response = vault.answer(name, content_type=content_type, filename=filename, as_attachment=is_scan)
    except (vault.Unreadable, FileNotFoundError):
        messages.error(request, _("This file is not as it was kept, so it is not shown. Tell your manager."))
        return redirect("desk:consents", consent.patient.uuid)
    audit.read(consent, by=request.actor, at=request.now, patient=consent.patient)
    return response


@may("witness_consents")
@require_POST
def consent_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a consent back; it counts from this moment."""
    consent = _found(uuid)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason has more than 250 letters. Nothing was changed."))
        return redirect("desk:consents", consent.patient.uuid)
    try:
        consents.withdraw(consent, reason=form.cleaned_data["reason"], by=request.actor, at=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("desk:consents", consent.patient.uuid)
    named = {"text": consent.text.get_purpose_display()}
    messages.success(request, _("Taken back: %(text)s. It counts from now on.") % named)
    return redirect("desk:consents", consent.patient.uuid)


def _found(uuid: UUID) -> Consent:
    """Return a consent of a record that is open."""
    found = Consent.objects.filter(patient__closed_at=None).select_related("patient", "text")
    return get_object_or_404(found, uuid=uuid)


def _opened(request: HttpRequest, uuid: UUID) -> Consent:
    """Return a consent whose files this person may have: clinicians, and whoever saw it signed."""
    consent = _found(uuid)
    if not _may_open(request, consent):
        raise Http404(uuid)
    return consent


def _may_open(request: HttpRequest, consent: Consent) -> bool:
    return bool(consent.pdf) and (request.actor.may("see_clinical") or consent.recorded_by_id == request.actor.user.pk)
