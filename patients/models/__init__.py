from patients.models.link import Link
from patients.models.patient import Patient, ReferenceSeries
from patients.models.restriction import Restriction

__all__ = ["Link", "Patient", "ReferenceSeries", "Restriction"]
