"""The people of the story and what they do, in the clinic's words. Each has a browser: of paper, or of glass."""

from __future__ import annotations

from typing import Any

from clinic.models import User
from tests.journeys.paper import Node, Sheet, Typed


class Colleague:
    """Somebody who works here, in front of a screen. browser: tests.journeys.paper.Paper or glass.Glass."""

    def __init__(self, user: User, browser: Any) -> None:
        self.user, self.browser = user, browser

    @property
    def sheet(self) -> Sheet:
        return self.browser.sheet

    def signs_in(self, password: str) -> None:
        """Come from the door to the first page."""
        self.browser.open("/")
        self.browser.press("Sign in", {"login": self.user.email, "password": password})

    def opens_the_day(self) -> list[str]:
        """Open today's board and return its visits as they are read out."""
        self.browser.open("/")
        return self.visits()

    def visits(self) -> list[str]:
        return [node.words for node in self.sheet.all("a", **{"class": "name"}) if "aria-label" in node.attrs]

    def columns(self) -> list[str]:
        """Return who has a column on the board."""
        heads = [next(one.text for one in node.nodes if one.tag == "b") for node in self.sheet.styled("who")]
        return [head.split(", ")[0] for head in heads]  # the name, and behind it what a link there is for

    def opens_the_record(self, letters: str, name: str) -> Sheet:
        """Find a patient on the patients' page and open the record."""
        self.browser.open(f"/patients/?q={letters}")
        return self.browser.follow(name)


class FrontDesk(Colleague):
    """Dee."""

    def begins_to_book(self, letters: str, name: str, wish: Typed) -> dict[str, str]:
        """Open the drawer, find the patient by some letters, say what for; return the times offered."""
        self.browser.follow("New booking")
        self.browser.find(letters, name)
        self.browser.look_again(wish)
        return self.sheet.choices("time")

    def books(self, letters: str, name: str, wish: Typed) -> list[str]:
        """Book the first of the next free times and return what the page says of it."""
        self.begins_to_book(letters, name, wish)
        return self.browser.press("Book").toasts

    def begins_somebody_new(self, typed: str, wish: Typed) -> None:
        self.browser.follow("New booking")
        self.browser.find(typed, "Create")
        self.browser.look_again(wish)

    def opens_the_visit(self, name: str) -> Sheet:
        """Open a visit of the day that is on the screen."""
        card = next(node for node in self.sheet.all("a", **{"class": "name"}) if node.words.startswith(f"{name},"))
        return self.browser.follow(card.words)

    def cancels(self, name: str, reason: str) -> list[str]:
        self.opens_the_visit(name)
        return self.browser.press("Cancel the visit", {"reason": reason}).toasts

    def moves(self, name: str, wish: Typed, reason: str) -> list[str]:
        """Move a visit to the first time that is offered for a wish."""
        self.opens_the_visit(name)
        self.browser.follow("Move")
        self.browser.look_again(wish)
        return self.browser.press("Move", {"reason": reason}).toasts

    def notes_that_nobody_came(self, name: str) -> list[str]:
        self.opens_the_visit(name)
        return self.browser.press("No-show").toasts

    def receives(self, name: str) -> list[str]:
        return self.browser.press(f"Arrived: {name}").toasts


class Practitioner(Colleague):
    """Ana."""

    def opens_my_day(self) -> list[str]:
        """Return who comes today, with what is ready and the next step."""
        self.browser.open("/my-day/")
        return [node.text for node in self.sheet.all("li") if _stands_in(node, "stops")]

    def asks_everything(self, name: str, skin: str) -> list[str]:
        """Open the start of a session, go through all the screens, hand them in; return what is said of it."""
        self.browser.follow(f"Start session: {name}")
        self.browser.follow("Open the health questions")
        self.browser.press("Ask the questions")
        while asked := {node.attrs["name"] for node in self.sheet.all("input", type="radio")}:
            told = dict.fromkeys(sorted(asked), "No") | ({"answer_FITZ": skin} if "answer_FITZ" in asked else {})
            self.browser.press("Keep and go on", told)
        return self.browser.press("Hand in").toasts

    def has_a_consent_signed(self, name: str) -> Sheet:
        """Go to the start of the session, hand the tablet over, and come back to the start."""
        self.browser.follow("Go to the start of today")
        self.browser.follow("Read and sign: Microneedling")
        return self.browser.press("I agree and sign", {"name": name})

    def begins_a_session(self, facts: Typed) -> Sheet:
        """Start from the page that is open."""
        return self.browser.press("Start session", facts)


class Manager(Colleague):
    """Max."""

    def opens_messages(self, shelf: str, person: Any) -> list[tuple[str, str, str]]:
        """Return what a shelf holds for a patient: title, when (as the page has it), state with its reason."""
        self.browser.open(f"/messages/?show={shelf}&patient={person.uuid}")
        lines = [node for node in self.sheet.all("li") if _stands_in(node, "letters")]
        return [(_one(line, "a"), _one(line, "time"), _one(line, "p")) for line in lines]


def _stands_in(node: Node, name: str) -> bool:
    return node.parent is not None and name in node.parent.attrs.get("class", "").split()


def _one(node: Node, tag: str) -> str:
    return next(one.text for one in node.nodes if one.tag == tag)
