"""Keeping the record right: what each role may change, and what happens when two do at once."""

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from outbox.models import Notice
from patients import patients as people


@pytest.fixture
def edit(mia):
    return reverse("desk:patient_edit", args=[mia.uuid])


def as_shown(response, **typed: str) -> dict[str, str]:
    """Return the form as it stands on the page, with some fields typed over."""
    form = response.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: str(value) for name, value in (shown | typed).items() if value not in (None, False)}


def test_dee_corrects_a_telephone(desk, edit, mia):
    response = desk.post(edit, as_shown(desk.get(edit), phone="0113 496 0999"))

    mia.refresh_from_db()
    assert response.headers["Location"] == reverse("desk:patient", args=[mia.uuid])
    assert (mia.phone_words, mia.version) == ("0113 496 0999", 2)


def test_the_desk_is_not_asked_what_only_clinicians_know(desk, practice, edit):
    asked_of_desk = set(desk.get(edit).context["form"].fields)
    asked_of_ana = set(practice.get(edit).context["form"].fields)

    assert asked_of_ana - asked_of_desk == {
        "fitzpatrick",
        "has_pigment_history",
        "has_cold_sores",
        "avoids_nsaids",
    }


def test_ana_writes_down_the_skin_type(practice, edit, mia):
    form = as_shown(practice.get(edit), fitzpatrick="5", has_cold_sores="on")

    practice.post(edit, form)

    mia.refresh_from_db()
    assert (mia.fitzpatrick, mia.has_cold_sores) == (5, True)


def test_a_clinical_field_that_the_desk_smuggles_in_changes_nothing(desk, edit, mia):
    desk.post(edit, as_shown(desk.get(edit)) | {"fitzpatrick": "6"})

    mia.refresh_from_db()
    assert (mia.fitzpatrick, mia.version) == (None, 1)


def test_two_at_once_see_what_stands_now_beside_what_they_typed(desk, edit, mia, dee):
    form = as_shown(desk.get(edit), phone="0113 496 0999")
    people.edit(mia, version=1, phone="0113 496 0111", by=dee, at=mia.created_at)

    response = desk.post(edit, form)

    assert response.status_code == 409
    assert response.context["differing"] == [{"label": "Phone", "now": "+441134960111", "typed": "+441134960999"}]
    assert response.context["form"]["phone"].value() == "0113 496 0999"
    mia.refresh_from_db()
    assert mia.phone_words == "0113 496 0111"

    again = desk.post(edit, as_shown(response))

    mia.refresh_from_db()
    assert (again.status_code, mia.phone_words, mia.version) == (302, "0113 496 0999", 3)


def test_the_last_way_to_reach_her_stays(desk, edit, mia):
    response = desk.post(edit, as_shown(desk.get(edit), phone="", email=""))

    assert response.status_code == 422
    assert response.context["form"].errors == {"phone": ["Write a phone number or an e-mail address."]}


def test_a_clinician_who_opens_the_form_has_read_the_record(desk, practice, edit, mia):
    desk.get(edit)
    assert AuditRow.objects.filter(verb="read").count() == 0

    practice.get(edit)

    assert AuditRow.objects.get(verb="read").patient_id_text == str(mia.uuid)


def test_messages_that_wait_follow_a_changed_address_at_once(desk, edit, mia, session):
    waiting = Notice.objects.open().filter(patient=mia, channel=Notice.Channel.MAIL)
    count = waiting.count()

    desk.post(edit, as_shown(desk.get(edit), email="mia@new.example"))

    assert count > 0
    assert waiting.filter(to_address="mia@new.example").count() == count
