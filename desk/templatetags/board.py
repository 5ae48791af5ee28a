"""The rows of the board and of its list, for the templates of the pages around them."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from desk.board import drawing
from desk.board.days import Table
from desk.board.shown import Shown
from desk.board.weeks import Line

register = template.Library()


@register.simple_tag(takes_context=True)
def board_rows(context: template.Context, table: Table) -> SafeString:
    """Draw the rows of a board, with what the page and the drawer beside it have marked."""
    request = context["request"]
    pen = drawing.Pen(
        zone=request.site.zone,
        now=request.now,
        may_book=context["may_book"],
        slot_url=context["slot_url"],
        picked=context.get("picked"),
        asked_at=context.get("asked_at"),
        asked_with=context.get("asked_with"),
    )
    return drawing.board_rows(table, pen)


@register.simple_tag
def list_rows(visits: Iterable[Shown], present: int | None = None) -> SafeString:
    """Draw visits as rows of a list. present: the id of the one at which the list opens."""
    return drawing.list_rows(visits, present)


@register.simple_tag
def week_rows(lines: Iterable[Line]) -> SafeString:
    """Draw what stands in a box of the week of everybody."""
    return drawing.week_rows((line, "") for line in lines)


@register.simple_tag
def week_list_rows(lines: Iterable[tuple[Line, str]]) -> SafeString:
    """Draw a day of the week of everybody as rows of a list, each with its practitioner."""
    return drawing.week_rows(lines)


@register.simple_tag
def forward_step(shown: Shown) -> SafeString:
    """Draw the button of a visit's next step, where there is one."""
    return drawing.forward(shown, drawing.BUTTON)
