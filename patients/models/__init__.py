from patients.models.link import Link
from patients.models.pair import Pair
from patients.models.patient import Patient, ReferenceSeries
from patients.models.restriction import Restriction

__all__ = ["Link", "Pair", "Patient", "ReferenceSeries", "Restriction"]
