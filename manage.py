#!/usr/bin/env python3
"""Run one of the house's commands: python manage.py help."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from clinic.environment import prepare


def main() -> None:
    """Set the stage for the command, then run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    prepare(sys.argv, os.environ)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        sys.exit(f"Stipple does not start. {refusal}")


if __name__ == "__main__":
    main()
