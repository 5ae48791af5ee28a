from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created

from clinic.instants import read_quickly


class ClinicConfig(AppConfig):
    name = "clinic"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clinic import guards, policy  # noqa: F401, PLC0415 -- both need the loaded models

        connection_created.connect(read_quickly)
        own = [config for config in apps.get_app_configs() if config.models_module is not None]
        guards.keep_through_migrations(own[0], own[-1])
