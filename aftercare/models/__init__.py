from aftercare.models.plan import Plan
from aftercare.models.protocol import Protocol, Step, StepWords

__all__ = ["Plan", "Protocol", "Step", "StepWords"]
