"""Reading what somebody signed with: a drawing from the screen, or a paper that was scanned in.

A picture is decoded, turned upright and painted anew, so nothing but its pixels is kept. A PDF is kept as it came,
within bounds, and only ever handed out as a file to save.
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from clinic.refusals import Refusal, Refused
from intake.models import Consent

LARGEST_DRAWING = 1_000_000  # bytes
LARGEST_PAPER = 15_000_000  # bytes
MOST_PIXELS = {"drawing": 4_000_000, "paper": 50_000_000}
DRAWN_PIXELS = (1200, 600)  # a drawing is kept no larger
PAPER_PIXELS = (2500, 3500)  # an A4 page at 300 dots an inch
INK = 200  # grey levels below this are ink; 255 is white
LEAST_INK = 40  # pixels; a slip of the finger is no signature
DATA_URL = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
# What makes a PDF do something instead of lying there.
ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA", b"/Encrypt")


class NotUsable(Refused):
    """Raised for a signature that cannot be kept; `refusal.values["field"]` names where it goes."""

    def __init__(self, field: str, sentence: str) -> None:
        title = _("This signature can't be kept.")
        super().__init__(Refusal("signature.not_usable", title, sentence, values={"field": field}))


@dataclass(frozen=True)
class Signature:
    """How somebody signs. name: as they typed it; drawing: a data URL from the screen; paper: a scanned file.

    signer and relation say whether it is the patient. signed_on: the day that stands on the paper.
    """

    how: str
    name: str
    signer: str = Consent.Signer.PATIENT
    relation: str = ""
    drawing: str = ""
    paper: bytes = b""
    signed_on: date | None = None


@dataclass(frozen=True)
class Kept:
    """What of a signature goes into the vault: the bytes and what they are. Nothing, for a typed name."""

    content: bytes = b""
    content_type: str = ""


def read(signature: Signature) -> Kept:
    """Return what is kept of a signature. Raises NotUsable."""
    if signature.how == Consent.How.DRAWN:
        return Kept(_drawing(signature.drawing), "image/png")
    if signature.how == Consent.How.PAPER:
        return _paper(signature.paper)
    return Kept()


def _drawing(url: str) -> bytes:
    matched = DATA_URL.fullmatch(url)
    if not matched:
        raise NotUsable("drawing", _("Sign in the field, with a finger, a pen or the mouse."))
    if len(url) > LARGEST_DRAWING:
        raise NotUsable("drawing", _too_large("drawing"))
    try:
        raw = base64.b64decode(matched[1], validate=True)
    except binascii.Error as error:
        raise NotUsable("drawing", _("The drawing did not arrive whole. Clear it and sign again.")) from error
    picture = _picture(raw, ["PNG"], field="drawing")
    picture.thumbnail(DRAWN_PIXELS)
    if sum(picture.convert("L").histogram()[:INK]) < LEAST_INK:
        raise NotUsable("drawing", _("Sign in the field, with a finger, a pen or the mouse."))
    return _encoded(picture, "PNG")


def _paper(raw: bytes) -> Kept:
    if not raw:
        raise NotUsable("paper", _("Choose the scan of the signed paper."))
    if len(raw) > LARGEST_PAPER:
        raise NotUsable("paper", _("The file is larger than 15 MB. Scan it again with fewer dots to the inch."))
    if raw.startswith(b"%PDF-"):
        return Kept(_passive_pdf(raw), "application/pdf")
    picture = _picture(raw, ["JPEG", "PNG"], field="paper")
    picture.thumbnail(PAPER_PIXELS)
    return Kept(_encoded(picture, "JPEG"), "image/jpeg")


def _passive_pdf(raw: bytes) -> bytes:
    """Return a PDF that is whole, and that by its own words does nothing when it is opened."""
    if b"%%EOF" not in raw[-1024:]:
        raise NotUsable("paper", _("The PDF did not arrive whole. Choose it again."))
    if any(word in raw for word in ACTIVE):
        raise NotUsable("paper", _("This PDF is locked or holds more than pages. Scan the paper as a picture."))
    return raw


def _picture(raw: bytes, formats: list[str], *, field: str) -> Image.Image:
    """Return a picture upright and painted anew on white. Raises NotUsable, before anything fills the memory."""
    unreadable = _("This is no picture that can be read. Use a JPEG, a PNG or a PDF.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(raw), formats=formats) as found:
                if found.width * found.height > MOST_PIXELS[field]:
                    raise NotUsable(field, _too_large(field))
                found.load()
                upright = ImageOps.exif_transpose(found).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise NotUsable(field, unreadable) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow says of files that were cut or forged
        raise NotUsable(field, unreadable) from error
    canvas = Image.new("RGB", upright.size, "white")
    canvas.paste(upright, mask=upright.getchannel("A"))
    return canvas


def _too_large(field: str) -> str:
    if field == "drawing":
        return _("The drawing is too large. Clear it and sign again.")
    return _("The picture is too large. Scan it again with fewer dots to the inch.")


def _encoded(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind, quality=85, optimize=True) if kind == "JPEG" else picture.save(out, kind, optimize=True)
    return out.getvalue()
