"""One step of a visit is one transaction, and only here is a transaction outermost."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext as _

from booking.turns import was_crowded
from clinic import askings
from clinic.refusals import Refusal, Refused
from patients.merging import MERGED_WORDS, Merged

P = ParamSpec("P")
R = TypeVar("R")


class Busy(Refused):
    """Raised when the database could not be had for this step twice in a row; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            Refusal(
                rule="house.busy",
                title=_("Many people are booking at once"),
                sentence=_("Nothing was changed. Try again in a moment."),
            )
        )


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function as one durable transaction.

    A deadlock or a lock that took too long is tried once more; the second time it raises Busy. What is asked under a
    name (`clinic.askings`) is done once: the name is taken first, so that its twin waits here. Raises Again, and
    Merged for a patient whose record became part of another meanwhile.
    """

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return _in_one_transaction(function, *args, **kwargs)
        except OperationalError as error:
            if not was_crowded(error):
                raise
        try:
            return _in_one_transaction(function, *args, **kwargs)
        except OperationalError as error:
            if was_crowded(error):
                raise Busy from error
            raise

    return told


def _in_one_transaction(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        with askings.one_transaction(durable=True) as keep:
            result = function(*args, **kwargs)
            keep(result)
    except IntegrityError as error:
        if MERGED_WORDS in str(error):
            raise Merged from error
        raise
    return result
