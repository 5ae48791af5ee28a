"""What the house tells its patients, and where each message stands. The desk sees purpose and state, never words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import form_notices
from clinic import askings, audit, submissions, wall_time
from clinic.policy import may
from clinic.refusals import Refusal, Refused
from desk.messages import listing, missed
from desk.messages.blocks import blocks
from desk.messages.forms import WithdrawForm
from outbox import letters, notices, pauses
from outbox.models import Attempt, Notice
from patients.models import Patient
from visits import notices as visit_notices

ON_A_PAGE = 50


@may("see_messages")
@require_safe
def messages_list(request: HttpRequest) -> HttpResponse:
    """Show the messages of one shelf, of everybody or of one patient."""
    shelf = listing.BY_CODE.get(request.GET.get("show", ""), listing.SHELVES[0])
    patient, tonight = _chosen_patient(request), _tonight(request)
    found = listing.visible(request.actor).filter(**({"patient": patient} if patient else {}))
    here = found.filter(listing.on_shelf(shelf.code, tonight=tonight)).order_by(*shelf.order)
    page = Paginator(here, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "shelf": shelf,
        "choices": listing.choices(found, here=shelf.code, patient=patient, tonight=tonight),
        "lines": [listing.line(notice, reader=request.actor) for notice in page],
        "page": page,
        "chosen_patient": patient,
        "may_read": request.actor.may("read_messages"),
        "pause": pauses.standing(),
        "tonight": tonight,
        "missed": missed.count(request, patient) if patient else 0,
    }
    whole = "desk/messages/list.html"
    return TemplateResponse(request, f"{whole}#found" if request.htmx and not request.htmx.boosted else whole, context)


@may("edit_patients")
@require_POST
def aftercare_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send today's aftercare again to a patient whose address was put right."""
    patient = get_object_or_404(Patient, uuid=uuid)
    address = missed.page_of(patient)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        with submissions.once(request, leads_to=address) as posted:
            count = visit_notices.send_again(patient, by=request.actor, at=request.now)
    except (submissions.Mismatch, Refused) as refused:
        messages.warning(request, str(refused))
        return redirect(address)
    if count:
        messages.success(request, _("Today's aftercare is on its way again."))
    else:
        messages.info(request, _("Nothing of today waits to be sent again."))
    return redirect(posted.url)


@may("see_messages")
@require_safe
def message(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one message: its state, its hours, its tries; the words for those who may read them."""
    return _show(request, _get(request, uuid))


@may("read_messages")
@require_POST
def message_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a message back before it leaves."""
    notice, form = _get(request, uuid), WithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, notice, form=form, status=422)
    because = form.cleaned_data["because"]
    return _act(
        request,
        notice,
        lambda: askings.act(notices.withdraw, notice, because=because, by=request.actor, at=request.now),
        said=_("The message will not be sent."),
    )


@may("read_messages")
@require_POST
def message_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let a message that failed or was taken back go out once more."""
    notice = _get(request, uuid)
    return _act(
        request,
        notice,
        lambda: visit_notices.try_again(notice, by=request.actor, at=request.now),
        said=_("The message is due again."),
    )


@may("see_messages")
@require_POST
def message_settle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Note that a call was made or a sheet printed; with `packet`, everything printed with it."""
    notice = _get(request, uuid)
    chosen = [notice]
    if "packet" in request.POST:
        chosen = list(Notice.objects.packet(notice).filter(uuid__in=request.POST.getlist("with")))
    if not chosen:
        sentence = _("Nothing was noted. Open the sheets again and press “Printed” once they are in hand.")
        return _show(request, notice, refusal=Refusal("packet.empty", _("No sheet was named"), sentence), status=422)
    return _act(
        request,
        notice,
        lambda: askings.act(notices.settle_all, chosen, by=request.actor, at=request.now),
        said=_("Noted."),
    )


@may("read_messages")
@require_safe
def message_sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a sheet as it is printed, with the others of the same visit that still wait: one packet for the patient."""
    notice = get_object_or_404(listing.of_open_records().select_related("patient", "site"), uuid=uuid)
    if notice.channel != Notice.Channel.SHEET:
        raise Http404
    if notice.kind == form_notices.FORM:  # its words hold an address that stands on no page of the staff's but one
        return redirect("desk:health_form", notice.patient.uuid)
    packet = list(Notice.objects.packet(notice).select_related("site")) or [notice]
    for one in packet:
        audit.read(one, by=request.actor, at=request.now, patient=notice.patient)
    pages = [{"notice": one, "blocks": blocks(letters.filled(one).text)} for one in packet]
    context = {"notice": notice, "pages": pages, "site": notice.site, "is_waiting": notice.state == Notice.State.DUE}
    return TemplateResponse(request, "desk/messages/sheet.html", context)


def _get(request: HttpRequest, uuid: UUID) -> Notice:
    found = listing.of_open_records().select_related("patient", "site", "settled_by")
    return get_object_or_404(found if request.actor.may("read_messages") else found.defer(*listing.WORDS), uuid=uuid)


def _show(
    request: HttpRequest,
    notice: Notice,
    *,
    form: WithdrawForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    may_read = request.actor.may("read_messages")
    attempts = Attempt.objects.filter(notice=notice).defer("message_bytes").order_by("number")
    context: dict[str, Any] = {
        "line": listing.line(notice, reader=request.actor),
        "notice": notice,
        "attempts": list(attempts),
        "may_read": may_read,
        "refusal": refusal,
        "form": form or WithdrawForm(),
    }
    if may_read:
        audit.read(notice, by=request.actor, at=request.now, patient=notice.patient)
        filled = letters.filled(notice)
        context |= {"subject": filled.subject, "blocks": blocks(filled.text)}
    return TemplateResponse(request, "desk/messages/message.html", context, status=status)


def _act(request: HttpRequest, notice: Notice, action: Callable[[], object], *, said: str) -> HttpResponse:
    """Do one thing to a message once, however often the form is sent, and go back to where the person was."""
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        with submissions.once(request, leads_to=_back(request, notice)) as posted:
            action()
    except submissions.Mismatch as mismatch:
        messages.warning(request, str(mismatch))
        return redirect("desk:message", notice.uuid)
    except Refused as refused:
        return _show(request, _get(request, notice.uuid), refusal=refused.refusal, status=409)
    messages.success(request, said)
    return redirect(posted.url)


def _back(request: HttpRequest, notice: Notice) -> str:
    address = request.POST.get("next", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return address
    return reverse("desk:message", args=[notice.uuid])


def _chosen_patient(request: HttpRequest) -> Patient | None:
    """Return the patient that the address names, None when it names none. Raises Http404 for one who is not there."""
    named = request.GET.get("patient", "")
    if not named:
        return None
    try:
        return get_object_or_404(Patient, uuid=UUID(named))
    except ValueError:
        raise Http404 from None


def _tonight(request: HttpRequest) -> datetime:
    zone = request.site.zone
    return wall_time.day_bounds(wall_time.local(request.now, zone).date(), zone)[1]
