"""Packages as Dee keeps them: sold, given back, refunded, given on, corrected; and who only looks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic import audit
from clinic.models import AuditRow
from ledger import packages
from ledger.models import Package
from tests.factories import booking, treatments
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.factories.ledger import TODAY, sold
from tests.journeys.paper import Paper
from visits import erasing, treatment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]

ACTS = ("package_back", "package_refund", "package_correct", "package_give")


@pytest.fixture
def paper(desk):
    return Paper(desk)


def of(patient) -> str:
    return reverse("desk:patient_packages", args=[patient.uuid])


def at(package) -> str:
    return reverse("desk:package", args=[package.uuid])


def used(patient, ana, microneedling, as_ana):
    treatments.values()
    begun = treatments.started(booking.visit(patient, microneedling, ana), by=as_ana)
    saved = treatments.saved(begun, by=as_ana, at=TEN + minutes(70))
    return treatment.finish(saved, ended_at=TEN + minutes(70), by=as_ana, at=TEN + minutes(70))


def test_a_package_is_sold_from_the_record(paper, mia, microneedling):
    paper.open(reverse("desk:patient", args=[mia.uuid]))
    paper.follow("Sell or look: Packages")
    said = {
        "name": "Six sessions", "sessions_count": "6", "price": "540,50", "expires_on": "01/03/2027"
    }  # fmt: skip
    page = paper.press("Sell it", said)

    assert "6 of 6 sessions left in the package" in page.text
    sale = Package.objects.get()
    assert (str(sale.price), sale.currency, sale.bought_on, sale.expires_on.year) == ("540.50", "GBP", TODAY, 2027)
    assert "6 / 6" in paper.open(reverse("desk:patient", args=[mia.uuid])).text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(paper, mia, site):
    paper.open(of(mia))

    page = paper.press("Sell it", {"name": "Six", "sessions_count": "25", "price": "much"})

    assert (page.status, Package.objects.count()) == (422, 0)
    assert "Write an amount of money, such as 540 or 540.00." in page.text
    page = paper.press("Sell it", {"price": "540", "currency": "GBP"})
    assert "Write how many sessions, from 1 to 24." in page.text
    page = paper.press("Sell it", {"sessions_count": "6"})
    assert (page.status, Package.objects.get().name) == (200, "Six")


def test_the_same_sale_sent_twice_is_one(desk, mia):
    said = {
        "name": "Six", "sessions_count": "6", "price": "540", "currency": "GBP", "bought_on": "01/03/2026",
        "form_key": "0d9a1c3e-1111-4222-8333-444455556666",
    }  # fmt: skip
    for _twice in range(2):
        assert desk.post(reverse("desk:package_sell", args=[mia.uuid]), said).status_code == 302

    assert Package.objects.count() == 1


def test_a_session_that_used_one_is_given_back_with_a_reason(paper, mia, ana, microneedling, as_ana):
    package = sold(mia)
    session = used(mia, ana, microneedling, as_ana)
    use = packages.used_by(session.uuid)
    paper.open(at(package))

    assert "Write why, in a few words." in paper.press("Give it back", {"use": str(use.pk)}).text
    page = paper.press("Give it back", {"use": str(use.pk), "reason": "She paid by card"})

    assert "6 of 6 sessions left in the package" in page.text
    assert "Dee" in page.text
    assert "She paid by card" in page.text


def test_a_refund_of_more_than_is_left_is_refused_at_its_field(paper, mia):
    package = sold(mia)
    paper.open(at(package))

    page = paper.press("Write the refund down", {"count": "7", "amount": "9", "reason": "Moves"})
    assert (page.status, "6 sessions are left in the package." in page.text) == (422, True)
    page = paper.press("Write the refund down", {"count": "2"})
    assert "Refunded, 9.00 GBP" in page.text
    assert packages.left(package) == 4


def test_what_is_truly_left_is_corrected(paper, mia):
    package = sold(mia)
    paper.open(at(package))

    assert "Corrected" in paper.press("Correct it", {"remaining": "4", "reason": "Two on paper"}).text
    assert packages.left(package) == 4


def test_sessions_are_given_to_somebody_who_is_found_first(paper, mia, tomasz):
    package = sold(mia)
    paper.open(at(package))
    paper.follow("Give sessions to somebody else")
    paper.press("Find", {"q": "Tomasz"})
    paper.follow("Tomasz Wrona")

    assert paper.press("Give them", {"count": "9", "reason": "A present"}).status == 422
    page = paper.press("Give them", {"count": "2"})

    assert "Given to somebody else: Tomasz Wrona" in page.text
    assert [packages.left(one) for one in Package.objects.order_by("pk")] == [4, 2]


def test_who_gets_them_is_asked_for(desk, mia):
    answer = desk.post(reverse("desk:package_give", args=[sold(mia).uuid]), {"count": "1", "reason": "x", "to": "x"})

    assert (answer.status_code, "Find first who gets them." in answer.content.decode()) == (422, True)


def test_a_practitioner_looks_and_changes_nothing(practice, mia):
    package = sold(mia)

    for page in (of(mia), at(package)):
        text = practice.get(page).content.decode()
        assert "6 of 6 sessions left" in text
        assert not any(word in text for word in ("Sell it", "Refund", "Correct it", "Give sessions"))
    for name in ACTS:
        assert practice.post(reverse(f"desk:{name}", args=[package.uuid])).status_code == 403
    assert practice.post(reverse("desk:package_sell", args=[mia.uuid])).status_code == 403
    assert practice.get(reverse("desk:packages")).status_code == 403


def test_the_list_says_what_is_left_and_what_expires(desk, manager, mia, tomasz):
    spent, soon, never = sold(tomasz, sessions_count=1), sold(mia, expires_on=TODAY + timedelta(days=60)), sold(mia)
    packages.redeem(tomasz, session=mia.uuid, service_code="microneedling", on=TODAY, by=HOUSE, at=SUNDAY)

    def shown(client, show=""):
        page = client.get(reverse("desk:packages"), {"show": show})
        return [held.package for held in page.context["rows"]]

    assert shown(desk) == [soon, never]
    assert shown(manager, "expiring") == [soon]
    assert shown(desk, "over") == [spent]
    assert shown(desk, "all") == [soon, spent, never]


def test_the_list_as_a_table_stands_in_the_trail(desk, dee, mia):
    sold(mia, name="=Six")

    answer = desk.get(reverse("desk:packages_csv"))

    assert answer.content.decode().splitlines()[1] == (f"{mia.reference},Mia Okafor,'=Six,6,6,540.00,GBP,2026-03-01,")
    assert AuditRow.objects.get(verb=audit.EXPORT).patient_id_text == str(mia.uuid)


def test_what_belongs_to_a_closed_record_is_nowhere(desk, mia, site, max_):
    package = sold(mia)
    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=SUNDAY)

    assert desk.get(at(package)).status_code == 404
    assert desk.get(reverse("desk:packages"), {"show": "all"}).context["rows"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_with_one_package_and_with_three(desk, mia, tomasz, count):
    for _n in range(count):
        package = sold(mia)
        packages.give_on(package, 1, to=tomasz, reason="A present", today=TODAY, by=HOUSE, at=SUNDAY)
        for one in range(count):
            packages.correct(package, remaining=one, reason="Counted", today=TODAY, by=HOUSE, at=SUNDAY)

    costs = {}
    for page in (reverse("desk:packages"), of(mia), at(package)):
        desk.get(page)
        with CaptureQueriesContext(connection) as asked:
            desk.get(page)
        costs[page] = len(asked)

    assert list(costs.values()) == [7, 8, 8]


def test_the_review_says_which_package_is_used_and_was(practice, mia, ana, microneedling, as_ana):
    sold(mia)
    treatments.values()
    begun = treatments.started(booking.visit(mia, microneedling, ana), by=as_ana)
    saved = treatments.saved(begun, by=as_ana, at=TEN + minutes(70))
    address = reverse("desk:session_review", args=[saved.uuid])

    before = practice.get(address).content.decode()
    treatment.finish(saved, ended_at=TEN + minutes(70), by=as_ana, at=TEN + minutes(70))
    after = practice.get(address).content.decode()

    assert "One session of the package “Six sessions” of 1 Mar will be used; 5 of 6 are left then." in before
    assert "One session of the package “Six sessions” of 1 Mar was used; 5 of 6 are left." in after


def test_the_course_says_what_is_left(practice, desk, mia, as_ana):
    treatments.values()
    treatments.course(mia, by=as_ana, at=SUNDAY)
    sold(mia)

    for client, page in ((practice, "desk:course"), (practice, "desk:patient"), (desk, "desk:patient")):
        assert "6 of 6 sessions left in the package" in client.get(reverse(page, args=[mia.uuid])).content.decode()
