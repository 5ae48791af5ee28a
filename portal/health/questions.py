"""The health questions on a telephone: a few on each screen, what stood last time to be confirmed, a last look.

The house groups the questions into many small screens; here those that follow one another stand together, as long as
no question depends on another one of the same screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.refusals import Stale
from intake import answers, freshness, health_forms, screenings
from intake.models import Question, Screening, ScreeningDraft
from intake.models.question import NO, UNSURE, YES
from intake.question_sets import NoQuestions
from intake.rules import Reply
from intake.screenings import AnswersMissing, Screen
from portal.health.door import Visitor
from portal.health.fields import choice, day
from visits import answers as steps

ON_A_SCREEN = 6  # questions at most, unless one group of the house has more
NOTE_LENGTH = 500
ANSWERED, CONFIRMED, SAME = "answers", "last-time", "last-time-same"
FRESH = "lately"  # what is asked anew however often it was answered


@dataclass
class Group:
    """The questions of one screen here, by the house's own screens."""

    screens: list[Screen] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"q-{self.screens[0].code}"

    @property
    def questions(self) -> list[Question]:
        return [one for screen in self.screens for one in asked(screen)]

    @property
    def is_done(self) -> bool:
        return all(screen.is_done for screen in self.screens)

    def takes(self, screen: Screen) -> bool:
        """Return whether another screen of the house still fits on this one."""
        here = {one.code for one in self.questions}
        depends = any(one.only_if and one.only_if["code"] in here for one in screen.questions)
        return not depends and len(here) + len(asked(screen)) <= ON_A_SCREEN

    def title(self, language: str) -> str:
        return " · ".join(screen.title_for(language) for screen in self.screens)


def asked(screen: Screen) -> list[Question]:
    """Return the questions that are to be answered here: the date of birth was given at the door."""
    return [one for one in screen.questions if one.shape != Question.Shape.BIRTH]


def draft_of(visitor: Visitor) -> ScreeningDraft | None:
    """Return what is being answered; None when it was handed in, or when the clinic asks by itself.

    A form that shows nothing of what the house knew does not show what somebody else began to ask either.
    """
    if ANSWERED in visitor.form.steps_done:
        return None
    draft = ScreeningDraft.objects.select_related("patient", "question_set").filter(patient=visitor.patient).first()
    is_theirs = draft is not None and draft.begun_by == visitor.by.name
    return draft if draft is not None and (is_theirs or visitor.form.shows_record) else None


def will_call(visitor: Visitor) -> bool:
    """Return whether somebody looks at the answers of this form before the visit, and calls."""
    last, begun_at = freshness.latest(visitor.patient), visitor.form.begun_at
    is_theirs = last is not None and begun_at is not None and last.asked_at >= begun_at
    return is_theirs and last.outcome != Screening.Outcome.CLEAR


def begin(visitor: Visitor) -> None:
    """Let the questions of today be asked, unless they were answered with this form."""
    if ANSWERED in visitor.form.steps_done or visitor.form.done_at is not None:
        return
    with suppress(NoQuestions):  # a house without questions asks none
        screenings.begin(visitor.patient, by=visitor.by, at=visitor.at)


def groups(draft: ScreeningDraft) -> list[Group]:
    """Return the screens that are asked of this patient here, in order."""
    found: list[Group] = []
    for screen in screenings.screens(draft):
        if not asked(screen):
            continue
        if not found or not found[-1].takes(screen):
            found.append(Group())
        found[-1].screens.append(screen)
    return found


def last_time(visitor: Visitor) -> dict[str, Reply]:
    """Return what was answered last time and may be shown here, by the question's code."""
    last = freshness.latest(visitor.patient) if visitor.form.shows_record else None
    rows = last.answers.select_related("question") if last else ()
    return {one.question.code: Reply(one.option, one.on, one.note) for one in rows}


def choices(question: Question, language: str) -> list[tuple[str, Any]]:
    """Return the ways to answer, as the patient reads them."""
    has_own = question.shape == Question.Shape.CHOICE
    codes = [way["code"] for way in question.ways] if has_own else [YES, NO]
    return [(code, answers.option_words(question, code, language)) for code in (*codes, UNSURE)]


class QuestionsForm(forms.Form):
    """The questions of one screen, with what was answered before."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, group: Group, draft: ScreeningDraft, visitor: Visitor) -> None:
        super().__init__(data, initial={"version": draft.version})
        self.group, self.draft, self.visitor = group, draft, visitor
        told = last_time(visitor) | screenings.replies_of(draft)
        for one in group.questions:
            self._ask(one, told.get(one.code), visitor.patient.language)

    def _ask(self, one: Question, reply: Reply | None, language: str) -> None:
        words, before = one.words_for(language), reply or Reply("")
        self.fields[f"answer_{one.code}"] = choice(words, choices(one, language), initial=before.option)
        if any(way.get("asks_day") for way in one.ways):
            help_text = gettext_lazy("Only if yes. Leave it empty if you do not know the day.")
            label = gettext_lazy("On which day, the last time?")
            self.fields[f"on_{one.code}"] = day(label, help_text=help_text, initial=before.on)
        self.fields[f"note_{one.code}"] = forms.CharField(
            label=gettext_lazy("Anything you would like to add"),
            max_length=NOTE_LENGTH,
            required=False,
            initial=before.note,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def asked(self) -> Iterator[dict[str, Any]]:
        """Each question with its fields; the note is folded away until something stands in it."""
        for one in self.group.questions:
            on = f"on_{one.code}"
            note = self[f"note_{one.code}"]
            yield {
                "answer": self[f"answer_{one.code}"],
                "on": self[on] if on in self.fields else None,
                "note": note,
                "is_open": bool(note.value() or note.errors),
            }

    def save(self) -> bool:
        """Keep the answers of the screen, all or none, and return whether they could be kept."""
        if self.cleaned_data["version"] != self.draft.version:
            self._say_it_changed()
            return False
        missing: dict[str, str] = {}
        days: set[str] = set()
        with transaction.atomic():
            draft = self.draft
            for screen in self.group.screens:
                try:
                    draft = screenings.save(
                        draft,
                        screen.code,
                        self._replies(screen),
                        version=draft.version,
                        by=self.visitor.by,
                        at=self.visitor.at,
                    )
                except AnswersMissing as wrong:
                    missing |= wrong.missing
                    days |= wrong.days
            if missing:
                transaction.set_rollback(True)
        for code, words in missing.items():
            self.add_error(f"on_{code}" if code in days and f"on_{code}" in self.fields else f"answer_{code}", words)
        return not missing

    def _replies(self, screen: Screen) -> dict[str, Reply]:
        given = self.cleaned_data
        read = {}
        for one in asked(screen):
            option = given.get(f"answer_{one.code}") or ""
            way = next((way for way in one.ways if way["code"] == option), one.ways[-1])
            on = given.get(f"on_{one.code}") if way.get("asks_day") else None
            if option:
                read[one.code] = Reply(option, on, given.get(f"note_{one.code}") or "")
        return read

    def _say_it_changed(self) -> None:
        self.data = self.data.copy()
        self.data["version"] = str(self.draft.version)
        self.add_error(None, _("Some answers were changed a moment ago. Look at them and go on."))


@dataclass(frozen=True)
class Told:
    """A question and its answer, in words. href: where it is changed."""

    question: str
    answer: str
    href: str = ""


def in_words(question: Question, reply: Reply, language: str) -> str:
    said = [answers.option_words(question, reply.option, language)]
    if reply.on is not None:
        said.append(date_format(reply.on, "j F Y"))
    return ", ".join([*filter(None, said), *filter(None, [reply.note])])


class LastTimeForm(forms.Form):
    """What was answered last time, to be confirmed as a whole."""

    is_same = choice(
        gettext_lazy("Is all of this still right?"),
        [
            ("same", gettext_lazy("Yes, nothing has changed")),
            ("changed", gettext_lazy("No, something has changed")),
        ],
    )

    def __init__(self, data: Any = None, *, draft: ScreeningDraft, visitor: Visitor) -> None:
        super().__init__(data)
        self.draft, self.visitor = draft, visitor

    @property
    def told(self) -> list[Told]:
        before, language = last_time(self.visitor), self.visitor.patient.language
        return [
            Told(one.words_for(language), in_words(one, before[one.code], language))
            for group in groups(self.draft)
            for one in group.questions
            if one.code in before and one.screen != FRESH
        ]

    def clean_is_same(self) -> str:
        if not self.cleaned_data["is_same"]:
            raise forms.ValidationError(_("Say whether it is still right."))
        return self.cleaned_data["is_same"]

    def save(self) -> bool:
        """Let the same answers stand, screen by screen; what was not asked then, or is asked anew, stays open."""
        if self.cleaned_data["is_same"] == "same":
            before, draft = last_time(self.visitor), self.draft
            for screen in screenings.screens(draft):
                replies = {one.code: before[one.code] for one in asked(screen) if one.code in before}
                if screen.code == FRESH or not replies:
                    continue
                try:
                    draft = screenings.save(
                        draft, screen.code, replies, version=draft.version, by=self.visitor.by, at=self.visitor.at
                    )
                except AnswersMissing:
                    continue
            health_forms.save_step(self.visitor.form, SAME)
        return True


class CheckForm(forms.Form):
    """All answers once more, before they are handed in."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, draft: ScreeningDraft, visitor: Visitor) -> None:
        super().__init__(data, initial={"version": draft.version})
        self.draft, self.visitor = draft, visitor

    @property
    def told(self) -> list[Told]:
        replies, language = screenings.replies_of(self.draft), self.visitor.patient.language
        return [
            Told(
                one.words_for(language),
                in_words(one, replies[one.code], language) if one.code in replies else "",
                self.visitor.address(group.code),
            )
            for group in groups(self.draft)
            for one in group.questions
        ]

    def save(self) -> bool:
        """Hand the answers in; they are judged at once."""
        version = self.cleaned_data["version"]
        try:
            steps.submit(self.draft, version=version, on=self.visitor.today, by=self.visitor.by, at=self.visitor.at)
        except AnswersMissing:
            self.add_error(None, _("Some questions are still open. Go back to them first."))
        except Stale:
            if not ScreeningDraft.objects.filter(pk=self.draft.pk).exists():
                return True  # they were handed in a moment ago
            self.draft = screenings.begin(self.visitor.patient, by=self.visitor.by, at=self.visitor.at)
            self.data = self.data.copy()
            self.data["version"] = str(self.draft.version)
            self.add_error(None, _("Some answers were changed a moment ago. Look at them and go on."))
        return not self.errors
