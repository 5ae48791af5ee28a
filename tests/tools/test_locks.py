"""What the house stands on is pinned by hash, names no host, and says why it is there."""

import json
import re

import pytest
from django.conf import settings

import dev

LOCKED = sorted(dev.LOCKS.values())
NAMED = sorted(dev.LOCKS)


def lines(name: str) -> list[str]:
    return (settings.BASE_DIR / name).read_text().splitlines()


@pytest.mark.parametrize("name", LOCKED)
def test_every_locked_package_has_a_version_and_a_hash(name):
    packages = re.split(r"\n(?=[a-z0-9])", (settings.BASE_DIR / name).read_text())[1:]

    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []
    assert len(packages) > 0


@pytest.mark.parametrize("name", [*LOCKED, "package-lock.json"])
def test_no_lock_says_where_packages_come_from(name):
    assert [line for line in lines(name) if re.search(r"index-url|find-links|\"resolved\"|@ https?:", line)] == []


def test_every_front_end_library_is_locked_by_hash():
    packages = json.loads((settings.BASE_DIR / "package-lock.json").read_text())["packages"]

    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


@pytest.mark.parametrize("name", NAMED)
def test_every_requirement_says_why_it_is_there(name):
    reason_above = lines(name)[0].startswith("#") and name.startswith("tools/")
    named = [line for line in lines(name) if line and not line.startswith(("#", "-r"))]

    assert [line for line in named if "#" not in line and not reason_above] == []
    assert len(named) > 0
