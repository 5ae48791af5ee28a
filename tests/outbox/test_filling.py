"""Addresses are put into the bytes of a letter as every mail program reads them, however the letter is encoded."""

from email import message_from_bytes
from email.message import EmailMessage

import pytest

from outbox import filling
from outbox.letters import WIRE

ID = "0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0"
PLACE, ADDRESS = f"{{link:{ID}}}", "https://clinic.example.org/s/" + "x" * 64 + "/"
PLAIN = f"Open it: {PLACE}\n"
ACCENTED = f"Żółć, señor, {'a line that is long ' * 8} {PLACE}\n.\nFrom here on\n"
FOREIGN = f"{'Привет, как ваши дела сегодня? ' * 9}{PLACE}\n"


def letter(text: str, page: str = "", *, with_file: bool = False) -> EmailMessage:
    mail = EmailMessage(policy=WIRE)
    mail["Subject"], mail["List-Unsubscribe"] = "A message for you", f"<{PLACE}>"
    mail.set_content(text)
    if page:
        mail.add_alternative(page, subtype="html")
    if with_file:
        mail.add_attachment(f"BEGIN:VCALENDAR\r\n{PLACE}\r\n", subtype="calendar", filename="visit.ics")
    return mail


def words(mail: EmailMessage) -> list[str]:
    texts = [part for part in mail.walk() if part.get_content_type() in ("text/plain", "text/html")]
    return [part.get_content().replace("\r\n", "\n") for part in texts]


@pytest.mark.parametrize("text", [PLAIN, ACCENTED, FOREIGN], ids=["plain", "quoted-printable", "base64"])
@pytest.mark.parametrize("page", ["", f"<p>Señor</p><a href='{PLACE}'>Open</a>\n"], ids=["text", "text and page"])
@pytest.mark.parametrize("with_file", [False, True], ids=["alone", "with a calendar file"])
def test_every_place_holds_the_address_and_all_else_is_as_it_was(text, page, with_file):
    mail = letter(text, page, with_file=with_file)
    written = mail.as_bytes()

    left = filling.filled(written, {ID: ADDRESS}, otherwise="")

    read = message_from_bytes(left, policy=WIRE)
    assert filling.places(written) == {ID}
    assert words(read) == [one.replace(PLACE, ADDRESS) for one in words(message_from_bytes(written, policy=WIRE))]
    assert f"<{ADDRESS}>".encode() in left.partition(b"\r\n\r\n")[0]
    assert [part.get_content_type() for part in read.walk()] == [part.get_content_type() for part in mail.walk()]
    assert left.isascii()
    assert max(map(len, left.split(b"\r\n"))) < 998
    assert b"\n" not in left.replace(b"\r\n", b"")


def test_a_calendar_file_stays_as_it_was_written():
    written = letter(PLAIN, with_file=True).as_bytes()

    left = message_from_bytes(filling.filled(written, {ID: ADDRESS}, otherwise=""), policy=WIRE)

    (file,) = left.iter_attachments()
    assert PLACE in file.get_content()


def test_a_letter_without_places_stays_byte_for_byte():
    mail = letter(ACCENTED.replace(PLACE, ""), "<p>Señor</p>")
    del mail["List-Unsubscribe"]
    written = mail.as_bytes()

    assert filling.filled(written, {}, otherwise="") == written


def test_a_link_that_is_no_more_leads_to_the_house():
    left = filling.filled(letter(PLAIN).as_bytes(), {}, otherwise="https://clinic.example.org")

    assert words(message_from_bytes(left, policy=WIRE)) == ["Open it: https://clinic.example.org\n"]
