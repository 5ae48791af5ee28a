from outbox.models.attempt import Attempt
from outbox.models.notice import Notice
from outbox.models.pause import Pause
from outbox.models.suppression import Suppression

__all__ = ["Attempt", "Notice", "Pause", "Suppression"]
