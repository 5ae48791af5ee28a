from intake.models.consent import Consent, ConsentText, Purpose
from intake.models.health_form import HealthForm
from intake.models.question import Question
from intake.models.screening import Answer, Screening

__all__ = ["Answer", "Consent", "ConsentText", "HealthForm", "Purpose", "Question", "Screening"]
