"""The bottom app and the project package; its Celery app is named here so that tasks find it."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
