from patients.models.patient import Patient, ReferenceSeries
from patients.models.restriction import Restriction

__all__ = ["Patient", "ReferenceSeries", "Restriction"]
