from intake.models.consent import Consent, ConsentText, Purpose
from intake.models.health_form import HealthForm
from intake.models.letter import Letter
from intake.models.question import Question, QuestionSet
from intake.models.screening import Answer, Screening, ScreeningDraft

__all__ = [
    "Answer",
    "Consent",
    "ConsentText",
    "HealthForm",
    "Letter",
    "Purpose",
    "Question",
    "QuestionSet",
    "Screening",
    "ScreeningDraft",
]
