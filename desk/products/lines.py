"""One product as the shelf shows it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stock.models import Product
from stock.rules import ASKED


@dataclass(frozen=True)
class Line:
    """A product. facts: what is known of it, in one line; use: what else it is used for, "" where that is usual."""

    product: Product
    facts: str
    use: str

    @classmethod
    def of(cls, product: Product) -> Line:
        use = "" if product.use == Product.Use.USUAL else product.get_use_display()
        return cls(product, " · ".join(filter(None, _facts(product))), use)


def _facts(one: Product) -> Iterator[str]:
    yield one.maker
    if one.needle_length_mm is not None:
        yield _("%(length)s mm") % {"length": number_format(one.needle_length_mm, 2)}
    if one.needle_count:
        yield ngettext("%(n)s needle", "%(n)s needles", one.needle_count) % {"n": one.needle_count}
    yield one.agents_words
    if one.active_percent is not None:
        yield _("%(percent)s %%") % {"percent": number_format(one.active_percent, 1)}
    if "open_channel" in ASKED[one.kind]:
        yield _on_needled_skin(one.open_channel)
    yield _("sterile") if one.is_sterile else ""
    yield _("single use") if one.is_single_use else ""


def _on_needled_skin(rule: str) -> str:
    return {
        Product.OpenChannel.ALLOW: _("may go on needled skin"),
        Product.OpenChannel.OVERRIDE: _("on needled skin with a reason"),
        Product.OpenChannel.BLOCK: _("not on needled skin"),
    }[rule]
