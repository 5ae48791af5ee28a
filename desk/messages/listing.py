"""The list of messages: which of them, in what order, and what a reader may know of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy, pgettext_lazy

from clinic.actors import Actor
from outbox.models import Notice
from patients.models import Patient

State, Channel = Notice.State, Notice.Channel
ON_THE_WAY = (State.DUE, State.SENDING, State.HANDED)
BODIES = ("body_text", "body_html")
WORDS = (*BODIES, "headline")

STATE_LOOK = {  # icon, tone of the pill
    State.DUE: ("day", "none"),
    State.SENDING: ("day", "info"),
    State.HANDED: ("day", "info"),
    State.SENT: ("tick", "ok"),
    State.DONE: ("tick", "ok"),
    State.WITHDRAWN: ("undo", "none"),
    State.EXPIRED: ("warn", "warn"),
    State.FAILED: ("stop", "stop"),
}
CHANNEL_ICONS = {Channel.MAIL: "mail", Channel.SHEET: "print", Channel.CALL: "phone"}
SETTLE_WORDS = {Channel.SHEET: gettext_lazy("Printed"), Channel.CALL: gettext_lazy("Called")}


@dataclass(frozen=True)
class Shelf:
    """One way to look at the messages; its code stands in the address."""

    code: str
    words: str
    order: tuple[str, ...]
    empty_title: str
    empty_words: str


SHELVES = [
    Shelf(
        "due",
        pgettext_lazy("messages", "Due"),
        ("due_at", "id"),
        gettext_lazy("Nothing is waiting"),
        gettext_lazy("Messages that are planned stand here until they leave."),
    ),
    Shelf(
        "hand",
        pgettext_lazy("messages", "Sheets and calls today"),
        ("due_at", "id"),
        gettext_lazy("Nothing to print and nobody to call"),
        gettext_lazy("Patients without e-mail get a sheet or a call; today's stand here."),
    ),
    Shelf(
        "sent",
        pgettext_lazy("messages", "Sent"),
        ("-settled_at", "-id"),
        gettext_lazy("Nothing was sent yet"),
        gettext_lazy("Messages that left, sheets that were printed and calls that were made stand here."),
    ),
    Shelf(
        "withdrawn",
        pgettext_lazy("messages", "Withdrawn"),
        ("-settled_at", "-id"),
        gettext_lazy("Nothing was withdrawn"),
        gettext_lazy("A message that is no longer needed stands here, with the reason."),
    ),
    Shelf(
        "failed",
        pgettext_lazy("messages", "Not sent"),
        ("-settled_at", "-id"),
        gettext_lazy("Nothing failed"),
        gettext_lazy("A message that did not arrive or came too late stands here, with the reason."),
    ),
    Shelf(
        "all",
        pgettext_lazy("messages", "Everything"),
        ("-due_at", "-id"),
        gettext_lazy("No messages yet"),
        gettext_lazy("Booking a visit or ending a treatment plans the first."),
    ),
]
BY_CODE = {shelf.code: shelf for shelf in SHELVES}


def on_shelf(code: str, *, tonight: datetime) -> Q:
    """Return which messages stand on a shelf. tonight: the instant at which today ends on the wall."""
    return {
        "due": Q(state__in=ON_THE_WAY),
        "hand": Q(state=State.DUE, due_at__lt=tonight) & ~Q(channel=Channel.MAIL),
        "sent": Q(state__in=[State.SENT, State.DONE]),
        "withdrawn": Q(state=State.WITHDRAWN),
        "failed": Q(state__in=[State.FAILED, State.EXPIRED]),
        "all": Q(),
    }[code]


@dataclass(frozen=True)
class Choice:
    """A chip above the list: how many stand there, and where it leads."""

    words: str
    count: int
    address: str
    is_here: bool


def choices(found: QuerySet[Notice], *, here: str, patient: Patient | None, tonight: datetime) -> list[Choice]:
    """Return a chip per shelf with its count, in one query."""
    counts = found.aggregate(
        **{
            shelf.code: Count("pk", filter=on_shelf(shelf.code, tonight=tonight))
            for shelf in SHELVES
            if shelf.code != "all"
        },
        all=Count("pk"),
    )
    person = {"patient": str(patient.uuid)} if patient else {}
    return [
        Choice(
            str(shelf.words),
            counts[shelf.code],
            "?" + urlencode({"show": shelf.code, **person}),
            is_here=shelf.code == here,
        )
        for shelf in SHELVES
    ]


def of_open_records() -> QuerySet[Notice]:
    """Return messages to patients, but to none whose record was closed; what people of the house hear is theirs."""
    return Notice.objects.filter(patient__closed_at=None).exclude(purpose=Notice.Purpose.STAFF)


def visible(reader: Actor) -> QuerySet[Notice]:
    """Return messages as far as the reader may know them: without words for one who may not read them."""
    found = of_open_records().select_related("patient").defer(*BODIES)
    return found if reader.may("read_messages") else found.defer(*WORDS)


@dataclass(frozen=True)
class Line:
    """One message as a reader may know it. reason: why it stands where it stands, "" when there is nothing to say."""

    notice: Notice
    title: str
    reason: str
    when: datetime

    @property
    def way_icon(self) -> str:
        return CHANNEL_ICONS[Channel(self.notice.channel)]

    @property
    def state_icon(self) -> str:
        return STATE_LOOK[State(self.notice.state)][0]

    @property
    def state_tone(self) -> str:
        return STATE_LOOK[State(self.notice.state)][1]

    @property
    def is_mail(self) -> bool:
        return self.notice.channel == Channel.MAIL

    @property
    def is_sheet(self) -> bool:
        return self.notice.channel == Channel.SHEET

    @property
    def is_call(self) -> bool:
        return self.notice.channel == Channel.CALL

    @property
    def settle_words(self) -> str:
        """What the button says that settles it: "" when it is no sheet or call that waits."""
        waits = self.notice.state == State.DUE and self.notice.channel in SETTLE_WORDS
        return str(SETTLE_WORDS[Channel(self.notice.channel)]) if waits else ""

    @property
    def can_withdraw(self) -> bool:
        return self.notice.state in (State.DUE, State.SENDING)

    @property
    def can_try_again(self) -> bool:
        by_hand = self.notice.state == State.WITHDRAWN and self.notice.settled_by_id is not None
        return self.notice.state == State.FAILED or by_hand


def line(notice: Notice, *, reader: Actor) -> Line:
    """Return a message as the reader may know it.

    The desk gets purpose and state. A reason why something was withdrawn may have been written by a clinician, so it is
    only for those who may read messages; what a mail server said is for everybody.
    """
    reads = reader.may("read_messages")
    said_by_machine = notice.state in (*ON_THE_WAY, State.FAILED, State.EXPIRED)
    return Line(
        notice=notice,
        title=notice.headline if reads else notice.get_purpose_display(),
        reason=notice.state_reason if reads or said_by_machine else "",
        when=notice.settled_at or notice.due_at,
    )
