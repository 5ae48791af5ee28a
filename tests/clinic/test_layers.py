"""Foreign keys point down the house. A linter holds the imports; it cannot see a key written as a string."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.conf import settings

PYPROJECT = Path(settings.BASE_DIR) / "pyproject.toml"


def layers() -> list[list[str]]:
    """Return the floors of the house from the bottom up, as the import linter reads them: the apps of each."""
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    floors = next(contract["layers"] for contract in contracts if contract["type"] == "layers")[::-1]
    return [[app.strip() for app in floor.split("|")] for floor in floors]


def apps_of_the_house() -> list[str]:
    return [app for floor in layers() for app in floor]


def keys_between_apps() -> list[tuple[str, str, str]]:
    """Return (app, field, app pointed at) for each relation that a model of ours declares."""
    found = []
    for app in apps_of_the_house():
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields(include_hidden=True):
                if field.is_relation and not field.auto_created and field.related_model is not None:
                    found.append((app, f"{model.__name__}.{field.name}", field.related_model._meta.app_label))
    return found


def test_every_app_with_tables_stands_in_the_list_of_layers():
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}

    assert ours == set(apps_of_the_house())


def test_foreign_keys_point_down():
    order = {app: height for height, floor in enumerate(layers()) for app in floor}

    upward = [(app, field, to) for app, field, to in keys_between_apps() if order.get(to, -1) > order[app]]

    assert upward == []


def test_the_walk_sees_a_key_between_two_apps():
    assert ("booking", "Appointment.patient", "patients") in keys_between_apps()
