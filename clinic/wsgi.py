"""The door for a web server: gunicorn clinic.wsgi. It stays shut while a guard is missing in the database."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

COLLECT_AFTER = 10_000, 20, 50  # objects, and then rounds: a page of a full day makes and drops some ten thousand

application = get_wsgi_application()

from clinic.guards import refuse_to_serve_unguarded  # noqa: E402 -- needs the loaded apps

refuse_to_serve_unguarded()

# what is loaded by now stays: the collector need not look through it at every few requests
gc.collect()
gc.freeze()
gc.set_threshold(*COLLECT_AFTER)
