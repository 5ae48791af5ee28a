from aftercare.models.call import Call
from aftercare.models.plan import Plan
from aftercare.models.protocol import Protocol, Step, StepWords
from aftercare.models.report import Report, ReportEntry
from aftercare.models.report_photo import ReportPhoto

__all__ = ["Call", "Plan", "Protocol", "Report", "ReportEntry", "ReportPhoto", "Step", "StepWords"]
