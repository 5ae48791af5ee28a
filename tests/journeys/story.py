"""The clinic's whole job once, from the first call to the next booking, as three people tell it.

The same chapters are told in Chromium and on paper. Every chapter asks of the pages what a person reads there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from clinic import wall_time
from intake import proofs
from outbox import waking
from outbox.models import Notice
from patients.models import Patient
from tests.factories import patients
from tests.journeys.people import FrontDesk, Manager, Practitioner
from tests.journeys.stage import PASSWORD, Clock, House
from tests.journeys.typed import NO_TO_ALL, REACTION, TWO_ZONES, USED
from tests.plugins.running import wait_until
from tests.servers import SmtpServer
from treatments.models import Addendum, Session

AFTER_DAYS = {"AFTER_24H": 1, "AFTER_48H": 2, "AFTER_72H": 3, "AFTER_5D": 5, "AFTER_7D": 7, "AFTER_21D": 21}
DUE_AFTER_ALL = [
    "One day after your visit",
    "Two days after your visit",
    "Three days after your visit",
    "Five days after your visit",
    "One week after your visit",
    "Three weeks after your visit",
    "You can book your next visit",
    "A good week for your next visit",
    "Our last reminder about your next visit",
]
FOLLOW_UP_DAYS = {"FOLLOW_28D": 28, "FOLLOW_35D": 35, "FOLLOW_42D": 42}


def said(day: date) -> str:
    """Return a day as it is read to a caller: Sunday 22 November."""
    return f"{day:%A} {day.day} {day:%B}"


def called(day: date) -> str:
    """Return a day as a link or a letter calls it: Sun 22 November."""
    return f"{day:%a} {day.day} {day:%B}"


def short(day: date) -> str:
    """Return a day as a record has it: 22 Nov."""
    return f"{day.day} {day:%b}"


def weekday(day: date) -> str:
    """Return a day as a list has it: Sun 22 Nov."""
    return f"{day:%a} {short(day)}"


def in_list(at: datetime) -> str:
    return f"{weekday(at.date())}, {at:%H:%M}"


@dataclass
class Story:
    """The day and who tells it. work_off: let what is due be sent, where no worker does so by itself."""

    house: House
    clock: Clock
    post: SmtpServer
    dee: FrontDesk
    ana: Practitioner
    max: Manager
    work_off: Callable[[], None]

    @property
    def mia(self) -> Patient:
        return self.house.mia

    @property
    def session(self) -> Session:
        return Session.objects.get(patient=self.mia)

    def after(self, days: int) -> date:
        """Return the day that many days after the treatment."""
        return self.house.today + timedelta(days=days)

    def standing(self) -> dict[str, str]:
        """Return what is due for Mia by kind, each with its day and time on the clinic's wall."""
        found = Notice.objects.filter(patient=self.mia, state=Notice.State.DUE).order_by("due_at")
        zone = self.house.site.zone
        return {one.kind: in_list(wall_time.local(one.due_at, zone)) for one in found}

    def ten_to_eleven(self, plan: dict[str, int]) -> dict[str, str]:
        """Return what stands when each kind is due so many days after the treatment, at the time it ended."""
        return {kind: f"{weekday(self.after(days))}, 10:50" for kind, days in plan.items()}

    def mails_arrive(self, *addresses: str) -> None:
        """Wait until the post office has taken a mail to each of these, and no other, since the day began."""
        self.work_off()
        wait_until(lambda: self.post.recipients == [[one] for one in addresses], what=f"mails to {addresses} arrived")

    def to_zoe(self) -> Notice:
        return Notice.objects.get(kind="CHANGE", patient__email="zoe@post.example")

    # --- given -----------------------------------------------------------------------------------------------

    def given_a_day_with_three_visits(self) -> None:
        """Grace at 9:00, Tomasz at 11:00 and Zoë at 14:00, all with Ben."""
        self.house.book(patients.patient("Grace Whitfield"), "09:00")
        self.house.book(patients.tomasz(), "11:00")
        self.house.book(patients.zoe(), "14:00")
        waking.wake()  # the beat does, and it came by in the night
        self.mails_arrive("zoe@post.example")  # she was told yesterday
        self.clock.turn_to("09:20")

    def given_all_three_are_signed_in(self) -> None:
        for person in (self.dee, self.ana, self.max):
            person.signs_in(PASSWORD)

    # --- 1 the desk ------------------------------------------------------------------------------------------

    def dee_reads_the_board(self) -> None:
        assert self.dee.opens_the_day() == [
            "Grace Whitfield, 09:00 to 09:30, Consultation, 20 min late",
            "Tomasz Wrona, 11:00 to 11:30, Consultation, Booked",
            "Zoë Ångström-Łuczak, 14:00 to 14:30, Consultation, Booked",
        ]
        assert self.dee.columns() == ["Ana Duarte", "Ben Adeyemi"]

    def dee_books_mia_by_a_few_letters(self) -> None:
        wish = {"service": "Microneedling", "practitioner": "Ana Duarte"}
        told = self.dee.books("mi ok", "Mia Okafor", wish)

        assert told == [f"Mia Okafor is booked: {said(self.house.today)}, 09:30 to 10:50, with Ana."]

    def dee_books_somebody_new(self) -> None:
        self.dee.begins_somebody_new("Noor Rahman", {"service": "Consultation", "practitioner": "Ben Adeyemi"})
        told = self.dee.browser.press("Book", {"phone": "0113 496 0123"}).toasts

        assert told == [f"Noor Rahman is booked: {said(self.house.today)}, 09:30 to 10:00, with Ben."]

    def dee_cancels_one_moves_another_and_marks_one_missed(self) -> None:
        today = said(self.house.today)

        assert self.dee.cancels("Tomasz Wrona", "Has a cold") == ["The visit of Tomasz Wrona is cancelled."]
        assert self.dee.moves("Zoë Ångström-Łuczak", {"part": "After 17:00"}, "Her train is late") == [
            f"Zoë Ångström-Łuczak is moved: {today}, 17:00 to 17:30, with Ben."
        ]
        assert self.dee.notes_that_nobody_came("Grace Whitfield") == ["Grace Whitfield is marked as not having come."]
        assert self.dee.opens_the_day() == [
            "Grace Whitfield, 09:00 to 09:30, Consultation, No-show",
            "Mia Okafor, 09:30 to 10:50, Microneedling, Booked",
            "Noor Rahman, 09:30 to 10:00, Consultation, Booked",
            "Zoë Ångström-Łuczak, 17:00 to 17:30, Consultation, Booked",
        ]

    def dee_receives_mia(self) -> None:
        self.clock.turn_to("09:28")
        self.dee.opens_the_day()

        assert self.dee.receives("Mia Okafor") == ["Mia Okafor has arrived."]

    # --- 2 the treatment -------------------------------------------------------------------------------------

    def mia_signs_and_ana_makes_sure_who_is_here_asks_and_starts(self) -> None:
        self.clock.turn_to("09:32")

        assert self.ana.opens_my_day() == [
            "09:30 10:50 Mia Okafor Microneedling · Room 1 Arrived 09:28 Consent to be signed Start session"
        ]
        told = self.ana.asks_everything("Mia Okafor", "V: brown skin, burns very rarely")
        assert told == ["Kept. Nothing in the answers stands in the way."]
        told = self.ana.has_a_consent_signed("Mia Okafor").toasts
        assert told == ["Mia Okafor has signed: Microneedling, version 1."]
        facts = NO_TO_ALL | {"identity_name": True, "identity_born_on": True}
        chart = self.ana.begins_a_session(facts | {"concern": "Acne scars", "planned_sessions": "4"})

        assert chart.title == "Chart: Mia Okafor · Stipple"
        session = self.session
        assert (session.course.concern.code, session.course.planned_sessions) == ("acne_scars", 4)
        assert (session.consent.text.version, session.consent.signer_name) == (1, "Mia Okafor")
        assert list(proofs.faults(session.consent)) == []

    def ana_writes_nine_millimetres_and_is_told_the_limit(self) -> None:
        self.clock.turn_to("10:42")
        late, in_date = self.house.shelf.late_cartridges, self.house.shelf.cartridges
        offered = self.ana.sheet.choices("cartridge_lot")
        assert [words for words in offered if words.startswith(late.number)] == []

        refused = self.ana.browser.press(
            "Save",
            TWO_ZONES
            | USED
            | REACTION
            | {
                "zones-0-depth_mm": "9",
                "cartridge_lot": next(words for words in offered if words.startswith(in_date.number)),
                "serums-0-lot": str(self.house.shelf.serum.pk),
                "creams-0-lot": str(self.house.shelf.cream.pk),
            },
        )

        assert refused.alerts == [
            "There is a problem; nothing was saved yet "
            "The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can't be recorded."
        ]
        kept = {
            name: refused.value(name) for name in ("zones-0-depth_mm", "zones-1-depth_mm", "note", "creams-0-on_at")
        }
        assert kept == {
            "zones-0-depth_mm": "9",
            "zones-1-depth_mm": "1.25",
            "note": "Calm throughout.",
            "creams-0-on_at": "09:40",
        }
        assert refused.value("cartridge_lot") == str(in_date.pk)

    def ana_says_why_she_goes_deeper_than_advised(self) -> None:
        asked = self.ana.browser.press("Save", {"zones-0-depth_mm": "1.50"})

        assert asked.alerts == []
        (finding,) = asked.styled("finding")
        assert finding.text.startswith("Forehead: 1.25 mm is above the advisable 1.00 mm. Why today?")
        review = self.ana.browser.press("End treatment", {"zones-1-reason": "An old scar over the left brow."})
        assert review.title == "Review: Mia Okafor · Stipple"

    def a_mail_to_zoe_is_turned_away(self) -> None:
        self.clock.let_be()
        self.post.answer = "550 5.1.1 No such mailbox"
        waking.wake()
        self.work_off()
        wait_until(lambda: self.to_zoe().state == Notice.State.FAILED, what="the mail to Zoë has failed")
        self.post.answer = "250 Kept"

    def ana_ends_the_treatment(self) -> None:
        refused = self.ana.browser.press("Treatment ended", {"ended_at": "09:00"})
        began = wall_time.local(self.session.started_at, self.house.site.zone)  # on a slow machine a minute later
        assert refused.alerts == [f"There is a problem The end, 09:00, is before the start, {began:%H:%M}."]
        assert refused.value("ended_at") == "09:00"

        told = self.ana.browser.press("Treatment ended", {"ended_at": "10:50"}).toasts
        assert told == ["Treatment ended at 10:50. Aftercare has begun."]

    def ana_signs_and_the_record_is_sealed(self) -> None:
        told = self.ana.browser.press("Sign the record", {"password": PASSWORD}).toasts

        assert told == ["Signed. The record of Mia Okafor is sealed."]
        assert self.session.is_signed
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE treatments_session SET note = 'Nothing happened.'")

    def ana_adds_an_addendum(self) -> None:
        self.ana.browser.press("Add to the record", {"reason": "Left out", "words": "She felt faint for a minute."})

        assert self.ana.sheet.styled("addenda")[0].text.startswith("Left out Ana Duarte")
        added = Addendum.objects.get()
        assert (added.session, added.written_by, added.words) == (
            self.session,
            self.house.ana,
            "She felt faint for a minute.",
        )

    # --- 3 what follows --------------------------------------------------------------------------------------

    def the_first_mail_arrives(self) -> None:
        self.mails_arrive("zoe@post.example", self.mia.email)

        mail = self.post.messages[-1]
        assert mail["Subject"] == f"After your visit on {called(self.house.today)}"
        assert mail.get_body(("plain",)).get_content().splitlines()[0] == "Looking after your skin"

    def the_later_ones_stand_with_their_times(self) -> None:
        assert self.standing() == self.ten_to_eleven(AFTER_DAYS | FOLLOW_UP_DAYS)
        due = [f"{weekday(self.after(days))}, 10:50" for days in (AFTER_DAYS | FOLLOW_UP_DAYS).values()]

        assert [when for _title, when, _state in self.max.opens_messages("due", self.mia)] == due
        assert {state for _title, _when, state in self.max.opens_messages("due", self.mia)} == {"Due"}

    # --- 4 the next visit ------------------------------------------------------------------------------------

    def dee_reads_how_far_the_course_is(self) -> None:
        record = self.dee.opens_the_record("mia", "Mia Okafor").text
        opens, best, closes = (short(self.after(days)) for days in FOLLOW_UP_DAYS.values())

        assert "Course 1 of 4 done" in record
        assert f"Next session between {opens} and {closes}, best around {best}." in record
        assert "Calm throughout." not in record

    def dee_asks_for_day_20_and_hears_why_not(self) -> None:
        day, (opens, best, closes) = self.after(20), (said(self.after(days)) for days in FOLLOW_UP_DAYS.values())
        self.dee.browser.open(f"/?day={day}")
        self.dee.browser.follow("Book 10:00 Ana Duarte")
        self.dee.browser.find("mi ok", "Mia Okafor")

        (refusal,) = self.dee.sheet.alerts
        assert refusal == (
            f"{said(day)} is too soon The last session will have been 20 days ago; this course asks for at least 28. "
            f"The earliest day is {opens}, the best around {best}, the last {closes}. "
            "Only these roles may book it all the same, with a reason: Prescriber."
        )
        first = datetime.fromisoformat(min(self.dee.sheet.choices("time").values()).partition("/")[0])
        assert wall_time.local(first, self.house.site.zone).date() == self.after(28)

    def dee_books_inside_the_window(self) -> None:
        opens = self.after(28)
        told = self.dee.browser.press("Book").toasts

        assert told == [f"Mia Okafor is booked: {said(opens)}, 09:00 to 10:20, with Ana."]
        assert self.standing() == self.ten_to_eleven(AFTER_DAYS) | {
            "CONFIRMATION": self.standing()["CONFIRMATION"],
            "PRE_7D": f"{weekday(opens - timedelta(days=7))}, 09:00",
            "PRE_24H": f"{weekday(opens - timedelta(days=1))}, 09:00",
        }

    def max_reads_why_the_follow_ups_were_withdrawn(self) -> None:
        withdrawn = self.max.opens_messages("withdrawn", self.mia)
        reasons = {title: state for title, _when, state in withdrawn}

        assert reasons == {
            "You can book your next visit": "Withdrawn The next visit is booked.",
            "A good week for your next visit": "Withdrawn The next visit is booked.",
            "Our last reminder about your next visit": "Withdrawn The next visit is booked.",
        }

    def dee_cancels_it_and_the_follow_ups_come_back(self) -> None:
        assert self.dee.cancels("Mia Okafor", "She travels") == ["The visit of Mia Okafor is cancelled."]

        assert self.standing() == self.ten_to_eleven(AFTER_DAYS | FOLLOW_UP_DAYS)

    # --- 5 the manager ---------------------------------------------------------------------------------------

    def max_sees_every_message_with_its_state(self) -> None:
        first, to_zoe = f"After your visit on {called(self.house.today)}", self.to_zoe()
        visit = f"Your appointment on {called(self.after(28))}, 09:00"

        assert self.titles_and_states("due") == [(title, "Due") for title in DUE_AFTER_ALL]
        assert self.titles_and_states("sent") == [(first, "Sent")]
        assert self.titles_and_states("withdrawn") == [(visit, "Withdrawn The visit was cancelled.")] * 3
        assert [state for _title, _when, state in self.max.opens_messages("failed", to_zoe.patient)] == [
            "Failed 550 5.1.1 No such mailbox"
        ]

    def titles_and_states(self, shelf: str) -> list[tuple[str, str]]:
        return [(title, state) for title, _when, state in self.max.opens_messages(shelf, self.mia)]


def tell(story: Story) -> None:
    """Tell the whole job in its order."""
    story.given_a_day_with_three_visits()
    story.given_all_three_are_signed_in()

    story.dee_reads_the_board()
    story.dee_books_mia_by_a_few_letters()
    story.dee_books_somebody_new()
    story.dee_cancels_one_moves_another_and_marks_one_missed()
    story.dee_receives_mia()

    story.mia_signs_and_ana_makes_sure_who_is_here_asks_and_starts()
    story.ana_writes_nine_millimetres_and_is_told_the_limit()
    story.ana_says_why_she_goes_deeper_than_advised()
    story.a_mail_to_zoe_is_turned_away()
    story.ana_ends_the_treatment()
    story.the_first_mail_arrives()
    story.ana_signs_and_the_record_is_sealed()
    story.ana_adds_an_addendum()
    story.the_later_ones_stand_with_their_times()

    story.dee_reads_how_far_the_course_is()
    story.dee_asks_for_day_20_and_hears_why_not()
    story.dee_books_inside_the_window()
    story.max_reads_why_the_follow_ups_were_withdrawn()
    story.dee_cancels_it_and_the_follow_ups_come_back()
    story.max_sees_every_message_with_its_state()
