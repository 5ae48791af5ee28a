"""Every package of the house: what is left of it and what expires, as a page and as CSV."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinic import audit, csv_files
from clinic.policy import may
from desk import numbers
from desk.board.pages import today_of
from desk.packages import reading
from ledger import packages
from ledger.models import Package
from ledger.models.package import PackageQuerySet

ON_A_PAGE = 50
SHELVES = {
    "": gettext_lazy("With sessions left"),
    "expiring": gettext_lazy("Expiring within 60 days"),
    "over": gettext_lazy("Used up or expired"),
    "all": gettext_lazy("All"),
}


def shelf_of(request: HttpRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in SHELVES else ""


def on_shelf(shelf: str, *, today: date) -> PackageQuerySet:
    """Return the packages of one shelf with what is left of each, what expires first before the others."""
    if shelf == "expiring":
        return packages.expiring(on=today).select_related("patient")
    found = Package.objects.of_open_records().select_related("patient").with_left().soonest_first()
    if shelf == "over":
        return found.filter(left=0)
    return found if shelf == "all" else found.filter(left__gt=0)


@may("keep_money")
@require_safe
def packages_list(request: HttpRequest) -> HttpResponse:
    """Show the packages of one shelf."""
    today, shelf = today_of(request), shelf_of(request)
    page = Paginator(on_shelf(shelf, today=today), ON_A_PAGE).get_page(numbers.read(request.GET.get("page", "")) or 1)
    context = {
        "shelf": shelf,
        "shelves": SHELVES.items(),
        "page": page,
        "rows": [reading.shown(one, today=today) for one in page.object_list],
        "expiring": packages.expiring(on=today).count(),
    }
    return TemplateResponse(request, "desk/packages/list.html", context)


@may("keep_money")
@require_safe
def packages_csv(request: HttpRequest) -> HttpResponse:
    """Answer with the packages of one shelf; that they left the house stands in the trail of each patient."""
    today, shelf = today_of(request), shelf_of(request)
    rows = list(on_shelf(shelf, today=today))
    people = list({one.patient_id: one.patient for one in rows}.values())
    audit.record_each(audit.EXPORT, people, by=request.actor, at=request.now, fields={"packages": shelf or "left"})
    answer = csv_files.answer([_heads(), *map(_cells, rows)], filename=f"packages-{shelf or 'left'}-{today}.csv")
    answer.headers["Cache-Control"] = "no-store"  # like every page of the desk
    return answer


def _heads() -> list[str]:
    heads = (_("Reference"), _("Patient"), _("Package"), _("Left"), _("Sessions"), _("Price"), _("Currency"))
    return [*heads, _("Bought on"), _("Use until")]


def _cells(one: Package) -> list[object]:
    patient = one.patient
    said = (one.name, one.left, one.sessions_count, one.price, one.currency, one.bought_on, one.expires_on)
    return [patient.reference, patient.name, *said]
