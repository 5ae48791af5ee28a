from patients.models.patient import Patient
from patients.models.restriction import Restriction

__all__ = ["Patient", "Restriction"]
