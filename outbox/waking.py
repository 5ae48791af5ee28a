"""Asking for a sweep at once, where something is to leave now; what is due later is found by the beat of its time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)

SWEEP = "outbox.tasks.sweep"
AT_ONCE_OR_NEVER = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}  # seconds

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
            current_app.send_task(SWEEP, expires=60, retry=False, connection=broker)
    except (KombuError, OSError) as trouble:
        log.warning("No sweep could be asked for (%s); the next beat brings one.", type(trouble).__name__)
