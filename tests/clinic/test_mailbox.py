"""The demo's mailbox keeps what real SMTP brings it, byte for byte."""

import smtplib
import stat
from datetime import UTC, datetime, timedelta

import pytest

from clinic import mailbox
from tests.servers import free_port

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RAW = b"From: clinic@example.org\r\nTo: mia@example.org\r\nSubject: Your evening\r\n\r\nRest well \xe2\x80\x94 Ana\r\n"


@pytest.fixture
def box(tmp_path):
    return mailbox.Mailbox(tmp_path / "mailbox")


def test_a_mail_sent_over_smtp_lies_in_the_mailbox(box):
    port = free_port()
    server = mailbox.serve(box.folder, port)
    try:
        with smtplib.SMTP("127.0.0.1", port) as line:
            line.sendmail("clinic@example.org", ["mia@example.org"], RAW)
    finally:
        server.stop()

    (letter,) = box.letters()
    assert (letter.message["To"], letter.message["Subject"]) == ("mia@example.org", "Your evening")
    assert (box.folder / f"{letter.name}.eml").read_bytes() == RAW


def test_letters_lie_newest_first_and_open_by_name(box):
    early = box.keep(RAW, at=NOON)
    late = box.keep(RAW, at=NOON + timedelta(seconds=1))

    assert [(letter.name, letter.arrived_at) for letter in box.letters()] == [
        (late, NOON + timedelta(seconds=1)),
        (early, NOON),
    ]
    assert box.letter(early).message["Subject"] == "Your evening"


@pytest.mark.parametrize("name", ["", "../secret_key", "20261122T120000_000000-00000000", "a.eml"])
def test_a_name_that_is_no_letter_opens_nothing(box, name):
    box.keep(RAW, at=NOON)

    assert box.letter(name) is None


def test_an_empty_mailbox_has_no_letters(box):
    assert box.letters() == []


def test_only_its_owner_reads_the_mailbox_and_the_oldest_go_first(box, monkeypatch):
    monkeypatch.setattr(mailbox, "MOST_KEPT", 2)

    kept = [box.keep(RAW, at=NOON + timedelta(minutes=minute)) for minute in range(3)]

    assert [letter.name for letter in box.letters()] == [kept[2], kept[1]]
    assert stat.S_IMODE((box.folder / f"{kept[2]}.eml").stat().st_mode) == 0o600
    assert stat.S_IMODE(box.folder.stat().st_mode) == 0o700
