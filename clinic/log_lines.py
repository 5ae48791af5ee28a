"""What never stands in a log: the secret part of an address that is itself the key."""

import logging
import re

KEYED = re.compile(r"(?<=/)([a-z]|feeds)/[^/\s]+")  # behind one letter a patient's link, and a private calendar


class WithoutKeys(logging.Filter):
    """Puts three dots in the place of each key in a line, before anybody writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        told = KEYED.sub(r"\1/…", said)
        if told != said:
            record.msg, record.args = told, ()
        return True
