"""Keeping the record right: what each role may change, and what happens when two do at once."""

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from outbox.models import Notice
from patients import patients as people
from patients.models import Patient


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


def test_nobody_is_asked_here_what_only_clinicians_know(desk, practice, edit):
    for client in (desk, practice):
        assert not set(client.get(edit).context["form"].fields) & set(Patient.CLINICAL)


def test_a_clinical_field_that_the_desk_smuggles_in_changes_nothing(desk, edit, mia):
    desk.post(edit, as_shown(desk.get(edit)) | {"fitzpatrick": "6"})

    mia.refresh_from_db()
    assert (mia.fitzpatrick, mia.version) == (None, 1)


def test_two_at_once_see_what_stands_now_beside_what_they_typed(desk, edit, mia, dee):
    form = as_shown(desk.get(edit), phone="0113 496 0999")
    people.edit(mia, version=1, phone="0113 496 0111", called="Mimi", by=dee, at=mia.created_at)

    response = desk.post(edit, form)

    assert response.status_code == 409
    (differing,) = response.context["differing"]
    assert (differing.label, differing.now, differing.typed) == ("Phone", "0113 496 0111", "0113 496 0999")
    assert (differing.by, differing.at) == ("Dee Marlowe", mia.created_at)
    assert response.context["form"]["phone"].value() == "0113 496 0999"
    assert response.context["form"]["called"].value() == "Mimi"
    mia.refresh_from_db()
    assert mia.phone_words == "0113 496 0111"

    again = desk.post(edit, as_shown(response))

    mia.refresh_from_db()
    assert (again.status_code, mia.phone_words, mia.called, mia.version) == (302, "0113 496 0999", "Mimi", 3)


def test_what_somebody_else_changed_elsewhere_stands_and_is_told(desk, edit, mia, dee, as_ana):
    form = as_shown(desk.get(edit), phone="0113 496 0999")
    people.edit(mia, version=1, called="Mimi", wants_recall_mail=False, by=dee, at=mia.created_at)
    people.edit(mia, version=2, has_cold_sores=True, by=as_ana, at=mia.created_at)

    response = desk.post(edit, form, follow=True)

    mia.refresh_from_db()
    assert (mia.phone_words, mia.called, mia.wants_recall_mail) == ("0113 496 0999", "Mimi", False)
    (said,) = map(str, response.context["messages"])
    assert said == (
        "Saved. Dee Marlowe changed these meanwhile, and they stand: Called, E-mails that the next session is due."
    )


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
