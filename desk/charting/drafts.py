"""The chart between the page and the record: forms from a draft, a draft from forms, problems at their fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.forms import BaseFormSet
from django.http import QueryDict
from django.utils.functional import cached_property

from clinic import wall_time
from desk.charting import advice, as_kept, issues, prp, reasons, steps
from desk.charting.fields import Shelf, readable
from desk.charting.forms import ChartForm
from desk.charting.issues import Issue
from desk.charting.row_forms import ELSEWHERE, SETS, RowForm
from desk.charting.steps import Step
from intake.models import Purpose
from stock.models import Product
from treatments import caps, judging
from treatments.drafts import PLAIN_FIELDS, STEP_TIMES, CreamRow, Draft, SerumRow, ZoneRow
from treatments.judging import Finding, Problem
from treatments.models import Concern, Session, Zone

DEPTHS = [Decimal(step) / 4 for step in range(1, 11)]  # offered for a quick choice: 0.25 to 2.50


class Chart:
    """The forms of one session's chart: `main` and the rows of zones, serums and creams."""

    def __init__(self, session: Session, *, at: datetime, data: QueryDict | None, initial: dict[str, Any]) -> None:
        self.session, self.data, self.at = session, data, at
        self.unsigned: list[tuple[str, str]] = []  # what is to be signed before the chart can be kept: code and words
        self.zone = session.appointment.site.zone
        self.day = wall_time.local(session.started_at, self.zone).date()
        today, done_on = wall_time.local(at, self.zone).date(), self.day if session.is_afterwards else None
        self.shelf = Shelf.of(session.appointment.site, today, done_on=done_on)
        self.main = ChartForm(data, initial=initial["main"], shelf=self.shelf)
        self.rows: dict[str, BaseFormSet] = {}
        for name, make in SETS.items():
            self.rows[name] = make(data, prefix=name, initial=initial[name], form_kwargs={"shelf": self.shelf})
            self.rows[name].extra = initial.get(f"more_{name}", 0)

    # --- three ways to come by a chart -------------------------------------------------------------------

    @classmethod
    def of(cls, session: Session, draft: Draft, *, at: datetime) -> Chart:
        """Return the chart as it is kept, with blank rows where there are none yet."""
        return cls(session, at=at, data=None, initial=as_kept.initial(session, draft))

    @classmethod
    def read(cls, session: Session, data: QueryDict, *, at: datetime) -> Chart:
        """Return the chart as it was posted."""
        return cls(session, at=at, data=data.copy(), initial={"main": {}, "zones": [], "serums": [], "creams": []})

    @classmethod
    def of_typed(cls, session: Session, *, at: datetime) -> Chart:
        """Return the chart as it was typed last, with what could not be read then."""
        data = QueryDict(mutable=True)
        for name, values in session.typed.items():
            data.setlist(name, values)
        data["version"] = str(session.version)
        return cls.read(session, data, at=at)

    @classmethod
    def retyped(
        cls, session: Session, data: QueryDict, *, at: datetime, add: str = "", remove: str = "", at_place: str = ""
    ) -> Chart:
        """Return the chart as it was posted, unjudged, with one row more or less.

        remove: as in "zones-1". at_place: the zone to go on with, as in "cheek:left".
        """
        posted = cls.read(session, data, at=at)
        initial: dict[str, Any] = {"main": {name: posted.main[name].data for name in posted.main.fields}}
        for name, rows in posted.rows.items():
            kept = [form for form in rows if form.prefix != remove and not form["DELETE"].data]
            initial[name] = [{field: form[field].data for field in form.fields} for form in kept]
            initial[f"more_{name}"] = 1 if name == add else 0
        chart = cls(session, at=at, data=None, initial=initial)
        if add:
            newest = chart.rows[add][-1]
            newest.fields[newest.PICKED].widget.attrs["data-focus"] = True
        for form in chart.rows["zones"]:
            if at_place and form.place == at_place:
                form.fields["depth_mm"].widget.attrs["data-focus"] = True
        return chart

    def typed(self) -> dict[str, list[str]]:
        """Return everything that was typed, by the names of the fields; nothing else that was posted."""
        names = {self.main.add_prefix(name) for name in self.main.fields} - {"version"}
        rows = tuple(f"{name}-" for name in SETS)
        return {name: values for name, values in self.data.lists() if name in names or name.startswith(rows)}

    # --- from forms to a draft ---------------------------------------------------------------------------

    def is_valid(self) -> bool:
        return all([self.main.is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    def written(self, name: str) -> list[RowForm]:
        """Return the rows of one kind that say something, in order: row 1 of the draft is the second of them."""
        return [form for form in self.rows[name] if form.counts] if self.data else list(self.rows[name])

    def draft(self) -> Draft:
        """Return what was typed, as the record reads it; only after is_valid()."""
        main = self.main.cleaned_data
        plain = {name: main[name] for name in PLAIN_FIELDS} | {name: self._instant(main[name]) for name in STEP_TIMES}
        return Draft(
            device=main["device"],
            cartridge_lot=main["cartridge_lot"],
            unit_code=main["unit_code"],
            zones=tuple(self._zone_row(form) for form in self.written("zones")),
            serums=tuple(self._serum_row(form.cleaned_data) for form in self.written("serums")),
            creams=tuple(self._cream_row(form.cleaned_data) for form in self.written("creams")),
            prp=prp.read(main, self._instant),
            **plain,
        )

    def _zone_row(self, form: RowForm) -> ZoneRow:
        cleaned = form.cleaned_data
        earlier = self._earlier(cleaned["carried_from"])
        return ZoneRow(
            cleaned["zone"],
            cleaned["depth_mm"],
            cleaned["pass_count"],
            cleaned["endpoint"],
            cleaned["side"],
            cleaned["note"],
            form.reasons(),
            cleaned["speed"],
            cleaned["speed_unit"],
            earlier,
            earlier is None or cleaned["is_confirmed"],
        )

    def _earlier(self, uuid: UUID | None) -> Session | None:
        """Return the session of this patient whose settings a row says it has."""
        return Session.objects.filter(uuid=uuid, patient=self.session.patient_id).first() if uuid else None

    def _serum_row(self, cleaned: dict[str, Any]) -> SerumRow:
        return SerumRow(cleaned["lot"], cleaned["phase"] or "after", cleaned["amount_ml"], cleaned["reason"])

    def _cream_row(self, cleaned: dict[str, Any]) -> CreamRow:
        return CreamRow(
            cleaned["lot"],
            self._instant(cleaned["on_at"]),
            self._instant(cleaned["off_at"]),
            cleaned["is_removed"],
            cleaned["grams"],
            cleaned["reason"],
            cleaned["area_cm2"],
            cleaned["is_occluded"],
            cleaned["applied_by"],
        )

    def _instant(self, clock: time | None) -> datetime | None:
        return wall_time.instant(self.day, clock, self.zone) if clock else None

    # --- what the rules say, at its place ----------------------------------------------------------------

    def judge(self) -> Chart:
        """Show at each row what the rules notice there, whether it is kept, typed or half typed; return the chart.

        A reason answers the findings that stood beside it, so this comes after what was posted has been read. One that
        is given at a zone, or in the plan of the course, is not asked for again at another.
        """
        hints, usual = self._hints(), caps.concern_range(self._concern)
        for name, rows in self.rows.items():
            for form in rows:
                form.found = tuple(self._found(name, form))
        self._answer_once()
        for name, rows in self.rows.items():
            for form in rows:
                form.asks_reason = any(one.asks_reason and not one.is_elsewhere for one in form.found)
                form.usual_reasons = reasons.offered(one.code for one in form.found if one.asks_reason)
                codes = " ".join(f"{ELSEWHERE if one.is_elsewhere else ''}{one.code}" for one in form.found)
                form.is_new_finding = self.data is not None and codes != form["codes"].data
                self._put(form, "codes", codes)
                if name == "zones":
                    zone = readable(form, "zone")
                    form.hint = hints.get(zone, "")
                    form.quick_depths = advice.quick_depths(caps.zone_cap(zone), usual, self.step_mm) if zone else ()
        return self

    def _answer_once(self) -> None:
        """Let a reason at one zone answer the same finding at the others."""
        given: dict[str, str] = {}
        for form in self.rows["zones"]:
            if reason := str(form["reason"].value() or "").strip():
                given |= {one.code: reason for one in form.found if one.asks_reason}
        for form in self.rows["zones"]:
            if not form["reason"].value():
                form.found = tuple(
                    replace(one, reason=given[one.code], is_elsewhere=True) if one.code in given else one
                    for one in form.found
                )

    def _found(self, name: str, form: RowForm) -> list[Finding]:
        """Return the findings of one row, as far as it can be read."""
        zone, depth_mm, lot, on_at, off_at = (
            readable(form, field) for field in ("zone", "depth_mm", "lot", "on_at", "off_at")
        )
        if name == "zones" and zone and depth_mm:
            device = readable(self.main, "device")
            return self._judged(device=device, zones=(ZoneRow(zone, depth_mm, 1, ""),))
        if name == "serums" and lot:
            return self._judged(serums=(SerumRow(lot, ""),))
        if name == "creams" and lot:
            on, off = (self._instant(on_at), self._instant(off_at)) if on_at else (self.session.started_at, None)
            is_covered = bool(form["is_occluded"].value())
            return self._judged(creams=(CreamRow(lot, on, off, is_occluded=is_covered),))
        return []

    def _judged(self, **rows: Any) -> list[Finding]:
        return judging.of_session(self.session, Draft(**rows), self.frame)

    @cached_property
    def frame(self) -> judging.Frame:
        return judging.Frame.of(self.session)

    def _put(self, form: RowForm, name: str, value: str) -> None:
        if self.data is None:
            form.initial[name] = value
        else:
            self.data[form.add_prefix(name)] = value

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show each problem at the field it is about, else above the chart."""
        for problem in problems:
            where, _dot, rest = problem.where.partition(".")
            sentence = str(problem.refusal.sentence)
            purposes = problem.refusal.values.get("purposes", [])
            self.unsigned += [(one, str(Purpose(one).label)) for one in purposes]
            if where in self.rows:
                index, _dot, field = rest.partition(".")
                self.written(where)[int(index)].add_error(field or None, sentence)
            else:
                self.main.add_error(where if where in self.main.fields else None, sentence)

    def renew(self, version: int) -> None:
        """Let the next press save over what stands now."""
        self.data["version"] = str(version)

    def issues(self) -> list[Issue]:
        """Return every problem of the chart in its order, each with the field it leads to."""
        if self.data is None:
            return []
        found = list(issues.of_form(self.main))
        for rows in self.rows.values():
            for form in rows:
                found += issues.of_form(form)
        return found

    def _hints(self) -> dict[Zone | None, str]:
        """Return what each zone advises: "suggested 1.50 mm to 2.00 mm"."""
        concern = caps.concern_range(self._concern)
        return {one: advice.hint(caps.zone_cap(one), concern) for one in self.shelf.zones}

    @property
    def _concern(self) -> Concern | None:
        return self.session.course.concern if self.session.course else None

    @property
    def steps(self) -> list[Step]:
        """Return the five steps of the session, as far as they have come."""
        return steps.of(self)

    @property
    def carried(self) -> list[RowForm]:
        """Return the rows that have the settings of an earlier session."""
        return [form for form in self.rows["zones"] if form["carried_from"].value() and not form["DELETE"].data]

    @property
    def carried_from(self) -> Session | None:
        uuid = next((form["carried_from"].value() for form in self.carried), None)
        return Session.objects.select_related("practitioner").filter(uuid=uuid).first() if uuid else None

    @property
    def carried_count(self) -> int:
        return len(self.carried)

    @property
    def unconfirmed_count(self) -> int:
        return sum(form.is_carried for form in self.carried)

    @property
    def confirmed_count(self) -> int:
        return self.carried_count - self.unconfirmed_count

    def clock_of(self, name: str) -> datetime | None:
        """Return when a step was, as it is typed; None where it cannot be read."""
        return self._instant(readable(self.main, name))

    @property
    def has_kit(self) -> bool:
        """Return whether a kit for platelet-rich plasma is chosen among the serums, as they are typed."""
        lots = [readable(form, "lot") for form in self.rows["serums"] if not form["DELETE"].data]
        return any(lot and lot.product.kind == Product.Kind.PRP_KIT for lot in lots)

    @property
    def has_no_cream(self) -> bool:
        return bool(self.main["anaesthetic_is_none"].value())

    def cream_times(self) -> tuple[datetime | None, datetime | None]:
        """Return when the first cream went on and came off, as they are typed."""
        first = next(iter(self.rows["creams"]), None)
        return tuple(self._instant(readable(first, name)) if first else None for name in ("on_at", "off_at"))

    def with_new_findings(self) -> list[RowForm]:
        """Return the rows at which the rules notice something else than the page shows."""
        return [form for rows in self.rows.values() for form in rows if form.is_new_finding]

    @property
    def step_mm(self) -> Decimal:
        """Return by how much one press changes a depth: the device's step."""
        return self.session.device.step_mm if self.session.device else Decimal("0.25")
