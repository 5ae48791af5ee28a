"""Messages in a real browser: on a phone and on a wide screen, light and dark, with scripts and without."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.mailbox import Mailbox
from outbox import deliveries, pauses
from outbox.models import Notice
from tests.factories import aftercare, booking, outbox, treatments
from tests.factories import patients as people
from tests.factories.outbox import message, planned

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# The walk through every screen (tests/journeys) tries the pages wide in light and on a phone in dark.
EACH_LOOK = [pytest.param(WIDE, "dark", id="wide-dark"), pytest.param(PHONE, "light", id="phone-light")]


@pytest.fixture
def house(settings, smtp_server, mia, tomasz, site, ana, as_ana, microneedling, tmp_path):
    """Mia's session ended just now and so did Tomasz's; something is sent, withdrawn, failed and doubtful."""
    settings.NOTICE_OWNERS = settings.NOTICE_OWNERS | outbox.OWNERS
    settings.DEMO, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    treatments.values()
    aftercare.values()
    for patient, starts_at in ((mia, booking.TEN), (tomasz, booking.TEN + timedelta(days=1))):
        visit = booking.visit(patient, microneedling, ana, starts_at=starts_at)
        course = treatments.course(patient, by=as_ana)
        aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana))
    first = Notice.objects.get(kind="AFTER_0H", patient=mia)
    deliveries.deliver(first.pk, at=first.due_at)
    Mailbox(settings.MAILBOX_DIR).keep(smtp_server.raw[0], at=first.due_at)
    now = timezone.now()
    ida = people.patient("Ida Bloom", email="ida@post.example")
    states = {"A": Notice.State.WITHDRAWN, "B": Notice.State.FAILED, "C": Notice.State.EXPIRED, "D": Notice.State.SENT}
    for kind, state in states.items():
        row = planned(ida, message(site, kind, due_at=now - timedelta(hours=1)), at=now)
        words = {Notice.State.FAILED: "550 5.1.1 No such user", Notice.State.WITHDRAWN: "The next visit is booked."}
        facts = {"state_reason": words.get(state, ""), "maybe_twice": state == Notice.State.SENT}
        Notice.objects.filter(pk=row.pk).update(state=state, settled_at=now, owner=f"past-{kind}", **facts)
    return {"mia": mia, "tomasz": tomasz, "ida": ida}


def fits(page) -> bool:
    """Return whether nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def places(house) -> dict[str, str]:
    sheet = Notice.objects.get(kind="AFTER_0H", patient=house["tomasz"])
    failed, due = Notice.objects.get(kind="B"), Notice.objects.get(kind="AFTER_24H", patient=house["mia"])
    return {
        **{shelf: reverse("desk:messages") + f"?show={shelf}" for shelf in ("due", "hand", "failed", "all")},
        "message-due": reverse("desk:message", args=[due.uuid]),
        "message-failed": reverse("desk:message", args=[failed.uuid]),
        "sheet": reverse("desk:message_sheet", args=[sheet.uuid]),
        "mailbox": reverse("desk:mailbox"),
    }


@pytest.mark.parametrize(("size", "scheme"), EACH_LOOK)
def test_every_page_fits_and_axe_finds_nothing(house, open_page, max_, axe, size, scheme):
    pauses.begin(reason="535 5.7.8 Credentials invalid", at=timezone.now(), length=timedelta(minutes=5))
    page = open_page(max_.user, viewport=size, color_scheme=scheme)

    for address in places(house).values():
        page.goto(address)
        assert (address, axe(page), fits(page)) == (address, [], True)


def test_the_demo_mail_is_shown_in_a_frame_that_can_do_nothing(house, open_page, max_, axe):
    page = open_page(max_.user)
    page.goto(reverse("desk:mailbox"))

    page.get_by_role("link", name="After your visit on Mon 2 March").click()

    frame = page.frame_locator("iframe.mail-page")
    assert frame.get_by_role("heading", level=1).inner_text() != ""
    assert page.locator("iframe.mail-page").get_attribute("sandbox") == ""
    assert axe(page) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_max_takes_a_message_back_with_and_without_scripts(house, open_page, max_, scripts):
    page = open_page(max_.user, java_script_enabled=scripts)
    page.goto(reverse("desk:message", args=[Notice.objects.get(kind="AFTER_24H", patient=house["mia"]).uuid]))

    page.get_by_text("Take it back").click()
    page.get_by_label("Why it is taken back").fill("She asked us not to write.")
    page.get_by_role("button", name="Do not send it").click()

    row = Notice.objects.get(kind="AFTER_24H", patient=house["mia"])
    assert page.get_by_text("The message will not be sent.").first.is_visible()
    assert (row.state, row.state_reason) == (Notice.State.WITHDRAWN, "She asked us not to write.")


@pytest.mark.parametrize("scripts", [True, False])
def test_dee_notes_a_call_from_the_list(house, open_page, dee, scripts):
    now = timezone.now()
    calls = Notice.objects.filter(channel=Notice.Channel.CALL)
    calls.update(due_at=now + timedelta(days=7), not_after=now + timedelta(days=14))
    calls.filter(kind="FOLLOW_28D").update(due_at=now)
    page = open_page(dee.user, java_script_enabled=scripts)
    page.goto(reverse("desk:messages"))
    page.get_by_role("link", name="Sheets and calls today").click()

    page.get_by_role("button", name="Called").click()

    page.get_by_text("Noted.").first.wait_for()
    assert Notice.objects.get(kind="FOLLOW_28D", patient=house["tomasz"]).state == Notice.State.DONE
