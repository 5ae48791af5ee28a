from aftercare.models.plan import Plan
from aftercare.models.protocol import Protocol, Step, StepWords
from aftercare.models.report import Report, ReportEntry

__all__ = ["Plan", "Protocol", "Report", "ReportEntry", "Step", "StepWords"]
