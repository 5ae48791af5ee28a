"""The door for a web server: gunicorn clinic.wsgi. It stays shut while a guard is missing in the database."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()

from clinic.guards import refuse_to_serve_unguarded  # noqa: E402 -- needs the loaded apps

refuse_to_serve_unguarded()
