"""The address of the recovery page: there from the end of the treatment on, in the mails about care, and the same for
all of them."""

from datetime import timedelta

from aftercare import plans, recovery_links
from outbox.models import Notice
from patients import links
from patients.models import Link
from tests.factories import aftercare
from tests.factories.aftercare import in_line
from tests.factories.booking import HOUSE, TEN, minutes

END = TEN + minutes(70)
SIXTY_DAYS = timedelta(days=60)


def page_link():
    return Link.objects.get(purpose=recovery_links.PURPOSE)


def body(kind):
    return Notice.objects.get(kind=kind).body_text


def test_the_end_of_a_treatment_gives_the_patient_a_page_for_sixty_days(first_session, mia):
    aftercare.begun(first_session)

    link = page_link()
    assert (link.patient, link.subject, link.expires_at) == (mia, f"session:{first_session.pk}", END + SIXTY_DAYS)
    assert links.read(links.token(link), purpose="recovery", at=END + SIXTY_DAYS - minutes(1)) == link


def test_starting_again_keeps_the_address_that_was_sent(first_session):
    aftercare.begun(first_session)
    token = links.token(page_link())

    plans.start(first_session, by=HOUSE, at=END + minutes(5))

    assert links.token(page_link()) == token


def test_letters_about_care_hold_the_place_of_the_address_and_never_the_address(first_session):
    aftercare.begun(first_session)

    link = page_link()
    assert links.placeholder(link) in body("AFTER_48H")
    assert links.token(link) not in body("AFTER_48H")
    assert links.placeholder(link) not in body("FOLLOW_28D")


def test_a_plan_without_a_page_gets_one_when_the_house_sweeps(first_session, mia):
    aftercare.begun(first_session)
    Link.objects.all().delete()
    in_line(mia, at=END + minutes(1))
    without = body("AFTER_48H")

    plans.heal(at=END + minutes(2))

    assert "{link:" not in without
    assert links.placeholder(page_link()) in body("AFTER_48H")


def test_a_page_that_was_taken_away_is_not_given_again_by_the_sweep(first_session):
    aftercare.begun(first_session)
    links.revoke(page_link(), at=END)

    plans.heal(at=END + minutes(2))

    assert page_link().revoked_at == END
    assert "{link:" not in body("AFTER_48H")


def test_the_sweep_makes_no_page_that_would_not_open(first_session):
    aftercare.begun(first_session)
    Link.objects.all().delete()

    plans.heal(at=END + SIXTY_DAYS)

    assert not Link.objects.filter(purpose=recovery_links.PURPOSE).exists()
