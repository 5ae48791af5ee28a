from treatments.models.addendum import Addendum
from treatments.models.course import Course, PlannedVisit
from treatments.models.course_change import CourseChange
from treatments.models.course_template import CourseTemplate, CourseTemplateChange
from treatments.models.incident import Incident, IncidentReview
from treatments.models.phrase import Phrase
from treatments.models.prp_use import PrpUse
from treatments.models.reaction import Reaction, ReactionEntry
from treatments.models.recall import Recall, RecallContact
from treatments.models.record_check import RecordCheck
from treatments.models.record_demand import RecordDemand
from treatments.models.reference import Concern, FollowUpRule, RuleSet, Zone
from treatments.models.session import Session
from treatments.models.strike import Strike
from treatments.models.uses import AnaestheticUse, SerumUse
from treatments.models.zone_pass import ZonePass

__all__ = [
    "Addendum",
    "AnaestheticUse",
    "Concern",
    "Course",
    "CourseChange",
    "CourseTemplate",
    "CourseTemplateChange",
    "FollowUpRule",
    "Incident",
    "IncidentReview",
    "Phrase",
    "PlannedVisit",
    "PrpUse",
    "Reaction",
    "ReactionEntry",
    "Recall",
    "RecallContact",
    "RecordCheck",
    "RecordDemand",
    "RuleSet",
    "SerumUse",
    "Session",
    "Strike",
    "Zone",
    "ZonePass",
]
