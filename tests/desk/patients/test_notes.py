"""Notes and changes on their pages: for whom each is, struck in words, told with who and when."""

import uuid

import pytest
from django.urls import reverse

from clinic import sites
from patients import notes
from patients import patients as people
from patients.models import ClinicalNote, DeskNote, Patient
from tests.factories import patients as who
from tests.factories.booking import HOUSE, TEN


@pytest.fixture
def write(mia):
    return reverse("desk:patient_note", args=[mia.uuid])


def test_dee_writes_a_note_once_however_often_she_presses(desk, write, mia):
    form = {"words": "Rings the bell", "kind": "desk", "form_key": str(uuid.uuid4())}

    for _time in range(2):
        assert desk.post(write, form).headers["Location"] == f"{reverse('desk:patient', args=[mia.uuid])}#story"

    assert [(one.words, one.by_name) for one in DeskNote.objects.all()] == [("Rings the bell", "Dee Marlowe")]


def test_ana_says_for_whom_her_note_is(practice, write):
    practice.post(write, {"words": "Keloid on the shoulder", "kind": "clinical"})
    practice.post(write, {"words": "Has a dog", "kind": "desk"})

    assert (ClinicalNote.objects.get().words, DeskNote.objects.get().words) == ("Keloid on the shoulder", "Has a dog")


CLOSED_TO_YOU = "Notes for clinicians only are closed to you now. Nothing was kept. Say for whom the note is."


def test_what_was_written_for_clinicians_is_never_kept_for_the_desk(practice, desk, write, mia, site):
    """Ana opens the form, types, and meanwhile the record is closed to her."""
    typed = {"words": "Keloid on the shoulder", "kind": "clinical"}
    sites.set_rules(site, own_patients_only=True, by=HOUSE, at=TEN)

    for answer in (practice.post(write, typed), desk.post(write, typed)):
        form = answer.context["form"]
        assert (answer.status_code, form.errors) == (422, {"kind": [CLOSED_TO_YOU]})
        assert form["words"].value() == "Keloid on the shoulder"
        assert [radio.data["attrs"].get("checked") for radio in form["kind"]] == [None]
    again = practice.post(write, {"words": "Keloid on the shoulder"})
    assert (again.status_code, again.context["form"].errors) == (422, {"kind": ["Say for whom the note is."]})

    assert (DeskNote.objects.count(), ClinicalNote.objects.count()) == (0, 0)
    assert practice.post(write, {"words": "Has a dog", "kind": "desk"}).status_code == 302


@pytest.mark.parametrize("words", ["", "x" * 2001])
def test_a_note_that_cannot_stand_keeps_what_was_typed(desk, write, words):
    answer = desk.post(write, {"words": words, "kind": "desk"})

    assert (answer.status_code, answer.context["form"]["words"].value()) == (422, words)
    assert not DeskNote.objects.exists()


def test_a_clinical_note_is_nowhere_for_the_desk(desk, mia, as_ana):
    note = notes.write(ClinicalNote, mia, words="Keloid", by=as_ana, at=TEN)

    for answer in (desk.get(reverse("desk:note", args=[note.uuid])), desk.post(reverse("desk:note", args=[note.uuid]))):
        assert answer.status_code == 404


def test_a_note_is_struck_with_a_reason_and_its_page_says_so(desk, mia, dee):
    note = notes.write(DeskNote, mia, words="Has a dog", by=dee, at=TEN)
    page = reverse("desk:note", args=[note.uuid])

    assert desk.post(page, {"struck_because": ""}).status_code == 422
    desk.post(page, {"struck_because": "Another Mia"})

    text = desk.get(page).content.decode()
    assert "<s" in text
    assert "Struck 3 Mar 2026, Dee Marlowe: Another Mia" in text


def test_the_notes_of_a_closed_record_are_nowhere(desk, mia, dee, site, max_):
    note = notes.write(DeskNote, mia, words="Has a dog", by=dee, at=TEN)
    page = reverse("desk:note", args=[note.uuid])
    assert desk.get(page).status_code == 200
    Patient.objects.filter(pk=mia.pk).update(closed_at=TEN)  # erasing removes what the desk noted

    assert [desk.get(page).status_code, desk.post(page, {"struck_because": "x"}).status_code] == [404, 404]


def test_what_was_changed_is_told_in_words_to_who_may_see_it(desk, practice, mia, dee, as_ana):
    changes = reverse("desk:patient_changes", args=[mia.uuid])
    people.edit(mia, version=1, phone="0113 496 0999", wants_recall_mail=False, by=dee, at=TEN)
    people.edit(mia, version=2, fitzpatrick=5, language="es", by=as_ana, at=TEN.replace(hour=11))
    who.allergy(mia, reaction="hives", by=as_ana, at=TEN.replace(hour=12))

    def told(client) -> list[tuple[str, str, str, str]]:
        return [(one.row, one.field, one.was, one.became) for one in client.get(changes).context["told"]]

    of_contact = {
        ("", "Phone", "0113 496 0417", "0113 496 0999"),
        ("", "E-mails that the next session is due", "yes", "no"),
        ("", "Language", "English", "Spanish"),
    }
    assert set(told(desk)) == of_contact
    assert set(told(practice)) == of_contact | {("", "Skin type", "", "V"), ("Latex", "Noted", "", "Latex · hives")}
    assert "Dee Marlowe" in desk.get(changes).content.decode()


def test_former_names_are_told_as_changed_and_not_shown(desk, mia, dee):
    people.edit(mia, version=1, former_names="Quetzal Smith", by=dee, at=TEN)

    page = desk.get(reverse("desk:patient_changes", args=[mia.uuid]))

    assert [(one.field, one.was, one.became) for one in page.context["told"]] == [
        ("Former names", "", "not shown here")
    ]
    assert "Quetzal" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_changes_cost_the_same_whether_one_or_three(desk, mia, dee, count, django_assert_num_queries):
    for number in range(count):
        people.edit(mia, version=1 + number, called=f"Mimi {number}", by=dee, at=TEN)

    with django_assert_num_queries(6):
        desk.get(reverse("desk:patient_changes", args=[mia.uuid]))


def test_twenty_five_changes_stand_on_a_page(desk, mia, dee):
    for number in range(27):
        people.edit(mia, version=1 + number, called=f"Mimi {number}", by=dee, at=TEN)
    changes = reverse("desk:patient_changes", args=[mia.uuid])

    assert [len(desk.get(changes, {"page": page}).context["told"]) for page in (1, 2)] == [25, 2]
