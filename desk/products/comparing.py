"""What two people did to one product at once, and what was done to it ever: each value in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from clinic.value_history import as_text
from desk.patients.comparing import Line, label_of
from stock.models import Product, ProductChange


def in_words(name: str, text: str) -> str:
    """Return a text of the history in words, by the field that it was a value of."""
    field = Product._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return _("yes") if text == "yes" else _("no")
    if name == "agents":
        known = dict(Product.Agent.choices)
        return ", ".join(str(known.get(agent, agent)) for agent in text.split()) or _("nothing")
    return str(dict(field.flatchoices).get(text, text)) or _("nothing")


def line(name: str, now: Any, since: dict[str, list[ProductChange]], *, typed: Any = "") -> Line:
    """Return what stands now in a field, who wrote it since, and what was typed."""
    last = since[name][-1]
    stands, wanted = (in_words(name, as_text(value)) for value in (now, typed))
    return Line(label_of(Product, name), stands, wanted, last.by_name, last.at)


def told(change: ProductChange) -> dict[str, Any]:
    """Return a line of the history as people read it."""
    was, became = (in_words(change.field, text) for text in (change.was, change.became))
    return {
        "label": label_of(Product, change.field),
        "was": was,
        "became": became,
        "by": change.by_name,
        "at": change.at,
    }


def retype(form: forms.Form, name: str, value: Any) -> None:
    """Let a form that was sent show another value in one field; the rest stays as it was typed."""
    form.data = form.data.copy()
    if isinstance(value, bool):
        form.data.pop(name, None)
        if value:
            form.data[name] = "on"
    elif isinstance(value, list):
        form.data.setlist(name, value)
    else:
        form.data[name] = as_text(value)
