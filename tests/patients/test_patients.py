from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from clinic.actors import Actor
from clinic.models import AuditRow, Role, RoleGrant, User
from clinic.policy import MayNot
from clinic.refusals import Stale
from patients import patients, twins
from patients.models import Patient
from patients.writing import NotUsable
from tests.factories.patients import HOUSE, mia, patient, tomasz, zoe

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def dee() -> Actor:
    user = User.objects.create_user("dee@rowan.example", name="Dee Marlowe", short_name="Dee")
    RoleGrant.objects.create(user=user, role=Role.FRONT_DESK)
    return Actor.of(user)


def test_references_rise_from_10001():
    assert [mia().reference, tomasz().reference, zoe().reference] == ["R-10001", "R-10002", "R-10003"]


def test_a_registration_that_fails_gives_its_reference_to_the_next():
    with pytest.raises(patients.NotReachable):
        patients.register(name="Nobody", by=HOUSE, at=NOW)

    assert mia().reference == "R-10001"


def test_a_phone_number_or_an_address_is_enough(dee):
    by_phone = patients.register(name="Oskar Nyberg", phone="0113 496 0300", by=dee, at=NOW)
    by_mail = patients.register(name="Noor Rahman", email="Noor@Post.Example", by=dee, at=NOW)

    assert (str(by_phone.phone), by_phone.email, by_phone.phone_digits) == (
        "+441134960300",
        "",
        "441134960300",
    )
    assert (str(by_mail.phone), by_mail.email, by_mail.phone_digits) == ("", "noor@post.example", "")


def test_someone_whom_nobody_can_reach_is_not_entered(dee):
    with pytest.raises(patients.NotReachable) as refused:
        patients.register(name="Oskar Nyberg", phone=" ", email="", by=dee, at=NOW)

    assert refused.value.refusal.rule == "patient.not_reachable"
    assert Patient.objects.count() == 0


def test_the_database_refuses_them_too():
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.create(reference="R-1", name="Oskar", search_key="oskar", created_at=NOW)


@pytest.mark.parametrize(
    "address",
    [
        "mia@post.example\nBcc: all@post.example",
        "mia@post.example\r\n",
        "\nmia@post.example",
        "mia\x0b@post.example",
        "mia@post.example\u2028",
        "mia@post.example, dee@post.example",
        "Mia <mia@post.example>",
        "mia",
        "a" * 250 + "@post.example",
    ],
)
def test_an_address_that_could_write_a_mail_header_is_refused(dee, address):
    with pytest.raises(NotUsable) as refused:
        patients.register(name="Mia Okafor", email=address, by=dee, at=NOW)

    assert refused.value.refusal.values == {"field": "email"}


@pytest.mark.parametrize("number", ["0113 496 0417\nBcc: x", "\u20280113 496 0417", "twelve", "12", "0" * 40])
def test_a_phone_number_that_cannot_be_dialled_is_refused(dee, number):
    with pytest.raises(NotUsable) as refused:
        patients.register(name="Mia Okafor", phone=number, by=dee, at=NOW)

    assert refused.value.refusal.values == {"field": "phone"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "Mia\r\nBcc: all@post.example"), ("name", "   "), ("name", "M" * 121), ("called", "Mi\x00a")],
)
def test_a_name_is_one_line_of_at_most_120_characters(dee, field, value):
    with pytest.raises(NotUsable) as refused:
        patients.register(**({"name": "Mia Okafor", field: value}), phone="0113 496 0417", by=dee, at=NOW)

    assert refused.value.refusal.values == {"field": field}


@pytest.mark.parametrize("born_on", [date(1899, 12, 31), date(2026, 11, 21)])
def test_nobody_is_born_tomorrow_or_before_1900(dee, born_on):
    with pytest.raises(NotUsable) as refused:
        patients.register(name="Mia Okafor", phone="0113 496 0417", born_on=born_on, by=dee, at=NOW)

    assert refused.value.refusal.values == {"field": "born_on"}


def test_a_name_is_kept_as_written_with_single_blanks(dee):
    registered = patients.register(name="  Zoë   Ångström ", phone="0113 496 0417", by=dee, at=NOW)

    assert registered.name == "Zoë Ångström"
    assert registered.search_key == "zoe angstrom"


def test_registering_leaves_the_names_of_the_fields_in_the_trail_and_no_value(dee):
    registered = patients.register(name="Mia Okafor", phone="0113 496 0417", by=dee, at=NOW)

    row = AuditRow.objects.get()
    assert (row.verb, row.actor_name, row.patient_id_text) == (
        "register",
        "Dee Marlowe",
        str(registered.uuid),
    )
    assert list(row.fields) == ["name", "phone"]
    assert "Okafor" not in str(row.fields)
    assert "0417" not in str(row.fields)


def test_an_edit_raises_the_version_and_what_is_searched(dee):
    edited = patients.edit(mia(), version=1, name="Mia Bright", phone="", by=dee, at=NOW)

    assert (edited.name, edited.search_key, edited.phone_digits, edited.version) == (
        "Mia Bright",
        "mia bright",
        "",
        2,
    )
    assert sorted(AuditRow.objects.get(verb="edit").fields) == ["name", "phone"]


def test_an_edit_that_changes_nothing_leaves_no_trace(dee):
    edited = patients.edit(mia(), version=1, name="Mia Okafor", phone="0113 4960417", by=dee, at=NOW)

    assert edited.version == 1
    assert not AuditRow.objects.filter(verb="edit").exists()


def test_what_two_changed_at_once_is_told_apart_and_nothing_of_it_is_lost(dee):
    her = mia()
    patients.edit(her, version=1, called="Mimi", email="first@post.example", by=dee, at=NOW)

    with pytest.raises(Stale) as stale:
        patients.edit(her, version=1, called="", email="second@post.example", by=dee, at=NOW)

    assert stale.value.changed == {"email": ("first@post.example", "second@post.example")}
    her.refresh_from_db()
    assert (her.called, her.email, her.version) == ("Mimi", "first@post.example", 2)


def test_what_two_changed_in_different_fields_stands_side_by_side(dee):
    her = mia()
    patients.edit(her, version=1, called="Mimi", wants_recall_mail=False, by=dee, at=NOW)

    as_it_was_read = {"called": "", "wants_recall_mail": True, "name": "Mia Okafor"}
    edited = patients.edit(her, version=1, **as_it_was_read, phone="0113 496 0999", by=dee, at=NOW)

    assert (edited.called, edited.wants_recall_mail, edited.phone_tail) == ("Mimi", False, "0999")
    assert edited.version == 3


def test_a_field_that_was_changed_and_changed_back_meanwhile_can_be_written(dee):
    her = mia()
    patients.edit(her, version=1, called="Mimi", by=dee, at=NOW)
    patients.edit(her, version=2, called="", by=dee, at=NOW)

    with pytest.raises(Stale):
        patients.edit(her, version=1, called="Mia-Lou", by=dee, at=NOW)

    assert patients.edit(her, version=3, called="Mia-Lou", by=dee, at=NOW).called == "Mia-Lou"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"emergency_name": "Ada"}, "emergency_phone"),
        ({"guardian_name": "Ada"}, "guardian_phone"),
        ({"guardian_phone": "12"}, "guardian_phone"),
        ({"guardian_email": "ada"}, "guardian_email"),
        ({"address": "1 Mill Lane\x00"}, "address"),
        ({"pronouns": "x" * 41}, "pronouns"),
    ],
)
def test_half_a_contact_and_what_cannot_be_written_are_refused_at_their_field(dee, fields, field):
    with pytest.raises(NotUsable) as refused:
        patients.edit(mia(), version=1, **fields, by=dee, at=NOW)

    assert refused.value.refusal.values == {"field": field}


def test_a_guardian_who_can_be_asked_and_an_address_of_lines_are_kept(dee):
    edited = patients.edit(
        mia(),
        version=1,
        guardian_name="Ada Okafor",
        guardian_email="Ada@Post.example",
        address=" 1 Mill Lane\r\nLeeds ",
        by=dee,
        at=NOW,
    )

    assert (edited.has_guardian, edited.guardian_email, edited.address) == (
        True,
        "ada@post.example",
        "1 Mill Lane\nLeeds",
    )


def test_a_patient_is_found_by_the_name_on_their_papers(dee):
    her = patients.edit(mia(), version=1, legal_name="Amelia Okafor-Reid", by=dee, at=NOW)

    assert list(Patient.objects.matching("amelia")) == [her]


def test_the_last_way_to_reach_someone_cannot_be_taken_away(dee):
    him = tomasz()

    with pytest.raises(patients.NotReachable):
        patients.edit(him, version=1, phone="", by=dee, at=NOW)

    him.refresh_from_db()
    assert him.phone_tail == "0418"


def test_the_desk_writes_no_clinical_field(dee):
    her = mia()

    with pytest.raises(MayNot) as refused:
        patients.edit(her, version=1, has_cold_sores=True, by=dee, at=NOW)

    assert refused.value.capability == "see_clinical"


def test_a_field_that_is_not_for_writing_is_a_mistake_of_ours(dee):
    with pytest.raises(TypeError):
        patients.edit(mia(), version=1, reference="R-1", by=dee, at=NOW)


def test_look_alikes_share_the_phone_the_address_or_the_name():
    her, him, third = mia(), tomasz(), zoe()

    found = twins.look_alikes(name="zoe angstrom luczak", phone="01134960418", email="MIA.OKAFOR@post.example")

    assert {(alike.patient.pk, alike.why) for alike in found} == {
        (her.pk, "same e-mail"),
        (him.pk, "same phone"),
        (third.pk, "same name"),
    }


def test_the_same_name_with_another_date_of_birth_is_another_person():
    her = mia()

    assert twins.look_alikes(name="Mia Okafor", born_on=date(1961, 1, 1)) == []
    assert [alike.patient for alike in twins.look_alikes(name="Mia Okafor", born_on=her.born_on)] == [her]


def test_a_look_alike_is_a_hint_and_no_bar():
    assert [mia().name, mia().name] == ["Mia Okafor", "Mia Okafor"]


def test_age_turns_on_the_birthday():
    her = mia(born_on=date(1994, 5, 21))

    assert [her.age_on(date(2026, 5, 20)), her.age_on(date(2026, 5, 21))] == [31, 32]
    assert patient().age_on(date(2026, 5, 21)) is None
