from patients.models.glass import Glass
from patients.models.health import Allergy, HealthFact, Medicine, Procedure
from patients.models.importing import Import, ImportedRow
from patients.models.keeping import Erasure, Hold
from patients.models.link import Link
from patients.models.merge import Merge, MovedRow
from patients.models.note import ClinicalNote, DeskNote, Note
from patients.models.pair import Pair
from patients.models.patient import Patient, ReferenceSeries
from patients.models.restriction import Restriction
from patients.models.value_change import ClinicalChange, ContactChange

__all__ = [
    "Allergy",
    "ClinicalChange",
    "ClinicalNote",
    "ContactChange",
    "DeskNote",
    "Erasure",
    "Glass",
    "HealthFact",
    "Hold",
    "Import",
    "ImportedRow",
    "Link",
    "Medicine",
    "Merge",
    "MovedRow",
    "Note",
    "Pair",
    "Patient",
    "Procedure",
    "ReferenceSeries",
    "Restriction",
]
