"""The field for photos, and the photos as they may be kept or what is wrong with them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from aftercare import report_photos
from clinic import pictures
from clinic.pictures import Cleaned, NotUsable


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        return files.getlist(name) if files else []


class PhotosField(forms.Field):
    """Up to three files, each as it came; what is in them is looked at once the rest is whole (`cleaned`)."""

    widget = ManyFiles

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFiles(attrs={"accept": "image/*"}), required=False, **kwargs)

    def clean(self, value: list[UploadedFile]) -> list[UploadedFile]:
        if len(value) > report_photos.MOST:
            sentence = _("These are more than %(most)s photos. Choose the ones that show it best.")
            raise forms.ValidationError(sentence % {"most": report_photos.MOST})
        return value


def cleaned(files: list[UploadedFile]) -> list[Cleaned]:
    """Return the photos as they may be kept. Raises ValidationError, which says which of them is not and why."""
    found = []
    for number, file in enumerate(files, start=1):
        try:
            found.append(_cleaned(file))
        except NotUsable as refused:
            which = _("Photo %(number)s: ") % {"number": number} if len(files) > 1 else ""
            again = _("No photo was kept, so choose them again.") if len(files) > 1 else _("Choose another, or none.")
            raise forms.ValidationError(f"{which}{refused} {again}") from None
    return found


def _cleaned(file: UploadedFile) -> Cleaned:
    if (file.size or 0) > pictures.LARGEST:
        raise NotUsable("too_heavy")
    return pictures.clean(file.read())
