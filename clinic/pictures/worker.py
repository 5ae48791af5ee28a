"""Paints a picture anew, in a process of its own that is run by path and knows nothing of the house.

What came is decoded within bounds, turned upright, brought to sRGB and painted on a fresh canvas, so nothing but pixels
goes on: no place, no device, no comment, no tail. Reads the picture from stdin; writes one line of JSON and after it
the pictures it names to stdout. Exits with 3 after {"refused": code} for what it does not take.
"""

from __future__ import annotations

import json
import sys
import warnings
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageOps

EDGES = {"whole": 4096, "view": 1600, "thumb": 320}  # pixels of the longer edge
QUALITY = {"whole": 90, "view": 85, "thumb": 78}
FORMATS = ["JPEG", "PNG", "WEBP", "HEIF"]
SCALED_WHILE_READ = "JPEG"  # libjpeg leaves out what is not needed, so a large one costs little
MOST_PIXELS, MOST_SCALED_PIXELS = 30_000_000, 130_000_000
LEAST_EDGE = 240  # pixels; below it nothing can be compared
MOST_PROFILE_BYTES = 1_000_000
MEMORY_BYTES, CPU_SECONDS = 1 << 30, 20
TAKEN_AT, OFFSET, EXIF_IFD = 36867, 36881, 0x8769
REFUSED = 3


class NotTaken(Exception):
    """Raised for a picture that is not taken; the code says why."""


def main() -> int:
    _limit()
    try:
        head, parts = cleaned(sys.stdin.buffer.read())
    except NotTaken as why:
        sys.stdout.buffer.write(json.dumps({"refused": str(why)}).encode() + b"\n")
        return REFUSED
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(parts))
    return 0


def cleaned(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return what is known of a picture and its three sizes as JPEG. Raises NotTaken."""
    try:
        picture = _opened(data)
        taken_at = _taken_at(picture)
        upright = _painted(picture)
    except NotTaken:
        raise
    except MemoryError as trouble:
        raise NotTaken("too_large") from trouble
    except Exception as trouble:  # whatever a decoder trips over, the picture cannot be read
        raise NotTaken("damaged") from trouble
    sizes = {name: _sized(upright, edge) for name, edge in EDGES.items()}
    parts = {name: _written(one, QUALITY[name]) for name, one in sizes.items()}
    width, height = sizes["whole"].size
    head = {"width": width, "height": height, "taken_at": taken_at}
    return head | {"lengths": {name: len(part) for name, part in parts.items()}}, list(parts.values())


def _limit() -> None:
    """Bound memory and time of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def _opened(data: bytes) -> Image.Image:
    if _looks_like_heif(data):
        from pillow_heif import register_heif_opener  # noqa: PLC0415 - of use to few, and slow to load

        register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = MOST_SCALED_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as trouble:
        raise NotTaken("too_large") from trouble
    except Exception as trouble:
        raise NotTaken("not_a_picture") from trouble
    if getattr(picture, "n_frames", 1) > 1 and picture.format != "HEIF":  # of several shots it shows the chosen one
        raise NotTaken("moves")
    width, height = picture.size
    if width * height > (MOST_SCALED_PIXELS if picture.format == SCALED_WHILE_READ else MOST_PIXELS):
        raise NotTaken("too_large")
    if min(width, height) < LEAST_EDGE:
        raise NotTaken("too_small")
    if picture.format == "PNG":  # its sums are not looked at while it is decoded
        Image.open(BytesIO(data), formats=["PNG"]).verify()
    return picture


def _looks_like_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis")


def _taken_at(picture: Image.Image) -> str:
    """Return when the camera says it was taken, as in 2026:03:02 10:15:00, or ""."""
    try:
        details = picture.getexif().get_ifd(EXIF_IFD)
        return f"{details.get(TAKEN_AT, '')}{details.get(OFFSET, '')}"[:32]
    except Exception:  # a broken note about a picture is no broken picture
        return ""


def _painted(picture: Image.Image) -> Image.Image:
    """Return the picture upright, in sRGB, on a fresh canvas, its longer edge within the largest size."""
    profile = picture.info.get("icc_profile", b"")
    edge = EDGES["whole"]
    if picture.format == SCALED_WHILE_READ:
        share = edge / max(picture.size)
        picture.draft(None, (max(1, int(picture.width * share)), max(1, int(picture.height * share))))
    picture.load()
    turned = picture.getexif().get(0x0112, 1)
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        picture = _to_eight_bits(picture)
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture.getexif()[0x0112] = turned
    upright = ImageOps.exif_transpose(picture)
    coloured = _in_srgb(upright, profile)
    canvas = Image.new("RGB", coloured.size, "white")
    canvas.paste(coloured, (0, 0), coloured.getchannel("A") if coloured.mode == "RGBA" else None)
    return canvas


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture of 16 bits a pixel in 8, its greys kept apart; a plain conversion would make them all white."""
    wide = picture.convert("I")
    scale = 255 / 65535 if wide.getextrema()[1] > 255 else 1
    return wide.point(lambda level: level * scale).convert("L")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture as RGB or RGBA in sRGB; a profile that cannot be used is left out."""
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if profile and len(profile) <= MOST_PROFILE_BYTES and picture.mode in ("RGB", "CMYK"):
        try:
            own, house = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, own, house, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGBA" if has_alpha else "RGB")


def _sized(picture: Image.Image, edge: int) -> Image.Image:
    smaller = picture.copy() if max(picture.size) > edge else picture
    smaller.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return smaller


def _written(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
