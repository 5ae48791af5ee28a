"""The vault: files that hold something about a person, encrypted at rest and tied to their name.

Signatures, signed consents and photos lie here under random names, outside every public path. A file is sealed whole
with AES-GCM; its header (the form and the key it was sealed with) and its name are authenticated with it, so a changed
byte, a shortened file and one put in the place of another are all found before anything is given out.

    header: form (8 bytes) | key id (8) | nonce (12)        body: ciphertext and its tag (16)

The keys come from the environment: the first seals, each of them opens (docs/operating.md).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, storages
from django.http import HttpResponse
from django.utils.http import content_disposition_header

FORM = b"STIPPLE1"
KEY_ID_BYTES, NONCE_BYTES, TAG_BYTES = 8, 12, 16
HEADER_BYTES = len(FORM) + KEY_ID_BYTES + NONCE_BYTES
LARGEST = 32 * 1024 * 1024  # bytes of a file before sealing; each is sealed and opened whole, in memory
CONTENT_TYPES = ("application/pdf", "image/png", "image/jpeg", "image/webp")  # what a browser shows and never runs


class Unreadable(Exception):
    """Raised when a file of the vault cannot be given out as it was kept."""


class Tampered(Unreadable):
    """Raised when a file is not, byte for byte and under its name, what was put into the vault."""


class NoSuchKey(Unreadable):
    """Raised when a file was sealed with a key that the environment does not list."""


class TooLarge(ValueError):
    """Raised when a file is larger than the vault takes."""


def key_id(key: bytes) -> bytes:
    """Return what a file says about its key: enough to find it, nothing to guess it by."""
    return hashlib.sha256(b"stipple vault key" + key).digest()[:KEY_ID_BYTES]


def seal(plain: bytes, *, name: str, key: bytes) -> bytes:
    """Return a file's content as it lies on the disk. Raises TooLarge."""
    if len(plain) > LARGEST:
        raise TooLarge(f"{len(plain)} bytes are more than the vault takes")
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = FORM + key_id(key)
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head + name.encode())


def unseal(sealed: bytes, *, name: str, keys: list[bytes]) -> bytes:
    """Return what was sealed under this name. Raises NoSuchKey and Tampered."""
    if len(sealed) < HEADER_BYTES + TAG_BYTES or not sealed.startswith(FORM):
        raise Tampered(f"{name} is no file of the vault")
    head, nonce = sealed[: len(FORM) + KEY_ID_BYTES], sealed[len(FORM) + KEY_ID_BYTES : HEADER_BYTES]
    for key in keys:
        if FORM + key_id(key) == head:
            try:
                return AESGCM(key).decrypt(nonce, sealed[HEADER_BYTES:], head + name.encode())
            except InvalidTag as error:
                raise Tampered(f"{name} was changed since it was kept") from error
    raise NoSuchKey(f"{name} was sealed with a key that VAULT_KEYS does not list")


class Vault(FileSystemStorage):
    """A folder of sealed files. Whatever name is asked for, a file gets a random one; it has no address."""

    def __init__(self, location: str | Path | None = None) -> None:
        super().__init__(
            location=location or settings.VAULT_ROOT, file_permissions_mode=0o600, directory_permissions_mode=0o700
        )

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return a name that says nothing about the file: 32 random hex digits in one of 256 folders."""
        found = secrets.token_hex(16)
        return f"{found[:2]}/{found}"

    def url(self, name: str | None) -> str:
        raise ValueError("a file of the vault has no address; a view answers with it")

    def size(self, name: str) -> int:
        """Return the bytes of the file as it was before sealing."""
        return int(super().size(name)) - HEADER_BYTES - TAG_BYTES

    def reseal(self, name: str) -> bool:
        """Seal a file again with the first key, and return whether it was sealed with another. Raises Unreadable."""
        path, first = Path(self.path(name)), settings.VAULT_KEYS[0]
        sealed = path.read_bytes()
        if sealed.startswith(FORM + key_id(first)):
            return False
        plain = unseal(sealed, name=name, keys=settings.VAULT_KEYS)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        _write(draft, seal(plain, name=name, key=first))
        draft.replace(path)
        return True

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        root = Path(self.location)
        return sorted(f"{one.parent.name}/{one.name}" for one in root.glob("??/*") if len(one.name) == 32)

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("a file of the vault is read or kept anew, never written into")
        sealed = Path(self.path(name)).read_bytes()
        return ContentFile(unseal(sealed, name=name, keys=settings.VAULT_KEYS), name=name)

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        plain = b"".join(content.chunks())
        _write(path, seal(plain, name=name, key=settings.VAULT_KEYS[0]))
        return name


def _write(path: Path, sealed: bytes) -> None:
    """Write a new file, readable by its owner alone, and wait until it would outlast a power cut."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())


def keep(content: bytes) -> str:
    """Put a file into the vault and return its name. Raises TooLarge."""
    return _vault().save("unnamed", ContentFile(content))


def read(name: str) -> bytes:
    """Return a file of the vault as it was kept. Raises Unreadable, and FileNotFoundError."""
    with _vault().open(name) as file:
        return bytes(file.read())


def throw_away(name: str) -> None:
    """Remove a file for good: one of a change that was not made, or under an approved purge."""
    _vault().delete(name)


def answer(name: str, *, content_type: str, filename: str, as_attachment: bool = False) -> HttpResponse:
    """Return a file of the vault as a view answers with it; the view asks who may, and writes the read into the trail.

    content_type: one of CONTENT_TYPES, as the row keeps it. filename: what the browser may save it as; no patient's
    name. Raises as `read`.
    """
    if content_type not in CONTENT_TYPES:
        raise ValueError(f"{content_type} is nothing that the vault gives out")
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment, filename) or "inline",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(read(name), content_type=content_type, headers=headers)


def _vault() -> Any:
    return storages["vault"]
