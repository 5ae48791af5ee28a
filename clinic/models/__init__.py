from clinic.models.audit import AuditLink, AuditRow
from clinic.models.device import Device, DeviceChange
from clinic.models.hours import OpeningHours, Shift, SpecialDay, Weekday
from clinic.models.key import ApiToken
from clinic.models.purge import Purge
from clinic.models.room import Room
from clinic.models.service import Phase, Service
from clinic.models.site import Site
from clinic.models.submission import Submission
from clinic.models.user import Role, RoleGrant, User

__all__ = [
    "ApiToken",
    "AuditLink",
    "AuditRow",
    "Device",
    "DeviceChange",
    "OpeningHours",
    "Phase",
    "Purge",
    "Role",
    "RoleGrant",
    "Room",
    "Service",
    "Shift",
    "Site",
    "SpecialDay",
    "Submission",
    "User",
    "Weekday",
]
