"""How a value may stand in a record: one line, a number that can be dialled, an address that can be written to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, PhoneNumberFormat, is_possible_number

from clinic.refusals import Refusal, Refused
from patients.rules import is_one_line


class NotUsable(Refused):
    """Raised for a value that cannot stand in the record; `refusal.values["field"]` names it."""


def clean_email(value: str, *, field: str = "email") -> str:
    """Return the address in lower case, or "". Raises NotUsable for one that could not be written to."""
    address = (value or "").strip(" ").lower()
    try:
        if address and (not is_one_line(address) or len(address) > 254):
            raise ValidationError("not one line")
        if address:
            validate_email(address)
    except ValidationError:
        raise unusable(field, _("This is not an e-mail address. It looks like name@example.org.")) from None
    return address


def clean_phone(value: str | PhoneNumber, *, field: str = "phone") -> PhoneNumber | str:
    """Return the number in E.164, or "". Raises NotUsable for one that cannot be dialled."""
    text = str(value or "").strip(" ")
    if not text:
        return ""
    try:
        number = PhoneNumber.from_string(text) if is_one_line(text) else None
    except NumberParseException:
        number = None
    if number is None or not is_possible_number(number):
        sentence = _("This phone number cannot be dialled. Write it as 0113 496 0123 or +34 600 123 456.")
        raise unusable(field, sentence)
    return PhoneNumber.from_string(number.format_as(PhoneNumberFormat.E164))


def clean_text(model: type[models.Model], field: str, value: str) -> str:
    """Return a text as it may stand in a field of a model; only a text field may have several lines."""
    if isinstance(model._meta.get_field(field), models.TextField):
        return clean_lines(field, value)
    if not is_one_line(value):
        raise unusable(field, _("Write this on one line, without control characters."))
    return _no_longer_than(model._meta.get_field(field).max_length, field, " ".join(value.split()))


def clean_lines(field: str, value: str, longest: int = 2000) -> str:
    """Return a text of several lines, without blanks at their ends and without control characters."""
    lines = [line.rstrip() for line in value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")]
    if not all(map(is_one_line, lines)):
        raise unusable(field, _("Write this without control characters."))
    return _no_longer_than(longest, field, "\n".join(lines).strip())


def _no_longer_than(longest: int | None, field: str, text: str) -> str:
    if longest and len(text) > longest:
        raise unusable(field, _("This is longer than %(longest)s characters.") % {"longest": longest})
    return text


def unusable(field: str, sentence: str) -> NotUsable:
    title = _("One thing to put right")
    return NotUsable(Refusal(rule=f"patient.{field}", title=title, sentence=sentence, values={"field": field}))


def clean_value(model: type[models.Model], field: str, value: Any) -> Any:
    """Return a value as it may stand in a field of a model, judged by the kind of field. Raises NotUsable."""
    if field.endswith("phone"):
        return clean_phone(value, field=field)
    if field.endswith("email"):
        return clean_email(value, field=field)
    return clean_text(model, field, value) if isinstance(value, str) else value
