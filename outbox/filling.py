"""Patients' addresses in the places that a letter left open for them, put straight into the bytes that leave.

A letter is written by `outbox.letters.compose`; nothing here takes it apart further than that needs, for this is done
for every mail. What holds no place stays as it was written, byte for byte.
"""

from __future__ import annotations

import re
from base64 import b64decode, encodebytes
from binascii import a2b_qp, b2a_qp
from collections.abc import Callable, Mapping

PLACE = re.compile(rb"\{link:([0-9a-f-]{36})\}")
BOUNDARY = re.compile(rb'^content-type:\s*multipart/[^;]+;\s*boundary="?([^";\r\n]+)"?', re.IGNORECASE | re.MULTILINE)
ENCODING = re.compile(rb"^content-transfer-encoding:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
IS_TEXT = re.compile(rb"^content-type:\s*text/(?:plain|html)\b", re.IGNORECASE | re.MULTILINE)
GAP = b"\r\n\r\n"
Change = Callable[[bytes], bytes]


def places(content: bytes) -> set[str]:
    """Return the ids of the links that a letter holds places for."""
    found = set[str]()

    def gather(words: bytes) -> bytes:
        found.update(one.decode() for one in PLACE.findall(words))
        return words

    _changed(content, gather)
    return found


def filled(content: bytes, addresses: Mapping[str, str], *, otherwise: str) -> bytes:
    """Return a letter with an address in every place. otherwise: for a link that is no more."""

    def fill(words: bytes) -> bytes:
        return PLACE.sub(lambda place: addresses.get(place[1].decode(), otherwise).encode(), words)

    return _changed(content, fill)


def _changed(part: bytes, change: Change) -> bytes:
    """Return a mail, or a part of one, with its words changed: in its head, and in each text however it is encoded."""
    head, gap, body = part.partition(GAP)
    if boundary := BOUNDARY.search(head):
        mark = b"--" + boundary[1]
        body = mark.join(_changed(piece, change) for piece in body.split(mark))
    elif IS_TEXT.search(head):
        body = _text(body, (ENCODING.search(head) or [b"", b"7bit"])[1].lower(), change)
    return change(head) + gap + body


def _text(body: bytes, encoding: bytes, change: Change) -> bytes:
    if encoding == b"quoted-printable":
        words = a2b_qp(body)
        changed = change(words)
        return body if changed == words else b2a_qp(changed, istext=True)
    if encoding == b"base64":
        words = b64decode(body)
        changed = change(words)
        return body if changed == words else encodebytes(changed).replace(b"\n", b"\r\n")
    return change(body)
