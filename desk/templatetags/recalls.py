"""A recall where its thing is met: on the page of a lot, of a product and of a device."""

from __future__ import annotations

from typing import Any

from django import template

from treatments.models import Recall
from treatments.recalls import KINDS, Thing

register = template.Library()


@register.inclusion_tag("desk/recalls/_of_thing.html")
def recall_of(thing: Thing) -> dict[str, Any]:
    """Lead to the open recall of a thing, or to where one is opened."""
    kind = KINDS[type(thing)].value
    return {"recall": Recall.objects.open().filter(**{kind: thing}).first(), "thing": f"{kind}:{thing.pk}"}
