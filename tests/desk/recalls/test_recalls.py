"""Recalls on the desk: opened from a lot, told to one patient after another, written to, taken out, and looked back."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic import audit, sites
from clinic.models import AuditRow
from desk.recalls import files
from outbox.models import Notice
from tests.desk.conftest import page_of
from tests.factories import aftercare, booking, stock, treatments
from tests.factories import patients as who
from tests.factories.booking import HOUSE, TEN
from tests.journeys.paper import Paper
from treatments.models import Recall, RecallContact

pytestmark = pytest.mark.django_db

NOW = TEN + timedelta(days=10)
WHY = "The maker recalled this lot: two seals were found open."


@pytest.fixture(autouse=True)
def ten_days_later(db):
    treatments.values()
    aftercare.values()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def gel(mia, microneedling, ana, as_ana, tomasz):
    """Return a gel that was used on Mia and, a week later, on Tomasz."""
    lot = stock.serum()
    used = {"serums": (treatments.serum_row(lot),), "serum_is_none": False}
    for week, patient in enumerate((mia, tomasz)):
        visit = booking.visit(patient, microneedling, ana, starts_at=TEN + timedelta(weeks=week))
        treatments.signed(treatments.started(visit, by=as_ana), by=as_ana, **used)
    return lot


@pytest.fixture
def tablet(ana, site):
    return Paper(page_of(ana))


@pytest.fixture
def office(max_, site):
    return Paper(page_of(max_.user))


@pytest.fixture
def opened(tablet, gel):
    tablet.open(reverse("desk:lot", args=[gel.pk]))
    tablet.follow("Open a recall…")
    tablet.press("Open the recall", {"reason": WHY})
    return Recall.objects.get()


def address(recall):
    return reverse("desk:recall", args=[recall.uuid])


def at(name, recall):
    return reverse(f"desk:{name}", args=[recall.uuid])


def log(client, recall, person, **said):
    told = {"person": person.uuid, "how": "call", "words": "No answer.", "reached": "no"} | said
    return client.post(at("recall_contact", recall), told)


def test_it_is_opened_from_the_page_of_a_lot_and_lists_whom_it_was_used_on(tablet, opened, gel):
    page = tablet.open(address(opened))

    gel.refresh_from_db()
    assert gel.quarantined_at == NOW
    for words in ("Mia Okafor", "Tomasz Wrona", "0113 496 0418", "Forehead, Cheek", WHY, "Not reached yet"):
        assert words in page.text, words
    assert "A recall is open" in tablet.open(reverse("desk:lot", args=[gel.pk])).text


def test_what_is_missing_gets_a_sentence_and_what_was_typed_stays(tablet, gel):
    tablet.open(reverse("desk:recall_open"))

    page = tablet.press("Open the recall", {"thing": f"lot:{gel.pk}", "maker_asks": "Send it back."})

    assert (page.status, Recall.objects.count()) == (422, 0)
    assert page.value("thing") == f"lot:{gel.pk}"
    assert "Write why, in a few words." in page.text
    assert "Send it back." in page.text


def test_a_second_recall_of_the_same_leads_to_the_first(tablet, opened, gel):
    answer = tablet.client.post(reverse("desk:recall_open"), {"thing": f"lot:{gel.pk}", "reason": "Again."})

    assert (answer.status_code, answer.headers["Location"]) == (302, address(opened))


def test_one_press_logs_a_contact_and_the_last_word_is_who_still_waits(practice, opened, mia, tomasz):
    log(practice, opened, mia)
    log(practice, opened, mia, reached="yes", words="Knows; nothing to see.")
    log(practice, opened, tomasz, how="fax")

    page = practice.get(address(opened)).content.decode()
    assert [(one.how, one.is_reached) for one in RecallContact.objects.order_by("pk")] == [
        ("call", False),
        ("call", True),
    ]
    assert page.index("Tomasz Wrona") < page.index("Mia Okafor")
    for words in ("Knows; nothing to see.", "No answer.", "<dd><b>1</b></dd>"):
        assert words in page, words


def test_a_contact_that_cannot_be_kept_is_shown_at_its_patient_with_what_was_typed(practice, opened, mia):
    answer = log(practice, opened, mia, how="fax", words="Typed with care.")

    assert answer.status_code == 422
    assert "Say how you tried to reach them." in answer.content.decode()
    assert 'value="Typed with care."' in answer.content.decode()


def test_it_closes_only_with_a_reason_while_somebody_waits(tablet, opened):
    tablet.open(address(opened))
    page = tablet.press("Close the recall")
    assert (page.status, "2 patients were not reached yet." in page.text) == (422, True)

    page = tablet.press("Close the recall", {"because": "Both moved away."})

    opened.refresh_from_db()
    assert opened.closed_because == "Both moved away."
    assert "Both moved away." in page.text


def test_the_manager_writes_the_words_and_sends_them_on_a_press_of_its_own(office, opened, mia):
    office.open(address(opened))
    office.press("Keep the words", {"words_en": "Dear {first_name}, call {clinic_phone}."})
    assert not Notice.objects.filter(owner="recalls").exists()

    page = office.press("Send 1 e-mail")

    (mail,) = Notice.objects.filter(owner="recalls")
    assert (mail.patient, mail.headline, mail.body_text) == (
        mia,
        "Please call us",
        "Dear Mia, call {clinic_phone}.",
    )
    assert page.toasts == ["1 e-mail is on its way."]
    assert "Send 0 e-mails" in page.text


def test_a_subject_that_says_too_much_is_shown_with_its_reason(office, opened):
    office.open(address(opened))

    page = office.press("Keep the words", {"subject_en": "Your Gel allow"})

    assert (page.status, page.value("subject_en")) == (422, "Your Gel allow")
    assert "A subject is read by others too." in page.text


def test_a_practitioner_neither_writes_nor_sends(practice, opened):
    for name in ("recall_letters", "recall_mail"):
        assert practice.post(at(name, opened)).status_code == 403
    assert "Keep the words" not in practice.get(address(opened)).content.decode()


def test_a_manager_sees_who_and_when_but_not_where_it_was_used(manager, opened):
    page = manager.get(address(opened)).content.decode()

    assert "Mia Okafor" in page
    assert "Forehead" not in page
    assert "Zones" not in manager.get(at("recall_csv", opened)).content.decode()


def test_the_desk_sees_nothing_of_recalls(desk, opened, mia):
    pages = ("recalls", "recall_open", "look_back")
    asked = [reverse(f"desk:{name}") for name in pages] + [at(name, opened) for name in ("recall", "recall_csv")]
    asked.append(reverse("desk:patient_lots", args=[mia.uuid]))

    assert {desk.get(one).status_code for one in asked} == {403}
    assert log(desk, opened, mia).status_code == 403


def test_the_list_leaves_as_csv_and_as_pdf_and_the_trail_says_so(practice, opened, mia):
    before = AuditRow.objects.filter(verb=audit.EXPORT).count()

    text = practice.get(at("recall_csv", opened)).content.decode().lstrip("\ufeff")
    pdf = practice.get(at("recall_pdf", opened))

    first, second = csv.DictReader(io.StringIO(text))
    assert (first["Name"], first["Reached"], first["Session"], first["Lot"], first["Zones"]) == (
        "Mia Okafor",
        "no",
        "2026-03-02",
        "HA-2219",
        "Forehead, Cheek",
    )
    assert second["Name"] == "Tomasz Wrona"
    assert pdf.content.startswith(b"%PDF")
    assert AuditRow.objects.filter(verb=audit.EXPORT).count() == before + 4


def test_letters_are_printed_for_whoever_waits_and_written_down_once_posted(practice, opened, mia, tomasz):
    log(practice, opened, mia, reached="yes")
    before = set(AuditRow.objects.filter(verb=audit.EXPORT).values_list("pk", flat=True))

    letters = practice.get(at("recall_letters_pdf", opened))
    practice.post(at("recall_posted", opened))

    assert letters.content.startswith(b"%PDF")
    told = AuditRow.objects.filter(verb=audit.EXPORT).exclude(pk__in=before)
    assert [row.patient_id_text for row in told] == [str(tomasz.uuid)]
    last = RecallContact.objects.latest("pk")
    assert (last.patient, last.how, last.is_reached) == (tomasz, "letter", False)


def test_a_letter_says_no_more_than_its_words_in_the_language_of_the_patient(opened, mia):
    said = files.page(opened, mia, on=NOW)
    mia.language = "es"
    spanish = files.page(opened, mia, on=NOW)

    assert said["title"] == "Please call us"
    assert said["lines"][0] == "Dear Mia,"
    assert spanish["lines"][0] == "Hola, Mia:"
    whole = " ".join([*said["lines"], said["foot"], said["title"], *said["to"]])
    for word in ("HA-2219", "Gel", "seal", "needl", "{"):
        assert word not in whole, word


def test_reading_it_leaves_a_row_for_each_patient_shown(practice, opened, mia, tomasz):
    before = AuditRow.objects.latest("pk").pk

    practice.get(address(opened))

    read = AuditRow.objects.filter(pk__gt=before, verb=audit.READ).values_list("patient_id_text", flat=True)
    assert sorted(read) == sorted([str(mia.uuid), str(tomasz.uuid)])


def test_where_records_stand_behind_glass_a_stranger_reads_who_and_nothing_that_was_done(opened, ben, site, practice):
    log(practice, opened, opened.lot.serum_uses.first().session.patient)
    sites.set_rules(site, own_patients_only=True, by=HOUSE, at=TEN)

    for client, sees in ((page_of(ben), False), (practice, True)):
        page = client.get(address(opened)).content.decode()
        table = client.get(at("recall_csv", opened)).content.decode()
        assert "Tomasz Wrona" in page
        assert [words in page for words in ("Forehead", "No answer.")] == [sees, sees]
        assert ("Forehead" in table) == sees


def test_a_device_and_a_practitioner_lead_to_their_sessions(tablet, gel, ana):
    device = gel.serum_uses.first().session.device
    tablet.open(reverse("desk:device_one", args=[device.pk]))
    page = tablet.follow("Sessions with it")
    assert [words in page.text for words in ("Mia Okafor", "Tomasz Wrona", "Forehead")] == [True] * 3

    asked = {"whose": f"practitioner:{ana.pk}", "from_on": "03/03/2026", "until_on": "09/03/2026"}
    page = tablet.client.get(reverse("desk:look_back"), asked).content.decode()
    assert ("Tomasz Wrona" in page, "Mia Okafor" in page) == (True, False)

    wrong = tablet.client.get(reverse("desk:look_back"), asked | {"until_on": "01/03/2026"})
    assert (wrong.status_code, "The last day lies before the first." in wrong.content.decode()) == (422, True)


def test_a_patient_leads_to_every_lot(tablet, gel, mia):
    tablet.open(reverse("desk:patient", args=[mia.uuid]))
    page = tablet.follow("Lots used")

    for words in ("HA-2219", "Gel allow, Northlight", "SN-", "Cartridge"):
        assert words in page.text, words


def test_the_page_asks_no_more_for_ten_patients_than_for_two(
    practice, opened, gel, mia, microneedling, ana, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as asked:
        practice.get(address(opened))
    session = gel.serum_uses.first().session
    for number in range(8):
        patient = who.patient(f"Crowd Person-{number}")
        visit = booking.visit(patient, microneedling, ana, starts_at=TEN + timedelta(weeks=number + 2))
        copied = type(session).objects.create(
            appointment=visit,
            patient=patient,
            practitioner=ana,
            is_afterwards=True,
            identity_confirmed_at=NOW,
            started_at=NOW,
            saved_at=NOW,
        )
        copied.serum_uses.create(lot=gel)

    with django_assert_num_queries(len(asked)):
        practice.get(address(opened))
