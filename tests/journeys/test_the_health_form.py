"""The patient's part of the clinic's job, on a telephone without scripts: asked, answered, held up, decided, signed.

Dee sends the form; Mia answers and tells of isotretinoin; the desk learns a day and nothing else; a prescriber decides
for one visit; Mia signs; Ana begins. A worker sends over real SMTP.
"""

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from clinic.models import Role
from intake.models import Consent, HealthForm, Screening
from outbox import waking
from tests.factories import clinic
from tests.journeys.glass import Glass
from tests.journeys.people import Colleague, FrontDesk, Practitioner
from tests.journeys.stage import PASSWORD
from tests.journeys.typed import NO_TO_ALL
from tests.plugins.running import wait_until
from treatments.models import Session

PHONE = {"width": 320, "height": 568}
SCREENS, LIGHT_PAGE = 20, 50_000  # for somebody new, the date of birth included; bytes with all that is loaded
SUBJECT = "A few questions before your visit"


class Telephone:
    """Mia's, 320 wide and without scripts. screens: those she filled in; heaviest: the largest, in bytes."""

    def __init__(self, page, axe):
        self.page, self.axe, self.screens, self.heaviest, self.faults = page, axe, [], 0, []
        self._loaded = []
        page.on("response", lambda answer: self._loaded.append(answer))

    def opens(self, address):
        self.page.goto(address)
        self._looks()

    def gives_her_date_of_birth(self, born_on):
        for name in ("day", "month", "year"):
            self.page.locator(f"[name={name}]").fill(str(getattr(born_on, name)))
        self._presses("Begin", "Go on")

    def fills_in(self, until, told):
        """Go through the screens until one whose address holds these letters."""
        while until not in self.page.url:
            self._answers(told)
            self._presses("Save and go on", "This is right, hand it in")

    def signs(self, name):
        self.page.locator("[name=name]").fill(name)
        self._presses("I agree and sign")

    def would_rather_not(self):
        self._presses("No, I would rather not")

    def reads(self):
        return self.page.locator("main").inner_text()

    def _answers(self, told):
        groups = self.page.evaluate(
            "[...new Set([...document.querySelectorAll('input[type=radio]')].map(o => o.name))]"
        )
        for name in groups:
            code = name.removeprefix("answer_")
            options = self.page.locator(f'[name="{name}"]').evaluate_all("all => all.map(one => one.value)")
            best = "no" if "no" in options else options[0]
            self.page.locator(f'[name="{name}"][value="{told.get(code, best)}"]').check()
            if (day := self.page.locator(f"[name=on_{code}]")).count() and code in told:
                day.fill(told[f"on_{code}"])
        for name, value in told.items():
            if not name.startswith("on_") and self.page.locator(f'input[type=text][name="{name}"]').count():
                self.page.locator(f'[name="{name}"]').fill(value)
        if (none := self.page.locator("[name=none]")).count():
            none.check()

    def _presses(self, *words):
        before = self.page.url
        self.screens.append(urlsplit(before).path.rstrip("/").rpartition("/")[2])
        assert len(self.screens) < 3 * SCREENS
        button = next(b for b in (self.page.get_by_role("button", name=w, exact=True) for w in words) if b.count())
        self._loaded.clear()
        with self.page.expect_navigation():
            button.click()
        assert self.page.locator(".note.stop").count() == 0, self.reads()
        self._looks()

    def _looks(self):
        """Weigh the page that is open, and see that nothing of it is wider than the screen."""
        self.page.wait_for_load_state("networkidle")
        self.heaviest = max(self.heaviest, sum(len(one.body()) for one in self._loaded if one.status == 200))
        self._loaded.clear()
        if self.page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            self.faults.append(f"{self.page.url} is wider than the screen")


def form_in_the_mail(post):
    """Return the address that the mail about the form leads to."""
    (mail,) = [mail for mail in post.messages if mail["Subject"] == SUBJECT]
    (address,) = re.findall(r"https?://\S+/f/\S+", mail.get_body(("plain",)).get_content())
    return urlsplit(address).path


def days_offered(sheet):
    return sorted({date.fromisoformat(value[:10]) for value in sheet.choices("time").values()})


@pytest.mark.browser
def test_from_the_link_to_the_session(house, clock, open_page, axe, smtp_server, celery):
    celery.worker(processes=1)
    petra = clinic.user("Petra Novak", Role.PRESCRIBER)
    petra.set_password(PASSWORD)
    petra.save(update_fields=["password"])
    visit = house.book(house.mia, "09:30", who=house.ana, service=house.microneedling)
    clock.turn_to("09:20")
    dee, ana, prescriber = (
        kind(user, Glass(open_page(), axe))
        for kind, user in ((FrontDesk, house.dee), (Practitioner, house.ana), (Colleague, petra))
    )
    for person in (dee, ana, prescriber):
        person.signs_in(PASSWORD)

    # Dee sends the form, and Mia finds it in her mail
    dee.opens_the_record("mi ok", "Mia Okafor")
    assert dee.browser.press("Send the health form").toasts == ["The health form goes to Mia in three minutes."]
    clock.let_be()
    waking.wake()  # the beat does, some minutes later
    arrived = lambda: SUBJECT in [mail["Subject"] for mail in smtp_server.messages]  # noqa: E731
    wait_until(arrived, what="the form arrived", within=60)
    clock.turn_to("09:25")
    address = form_in_the_mail(smtp_server)

    # Mia answers on her telephone
    phone = Telephone(open_page(viewport=PHONE, java_script_enabled=False), axe)
    stopped_on = house.today - timedelta(days=61)
    told = {"ISOTRET_6M": "yes", "on_ISOTRET_6M": f"{stopped_on:%d/%m/%Y}", "emergency_name": "Obi Okafor"}
    told |= {"emergency_phone": "0113 496 0499", "name_1": "Isotretinoin", "stopped_on_1": f"{stopped_on:%d/%m/%Y}"}
    phone.opens(address)
    phone.gives_her_date_of_birth(house.mia.born_on)
    phone.fills_in(
        "/sign-", {name: value for name, value in told.items() if name != "name_1"} | {"name_1": "Isotretinoin"}
    )
    until = Screening.objects.get().not_before
    assert until == stopped_on + timedelta(days=180)

    # the desk learns the day and nothing else, and nothing earlier is offered
    record = dee.opens_the_record("mi ok", "Mia Okafor")
    page = dee.browser.page.content()
    assert f"Not before {until.day} {until:%b}" in page
    assert "sotretinoin" not in page
    assert "Begun on" in page
    assert record.title
    drawer = dee.browser.open(
        f"/book/?patient={house.mia.uuid}&service={house.microneedling.pk}&from_day={house.today}"
    )
    offered = days_offered(drawer)
    assert offered == [day for day in offered if day >= until]
    drawer = dee.browser.open(f"/book/?patient={house.mia.uuid}&service={house.microneedling.pk}&from_day={until}")
    assert days_offered(drawer)[0] >= until  # the control: later there are times

    # a prescriber decides for this one visit, with a reason
    prescriber.browser.open(f"/appointments/{visit.uuid}/answers/")
    told_of = prescriber.browser.press("Decide", {"reason_ISOTRET_6M": "Low dose; her dermatologist agrees in writing"})
    assert told_of.toasts == ["Decided about 1 answer, for this visit only."]

    # Mia comes back to the link and signs
    screens = [*phone.screens]
    later = Telephone(open_page(viewport=PHONE, java_script_enabled=False), axe)
    later.opens(address)
    later.gives_her_date_of_birth(house.mia.born_on)
    assert later.page.url.endswith("/sign-procedure/")
    later.signs("Mia Okafor")
    later.would_rather_not()
    assert "We will call you before your visit." in later.reads()
    assert HealthForm.objects.get().done_at is not None
    screens += later.screens[1:]
    assert len(screens) <= SCREENS, screens
    assert max(phone.heaviest, later.heaviest) <= LIGHT_PAGE
    assert [*phone.faults, *later.faults] == []

    # and the session can start
    dee.opens_the_day()
    dee.receives("Mia Okafor")
    ana.browser.open(f"/appointments/{visit.uuid}/start/")
    facts = NO_TO_ALL | {
        "identity_name": True,
        "identity_born_on": True,
        "concern": "Acne scars",
        "planned_sessions": "4",
    }
    chart = ana.begins_a_session(facts)
    assert chart.title == "Chart: Mia Okafor · Stipple"
    session = Session.objects.get()
    assert (session.consent, session.consent.signer_name) == (Consent.objects.get(), "Mia Okafor")
    assert isinstance(session.started_at, datetime)
