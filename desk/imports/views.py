"""Patients from another system: upload a table, match its columns, see what is wrong with it, enter all of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit, csv_files
from clinic.policy import may
from clinic.refusals import Refusal, Refused
from desk.imports.forms import MatchForm, UploadForm
from patients import imports
from patients.models import Import

SHOWN = 50  # problems and look-alikes on the page; the file has all


@may("import_patients")
@require_http_methods(["GET", "POST"])
def imports_list(request: HttpRequest) -> HttpResponse:
    """Upload a table, or go on with one."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            made = imports.upload(given.read(), filename=given.name, by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error("file", f"{refused.refusal.title}. {refused}")
        else:
            return redirect("desk:imports_one", made.uuid)
    rows = Import.objects.select_related("uploaded_by")[:30]
    context = {"form": form, "rows": rows}
    return TemplateResponse(request, "desk/imports/list.html", context, status=422 if form.errors else 200)


@may("import_patients")
@require_GET
def imports_one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Go on with one table: match its columns, watch it, see what was found, take it back."""
    imports.give_up_lost(at=request.now)
    of = _import(uuid)
    if request.htmx and not request.htmx.boosted:
        name = "desk/imports/one.html#work"
        response = TemplateResponse(request, name, {"import": of})
        if not of.is_at_work:
            response.headers["HX-Refresh"] = "true"
        return response
    return _show(request, of)


def _import(uuid: UUID) -> Import:
    return get_object_or_404(Import.objects.select_related("uploaded_by"), uuid=uuid)


def _show(
    request: HttpRequest,
    of: Import,
    *,
    form: MatchForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"import": of, "refusal": refusal}
    if of.file and not of.is_at_work:
        context["form"] = form or MatchForm(of.header, initial=_said(of))
        context["rows"] = _columns(of, context["form"])
    context["problems"], context["alikes"] = of.problems[:SHOWN], of.alikes[:SHOWN]
    return TemplateResponse(request, "desk/imports/one.html", context, status=status)


def _said(of: Import) -> dict[str, Any]:
    chosen = {f"column_{column}": name for name, column in of.mapping.items()}
    return chosen | {"source": of.source, "dates": of.dates, "enters_alikes": of.enters_alikes}


def _columns(of: Import, form: MatchForm) -> list[dict[str, Any]]:
    """Return each column with its select and its first cells."""
    try:
        first = imports.preview(of)
    except Refused:
        first = []
    return [
        {"field": form[name], "cells": [row[column][:40] for row in first if row[column]]}
        for column, name in enumerate(form.columns)
    ]


@may("import_patients")
@require_POST
def imports_check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say which column is what; the table is checked, and nothing of it is entered."""
    of = _import(uuid)
    form = MatchForm(of.header, request.POST)
    if not form.is_valid():
        return _show(request, of, form=form, status=422)
    chosen = {name: form.cleaned_data[name] for name in ("mapping", "source", "dates", "enters_alikes")}
    try:
        imports.match(of, **chosen, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, of, form=form, refusal=refused.refusal, status=422)
    return redirect("desk:imports_one", of.uuid)


@may("import_patients")
@require_POST
def imports_run(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Enter everybody whom the check found ready."""
    of = _import(uuid)
    try:
        imports.start(of, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, _import(uuid), refusal=refused.refusal, status=409)
    return redirect("desk:imports_one", of.uuid)


@may("import_patients")
@require_POST
def imports_undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take everybody out again who came with this table."""
    of = _import(uuid)
    try:
        count = imports.undo(of, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, of, refusal=refused.refusal, status=409)
    messages.success(
        request, ngettext("%(n)s person was taken out.", "%(n)s people were taken out.", count) % {"n": count}
    )
    return redirect("desk:imports_one", of.uuid)


@may("import_patients")
@require_POST
def imports_forget(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Remove the file; what was found in it stays written."""
    of = _import(uuid)
    try:
        imports.forget(of, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, of, refusal=refused.refusal, status=409)
    messages.success(request, _("The file is removed."))
    return redirect("desk:imports")


@may("import_patients")
@require_GET
def imports_problems(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give out everything that is wrong with the table, by row, as a list to work through."""
    of = _import(uuid)
    audit.record("import.problems", of, by=request.actor, at=request.now)
    rows = [[_("Row"), _("Column"), _("What is wrong")]]
    rows += [[one["row"], one["column"], one["words"]] for one in of.problems]
    rows += [[one["row"], "", f"{one['who']}: {one['why']}"] for one in of.alikes]
    return csv_files.answer(rows, filename="import-problems.csv")
