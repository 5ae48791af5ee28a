"""What a patient is told about the health form: that it is there, once more before a visit, nothing when it is done."""

from datetime import timedelta

import pytest

from booking import form_notices, notices
from clinic import sites
from clinic.models import Site
from intake.models import HealthForm
from outbox import deliveries
from outbox.models import Notice
from patients import links
from patients import patients as people
from patients.models import Link
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.factories.health_forms import sent
from visits import health_forms, reception

pytestmark = pytest.mark.django_db(transaction=True)

FORM, REMINDER = form_notices.FORM, form_notices.REMINDER
FRIDAY_WEEK = TEN + timedelta(days=11)
TUESDAY_WEEK = FRIDAY_WEEK - timedelta(days=3)


def about_forms(**which):
    return Notice.objects.filter(kind__in=[FORM, REMINDER], **which).order_by("due_at")


def told():
    return list(about_forms().values_list("kind", "occasion", "channel", "state", "due_at"))


def book(patient, service, practitioner, **fields):
    known = {"starts_at": FRIDAY_WEEK, "site": Site.objects.get(), "by": HOUSE, "at": SUNDAY}
    return reception.book(patient=patient, service=service, practitioner=practitioner, **(known | fields))


def test_a_form_that_is_sent_leaves_after_the_grace_with_the_link(mia, site, smtp_server):
    form = sent(mia)

    assert told() == [(FORM, "1", "mail", "due", SUNDAY + minutes(3))]
    assert not deliveries.send_due(clock=lambda: SUNDAY + minutes(2))
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))
    (mail,) = smtp_server.messages
    assert mail["Subject"] == "A few questions before your visit"
    assert links.url(Link.objects.get(purpose="health")) in mail.get_body(["plain"]).get_content()
    assert links.url(Link.objects.get(purpose="health")) not in Notice.objects.get().body_text
    assert form.expires_at == SUNDAY + timedelta(days=30)


def test_the_patient_reads_it_in_their_language(mia, site, smtp_server):
    people.edit(mia, version=mia.version, language="es", by=HOUSE, at=SUNDAY)
    sent(mia)
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))

    (mail,) = smtp_server.messages
    assert mail["Subject"] == "Unas preguntas antes de su visita"
    assert "Cómo contactar con nosotros" in mail.get_body(["plain"]).get_content()


def test_sent_again_it_is_the_same_form_at_the_same_address_and_a_second_mail(mia, site, smtp_server):
    sent(mia)
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))
    address = links.url(Link.objects.get(purpose="health"))
    sent(mia, at=SUNDAY + minutes(60))
    deliveries.send_due(clock=lambda: SUNDAY + minutes(63))

    assert [(row[1], row[3]) for row in told()] == [("1", "sent"), ("2", "sent")]
    assert (HealthForm.objects.count(), links.url(Link.objects.get(purpose="health"))) == (1, address)


def test_a_reminder_leaves_three_days_before_the_visit(mia, ana, microneedling, site):
    book(mia, microneedling, ana)
    sent(mia)

    assert [(row[0], row[4]) for row in told()] == [(FORM, SUNDAY + minutes(3)), (REMINDER, TUESDAY_WEEK)]


def test_who_gets_the_form_later_than_that_is_not_reminded(mia, ana, microneedling, site):
    book(mia, microneedling, ana)
    sent(mia, at=TUESDAY_WEEK)

    assert [row[0] for row in told()] == [FORM]


def test_a_visit_that_moves_takes_the_reminder_with_it_and_one_called_off_needs_none(mia, ana, microneedling, site):
    visit = book(mia, microneedling, ana)
    sent(mia)
    known = {"by": HOUSE, "at": SUNDAY + minutes(9)}
    moved = reception.move(visit, version=visit.version, starts_at=FRIDAY_WEEK - timedelta(days=1), **known)
    assert about_forms(kind=REMINDER).get().due_at == TUESDAY_WEEK - timedelta(days=1)

    reception.cancel(moved, version=moved.version, reason="Ill", **known)
    assert about_forms(kind=REMINDER).get().state == "withdrawn"


def test_nobody_who_is_done_is_reminded(mia, ana, microneedling, site, smtp_server):
    book(mia, microneedling, ana)
    form = sent(mia)
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))
    HealthForm.objects.update(begun_at=SUNDAY)
    health_forms.finish(form, by=HOUSE, at=SUNDAY + minutes(30))

    assert [(row[0], row[3]) for row in told()] == [(FORM, "sent"), (REMINDER, "withdrawn")]


def test_a_reminder_that_was_not_withdrawn_in_time_is_stopped_at_the_gate(mia, ana, microneedling, site, smtp_server):
    book(mia, microneedling, ana)
    form = sent(mia)
    HealthForm.objects.update(begun_at=SUNDAY, done_at=SUNDAY + minutes(4))  # and nothing was reconciled
    smtp_server.messages.clear()
    deliveries.send_due(clock=lambda: TUESDAY_WEEK)

    assert "Before your visit" not in [mail["Subject"] for mail in smtp_server.messages]
    assert form_notices.still_wanted(about_forms(kind=REMINDER).get(), at=TUESDAY_WEEK) == "The form is done."
    assert form is not None


def test_taken_back_within_the_grace_nothing_leaves(mia, site, smtp_server, dee):
    form = sent(mia)
    health_forms.take_back(form, by=dee, at=SUNDAY + minutes(1))
    deliveries.send_due(clock=lambda: SUNDAY + minutes(10))

    assert smtp_server.messages == []
    assert [(row[0], row[3]) for row in told()] == [(FORM, "withdrawn")]


def test_without_mail_it_is_a_sheet_and_printing_settles_it(tomasz, site, dee):
    form = sent(tomasz)
    assert [(row[0], row[2]) for row in told()] == [(FORM, "sheet")]

    address = health_forms.print_out(form, by=dee, at=SUNDAY + minutes(5))
    assert address == links.url(Link.objects.get(purpose="health"))
    assert about_forms().get().state == "done"


@pytest.mark.parametrize(
    ("sends", "tells", "second", "expected"),
    [(True, True, False, 1), (False, True, False, 0), (True, False, False, 0), (True, True, True, 0)],
)
def test_it_goes_by_itself_with_a_first_booking_where_the_site_wants_it(
    mia, ana, microneedling, site, sends, tells, second, expected
):
    if second:
        book(mia, microneedling, ana, starts_at=FRIDAY_WEEK - timedelta(days=1))
    sites.set_rules(site, sends_health_form=sends, by=HOUSE, at=SUNDAY)
    book(mia, microneedling, ana, tell_patient=tells, site=site)

    assert HealthForm.objects.count() == expected
    assert about_forms(kind=FORM).count() == expected


def test_one_with_a_visit_further_off_lives_until_the_day_after_it(mia, ana, microneedling, site):
    visit = book(mia, microneedling, ana, starts_at=TEN + timedelta(days=49))

    assert sent(mia).expires_at == visit.ends_at + timedelta(days=1)


def test_planning_again_changes_nothing(mia, ana, microneedling, site):
    book(mia, microneedling, ana)
    sent(mia)
    before = told()

    assert (notices.heal(at=SUNDAY + minutes(1)).changed, told()) == (0, before)


def test_the_letters_of_the_next_visit_say_that_a_form_is_open_until_it_is_done(mia, site, microneedling, ana):
    asked = "Your health form is still to be filled in."
    form = sent(mia)
    book(mia, microneedling, ana)
    book(mia, microneedling, ana, starts_at=FRIDAY_WEEK + timedelta(days=42))
    first, later = Notice.objects.filter(kind="PRE_7D").order_by("due_at")

    assert asked in " ".join(first.body_text.split())
    assert asked not in " ".join(later.body_text.split())

    health_forms.take_back(form, by=HOUSE, at=SUNDAY + minutes(9))
    first.refresh_from_db()
    assert asked not in " ".join(first.body_text.split())
