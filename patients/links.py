"""Links that open one page for one patient: made from a row and a key, never stored, and dead when the row says so.

The token is the row's id and a code that only the house can make over id, purpose and nonce. Whoever reads the
database alone cannot make one; a link that is given anew has a new nonce, and its older tokens open nothing.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clinic.often import insert
from patients.models import Link, Patient

KEY_FOR = b"patients.links"  # what the key is derived for, so that no other use of the secret makes a token
ID_BYTES, CODE_BYTES = 16, 32
PATHS = {
    "health": "f",
    "stop": "s",
    "recovery": "r",
    "visit": "v",
    "book": "b",
}  # where a link leads that is not one page
TOKEN_LENGTH = (ID_BYTES + CODE_BYTES) * 4 // 3  # 64 letters, without padding


@transaction.atomic
def make(*, patient: Patient, purpose: str, subject: str, expires_at: datetime, at: datetime) -> Link:
    """Return the link of this purpose and subject, given anew: what was sent of it before opens nothing any more."""
    given = {
        "patient": patient,
        "nonce": _nonce(),
        "made_at": at,
        "expires_at": expires_at,
        "revoked_at": None,
    }
    link, _is_new = Link.objects.update_or_create(purpose=purpose, subject=subject, defaults=given)
    return link


@transaction.atomic
def standing(*, patient: Patient, purpose: str, subject: str, expires_at: datetime, at: datetime) -> Link:
    """Return the link of this purpose and subject that stands, open until then at least; made where there is none.

    What was sent of it before goes on opening its page. One that was revoked is given anew.
    """
    made = {"patient": patient, "nonce": _nonce(), "made_at": at, "expires_at": expires_at}
    link, is_new = Link.objects.get_or_create(purpose=purpose, subject=subject, defaults=made)
    if link.revoked_at is not None:
        return make(patient=patient, purpose=purpose, subject=subject, expires_at=expires_at, at=at)
    if not is_new and link.expires_at < expires_at:
        extend(link, expires_at=expires_at)
        link.refresh_from_db()
    return link


def make_first(*, patient: Patient, purpose: str, until: Mapping[str, datetime], at: datetime) -> dict[str, Link]:
    """Return a new link for each of these subjects, which had none before, in one statement. until: by subject."""
    made = [
        Link(patient=patient, purpose=purpose, subject=subject, nonce=_nonce(), made_at=at, expires_at=expires_at)
        for subject, expires_at in until.items()
    ]
    return {link.subject: link for link in insert(made)}


@transaction.atomic
def renew_all(patient: Patient, *, at: datetime) -> int:
    """Give every link of a patient that is not revoked a new secret; return how many there are.

    What was sent before, such as to a wrong address, opens nothing any more, also if the link is extended later.
    What is not sent yet names the link by its id and leads to the new address.
    """
    standing = list(Link.objects.select_for_update().filter(patient=patient, revoked_at=None))
    for link in standing:
        link.nonce, link.made_at = _nonce(), at
    Link.objects.bulk_update(standing, ["nonce", "made_at"])
    return len(standing)


def extend(link: Link, *, expires_at: datetime) -> None:
    """Let a link open its page for longer; what was sent of it before still does."""
    Link.objects.filter(pk=link.pk, expires_at__lt=expires_at).update(expires_at=expires_at)


def revoke(link: Link, *, at: datetime) -> None:
    """Let a link open nothing from now on, whoever has it; the first moment counts."""
    Link.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at)


def read(token: str, *, purpose: str, at: datetime) -> Link | None:
    """Return the link that a token opens, or None: not ours, of another purpose, given anew, expired or revoked."""
    link = _ours(token, purpose)
    return link if link and at < link.expires_at else None


def run_out(token: str, *, purpose: str, at: datetime) -> Link | None:
    """Return the link that a token opened until its time was over, or None. It opens nothing by that."""
    link = _ours(token, purpose)
    return link if link and link.expires_at <= at else None


def _ours(token: str, purpose: str) -> Link | None:
    """Return the link that a token was made for, unless it was given anew or revoked since."""
    parts = _parts(token)
    if parts is None:
        return None
    link = Link.objects.select_related("patient").filter(uuid=parts[0], purpose=purpose, revoked_at=None).first()
    if link is None:
        return None
    codes = [_code(link, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return link if any([hmac.compare_digest(parts[1], code) for code in codes]) else None


def token(link: Link) -> str:
    """Return the secret part of the link's address; it stands in no table, log or snapshot."""
    return urlsafe_b64encode(link.uuid.bytes + _code(link, settings.SECRET_KEY)).decode()


def url(link: Link) -> str:
    """Return the whole address, as it goes to the patient and nowhere else."""
    return settings.PUBLIC_URL + path(link)


def path(link: Link) -> str:
    """Return the address without its first part, for one page of the patient that leads to another."""
    return f"/{PATHS.get(link.purpose, 'l')}/{token(link)}/"


def placeholder(link: Link) -> str:
    """Return what stands in a message in the link's place until it leaves."""
    return placeholder_of(link.uuid)


def placeholder_of(uuid: UUID) -> str:
    return f"{{link:{uuid}}}"


def _nonce() -> str:
    return secrets.token_hex(16)


def _code(link: Link, secret: str) -> bytes:
    key = hmac.digest(secret.encode(), KEY_FOR, "sha256")
    return hmac.digest(key, f"{link.purpose}\n{link.uuid}\n{link.nonce}".encode(), "sha256")


def _parts(token: str) -> tuple[UUID, bytes] | None:
    """Return the id and the code in a token, or None for what cannot be one."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = b64decode(token, altchars=b"-_", validate=True)
    except NotBase64:
        return None
    return UUID(bytes=raw[:ID_BYTES]), raw[ID_BYTES:]
