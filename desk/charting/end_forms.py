"""What is asked when a treatment ends, and beside a sealed record."""

from __future__ import annotations

from datetime import time
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from desk.charting.fields import clock, dress


class EndForm(forms.Form):
    """When the treatment ended, on the day it began."""

    ended_at = forms.TimeField(
        label=_("The treatment ended at"),
        widget=clock(),
        error_messages={"required": _("Write when the treatment ended."), "invalid": _("Write the time as 14:30.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    @classmethod
    def proposing(cls, now: time) -> EndForm:
        return cls(initial={"ended_at": now})


class AddendumForm(forms.Form):
    """A correction or a remark beside a sealed record."""

    reason = forms.CharField(
        label=_("Why"), max_length=120, error_messages={"required": _("Say why the addendum is written.")}
    )
    words = forms.CharField(
        label=_("Addendum"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what the addendum says.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
