"""The sentences with which booking says no; every one may be read aloud to the patient."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from booking import diary
from booking.diary import Diary
from booking.models import Appointment
from clinic import wall_time
from clinic.models import User
from clinic.refusals import Refusal


def of_time(rule: str, book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    """Return the refusal of a start that breaks a rule of the diary other than being taken."""
    say = {
        diary.PAST: _past,
        diary.NOTICE: _short_notice,
        diary.ADVANCE: _too_far,
        diary.GRID: _off_grid,
        diary.HOURS: _outside_hours,
        diary.UNSUITED: _unsuited,
        diary.LAPSED: _lapsed,
        diary.OVERDUE: _overdue,
    }
    return say[rule](book, starts_at, practitioner)


def when_words(at: datetime, book: Diary) -> str:
    """Return an instant as it is said on the phone: Tuesday 10 March, 10:00."""
    return date_format(
        wall_time.local(at, book.site.zone),
        pgettext("a day and hour as they are said, in Django's date letters", "l j F, H:i"),
    )


def _past(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    return Refusal(
        rule=diary.PAST,
        title=_("That time is over"),
        sentence=_("%(when)s is over. Please choose a time to come.") % {"when": when_words(starts_at, book)},
        earliest=book.at,
    )


def _short_notice(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    minutes = book.service.minimum_notice_minutes
    earliest = book.at + timedelta(minutes=minutes)
    sentence = ngettext(
        "This visit is booked at least %(minutes)s minute ahead: from %(when)s on.",
        "This visit is booked at least %(minutes)s minutes ahead: from %(when)s on.",
        minutes,
    )
    return Refusal(
        rule=diary.NOTICE,
        title=_("That is too soon to prepare for"),
        sentence=sentence % {"minutes": minutes, "when": when_words(earliest, book)},
        earliest=earliest,
        values={"minutes": minutes},
    )


def _too_far(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    days = book.service.maximum_advance_days
    sentence = ngettext(
        "This visit is booked at most %(days)s day ahead.", "This visit is booked at most %(days)s days ahead.", days
    )
    return Refusal(
        rule=diary.ADVANCE,
        title=_("That is too far ahead"),
        sentence=sentence % {"days": days},
        values={"days": days},
    )


def _off_grid(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    minutes = book.service.start_grid_minutes
    return Refusal(
        rule=diary.GRID,
        title=_("Visits do not start at that minute"),
        sentence=_("%(service)s starts every %(minutes)s minutes, counted from the full hour.")
        % {"service": book.service.name, "minutes": minutes},
        values={"minutes": minutes},
    )


def _outside_hours(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    return Refusal(
        rule=diary.HOURS,
        title=_("That is outside working hours"),
        sentence=_("%(when)s does not lie within the hours in which the clinic is open and %(name)s works.")
        % {"when": when_words(starts_at, book), "name": practitioner.name},
        overridable_by="book_outside_hours",
        values={"practitioner": practitioner.name},
    )


def _unsuited(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    return Refusal(
        rule=diary.UNSUITED,
        title=_("%(name)s does not give this") % {"name": practitioner.name},
        sentence=_("%(name)s is not planned for %(service)s here. Please choose somebody else.")
        % {"name": practitioner.name, "service": book.service.name},
        values={"practitioner": practitioner.name},
    )


def _lapsed(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    until = book.hours.registered_until[practitioner.pk]
    sentence = _("The registration of %(name)s is in date until %(day)s. Choose somebody else, or a day before.")
    return Refusal(
        rule=diary.LAPSED,
        title=_("%(name)s may not treat on that day") % {"name": practitioner.name},
        sentence=sentence % {"name": practitioner.name, "day": date_format(until, "l j F Y")},
        values={"practitioner": practitioner.name, "until": until},
    )


def _overdue(book: Diary, starts_at: datetime, practitioner: User) -> Refusal:
    last = max(book.devices, key=lambda one: one.service_due_on)
    sentence = _("The service of %(device)s is due by %(day)s. Choose a day before, or write down its service first.")
    return Refusal(
        rule=diary.OVERDUE,
        title=_("The device needs its service first"),
        sentence=sentence % {"device": last.name, "day": date_format(last.service_due_on, "l j F Y")},
        values={"device": last.name, "until": last.service_due_on},
    )


def not_offered(service_name: str) -> Refusal:
    return Refusal(
        rule="service.not_offered",
        title=_("This is not offered at present"),
        sentence=_("%(service)s cannot be booked at present.") % {"service": service_name},
    )


def wrong_state(verb: str, appointment: Appointment) -> Refusal:
    return Refusal(
        rule="visit.state",
        title=_("The visit has moved on"),
        sentence=_("The visit is now “%(state)s”, so this step is not possible any more.")
        % {"state": appointment.get_state_display()},
        values={"verb": verb, "state": appointment.state},
    )


def not_begun(appointment: Appointment) -> Refusal:
    wall = wall_time.local(appointment.starts_at, appointment.site.zone)
    return Refusal(
        rule="visit.not_begun",
        title=_("It is not time yet"),
        sentence=_("The visit begins at %(time)s; until then nobody has missed it.")
        % {"time": date_format(wall, "H:i")},
        earliest=appointment.starts_at,
    )


def not_today(appointment: Appointment) -> Refusal:
    wall = wall_time.local(appointment.starts_at, appointment.site.zone)
    return Refusal(
        rule="visit.not_today",
        title=_("This visit is not today"),
        sentence=_("It is booked for %(day)s. Move it to today first, and it begins truthfully.")
        % {"day": date_format(wall, "l j F")},
        earliest=appointment.starts_at,
    )


def nothing_to_undo() -> Refusal:
    return Refusal(
        rule="visit.nothing_to_undo",
        title=_("Nothing to take back"),
        sentence=_("No step of this visit is left to be taken back."),
    )


def late_out_of_range(most: int) -> Refusal:
    return Refusal(
        rule="late.range",
        title=_("That is not a lateness"),
        sentence=_("Write how many minutes late, 1 to %(most)s; beyond that, move the visit.") % {"most": most},
        values={"most": most},
    )


def reason_missing() -> Refusal:
    return Refusal(
        rule="cancel.reason",
        title=_("The reason is missing"),
        sentence=_("Write in a few words why the visit is cancelled."),
    )
