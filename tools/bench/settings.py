"""The house's settings with two doors more: an empty view and a view of one row, and a counter of queries."""

from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES, MIDDLEWARE, NOTICE_OWNERS

ROOT_URLCONF = "tools.bench.doors"
MIDDLEWARE = [*MIDDLEWARE, "tools.bench.counting.CountQueries"]
DATABASES["default"]["CONN_MAX_AGE"] = 600  # seconds; a new connection a request would be all that is measured
API_REQUESTS_A_MINUTE = 1_000_000  # how fast the house is, not how fast it lets a stranger ask
MAILS_A_MINUTE = 1_000_000  # and how fast it sends, not how fast a provider lets it
NOTICE_OWNERS = NOTICE_OWNERS | {"bench": "tools.bench.sending.still_wanted"}
