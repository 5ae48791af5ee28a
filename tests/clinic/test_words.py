"""Letters: read from plain files, filled strictly, and the same in plain text and in HTML."""

import re
from html.parser import HTMLParser

import pytest

from clinic import words
from tests.aftercare.letters import ways

LETTER = """Subject: After your visit, {first_name}

# One day on

Dear {first_name},
this line goes on.

[if deep]
- deeper: wait until {makeup_from}

[if not deep]
- wear it from {makeup_from}

- keep clean
  and calm

= Make-up | from {makeup_from}

[if link]
[[Open your page|{link}]]

{contact}
"""
VALUES = {**words.late(), "first_name": "Mia", "makeup_from": "Fri 6 March, 16:00", "link": ""}
EVERY_LETTER = [(app, code) for app in ("aftercare", "booking") for code in words.codes(app)]


class Shown(HTMLParser):
    """Gathers what a mail program shows below the clinic's name: texts, and where buttons lead."""

    def __init__(self, page):
        super().__init__()
        self.words, self.address, self.is_open = [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.is_open = self.is_open or tag == "h1"
        self.address = dict(attributes).get("href", "")

    def handle_data(self, text):
        if self.is_open:
            self.words += re.findall(r"\w+", text)
            self.words += re.findall(r"\w+", self.address)
            self.address = ""


def render(text=LETTER, conditions=(), **changes):
    return words.render(words.parse(text), {**VALUES, **changes}, frozenset(conditions))


def test_a_letter_becomes_a_subject_and_plain_text():
    ready = render()

    assert ready.subject == "After your visit, Mia"
    assert ready.text.startswith(
        "One day on\n==========\n\nDear Mia, this line goes on.\n\n"
        "- wear it from Fri 6 March, 16:00\n- keep clean and calm\n\nMake-up: from Fri 6 March, 16:00\n\n"
        "How to reach us\n---------------\n\nCall: {clinic_phone}\n"
    )


def test_a_condition_turns_paragraphs_on_and_off():
    assert [line for line in render(conditions={"deep"}).text.splitlines() if line.startswith("- ")] == [
        "- deeper: wait until Fri 6 March, 16:00",
        "- keep clean and calm",
    ]


@pytest.mark.parametrize(
    ("asked", "holds_under"),
    [
        ("deep and link", [{"deep", "link"}]),
        ("deep and not link", [{"deep"}]),
        ("deep or link", [{"deep"}, {"link"}, {"deep", "link"}]),
    ],
)
def test_a_paragraph_may_ask_for_two_conditions_or_for_one_of_two(asked, holds_under):
    letter = words.parse(f"Subject: Hello\n\n[if {asked}]\n- Wait.")
    sets = [set(), {"deep"}, {"link"}, {"deep", "link"}]

    assert [some for some in sets if letter.paragraphs[0].holds(frozenset(some))] == holds_under


def test_neighbouring_bullets_are_one_list():
    assert render().html.count("<ul") == 1


def test_a_missing_value_stops_the_letter():
    with pytest.raises(words.MissingValue, match="letter: first_name"):
        words.render(words.parse(LETTER), {**words.late(), "makeup_from": "today", "link": ""})


def test_a_blank_value_counts_as_missing():
    with pytest.raises(words.MissingValue, match="letter: makeup_from"):
        render(makeup_from=" ")


def test_a_button_that_leads_nowhere_stops_the_letter():
    with pytest.raises(words.MissingValue, match="nowhere to lead"):
        render(conditions={"link"})


def test_a_value_that_no_letter_knows_is_refused():
    with pytest.raises(words.UnknownPlaceholder, match="letter: frist_name"):
        render(frist_name="Mia")


def test_a_condition_that_no_letter_knows_is_refused():
    with pytest.raises(words.UnknownCondition, match="letter: depe"):
        render(conditions={"depe"})


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("Hello\n\nDear you", ValueError, "begins with 'Subject: '"),
        ("Subject: Hello\n", ValueError, "goes on with paragraphs"),
        ("Subject: Hello\n\nDear {nickname}", words.UnknownPlaceholder, "nickname"),
        ("Subject: Hello\n\n[if raining]\nTake care", words.UnknownCondition, "raining"),
        ("Subject: Hello\n\n{farewell}", words.NoSuchLetter, "_farewell"),
        ("Subject: Hello\n\nDear {first name}", ValueError, "cannot be read"),
        ("Subject: Hello\n\n[if deep and link or prp]\nTake care", ValueError, "cannot be read"),
        ("Subject: Hello\n\nDear [you]", ValueError, "cannot be read"),
        ("Subject: Hello\n\n= Make-up, tomorrow", ValueError, "cannot be read"),
    ],
)
def test_a_letter_that_cannot_be_read_says_why(text, error, says):
    with pytest.raises(error, match=says):
        words.parse(text)


def test_a_letter_nobody_wrote_is_an_error():
    with pytest.raises(words.NoSuchLetter):
        words.load("aftercare", "en", "AFTER_99H")


def test_a_language_without_words_reads_english_and_says_so():
    letter = words.load("aftercare", "fr-ca", "AFTER_24H")

    assert (letter.language, letter.subject) == ("en", "One day after your visit")


def test_the_same_letter_comes_from_a_file_and_from_its_text():
    source = words.source("aftercare", "en", "AFTER_24H")

    assert words.parse(source, code="AFTER_24H") == words.load("aftercare", "en", "AFTER_24H")


def test_what_a_person_typed_stays_text_in_the_html():
    ready = render(first_name="<b>Mia</b> & {makeup_from}")

    assert "Dear &lt;b&gt;Mia&lt;/b&gt; &amp; {makeup_from}, this line" in ready.html
    assert "Dear <b>Mia</b> & {makeup_from}, this line" in ready.text


def test_a_line_break_in_a_value_cannot_add_a_header():
    assert render(first_name="Mia\r\nBcc: all@example.org").subject == "After your visit, Mia Bcc: all@example.org"


def test_facts_left_open_are_filled_at_sending():
    ready = words.fill(render(), {"clinic_phone": "0113 496 0000", "clinic_name": "Rowan & Sons"})

    assert "Call: 0113 496 0000\n" in ready.text
    assert "Rowan & Sons, {clinic_address}" in ready.text
    assert ready.html.count("Rowan &amp; Sons") == 3
    assert "{clinic_phone}" not in ready.html


def test_a_link_left_open_is_filled_at_sending():
    ready = words.fill(render(conditions={"link"}, link="{link:7}"), {"link:7": "https://clinic.example/p?a=1&b=2"})

    assert "Open your page: https://clinic.example/p?a=1&b=2\n" in ready.text
    assert 'href="https://clinic.example/p?a=1&amp;b=2"' in ready.html


@pytest.mark.parametrize(("app", "code"), EVERY_LETTER)
def test_text_and_html_say_the_same_whatever_the_conditions(app, code):
    letter = words.load(app, "en", code)
    values = {name: f"{name.replace('_', ' ')} 7" for name in letter.vocabulary}

    for conditions in ways(letter):
        ready = words.render(letter, values, conditions)
        assert Shown(ready.html).words == re.findall(r"\w+", ready.text)
        assert re.findall(r"[{}\[\]]", ready.text) == []


@pytest.mark.parametrize(("app", "code"), EVERY_LETTER)
def test_a_mail_fetches_nothing_and_can_be_read_aloud(app, code):
    letter = words.load(app, "en", code)
    page = words.render(letter, {**dict.fromkeys(letter.vocabulary, "x"), **words.late()}, letter.conditions).html

    assert re.findall(r"<(?:img|script|link|iframe|form)\b|url\(|@import|src=", page) == []
    assert '<html lang="en">' in page
    assert page.count("<h1") == 1
    assert page.count("<table") == len(re.findall(r'<table[^>]* role="presentation"', page))
    assert "prefers-color-scheme: dark" in page
    assert len(page.encode()) < 30_000
