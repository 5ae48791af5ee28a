"""A browser of paper: it reads a page, follows its links and posts its forms, and has no scripts.

Only what stands on the page can be pressed, and what a form holds already is sent along with what is typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNSAID = {"script", "style", "svg"}
INLINE = {"b", "em", "i", "s", "span", "strong", "time"}  # no blank of their own between words
Typed = Mapping[str, str | bool]


@dataclass(eq=False)
class Node:
    """An element, its attributes, and what stands in it: elements and pieces of text, in order."""

    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    inside: list[Node | str] = field(default_factory=list)

    @property
    def nodes(self) -> Iterator[Node]:
        """Yield everything below this element, in the order of the page."""
        for one in self.inside:
            if isinstance(one, Node):
                yield one
                yield from one.nodes

    @property
    def text(self) -> str:
        """Return the words in it as one line."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        for one in self.inside:
            if isinstance(one, str):
                yield one
            elif one.tag not in UNSAID and one.attrs.get("aria-hidden") != "true":
                blank = "" if one.tag in INLINE else " "
                yield blank
                yield from one._pieces()
                yield blank

    @property
    def words(self) -> str:
        """Return its name as it is read out."""
        return self.attrs.get("aria-label") or self.text

    @property
    def around(self) -> Iterator[Node]:
        """Yield the elements it stands in, the nearest first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def within(self, tag: str) -> Node | None:
        return next((node for node in self.around if node.tag == tag), None)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Node("page", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.inside.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag: str) -> None:
        opened = next((node for node in (self.here, *self.here.around) if node.tag == tag), None)
        if opened is not None and opened.parent is not None:
            self.here = opened.parent

    def handle_data(self, data: str) -> None:
        self.here.inside.append(data)


class Sheet:
    """A page as it lies open."""

    def __init__(self, address: str, html: str, status: int = 200) -> None:
        self.address, self.status = address, status
        builder = _Builder()
        builder.feed(html)
        self.nodes = list(builder.root.nodes)

    # --- what it says ----------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return self.all("body")[0].text

    @property
    def title(self) -> str:
        return self.all("title")[0].text

    def all(self, tag: str, **attrs: str) -> list[Node]:
        """Return the elements of a kind that carry these attributes."""
        return [node for node in self.nodes if node.tag == tag and attrs.items() <= node.attrs.items()]

    def part(self, name: str) -> Node:
        """Return the element with this id."""
        (found,) = (node for node in self.nodes if node.attrs.get("id") == name)
        return found

    def styled(self, *names: str) -> list[Node]:
        """Return the elements that carry all these classes."""
        return [node for node in self.nodes if set(names) <= set(node.attrs.get("class", "").split())]

    @property
    def alerts(self) -> list[str]:
        """Return what the page says first, because something is not as it was wished."""
        return [node.text for node in self.nodes if node.attrs.get("role") == "alert" and node.text]

    @property
    def toasts(self) -> list[str]:
        """Return what the page says has just happened."""
        return [next(one.text for one in toast.nodes if one.tag == "span") for toast in self.styled("toast")]

    # --- what can be pressed, chosen and typed ---------------------------------------------------------------

    def button(self, words: str) -> Node:
        """Return the first button that reads like this."""
        return self._first("button", words)

    def link(self, words: str) -> Node:
        """Return the first link that reads like this."""
        return self._first("a", words)

    def _first(self, tag: str, words: str) -> Node:
        named = [node.words for node in self.all(tag)]
        assert words in named, f"nothing on {self.title!r} reads {words!r}, only {named}"
        return self.all(tag)[named.index(words)]

    def choices(self, name: str) -> dict[str, str]:
        """Return what can be chosen in a field: words to value."""
        radios = [node for node in self.all("input", name=name) if node.attrs.get("type") == "radio"]
        told = {self._label(node): node.attrs["value"] for node in radios}
        for select in self.all("select", name=name):
            told |= {one.text: one.attrs["value"] for one in select.nodes if one.tag == "option"}
        return told

    def _label(self, control: Node) -> str:
        around = control.within("label")
        if around is not None:
            return around.text
        return next(node.text for node in self.all("label") if node.attrs.get("for") == control.attrs.get("id"))

    def value(self, name: str) -> str:
        """Return what a field holds; "" for nothing."""
        return ",".join(value for control in self.nodes for said, value in _said(control) if said == name)

    def sent_by(self, button: Node) -> list[tuple[str, str]]:
        """Return what the form of a button sends when it is pressed as the page stands."""
        form = self.form_of(button)
        belongs = [node for node in self.nodes if self.form_of(node) is form]
        said = [pair for node in belongs for pair in _said(node)]
        pressed = [(button.attrs["name"], button.attrs.get("value", ""))] if "name" in button.attrs else []
        return said + pressed

    def form_of(self, control: Node) -> Node | None:
        named = control.attrs.get("form")
        return self.part(named) if named else control.within("form")


def _said(control: Node) -> list[tuple[str, str]]:
    """Return the name and value that a control sends as it stands; nothing for one that is off, or is a button."""
    name, kind = control.attrs.get("name", ""), control.attrs.get("type", "")
    if not name or "disabled" in control.attrs:
        return []
    if control.tag == "textarea":
        return [(name, "".join(one for one in control.inside if isinstance(one, str)).removeprefix("\n"))]
    if control.tag == "select":
        options = [node for node in control.nodes if node.tag == "option"]
        chosen = [one for one in options if "selected" in one.attrs] or options[:1]
        return [(name, one.attrs["value"]) for one in chosen]
    if control.tag != "input" or (kind in ("radio", "checkbox") and "checked" not in control.attrs):
        return []
    return [(name, control.attrs.get("value", "on" if kind == "checkbox" else ""))]


class Paper:
    """Somebody's browser of paper. `sheet` is the page that lies open."""

    sheet: Sheet

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, address: str) -> Sheet:
        return self._read(address, self.client.get(address))

    def follow(self, words: str) -> Sheet:
        """Open what a link of the page leads to."""
        return self.open(urljoin(self.sheet.address, self.sheet.link(words).attrs["href"]))

    def press(self, words: str, typed: Typed | None = None) -> Sheet:
        """Type into the form of a button, then press it.

        typed: by the names of the fields; a choice in its words, True and False for a box to tick.
        """
        return self.send(self.sheet.button(words), typed or {})

    def look_again(self, typed: Typed) -> Sheet:
        """Say more in the booking drawer, and see what it offers then."""
        return self.press("Show times", typed)

    def find(self, letters: str, name: str) -> Sheet:
        """Look for a patient in the booking drawer by some letters, and press the row that begins with a name."""
        found = self.press("Find", {"q": letters})
        return self.send(next(row for row in found.all("button", name="pick") if row.text.startswith(name)), {})

    def send(self, button: Node, typed: Typed) -> Sheet:
        form, said = self.sheet.form_of(button), self.filled_in(button, typed)
        assert form is not None
        address = urljoin(self.sheet.address, button.attrs.get("formaction") or form.attrs.get("action", ""))
        if form.attrs.get("method", "get").lower() == "get":
            return self.open(f"{urlsplit(address).path}?{urlencode(said)}")
        return self.post(address, said)

    def filled_in(self, button: Node, typed: Typed) -> list[tuple[str, str]]:
        """Return what pressing the button would send after this was typed."""
        form = self.sheet.form_of(button)
        assert form is not None, f"{button.words!r} stands in no form"
        said = self.sheet.sent_by(button)
        for name, value in typed.items():
            self._must_be_there(form, name)
            said = [pair for pair in said if pair[0] != name] + self._typed(name, value)
        return said

    def post(self, address: str, said: list[tuple[str, str]]) -> Sheet:
        """Send a form that was filled in before, again or late."""
        body = urlencode(said)
        return self._read(address, self.client.post(address, body, "application/x-www-form-urlencoded"))

    def _must_be_there(self, form: Node, name: str) -> None:
        names = {node.attrs.get("name") for node in self.sheet.nodes if self.sheet.form_of(node) is form}
        assert name in names, f"the form on {self.sheet.title!r} asks for no {name!r}, only {names}"

    def _typed(self, name: str, value: str | bool) -> list[tuple[str, str]]:
        if isinstance(value, bool):
            (box,) = self.sheet.all("input", name=name)
            return [(name, box.attrs.get("value", "on"))] if value else []
        return [(name, self.sheet.choices(name).get(value, value))]

    def _read(self, address: str, answer: HttpResponse) -> Sheet:
        while answer.status_code in (301, 302, 303):
            address = urljoin(address, answer.headers["Location"])
            answer = self.client.get(address)
        self.sheet = Sheet(address, answer.content.decode(), answer.status_code)
        return self.sheet
