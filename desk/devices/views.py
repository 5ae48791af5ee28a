"""The devices of a site: what each is, when it is serviced, what its label clears, and whether it is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import askings, devices, submissions
from clinic.models import Device
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk import numbers
from desk.board.pages import today_of
from desk.devices import words
from desk.devices.forms import DeviceForm, IndicationForm, Laid, ReasonForm, ServiceForm
from desk.sending import done_once

CHANGES_SHOWN = 50


@may("keep_stock")
@require_safe
def devices_list(request: HttpRequest) -> HttpResponse:
    """Show every device of the site, those in use first, with how its service stands."""
    found = Device.objects.filter(site=request.site).order_by("name")
    lines = [words.Line.of(one, today_of(request)) for one in found]
    lines.sort(key=lambda line: line.device.quarantined_at is not None)
    context = {"lines": lines, "may_change": request.actor.may("manage")}
    return TemplateResponse(request, "desk/devices/list.html", context)


@may("manage")
@require_http_methods(["GET", "POST"])
def device_add(request: HttpRequest) -> HttpResponse:
    """Enter a device."""
    form = DeviceForm(request.POST) if request.method == "POST" else DeviceForm()
    try:
        if request.method == "POST" and (answer := submissions.answered_before(request)):
            return redirect(answer)
        if form.is_bound and form.is_valid():
            said = form.cleaned_data | {"by": request.actor, "at": request.now}
            with submissions.once(request, leads_to=_address) as posted:
                added = askings.act(devices.add, request.site, **said)
            note = _("%(name)s is entered. Tick it at the services that it is for, under the rules of booking.")
            messages.success(request, note % {"name": added.name})
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except Refused as refused:
        form.refuse(refused)
    return TemplateResponse(request, "desk/devices/add.html", {"form": form}, status=422 if form.errors else 200)


@may("keep_stock")
@require_safe
def device(request: HttpRequest, which: str) -> HttpResponse:
    """Show one device with its label and everything that was done to it."""
    return _page(request, _device(request, which))


@may("manage")
@require_POST
def device_change(request: HttpRequest, which: str) -> HttpResponse:
    """Change the name and the settings of a device."""
    one, form = _device(request, which), DeviceForm(request.POST, device=_device(request, which))
    if not form.is_valid():
        return _page(request, one, status=422, changing=form)
    try:
        devices.change(one, **form.cleaned_data, by=request.actor, at=request.now)
    except Stale as stale:
        form.data = form.data | {"version": str(Device.objects.get(pk=one.pk).version)}
        form.add_error(None, str(stale))
        return _page(request, _device(request, which), status=409, changing=form)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, one, status=422, changing=form)
    messages.success(request, _("Saved."))
    return redirect(_address(one))


@may("keep_stock")
@require_POST
def device_service(request: HttpRequest, which: str) -> HttpResponse:
    """Write down that a device was serviced."""
    done = _("The service is written down.")
    return _done(request, _device(request, which), "servicing", ServiceForm(request.POST), devices.record_service, done)


@may("keep_stock")
@require_POST
def device_out(request: HttpRequest, which: str) -> HttpResponse:
    """Take a device out of use: no time is offered with it, and no chart takes it."""
    return _use(request, which, is_in_use=False, done=_("It is out of use: it is neither booked nor chosen."))


@may("keep_stock")
@require_POST
def device_back(request: HttpRequest, which: str) -> HttpResponse:
    """Take a device into use again."""
    return _use(request, which, is_in_use=True, done=_("It is in use again."))


@may("manage")
@require_http_methods(["GET", "POST"])
def device_label(request: HttpRequest, which: str) -> HttpResponse:
    """Add an indication to the label of a device."""
    one = _device(request, which)
    form = IndicationForm(request.POST) if request.method == "POST" else IndicationForm()
    if form.is_bound and form.is_valid():
        try:
            _clear(request, one, [*one.cleared, form.indication.kept()])
        except Stale as stale:
            form.add_error(None, str(stale))
        else:
            messages.success(request, _("The label is kept. Charts measure against it from now on."))
            return redirect(_address(one))
    context = {"form": form, "device": one}
    return TemplateResponse(request, "desk/devices/label.html", context, status=422 if form.errors else 200)


@may("manage")
@require_POST
def device_unlabel(request: HttpRequest, which: str) -> HttpResponse:
    """Take an indication off the label of a device."""
    one, number = _device(request, which), numbers.read(request.POST.get("number", ""))
    if number is None or number >= len(one.cleared):
        raise Http404
    try:
        _clear(request, one, [row for place, row in enumerate(one.cleared) if place != number])
    except Stale as stale:
        messages.warning(request, str(stale))
    else:
        messages.success(request, _("Taken off the label. The history keeps what it said."))
    return redirect(_address(one))


def _clear(request: HttpRequest, one: Device, rows: list[dict[str, Any]]) -> None:
    """Keep the label as somebody makes it of the one that they saw. Raises Stale."""
    version = numbers.read(request.POST.get("version", "")) or 0
    devices.must_be_as_read(one, version)
    devices.change(one, version=one.version, cleared=rows, by=request.actor, at=request.now)


def _use(request: HttpRequest, which: str, *, is_in_use: bool, done: str) -> HttpResponse:
    def act(one: Device, **said: Any) -> Device:
        return devices.set_in_use(one, is_in_use=is_in_use, **said)

    return _done(request, _device(request, which), "using", ReasonForm(request.POST), act, done)


def _done(request: HttpRequest, one: Device, name: str, form: Laid, act: Callable[..., Any], done: str) -> HttpResponse:
    """Do what a form of the device's page asks, once however often it is sent; what is wrong stands at its field."""

    def deed() -> Any:
        return act(one, **form.cleaned_data, by=request.actor, at=request.now)

    if answer := done_once(request, form, deed, leads_to=_address(one), words=done):
        return answer
    return _page(request, one, status=422, **{name: form})


def _page(request: HttpRequest, one: Device, status: int = 200, **forms: Laid) -> HttpResponse:
    context = {
        "device": one,
        "line": words.Line.of(one, today_of(request)),
        "label": words.label_of_device(one),
        "changes": [words.told(change, request.site.zone) for change in one.changes.all()[:CHANGES_SHOWN]],
        "may_change": request.actor.may("manage"),
        "changing": DeviceForm(device=one),
        "servicing": ServiceForm(),
        "using": ReasonForm(),
        "wrong": next(iter(forms), ""),
        "form": next(iter(forms.values()), None),
    } | forms
    return TemplateResponse(request, "desk/devices/device.html", context, status=status)


def _address(one: Device) -> str:
    return reverse("desk:device_one", args=[one.pk])


def _device(request: HttpRequest, which: str) -> Device:
    pk = numbers.read(which)
    if pk is None:
        raise Http404
    return get_object_or_404(Device, pk=pk, site=request.site)
