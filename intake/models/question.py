from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.models import User

YES, NO, UNSURE = "yes", "no", "unsure"


class QuestionSet(models.Model):
    """All questions as they stand together in one version. A version never changes; a screening keeps its own.

    screens: the pages of the full screening in their order, each with code, words for staff and patients' words.
    life_days: how long a full screening lasts (C-54). reason: why it was made. made_by None: the house shipped it.
    """

    version = models.PositiveSmallIntegerField(unique=True)
    screens = models.JSONField(default=list)
    life_days = models.PositiveSmallIntegerField(_("days that a full screening lasts"), default=180)
    reason = models.CharField(_("what changed, and why"), max_length=250)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return str(_("Questions, version %(version)s")) % {"version": self.version}

    @cached_property
    def asked(self) -> list[Question]:
        """The questions of a full screening, in order: read once, for a version never changes."""
        return list(self.questions.filter(is_asked=True).exclude(screen=""))


class Question(models.Model):
    """A screening question in one version, and what an answer does (C-201 onwards).

    A yes-or-no question says with action, defer_days and asks_day what a yes does; a choice says it for each of its
    options, the best answer first and the worst last. defer_days are counted from the day that is asked for, or from
    the day of the answer where none is known. note_days: how long an answer is borne in mind after that.
    patient_words: by language, neutral. only_if: the code of another question and the answers with which this one is
    not asked. asked_at_start: asked fresh at every start. is_asked False: the clinic leaves it out.
    """

    class Action(models.TextChoices):
        BLOCK = "block", _("No session until the answer changes")
        DEFER = "defer", _("No session before a day")
        OVERRIDE_DOCTOR = "override_doctor", _("A prescriber may decide, with a reason")
        OVERRIDE = "override", _("A practitioner may decide, with a reason")
        REOPEN = "reopen", _("All questions are asked again")
        NOTE = "note", _("Note")
        NONE = "none", _("Nothing")

    class Shape(models.TextChoices):
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("One of several answers")
        BIRTH = "birth", _("Date of birth")

    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="questions")
    code = models.CharField(max_length=32)
    screen = models.CharField(max_length=32, blank=True)
    shape = models.CharField(max_length=8, choices=Shape.choices, default=Shape.YES_NO)
    words = models.CharField(_("question"), max_length=250)
    patient_words = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=32)
    action = models.CharField(max_length=16, choices=Action.choices)
    action_words = models.CharField(max_length=250, blank=True)
    options = models.JSONField(default=list, blank=True)
    defer_days = models.PositiveSmallIntegerField(null=True, blank=True)
    note_days = models.PositiveSmallIntegerField(null=True, blank=True)
    asks_day = models.BooleanField(default=False)
    only_if = models.JSONField(default=dict, blank=True)
    only_returning = models.BooleanField(default=False)
    is_asked = models.BooleanField(default=True)
    asked_at_start = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    source_id = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=250)
    mark = models.CharField(max_length=12)

    class Meta:
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["question_set", "code"], name="question_once_in_a_version")]

    def __str__(self) -> str:
        return self.code

    @property
    def ways(self) -> list[dict[str, Any]]:
        """Return the ways to answer, the best first: code, words by reader, action, days, asks_day."""
        if self.shape == self.Shape.CHOICE:
            return self.options
        yes = {"action": self.action, "days": self.defer_days, "asks_day": self.asks_day, "note_days": self.note_days}
        return [{"code": NO, "action": self.Action.NONE}, {"code": YES, **yes}]

    @property
    def heeds_skin(self) -> bool:
        """Return whether an answer may do something else on another skin type."""
        return any(way.get("on_dark_skin") for way in self.ways)

    def words_for(self, language: str) -> str:
        """Return the question in a patient's language, in English where it was not translated."""
        return self.patient_words.get(language) or self.patient_words.get("en") or self.words
