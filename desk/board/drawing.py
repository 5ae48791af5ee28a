"""The rows of the board and of its list, drawn as markup.

A full day is some hundred cells and cards, and asking templates for every one was most of what its page took. So what
stands there hundreds of times is put together here, and the page around it is a template. Every value goes through
`escape` where it is set down; what is not escaped is written here or drawn by `icon`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import escape
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic.wall_time import local
from desk.board.cards import Card
from desk.board.days import BREAK, OFF_SHIFT, Cell, Row, Table
from desk.board.shown import Shown
from desk.board.weeks import Line
from desk.templatetags.look import icon

BUTTON = "btn btn-sm"  # a step forward outside the board


@dataclass(frozen=True)
class Pen:
    """What one page says of all its cells: who looks when, where free time leads, and what a drawer has marked on it.

    slot_url: the page that a free cell opens. picked: the visit in the drawer. asked_at and asked_with: the start and
    the practitioner's id that are asked for.
    """

    zone: ZoneInfo
    now: datetime
    may_book: bool
    slot_url: str
    picked: UUID | None = None
    asked_at: datetime | None = None
    asked_with: int | None = None

    def clock(self, at: datetime) -> str:
        return f"{local(at, self.zone):%H:%M}"

    @cached_property
    def book(self) -> str:
        return escape(_("Book"))

    @cached_property
    def off(self) -> dict[str, str]:
        """The words of time without visits that nobody gave a reason for."""
        return {BREAK: _("Break"), OFF_SHIFT: _("Off shift")}


def board_rows(table: Table, pen: Pen) -> SafeString:
    """Return the rows of a board: the time, and the cells that begin in it."""
    return mark_safe("\n".join(_row(row, pen) for row in table.rows))  # noqa: S308 - escaped where it is set down


def list_rows(visits: Iterable[Shown], present: int | None = None) -> SafeString:
    """Return visits as rows of a list. present: the id of the one at which the list opens."""
    return mark_safe("\n".join(_listed(shown, present) for shown in visits))  # noqa: S308 - as above


def week_rows(lines: Iterable[tuple[Line, str]]) -> SafeString:
    """Return the lines of a week as rows, each with the name of the practitioner where one is given."""
    return mark_safe("".join(_week_row(line, who) for line, who in lines))  # noqa: S308 - as above


def forward(shown: Shown, style: str = "") -> SafeString:
    """Return the button or link of a visit's next step, or nothing when there is none. style: other classes for it."""
    step = shown.step
    if step is None:
        return SafeString()
    style = style or ("next go" if step.is_main or not step.posts else "next")
    words, href = escape(step.words), escape(step.href)
    said = f'data-key="{step.key}" aria-label="{words}: {escape(shown.name)}">{words}'
    if not step.posts:
        return mark_safe(f'<a class="{style}" href="{href}" {said}</a>')  # noqa: S308 - as above
    return mark_safe(  # noqa: S308 - as above
        f'<button class="{style}" form="steps" formaction="{href}" name="version"'
        f' value="{shown.appointment.version}" {said}</button>'
    )


def _row(row: Row, pen: Pen) -> str:
    """Return a quarter of an hour."""
    is_now = row.now is not None
    marks = ["h"] if row.is_hour else ["hh"] if row.is_half_hour else []
    marks += ["now", f"now-{row.now}"] if is_now else []
    style = f' class="{" ".join(marks)}"' if marks else ""
    clock = f' data-now="{pen.clock(pen.now)}"' if is_now else ""
    hidden = "" if row.is_hour else ' class="visually-hidden"'
    cells = "".join(
        f'<td rowspan="{cell.rows}">{_cell(cell, row, pen)}</td>'
        if cell.rows > 1
        else f"<td>{_cell(cell, row, pen)}</td>"
        for cell in row.cells
    )
    return f'<tr{style}><th scope="row"{clock}><span{hidden}>{row.label}</span></th>{cells}</tr>'


def _cell(cell: Cell, row: Row, pen: Pen) -> str:
    if cell.kind == "visits":
        tight = " tight" if cell.is_tight else ""
        return f'<div class="lanes{tight}">{"".join(_card(card, cell, pen) for card in cell.cards)}</div>'
    if cell.kind == "blocked":
        return f'<span class="blocked"><span>{escape(pen.off.get(cell.words, cell.words))}</span></span>'
    if cell.kind == "free" and pen.may_book:
        return _slot(cell, row, pen)
    return ""


def _slot(cell: Cell, row: Row, pen: Pen) -> str:
    """Return the link of a free half hour."""
    head = cell.head
    is_asked = cell.gap is not None and cell.gap.starts_at == pen.asked_at
    is_asked = is_asked and pen.asked_with == (head.practitioner.pk if head.practitioner else None)
    return (
        f'<a class="slot{" on" if is_asked else ""}" id="s-{head.key}-{row.clock}"'
        f' href="{_booking(cell, pen, row.label)}">'
        f'{pen.book} {row.label}<span class="visually-hidden"> {escape(head.hidden)}</span></a>'
    )


def _booking(cell: Cell, pen: Pen, clock: str) -> str:
    return escape(f"{pen.slot_url}?{cell.head.asks}start={cell.head.day}T{clock}")


def _card(card: Card, cell: Cell, pen: Pen, *, is_nested: bool = False) -> str:
    """Return a visit where it stands, with as much on it as its height has room for."""
    shown: Shown = card.visit.shown
    if card.parts:
        shape, face = " long", _in_parts(card, card.parts, cell, pen)
    elif card.is_line:
        shape, face = " one-line", _in_one_line(shown, is_nested=is_nested)
    elif card.is_short or is_nested:
        shape, face = " short", _in_two_lines(shown, is_nested=is_nested)
    else:
        shape, face = "", _whole(shown, rows=card.rows)
    marks = f" from{card.late_by}" if card.late_by else ""
    marks += f" less{card.short_by}" if card.short_by else ""
    marks += shape
    marks += " is-late" if shown.is_late else ""
    marks += " is-fresh" if shown.is_fresh else ""
    marks += " is-picked" if shown.appointment.uuid == pen.picked else ""
    return (
        f'<article class="visit is-{shown.mark} at{card.at} r{card.rows} lane{card.lane}{marks}"'
        f" data-visit{' data-moves' if shown.may_move else ''}>{face}</article>"
    )


def _in_one_line(shown: Shown, *, is_nested: bool) -> str:
    tag = shown.tag if shown.is_late else shown.word
    if is_nested:
        return f'<div class="face">{_first_line(shown, tag)}</div>'
    when = f'<span class="meta">{shown.from_words} {escape(shown.service_words)}</span>'
    return f'<div class="face">{_first_line(shown, tag, when)}{forward(shown)}</div>'


def _in_two_lines(shown: Shown, *, is_nested: bool) -> str:
    tag = escape(shown.tag)
    if shown.is_late:
        second = f'{shown.from_words} · <b class="late">{tag}</b>'
    else:
        second = f'<b class="stt">{tag}</b> · {shown.from_words} {escape(shown.service_words)}'
    step = "" if is_nested else forward(shown)
    return f'<div class="face">{_first_line(shown)}<span class="meta">{second}</span>{step}</div>'


def _whole(shown: Shown, *, rows: int) -> str:
    """Return what stands on a card of three rows and more."""
    when, service = f"{shown.from_words}–{shown.to_words}", escape(shown.service_words)
    lines = f'{when}</span><span class="meta">{service}' if rows > 3 else f"{when} · {service}" if rows == 3 else when
    return (
        f'<div class="face">{_first_line(shown, shown.tag)}<span class="meta">{lines}</span>'
        f"{_flags(shown)}{forward(shown)}</div>"
    )


def _in_parts(card: Card, parts: tuple[int, int, int], cell: Cell, pen: Pen) -> str:
    """Return a long visit: prepare, numbing with what the practitioner does beside it, and work."""
    shown: Shown = card.visit.shown
    prepare, numb, work = parts
    numbed = pen.clock(shown.numbing.ends_at) if shown.numbing else ""
    beside = _gap(card, cell, pen) + "".join(_card(inner, cell, pen, is_nested=True) for inner in card.beside)
    needling = escape(_("needling %(at)s") % {"at": numbed})
    return (
        f'<div class="face prep r{prepare}">{_first_line(shown, shown.tag)}</div>'
        f'<div class="face numb r{numb}"><span>{escape(_("Numbing"))}</span><br>'
        f"<span>{escape(_('to %(at)s') % {'at': numbed})}</span></div>"
        f'<div class="beside r{numb} of{numb}">{beside}</div>'
        f'<div class="face work r{work}"><span class="meta">{shown.from_words}–{shown.to_words} · {needling}</span>'
        f'<span class="meta">{escape(shown.service_words)}</span>{_flags(shown)}{forward(shown)}</div>'
    )


def _gap(card: Card, cell: Cell, pen: Pen) -> str:
    """Return the link of the practitioner's free hands."""
    if card.gap is None or not pen.may_book:
        return ""
    starts, ends = pen.clock(card.gap.starts_at), pen.clock(card.gap.ends_at)
    words = _('%(at)s free<span class="visually-hidden"> until %(to)s, while %(name)s is numbing: book</span>') % {
        "at": starts,
        "to": ends,
        "name": escape(card.visit.shown.name),
    }
    return f'<a class="gap" href="{_booking(cell, pen, starts)}">{icon("plus")}{words}</a>'


def _first_line(shown: Shown, tag: str = "", when: str = "") -> str:
    """Return mark and name, and the words beside them. tag: as they are; when: drawn already."""
    href = escape(shown.href)
    tag = f'<span class="tag">{escape(tag)}</span>' if tag else ""
    return (
        f'<span class="l1">{icon(shown.mark)}<a class="name" id="v-{shown.appointment.uuid}" href="{href}"'
        f' aria-label="{escape(shown.spoken)}">{escape(shown.name)}</a>{when}{tag}</span>'
    )


def _flags(shown: Shown) -> str:
    if not shown.flags:
        return ""
    flags = "".join(f'<span class="{one.tone}">{icon(one.icon)} {escape(one.words)}</span>' for one in shown.flags)
    return f'<span class="flags">{flags}</span>'


def _listed(shown: Shown, present: int | None) -> str:
    """Return one visit as a row of a list."""
    visit, mark = shown.appointment, shown.mark
    where = f"{visit.practitioner.short_name}, {visit.room.name}" if visit.room else visit.practitioner.short_name
    flags = "".join(f'<span class="flag-{one.tone}">{icon(one.icon)} {escape(one.words)}</span>' for one in shown.flags)
    return (
        f'<li class="is-{mark} k-{mark}" data-visit{" data-present" if visit.pk == present else ""}>'
        f'<span class="edge" aria-hidden="true"></span>'
        f'<span class="at">{shown.from_words}<small>{shown.to_words}</small></span>'
        f'<span><a class="name" href="{escape(shown.href)}">{escape(shown.name)}</a><span class="meta">'
        f'<span class="status k-{mark}">{icon(mark)}{escape(shown.tag)}</span>'
        f"<span>{escape(shown.service_words)}</span><span>{escape(where)}</span>{flags}</span></span>"
        f"{forward(shown, BUTTON)}</li>"
    )


def _week_row(line: Line, who: str) -> str:
    whose = f" <small>{escape(who)}</small>" if who else ""
    return (
        f'<li class="w-{line.mark}"><a href="{escape(line.href)}"><b>{line.at}</b> <u>{escape(line.name)}</u>'
        f" <i>{escape(line.state)}</i>{whose}</a></li>"
    )
