"""What is asked when a course rests or ends before its time."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from treatments.models import Course

NOTE_LENGTH = 250


class PauseForm(forms.Form):
    """Why a course rests."""

    cause = forms.ChoiceField(
        label=_("Why it rests"),
        choices=Course.Cause.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the course rests.")},
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="pause-%s", **kwargs)
        self.fields["note"].widget.attrs |= {"class": "form-control", "autocomplete": "off"}


class FinishForm(forms.Form):
    """Why a course ends before its sessions are done."""

    note = forms.CharField(
        label=_("Why it ends here"),
        max_length=NOTE_LENGTH,
        error_messages={"required": _("Write why the course ends here; the note stays with it.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="finish-%s", **kwargs)
        self.fields["note"].widget.attrs |= {"class": "form-control", "autocomplete": "off"}
