"""Front-end libraries come from node_modules, a few named files of them, and nothing else does."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from clinic.npm import NpmFinder

BOOTSTRAP = "npm/bootstrap/dist/css/bootstrap.min.css"


def test_an_allowed_file_is_found_where_npm_put_it():
    assert finders.find(BOOTSTRAP) == str(settings.NPM_ROOT / "bootstrap/dist/css/bootstrap.min.css")


def test_other_files_of_the_packages_are_not_served():
    asked = ["npm/bootstrap/package.json", "npm/axe-core/axe.min.js", "npm/../manage.py", "bootstrap/package.json"]

    assert [finders.find(path) for path in asked] == [None] * len(asked)


def test_what_is_listed_is_what_is_found():
    listed = [f"{storage.prefix}/{name}" for name, storage in NpmFinder().list([])]

    assert BOOTSTRAP in listed
    assert [finders.find(path) is None for path in listed] == [False] * len(listed)


def test_a_package_that_is_not_installed_is_named_with_the_remedy(settings, tmp_path):
    settings.NPM_ROOT = tmp_path

    warnings = NpmFinder().check()

    assert [warning.hint for warning in warnings] == ["Run: npm ci --ignore-scripts"] * len(settings.NPM_FILES)


def test_a_chain_collects_every_file_under_a_name_made_from_its_content(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "clinic.npm.ManifestStorage"}}

    call_command("collectstatic", interactive=False, verbosity=0)

    collected = [path.name for path in (Path(tmp_path) / "npm/bootstrap/dist/css").iterdir()]
    assert sorted(name.count(".") for name in collected if name.endswith(".css")) == [2, 3]
