from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what a provider of mail tells later."""
        from anymail.signals import tracking  # noqa: PLC0415 - the models stand by now

        from outbox import bounces  # noqa: PLC0415

        tracking.connect(bounces.hear, dispatch_uid="outbox.bounces")
