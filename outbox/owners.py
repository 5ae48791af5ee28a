"""Asking the app that planned a message; it is named in the settings, for it lives above this one."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from outbox.models import Notice


def reason_against(notice: Notice, *, at: datetime) -> str:
    """Return why the owner no longer wants this message, judged from the facts of now; "" when it does.

    Raises KeyError for an owner that settings.NOTICE_OWNERS does not name.
    """
    still_wanted = import_string(settings.NOTICE_OWNERS[notice.owner])
    return str(still_wanted(notice, at=at))
