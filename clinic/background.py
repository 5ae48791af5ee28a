"""Asking for work at once; what nobody hears of is found by the next beat."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)

AT_ONCE_OR_NEVER = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}  # seconds


def ask(task: str) -> None:
    """Ask for a task by its name. It takes what there is to do from the database, so losing this costs one beat."""
    options = current_app.conf.broker_transport_options | AT_ONCE_OR_NEVER
    try:
        with current_app.connection_for_write(transport_options=options) as broker:
            current_app.send_task(task, expires=60, retry=False, connection=broker)
    except (KombuError, OSError) as trouble:
        log.warning("%s could not be asked for (%s); the next beat brings it.", task, type(trouble).__name__)
