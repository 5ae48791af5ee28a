from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app, shared_task
from django.utils import timezone
from kombu.exceptions import KombuError

from outbox import deliveries

log = logging.getLogger(__name__)

AT_ONCE_OR_NEVER = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}  # seconds


@shared_task
def sweep() -> None:
    """Send what is due. Beat wakes it; what there is to do stands in the database."""
    deliveries.send_due(clock=timezone.now)


_is_asleep: ContextVar[bool] = ContextVar("no sweep is asked for", default=False)


@contextmanager
def asleep() -> Iterator[None]:
    """Ask for no sweeps meanwhile, as while a year is told at once; ask for one at the end."""
    token = _is_asleep.set(True)
    try:
        yield
    finally:
        _is_asleep.reset(token)
    wake()


def wake() -> None:
    """Ask for a sweep at once. Losing this costs at most one beat, so nobody waits for a broker that is away."""
    if _is_asleep.get():
        return
    options = current_app.conf.broker_transport_options | AT_ONCE_OR_NEVER
    try:
        with current_app.connection_for_write(transport_options=options) as broker:
            sweep.apply_async(expires=60, retry=False, connection=broker)
    except (KombuError, OSError) as trouble:
        log.warning("No sweep could be asked for (%s); the next beat brings one.", type(trouble).__name__)
