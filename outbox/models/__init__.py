from outbox.models.attempt import Attempt
from outbox.models.heartbeat import Heartbeat
from outbox.models.notice import Notice
from outbox.models.pace import Pace
from outbox.models.pause import Pause
from outbox.models.suppression import Suppression

__all__ = ["Attempt", "Heartbeat", "Notice", "Pace", "Pause", "Suppression"]
