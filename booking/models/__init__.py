from booking.models.appointment import Appointment, Change
from booking.models.claim import Claim
from booking.models.closure import Closure
from booking.models.feed import Feed
from booking.models.override import Override
from booking.models.waitlist import Offer, WaitlistEntry

__all__ = ["Appointment", "Change", "Claim", "Closure", "Feed", "Offer", "Override", "WaitlistEntry"]
