"""Keys for machines: made once, shown once, kept as a digest, and never worth more than the person they act for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import audit
from clinic.actors import Actor
from clinic.capabilities import CAPABILITIES, capabilities_of
from clinic.models import ApiToken, User
from clinic.often import often
from clinic.refusals import Refusal, Refused

PREFIX = "stipple_"  # so that a key is known for what it is wherever it turns up
RANDOM_BYTES = 32
NAME_AT_MOST = 40  # letters, so that it stands whole beside the person's name in the trail
A_MINUTE = timedelta(minutes=1)


@transaction.atomic
def make(user: User, *, name: str, capabilities: Iterable[str], by: Actor, at: datetime) -> tuple[ApiToken, str]:
    """Make a key that may do some of what the person may, and return it with the words of the key.

    The words cannot be read again. Raises Refused for a name that is empty, too long or taken, for somebody who does
    not work here, and for a capability that the person lacks.
    """
    name, wanted = " ".join(name.split()), sorted(set(capabilities))
    _refuse_name(user, name)
    _refuse_capabilities(user, wanted)
    key = new_key()
    token = ApiToken.objects.create(user=user, name=name, digest=digest_of(key), capabilities=wanted, made_at=at)
    audit.record("make_key", token, by=by, at=at, fields={"name": name, "user": user.pk, "capabilities": wanted})
    return token, key


def new_key() -> str:
    """Return the words of a new key: its prefix and 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def digest_of(key: str) -> str:
    """Return what is kept of a key. It is random enough for a plain SHA-256."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def find(key: str, *, at: datetime) -> ApiToken | None:
    """Return the key with these words while it stands and its person works here, and note that it was used."""
    digest = digest_of(key)
    rows = _by_digest(digest)
    token = rows[0] if rows else None
    if token is None or not hmac.compare_digest(token.digest, digest) or not token.user.is_active:
        return None
    token.user.known_roles = frozenset(row.role for row in rows if row.role)
    _note_use(token, at)
    return token


@often
def _by_digest(digest: str) -> QuerySet[ApiToken]:
    """Return the key with its person, once for each of their roles."""
    keys = ApiToken.objects.select_related("user").annotate(role=F("user__grants__role"))
    return keys.filter(digest=digest, revoked_at=None).order_by()


def actor(token: ApiToken) -> Actor:
    """Return the machine behind a key as somebody who acts."""
    return Actor.of_token(token.user, name=token.name, only=token.capabilities)


def actor_of(key: str, *, at: datetime) -> Actor | None:
    """Return who acts with this key, or None for a key that opens nothing (any more)."""
    token = find(key, at=at)
    return actor(token) if token else None


@transaction.atomic
def revoke(token: ApiToken, *, by: Actor, at: datetime) -> bool:
    """End a key at once; return whether it still stood."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        return False
    token.revoked_at = at
    audit.record("revoke_key", token, by=by, at=at, fields={"name": token.name, "user": token.user_id})
    return True


def standing(user: User) -> list[ApiToken]:
    """Return the person's keys that open something, the newest first."""
    return list(ApiToken.objects.filter(user=user, revoked_at=None))


def _note_use(token: ApiToken, at: datetime) -> None:
    """Keep when a key was last used, to the minute: a busy machine must not write a row with each question."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=at - A_MINUTE)
    if token.last_used_at is None or token.last_used_at <= at - A_MINUTE:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)


def _refuse_name(user: User, name: str) -> None:
    sentence = ""
    if not name:
        sentence = _("Say what the key is for, in a few words.")
    elif len(name) > NAME_AT_MOST:
        sentence = _("The name of a key has at most %(longest)s letters.") % {"longest": NAME_AT_MOST}
    elif ApiToken.objects.filter(user=user, name=name, revoked_at=None).exists():
        sentence = _("%(who)s has a key named “%(name)s” already.") % {"who": user.name, "name": name}
    elif not user.is_active:
        sentence = _("%(who)s does not work here any more.") % {"who": user.name}
    if sentence:
        raise Refused(Refusal(rule="key.name", title=_("This key cannot be made"), sentence=sentence))


def _refuse_capabilities(user: User, wanted: list[str]) -> None:
    """Raise Refused for a key that opens nothing, and for one that would open more than its person may."""
    may = capabilities_of(user.roles)
    beyond = [one for one in wanted if one not in may]
    if wanted and not beyond:
        return
    sentence = _("Say what the key may do.")
    if beyond:
        said = ngettext("%(who)s may not do this: %(what)s.", "%(who)s may not do these: %(what)s.", len(beyond))
        sentence = said % {"who": user.name, "what": ", ".join(beyond)}
    known = ", ".join(one for one in CAPABILITIES if one in may) or _("nothing")
    sentence += " " + _("A key of %(who)s may do: %(known)s.") % {"who": user.name, "known": known}
    raise Refused(Refusal(rule="key.capability", title=_("This key cannot be made"), sentence=sentence))
