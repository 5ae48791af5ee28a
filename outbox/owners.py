"""Asking the app that planned a message; it is named in the settings, for it lives above this one."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from outbox.claims import Candidate
from outbox.models import Notice
from patients.models import Patient

log = logging.getLogger(__name__)


def reason_against(notice: Notice, *, at: datetime) -> str:
    """Return why the owner no longer wants this message, judged from the facts of now; "" when it does.

    Raises KeyError for an owner that settings.NOTICE_OWNERS does not name.
    """
    still_wanted = import_string(settings.NOTICE_OWNERS[notice.owner])
    return str(still_wanted(notice, at=at))


def calendar_for(notice: Notice) -> str:
    """Return the calendar file that goes with a message; "" where its owner has none for it."""
    calendars = settings.NOTICE_CALENDARS.get(notice.owner)
    return str(import_string(calendars)(notice)) if calendars else ""


def ask_again(found: Iterable[Candidate], *, asked: set[tuple[str, int]], at: datetime) -> None:
    """Where several messages about one thing are due together, have their plan made again before any leaves.

    So the newest can take the place of the older ones, as after days of standstill. Each plan is asked once; those that
    were are added to `asked`. Trouble with one is logged and stops nothing.
    """
    together = Counter((one.owner, one.patient_id, one.subject) for one in found)
    for (owner, patient_id, _subject), count in together.items():
        planner = settings.NOTICE_PLANNERS.get(owner)
        if count < 2 or planner is None or patient_id is None or (owner, patient_id) in asked:
            continue
        asked.add((owner, patient_id))
        try:
            with transaction.atomic():
                import_string(planner)(Patient.objects.get(pk=patient_id), at=at)
        except Exception:
            log.exception("What %s has to say to patient %s could not be planned again", owner, patient_id)
