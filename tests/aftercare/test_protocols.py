"""Aftercare as a clinic writes it: a draft, published by a person, then fixed; and what can never be saved."""

import pytest
from django.db import DatabaseError, connection, transaction

from aftercare import clinical, differences, protocols
from aftercare.lettering import NotWritable
from aftercare.models import Protocol, Step, StepWords
from clinic import guards, words
from clinic.models import AuditRow
from clinic.refusals import Stale
from tests.factories import aftercare
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db

LATER = TEN + minutes(60)
WRITTEN = ("aftercare_protocol", "aftercare_step", "aftercare_stepwords")
ENDING = "\n\n{red_flags}\n\n{contact}\n"
FACTS = {
    "title": "Check-in 1",
    "offset_hours": 24,
    "offset_days": None,
    "not_after_hours": 24,
    "every_session": True,
    "only_if": [],
}


@pytest.fixture(autouse=True)
def shipped(db):
    aftercare.values()


@pytest.fixture
def as_max(max_):
    return max_


def letter(text="Hello.", title="One day on", subject="One day after your visit"):
    return f"Subject: {subject}\n\n# {title}\n\n{text}{ENDING}"


def changed(by, code="AFTER_24H", *, revision=None, letters=None, **facts):
    draft = protocols.draft()
    revision = (draft.revision if draft else protocols.NO_DRAFT) if revision is None else revision
    facts = FACTS | facts
    return protocols.change(code, revision=revision, letters=letters or {"en": letter()}, by=by, at=LATER, **facts)


def published(by, note="Shorter words."):
    return protocols.publish(revision=protocols.draft().revision, note=note, by=by, at=LATER)


# --- writing -----------------------------------------------------------------------------------------------


def test_the_first_change_begins_a_draft_beside_the_version_that_stands(as_max):
    step = changed(as_max)

    draft = protocols.draft()
    assert (draft.version, draft.follows, draft.made_by) == (2, protocols.current(), as_max.user)
    assert (step.protocol, protocols.letters_of(step)) == (draft, {"en": letter()})
    assert protocols.current().steps.get(code="AFTER_24H").words.count() == 2
    assert draft.steps.count() == 14


def test_a_language_left_empty_has_no_words_and_english_has_to_be_there(as_max):
    changed(as_max, letters={"en": letter(), "es": "  "})
    assert set(protocols.letters_of(Step.objects.get(protocol=protocols.draft(), code="AFTER_24H"))) == {"en"}

    with pytest.raises(NotWritable) as refused:
        changed(as_max, letters={"es": letter()})
    assert refused.value.refusal.values == {"language": "en"}


def test_two_who_write_at_once_lose_nothing(as_max):
    changed(as_max)

    with pytest.raises(Stale):
        changed(as_max, revision=protocols.NO_DRAFT)
    with pytest.raises(Stale):
        changed(as_max, revision=7)
    assert protocols.draft().revision == 1


def test_a_step_of_the_clinics_own_stands_in_its_turn_and_its_code_is_never_used_again(as_max):
    own = {"title": "Sleep", "offset_hours": None, "offset_days": 6, "not_after_hours": 48}
    protocols.add("care", revision=0, letters={"en": letter()}, by=as_max, at=LATER, **(FACTS | own))

    codes = list(protocols.draft().steps.values_list("code", flat=True))
    assert codes[codes.index("OWN_1") - 1 : codes.index("OWN_1") + 2] == ["AFTER_5D", "OWN_1", "AFTER_7D"]
    published(as_max)
    protocols.remove("OWN_1", revision=0, by=as_max, at=LATER)
    another = protocols.add(
        "care", revision=protocols.draft().revision, letters={"en": letter()}, by=as_max, at=LATER, **FACTS
    )
    assert another.code == "OWN_2"


def test_the_first_message_is_never_taken_away_nor_put_off(as_max):
    with pytest.raises(protocols.NotPossible):
        protocols.remove("AFTER_0H", revision=0, by=as_max, at=LATER)
    with pytest.raises(protocols.NotPossible) as refused:
        changed(as_max, "AFTER_0H", offset_hours=2)

    assert refused.value.refusal.values == {"field": "offset"}
    assert protocols.draft() is None


def test_a_message_that_is_not_wanted_is_taken_out(as_max):
    protocols.remove("AFTER_5D", revision=0, by=as_max, at=LATER)

    assert not protocols.draft().steps.filter(code="AFTER_5D").exists()
    assert [(one.kind, one.code) for one in differences.between(protocols.current(), protocols.draft())] == [
        ("gone", "AFTER_5D")
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"offset_hours": None}, "offset"),
        ({"offset_days": 2}, "offset"),
        ({"offset_hours": 73}, "offset"),
        ({"offset_hours": None, "offset_days": 0}, "offset"),
        ({"offset_hours": None, "offset_days": 366}, "offset"),
        ({"not_after_hours": 0}, "not_after_hours"),
        ({"not_after_hours": 745}, "not_after_hours"),
        ({"only_if": ["rain"]}, "only_if"),
    ],
)
def test_a_step_that_cannot_be_is_refused_at_its_field(as_max, facts, field):
    with pytest.raises(protocols.NotPossible) as refused:
        changed(as_max, **facts)

    assert refused.value.refusal.values == {"field": field}
    assert protocols.draft() is None


def test_only_messages_of_care_count_in_hours(as_max):
    with pytest.raises(protocols.NotPossible):
        changed(as_max, "FOLLOW_28D")


# --- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hello", "Begin with a line “Subject: …”, leave a line empty, and go on with the message."),
        (
            letter("Dear {nickname},"),
            "{nickname} stands for nothing in this message. Take it out, or choose another of the list.",
        ),
        (
            letter("Until {window_closes}."),
            "{window_closes} stands for nothing in this message. Take it out, or choose another of the list.",
        ),
        (
            letter("[if raining]\nTake care."),
            "The condition “raining” is not known here. Take it out, or choose another of the list.",
        ),
        (letter("Dear {First},"), "This paragraph cannot be read: “Dear {First},”."),
        (letter("= Make-up, tomorrow"), "This paragraph cannot be read: “= Make-up, tomorrow”."),
        ("Subject: Hello\n\n# Hello\n\nHello.\n\n{contact}\n", "End with {red_flags} and then {contact}"),
        ("Subject: Hello\n\n# Hello\n\nHello.\n\n{red_flags}\n", "End with {red_flags} and then {contact}"),
        (f"Subject: Hello\n\nHello.{ENDING}", "Begin the message with its title"),
        (letter("See {red_flags} here."), "{red_flags} needs a paragraph to itself"),
        (letter("[[Open|{link}]]"), "A button needs its page: put [if link] before"),
        (letter("[if deep]\n[[Open|{link}]]"), "A button needs its page: put [if link] before"),
        (letter("Take ibuprofen."), "Ibuprofen is named only under [if ibuprofen_ok]"),
        (letter("[if deep or ibuprofen_ok]\nTake ibuprofen."), "Ibuprofen is named only under [if ibuprofen_ok]"),
        (letter(subject="After your microneedling"), "The subject says what was done"),
        (letter(subject="For you: {products}"), "{products} does not belong in a subject"),
        (letter(subject="x" * 121), "The subject has more than 120 letters."),
        (letter("x" * 12_001), "The message has more than 12000 letters."),
    ],
)
def test_words_that_could_not_be_sent_are_not_saved(as_max, text, sentence):
    with pytest.raises(NotWritable) as refused:
        changed(as_max, letters={"en": text})

    assert str(refused.value).startswith(sentence)
    assert protocols.draft() is None


@pytest.mark.parametrize(
    "text",
    [
        "[if link]\n[[Open|{link}]]",
        "[if ibuprofen_ok and deep]\nTake ibuprofen.",
        "[if not deep or prp]\nMake-up from {makeup_from}.",
        "{personal}",
    ],
)
def test_words_that_can_always_be_filled_are_saved(as_max, text):
    assert changed(as_max, letters={"en": letter(text)}).words.get().letter == letter(text)


def test_what_the_house_ships_could_be_saved_by_a_clinic_too(as_max):
    for step in protocols.steps_of(protocols.current()):
        facts = {name: getattr(step, name) for name in FACTS}
        changed(as_max, step.code, letters=protocols.letters_of(step), **facts)

    assert clinical.content(protocols.draft()) == clinical.content(protocols.current())


# --- publishing --------------------------------------------------------------------------------------------


def test_publishing_lets_later_sessions_follow_and_says_who_when_and_why(as_max):
    changed(as_max)

    version = published(as_max)

    assert protocols.current() == version
    assert (version.published_by, version.published_at, version.note) == (as_max.user, LATER, "Shorter words.")
    assert Protocol.objects.filter(is_current=True).count() == 1
    verbs = list(AuditRow.objects.filter(verb__startswith="protocol.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["protocol.begun", "protocol.step_changed", "protocol.published"]


def test_a_version_says_why_it_is_there(as_max):
    changed(as_max)

    with pytest.raises(protocols.NotPossible) as refused:
        published(as_max, note=" ")
    assert refused.value.refusal.values == {"field": "note"}


def test_what_differs_in_nothing_is_not_published(as_max):
    step = protocols.current().steps.get(code="AFTER_24H")
    facts = {name: getattr(step, name) for name in FACTS}
    changed(as_max, letters=protocols.letters_of(step), **facts)

    with pytest.raises(protocols.NotPossible) as refused:
        published(as_max)
    assert str(refused.value) == "Nothing differs from the version that stands. Change a message first."


def test_a_draft_that_somebody_wrote_in_meanwhile_is_not_published(as_max):
    changed(as_max)
    read = protocols.draft().revision
    changed(as_max, letters={"en": letter("Other words.")})

    with pytest.raises(Stale):
        protocols.publish(revision=read, note="Mine.", by=as_max, at=LATER)
    assert protocols.current().version == 1


def test_a_draft_is_thrown_away_and_nothing_is_left_of_it(as_max):
    changed(as_max)

    protocols.discard(revision=protocols.draft().revision, by=as_max, at=LATER)

    assert (protocols.draft(), Protocol.objects.count(), Step.objects.count()) == (None, 1, 14)


def test_a_clinic_that_wrote_its_own_keeps_it_when_the_house_ships_better_words(as_max):
    changed(as_max)
    own = published(as_max)
    StepWords.objects.filter(step__protocol__version=1, step__code="AFTER_7D", language="es").delete()

    clinical.load(LATER)

    assert (protocols.current(), Protocol.objects.count()) == (own, 3)


# --- what differs ------------------------------------------------------------------------------------------


def test_versions_are_compared_message_by_message(as_max):
    text = words.source("aftercare", "en", "AFTER_24H").replace("should be easing now", "should be nearly gone")
    changed(as_max, letters={"en": text}, offset_hours=30, every_session=False, only_if=["deep"])

    (one,) = differences.between(protocols.current(), protocols.draft())

    assert [(fact.label, fact.was, fact.now) for fact in one.facts] == [
        ("Leaves", "24 hours after", "30 hours after"),
        (
            "After",
            "every session",
            "the first session of a course; only if the deepest pass was 1.50 mm or more (C-34)",
        ),
    ]
    english, spanish = one.wordings
    assert [(line.kind, "nearly gone" in line.words) for line in english.lines] == [("gone", False), ("new", True)]
    assert {line.kind for line in spanish.lines} == {"gone"}


# --- what never changes ------------------------------------------------------------------------------------


@pytest.fixture
def followed(first_session):
    """Return the version that a plan follows."""
    return aftercare.begun(first_session).protocol


@pytest.mark.parametrize(
    "act",
    [
        lambda version: version.steps.filter(code="AFTER_5D").update(offset_days=6),
        lambda version: version.steps.filter(code="AFTER_5D").delete(),
        lambda version: StepWords.objects.filter(step__protocol=version).update(letter="Subject: Hello\n\n# Hello"),
        lambda version: Step.objects.create(
            protocol=version, code="OWN_1", purpose="care", title="x", offset_days=1, source="", mark="policy"
        ),
        lambda version: Protocol.objects.filter(pk=version.pk).update(note="Otherwise"),
        lambda version: Protocol.objects.filter(pk=version.pk).update(published_at=None, is_current=False),
    ],
    ids=["step", "step-gone", "words", "step-new", "note", "unpublished"],
)
def test_a_version_that_a_plan_follows_is_never_written_over(followed, act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(followed)

    connection.check_constraints()  # else PostgreSQL alters no table
    written = [guard.name for guard in guards.listed() if guard.table in WRITTEN]
    with guards.lifted(*written), transaction.atomic():  # the control: without the guards it would be
        act(followed)
        transaction.set_rollback(True)


def test_a_published_version_is_kept_though_nothing_follows_it(as_max):
    changed(as_max)
    first = protocols.current()
    published(as_max)

    with pytest.raises(DatabaseError), transaction.atomic():
        Protocol.objects.filter(pk=first.pk).update(name="Otherwise")
