"""The rules of booking: the site's, the services of the menu, rooms, chairs and devices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from booking.models import Appointment
from clinic import askings, places, services, sites, submissions
from clinic.models import Device, Phase, Room, Service
from clinic.policy import may
from clinic.refusals import Refused
from desk import numbers
from desk.board import sheet_files
from desk.hours.rules_forms import PhaseForm, Phases, PlaceForm, ServiceForm, SiteRulesForm, phases_of

MISSING = {
    "practitioner": gettext_lazy("nobody gives it"),
    "room": gettext_lazy("no room in use"),
    "chair": gettext_lazy("no numbing chair in use"),
    "device": gettext_lazy("no device in use"),
}


@may("manage")
@require_http_methods(["GET", "POST"])
def booking_rules(request: HttpRequest) -> HttpResponse:
    """Show all rules; keep the site's own."""
    if request.method == "GET":
        return _show(request, SiteRulesForm(site=request.site))
    form = SiteRulesForm(request.POST, site=request.site)
    if form.is_valid():
        try:
            changed = sites.set_rules(request.site, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error(refused.refusal.values.get("field"), str(refused))
        else:
            if "sheets_show_initials" in changed and request.site.sheets_show_initials:
                sheet_files.write_anew(request.site, at=request.now)
            messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
            return redirect("desk:booking_rules")
    return _show(request, form, status=422)


def _show(request: HttpRequest, form: SiteRulesForm, place: PlaceForm | None = None, status: int = 200) -> HttpResponse:
    coming = Q(appointments__state__in=Appointment.STANDING, appointments__starts_at__gt=request.now)
    rooms = Room.objects.filter(site=request.site).annotate(coming=Count("appointments", filter=coming))
    devices = Device.objects.filter(site=request.site).annotate(
        coming=Count("appointments", filter=coming), is_in_use=Q(quarantined_at=None)
    )
    context = {
        "form": place if place is not None and place.errors else form,
        "site_form": form,
        "place_form": place or PlaceForm(),
        "services": [(one, _lacking(one)) for one in _menu()],
        "rooms": [room for room in rooms if room.kind == Room.Kind.ROOM],
        "chairs": [room for room in rooms if room.kind == Room.Kind.CHAIR],
        "devices": devices,
    }
    return TemplateResponse(request, "desk/hours/rules.html", context, status=status)


def _menu() -> Any:
    phases = Prefetch("phases", queryset=Phase.objects.order_by("position"))
    return Service.objects.prefetch_related(phases, "practitioners", "rooms", "devices")


def _lacking(service: Service) -> str:
    """Return why nothing can be booked of a service that is offered, in words; empty when all is there."""
    lacking = services.missing(service) if service.is_offered else []
    return ", ".join(str(MISSING[name]) for name in lacking)


@may("manage")
@require_POST
def places_changed(request: HttpRequest) -> HttpResponse:
    """Add a room or chair, or take one, or a device, into use or out of it."""
    said: dict[str, Any] = {"by": request.actor, "at": request.now}
    do, pk = request.POST.get("do", ""), request.POST.get("which", "")
    if do == "add":
        return _add_place(request)
    if do in ("open", "close"):
        room = _here(Room, request, pk)
        places.set_open(room, is_open=do == "open", **said)
        words = _("%(name)s is in use again.") if do == "open" else _("%(name)s is out of use. Booked visits stay.")
        messages.success(request, words % {"name": room.name})
    elif do in ("take_in", "take_out"):
        device = _here(Device, request, pk)
        places.set_in_use(device, is_in_use=do == "take_in", **said)
        words = _("%(name)s is in use again.") if do == "take_in" else _("%(name)s is out of use. Booked visits stay.")
        messages.success(request, words % {"name": device.name})
    else:
        raise Http404
    return redirect(reverse("desk:booking_rules") + "#places")


def _here(model: Any, request: HttpRequest, pk: str) -> Any:
    if numbers.read(pk) is None:
        raise Http404
    return get_object_or_404(model, pk=pk, site=request.site)


def _add_place(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST)
    rules = SiteRulesForm(site=request.site)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            given = {**form.cleaned_data, "by": request.actor, "at": request.now}
            with submissions.once(request, leads_to=reverse("desk:booking_rules") + "#places") as posted:
                room = askings.act(places.add, request.site, **given)
            words = _("%(name)s is added.") if room.kind == Room.Kind.CHAIR else _add_room_words()
            messages.success(request, words % {"name": room.name})
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except Refused as refused:
        form.add_error(refused.refusal.values.get("field"), str(refused))
    return _show(request, rules, form, status=422)


def _add_room_words() -> str:
    return _("%(name)s is added. Tick it in the services that are given there.")


@may("manage")
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Change one service: how it is booked, its phases, who gives it, where and with what."""
    one = get_object_or_404(_menu(), code=code)
    if request.method == "GET":
        form = ServiceForm(service=one, site=request.site)
        return _service(request, one, form, Phases(initial=phases_of(one), prefix="phases"))
    form = ServiceForm(request.POST, service=one, site=request.site)
    phases = Phases(request.POST, prefix="phases")
    if form.is_valid() & phases.is_valid():
        try:
            changed = _change(request, one, form, phases)
        except Refused as refused:
            form.add_error(None, str(refused))
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            words = _("%(name)s is saved.") if changed else _("Nothing was changed.")
            messages.success(request, words % {"name": form.cleaned_data["name"]})
            return redirect("desk:booking_rules")
    return _service(request, one, form, phases, status=422)


def _change(request: HttpRequest, one: Service, form: ServiceForm, phases: Any) -> list[str]:
    given = dict(form.cleaned_data)
    rooms = [*given.pop("rooms"), *given.pop("chairs")]
    given["rooms"] = [*rooms, *one.rooms.exclude(site=request.site)]  # what other sites ticked stays
    given["devices"] = [*given["devices"], *one.devices.exclude(site=request.site)]
    return services.change(one, **given, phases=phases.stretches, by=request.actor, at=request.now)


def _service(request: HttpRequest, one: Service, form: ServiceForm, phases: Any, status: int = 200) -> HttpResponse:
    context = {
        "service": one,
        "lacking": _lacking(one),
        "form": form,
        "phases": phases,
        "holds": [PhaseForm.base_fields[name].label for name in services.RESOURCES],
    }
    return TemplateResponse(request, "desk/hours/service.html", context, status=status)
