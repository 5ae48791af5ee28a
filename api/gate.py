"""Who may come through the machine door: whoever shows a key that stands and allows what they came for."""

from dataclasses import replace

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from api.problems import Stopped
from clinic import keys, sites
from clinic.capabilities import CAPABILITIES
from clinic.models import ApiToken
from clinic.policy import MayNot

A_MINUTE = 60  # seconds


class KeyMayNot(MayNot):
    """Raised when a key lacks what its person may do."""

    def __init__(self, capability: str) -> None:
        super().__init__(capability)
        self.args = (_("This key may not %(what)s.") % {"what": CAPABILITIES[capability]},)


class Key(HttpBearer):
    """Asks for a key with one capability, and puts who acts, and where, on the request. Cookies count for nothing."""

    def __init__(self, capability: str) -> None:
        super().__init__()
        self.capability = capability

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the key behind the words. Raises MayNot for one that does not allow this."""
        found = keys.find(token.strip(), at=request.now)
        if found is None:
            return None
        request.actor = keys.actor(found)
        if not request.actor.may(self.capability):
            in_the_key = self.capability in found.capabilities
            raise MayNot(self.capability) if in_the_key else KeyMayNot(self.capability)
        request.site = sites.first()
        if request.site is None:
            words = _("Nobody has entered a clinic yet: `manage.py first_clinic` does.")
            raise Stopped(503, "house.not_set_up", _("The clinic is not set up yet"), words)
        request.actor = replace(request.actor, own_only=request.site.own_patients_only)
        timezone.activate(request.site.zone)  # the house's middleware puts it back
        return found


class PerKey(BaseThrottle):
    """Lets each key ask so many times within a minute of the clock; the count stands in the cache."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request and return whether it is within the limit."""
        counter = f"api:{request.auth.pk}:{int(request.now.timestamp()) // A_MINUTE}"
        if cache.add(counter, 1, timeout=2 * A_MINUTE):
            return True
        try:
            return cache.incr(counter) <= settings.API_REQUESTS_A_MINUTE
        except ValueError:  # the cache forgot it between the two questions
            return True
