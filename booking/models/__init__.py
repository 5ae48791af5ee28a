from booking.models.appointment import Appointment, Change
from booking.models.claim import Claim
from booking.models.override import Override

__all__ = ["Appointment", "Change", "Claim", "Override"]
