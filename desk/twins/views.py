"""Records that may be one person: the list of them, both beside each other, and what somebody says to a pair."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from desk.patients.forms import FindForm
from desk.twins import comparing
from patients import merging, splitting, twins
from patients.models import Merge, Pair, Patient
from visits import merging as story

ON_A_PAGE = 20
FOUND_AT_MOST = 12
WRITTEN_AT_MOST = 40  # deeds on the page that undoes a merge
APART, MERGED = "apart", "merged"


@may("edit_patients")
@require_GET
def twins_list(request: HttpRequest) -> HttpResponse:
    """Go through the pairs that nobody has looked at; those that were set apart; and what was merged lately."""
    show = request.GET.get("show", "")
    show = show if show in (APART, MERGED) else ""
    rows = splitting.undoable(at=request.now) if show == MERGED else _pairs(show)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "desk/twins/list.html", {"page": page, "show": show})


def _pairs(show: str) -> QuerySet[Pair]:
    pairs = Pair.objects.of_open_records().select_related("low", "high", "set_apart_by")
    return pairs.filter(set_apart_at__isnull=False).order_by("-set_apart_at") if show else pairs.open()


@may("edit_patients")
@require_http_methods(["GET", "POST"])
def twins_add(request: HttpRequest) -> HttpResponse:
    """Put a second record beside one: somebody knows that both are one person."""
    asked = request.POST if request.method == "POST" else request.GET
    person = get_object_or_404(Patient, uuid=_uuid(asked.get("patient", "")))
    if request.method == "POST":
        other = get_object_or_404(Patient.objects.exclude(pk=person.pk), uuid=_uuid(asked.get("other", "")))
        return redirect("desk:twins_compare", twins.put_beside(person, other, by=request.actor, at=request.now).uuid)
    form = FindForm(request.GET)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    found = Patient.objects.matching(typed or person.name).exclude(pk=person.pk)[:FOUND_AT_MOST]
    return TemplateResponse(request, "desk/twins/add.html", {"person": person, "typed": typed, "found": found})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@may("edit_patients")
@require_GET
def twins_compare(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """See both records beside each other and what a merge would move."""
    return _compare(request, *_asked(request, uuid))


def _pair(uuid: UUID) -> Pair:
    return get_object_or_404(Pair.objects.of_open_records().select_related("low", "high"), uuid=uuid)


def _asked(request: HttpRequest, uuid: UUID) -> tuple[Pair, Patient, Patient]:
    """Return the pair, the record that stays and the one that becomes part of it."""
    pair = _pair(uuid)
    keep = (request.POST if request.method == "POST" else request.GET).get("keep")
    return (pair, pair.high, pair.low) if keep == "high" else (pair, pair.low, pair.high)


@may("merge_patients")
@require_POST
def twins_merge(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make two records one; what stops it stands above both, and what was chosen stays chosen."""
    pair, kept, gone = _asked(request, uuid)
    try:
        story.merge(kept, gone, **comparing.read(request.POST), by=request.actor, at=request.now)
    except Stale:
        return _compare(request, pair, *_fresh(kept, gone), refusal=_changed(), status=409)
    except Refused as refused:
        return _compare(request, pair, kept, gone, refusal=refused.refusal, status=422)
    said = {"gone": gone.reference, "kept": kept.reference, "days": merging.UNDO_DAYS}
    messages.success(
        request, _("%(gone)s is part of %(kept)s now. For %(days)s days this can be undone under Merged.") % said
    )
    return redirect("desk:patient", kept.uuid)


def _fresh(*records: Patient) -> list[Patient]:
    return [Patient.with_merged.get(pk=record.pk) for record in records]


def _changed() -> Refusal:
    sentence = _("Somebody changed one of the records a moment ago. Look at both and press again.")
    return Refusal("patient.changed", _("Look at both once more"), sentence)


def _compare(
    request: HttpRequest, pair: Pair, kept: Patient, gone: Patient, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    if request.actor.may("see_clinical"):
        for patient in (kept, gone):
            audit.read(patient, by=request.actor, at=request.now, patient=patient)
    if merged := next((one for one in (kept, gone) if one.merged_into_id), None):
        refusal = merging.Merged(merged).refusal
    context = {
        "pair": pair,
        "kept": kept,
        "gone": gone,
        "keeps": "high" if kept.pk == pair.high_id else "low",
        "lines": comparing.lines(kept, gone, reader=request.actor, posted=request.POST),
        "is_clinical": request.actor.may("see_clinical"),
        "moving": merging.preview(kept, gone, reader=request.actor),
        "refusal": refusal or story.overlap_refusal(kept, gone),
        "is_merged": bool(merged),
        "undo_days": merging.UNDO_DAYS,
    }
    return TemplateResponse(request, "desk/twins/compare.html", context, status=status)


@may("edit_patients")
@require_POST
def twins_apart(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that two records are two people; nobody is asked about them again."""
    pair = _pair(uuid)
    twins.set_apart(pair.low, pair.high, by=request.actor, at=request.now)
    said = {"one": pair.low.name, "other": pair.high.name}
    messages.success(request, _("%(one)s and %(other)s are two people; nobody is asked again.") % said)
    return redirect("desk:twins")


@may("edit_patients")
@require_POST
def twins_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back that two records are two people."""
    pair = _pair(uuid)
    twins.ask_again(pair, by=request.actor, at=request.now)
    messages.success(request, _("The two records are asked about again."))
    return redirect("desk:twins")


@may("merge_patients")
@require_http_methods(["GET", "POST"])
def merge_undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """See what was written since two records became one, and let them stand for themselves again."""
    of_open_records = Merge.objects.filter(kept__closed_at=None, gone__closed_at=None)
    merge = get_object_or_404(of_open_records.select_related("kept", "gone", "merged_by"), uuid=uuid)
    if request.method == "GET":
        return _undoing(request, merge)
    try:
        left = story.undo(merge, by=request.actor, at=request.now)
    except Refused as refused:
        return _undoing(request, merge, refusal=refused.refusal, status=422)
    said = {"gone": merge.gone.reference, "kept": merge.kept.reference}
    words = _("%(gone)s and %(kept)s are two records again.") % said
    if left:
        words += " " + _("Edited since, and left as it is: %(fields)s.") % {"fields": ", ".join(left)}
    messages.success(request, words)
    return redirect("desk:patient", merge.gone.uuid)


def _undoing(request: HttpRequest, merge: Merge, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    written = merging.written_since(merge, reader=request.actor)
    context = {
        "merge": merge,
        "written": written[:WRITTEN_AT_MOST],
        "more": max(0, len(written) - WRITTEN_AT_MOST),
        "is_clinical": request.actor.may("see_clinical"),
        "refusal": refusal,
    }
    return TemplateResponse(request, "desk/twins/undo.html", context, status=status)
