"""What is asked under a name: one transaction takes it and keeps what came of it; what fails leaves it free."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import OperationalError

from clinic import askings
from clinic.models import Site
from visits.transactions import Busy, step

pytestmark = pytest.mark.django_db


@dataclass
class Asked:
    """Something that is asked, with what happened to its name."""

    happened: list[Any] = field(default_factory=list)
    is_taken: bool = False

    def take(self) -> None:
        if self.is_taken:
            raise askings.Again
        self.happened.append("taken")

    def keep(self, result: Any) -> None:
        self.happened.append(result)


@pytest.fixture
def asked() -> Iterator[Asked]:
    asking = Asked()
    with askings.asked(asking):
        yield asking


def renamed(site: Site, name: str) -> str:
    Site.objects.filter(pk=site.pk).update(name=name)
    return name


def test_the_name_is_taken_first_and_the_result_kept_last(asked, site):
    def deed() -> str:
        asked.happened.append("at work")
        return "done"

    assert askings.act(deed) == "done"
    assert asked.happened == ["taken", "at work", "done"]


def test_a_second_deed_under_one_name_is_not_done(asked, site):
    askings.act(renamed, site, "One")

    with pytest.raises(RuntimeError, match="done in one transaction"):
        askings.act(renamed, site, "Two")

    site.refresh_from_db()
    assert (site.name, asked.happened) == ("One", ["taken", "One"])


def test_what_is_done_within_the_deed_goes_with_it(asked, site):
    def deed() -> list[str]:
        return [askings.act(renamed, site, name) for name in ("One", "Two")]

    assert askings.act(deed) == ["One", "Two"]
    assert asked.happened == ["taken", ["One", "Two"]]


def test_a_deed_that_fails_leaves_the_name_to_the_next(asked, site):
    with pytest.raises(ZeroDivisionError):
        askings.act(lambda: 1 / 0)

    askings.act(renamed, site, "Two")
    assert asked.happened == ["taken", "taken", "Two"]


def test_under_a_name_that_is_taken_nothing_is_done(asked, site):
    asked.is_taken = True

    with pytest.raises(askings.Again):
        askings.act(renamed, site, "Two")

    site.refresh_from_db()
    assert (site.name, asked.happened) == ("Rowan Skin Clinic", [])


def test_a_result_that_cannot_be_kept_undoes_the_deed(asked, site, monkeypatch):
    monkeypatch.setattr(Asked, "keep", lambda *given: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        askings.act(renamed, site, "Two")

    site.refresh_from_db()
    assert site.name == "Rowan Skin Clinic"


def test_what_nobody_asked_for_by_name_is_done_as_ever(site):
    assert askings.act(renamed, site, "Two") == "Two"


def test_what_is_asked_inside_does_not_outlast_it(site):
    asking = Asked()
    with askings.asked(asking):
        pass

    askings.act(renamed, site, "Two")
    assert asking.happened == []


# --- a step of a visit ---------------------------------------------------------------------------------------------


def crowded(times: int, site: Site) -> Any:
    """Return a step that meets a crowd so many times."""
    tries = iter(range(times))

    @step
    def rename() -> str:
        if next(tries, None) is not None:
            raise OperationalError("database is locked")
        return renamed(site, "Two")

    return rename


def test_a_step_that_is_tried_again_takes_the_name_again(asked, site):
    assert crowded(1, site)() == "Two"
    assert asked.happened == ["taken", "taken", "Two"]


def test_a_step_that_met_too_many_leaves_the_name_to_whoever_asks_again(asked, site):
    with pytest.raises(Busy):
        crowded(2, site)()

    assert crowded(0, site)() == "Two"
    assert asked.happened == ["taken", "taken", "taken", "Two"]
