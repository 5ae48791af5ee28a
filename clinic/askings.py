"""What is asked twice is done once: its name is taken in the very transaction that does it, and its answer kept there.

Whoever asks under a name says so around the deed, and the transaction of the deed takes the name before anything else:
    with askings.asked(form):
        closing.close(...)
The same asked at the same moment waits for the first, and finds the name taken once that one stands. After a crash
either all of it is there, the deed and its answer, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


class Again(Exception):
    """Raised when this was asked under the same name before and is done; nothing was changed now."""


class Asking(Protocol):
    """Something that is asked under a name, and what is answered to it."""

    def take(self) -> None:
        """Write the name down, waiting for whoever is at work under it. Raises Again when it is taken."""

    def keep(self, result: Any) -> None:
        """Write down what is answered now that this came of it."""


DONE = object()  # in place of an asking that was done: another transaction under its name would be done unasked
_standing: ContextVar[Any] = ContextVar("what is asked and not yet done", default=None)


@contextmanager
def asked(asking: Asking) -> Iterator[None]:
    """Let the one transaction that is opened meanwhile do what is asked."""
    token = _standing.set(asking)
    try:
        yield
    finally:
        _standing.reset(token)


@contextmanager
def one_transaction(*, durable: bool = False) -> Iterator[Callable[[Any], None]]:
    """Open the transaction of a deed and take the name in it; yield what keeps its result.

    Raises Again; RuntimeError for a second one under a name whose deed stands, for that could fail by itself.
    """
    asking: Asking | None = _standing.get()
    if asking is DONE:
        raise RuntimeError("what is asked under one name is done in one transaction, and it is done")
    token = _standing.set(None)
    try:
        with transaction.atomic(durable=durable):
            if asking is not None:
                asking.take()
            yield asking.keep if asking is not None else _keep_nothing
    except BaseException:
        _standing.reset(token)  # nothing of it stands, so it is still asked
        raise
    if asking is not None:
        _standing.set(DONE)


def act(deed: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do what is no step of a visit in a transaction of its own, under the name that it is asked by. Raises Again."""
    with one_transaction() as keep:
        result = deed(*args, **kwargs)
        keep(result)
    return result


def _keep_nothing(result: Any) -> None:
    return None
