"""Files that somebody may send in the place of a photo, made as they are asked for; none lies in the repository.

Each is (what it is, its bytes, the code of the refusal or "" when it is a picture all the same).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image, ImageCms, PngImagePlugin

SECRET = b"SECRET-51.5007N-0.1246W"
PHP = b"<?php system($_GET['c']); ?>"
SCRIPT = b"<script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="400" height="400"/></svg>'

Case = tuple[str, Callable[[], bytes], str]


def gradient(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Return a picture in which every corner differs."""
    red = Image.linear_gradient("L").resize((width, height))
    green = red.rotate(90)
    blue = red.rotate(180)
    whole = Image.merge("RGB", (red, green, blue))
    return whole if mode == "RGB" else whole.convert(mode)


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def jpeg(**options: object) -> bytes:
    return saved(gradient(), "JPEG", **options)


def with_gps(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 2.5), 3: "W", 4: (0.0, 7.0, 28.0)})
    exif.get_ifd(0x8769).update({36867: "2026:03:02 10:15:00", 37510: SECRET})
    return jpeg(exif=exif)


def png_claiming(width: int, height: int) -> bytes:
    """Return a small PNG whose header promises this many pixels, all of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\x00" * ((width // 8 + 1) * min(height, 2000)), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_of_text(size: int) -> bytes:
    """Return a PNG whose note unpacks into this many bytes."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "A" * size, zip=True)
    return saved(gradient(), "PNG", pnginfo=notes)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shell.php", PHP)
    return out.getvalue()


def frames(form: str) -> bytes:
    return saved(gradient(), form, save_all=True, append_images=[gradient().rotate(90)], duration=100, loop=0)


def heic(picture: Image.Image | None = None, **options: object) -> bytes:
    import pillow_heif  # noqa: PLC0415 - only this one needs it

    out = io.BytesIO()
    pillow_heif.from_pillow(picture or gradient()).save(out, format="HEIF", **options)
    return out.getvalue()


def profile(size: int = 0) -> bytes:
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return own + b"\x00" * max(0, size - len(own))


def sixteen_bit(mode: str = "I;16") -> bytes:
    wide = Image.linear_gradient("L").resize((640, 480)).convert("I").point(lambda level: level * 256)
    return saved(wide.convert(mode), "PNG")


def broken(data: bytes, at: float) -> bytes:
    """Return data with fifty bytes turned over somewhere inside."""
    where = int(len(data) * at)
    return data[:where] + bytes(255 - byte for byte in data[where : where + 50]) + data[where + 50 :]


CASES: list[Case] = [
    # pictures, whatever hangs on them
    ("a plain JPEG", jpeg, ""),
    ("a progressive JPEG", lambda: jpeg(progressive=True), ""),
    ("a JPEG with a place in it", with_gps, ""),
    ("a JPEG that lies on its side", lambda: with_gps(6), ""),
    ("a JPEG that is mirrored and turned", lambda: with_gps(7), ""),
    ("a JPEG with a comment", lambda: jpeg(comment=SECRET), ""),
    ("a JPEG with a program behind it", lambda: jpeg() + PHP, ""),
    ("a JPEG with a page behind it", lambda: jpeg() + SCRIPT, ""),
    ("a JPEG that is an archive too", lambda: jpeg() + zipped(), ""),
    ("a JPEG with a page in its comment", lambda: jpeg(comment=SCRIPT + PHP), ""),
    ("a JPEG for the press, in four inks", lambda: saved(gradient(mode="CMYK"), "JPEG"), ""),
    ("a grey JPEG", lambda: saved(gradient(mode="L"), "JPEG"), ""),
    ("a JPEG with a profile", lambda: jpeg(icc_profile=profile()), ""),
    ("a JPEG with a huge profile", lambda: jpeg(icc_profile=profile(3_000_000)), ""),
    ("a JPEG with a profile that is none", lambda: jpeg(icc_profile=b"\x01" * 5000), ""),
    ("a JPEG with broken notes", lambda: jpeg(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + SECRET), ""),
    ("a JPEG of 60 megapixels", lambda: saved(Image.new("RGB", (9000, 6700), "tan"), "JPEG", quality=30), ""),
    ("a plain PNG", lambda: saved(gradient(), "PNG"), ""),
    ("a PNG one can see through", lambda: saved(gradient(mode="RGBA"), "PNG"), ""),
    ("a PNG with a palette", lambda: saved(gradient(mode="P"), "PNG"), ""),
    ("a PNG of 16 bits", sixteen_bit, ""),
    ("a PNG with notes", lambda: saved(gradient(), "PNG", pnginfo=_noted()), ""),
    ("a plain WebP", lambda: saved(gradient(), "WEBP"), ""),
    ("a WebP with a place in it", lambda: saved(gradient(), "WEBP", exif=_exif_bytes()), ""),
    ("a photo of a telephone, in HEIC", heic, ""),
    ("a HEIC with a place in it", lambda: heic(exif=_exif_bytes()), ""),
    # no pictures, or none that is taken
    ("nothing", lambda: b"", "empty"),
    ("a file of 26 MB", lambda: b"\xff\xd8\xff" + b"\x00" * 26_000_000, "too_heavy"),
    ("words", lambda: b"Before, left cheek\n" * 100, "not_a_picture"),
    ("a drawing that runs programs", lambda: SVG, "not_a_picture"),
    ("a drawing under the name of a JPEG", lambda: b"\xff\xd8\xff" + SVG, "not_a_picture"),
    ("a page", lambda: b"<!doctype html>" + SCRIPT, "not_a_picture"),
    ("a program", lambda: PHP, "not_a_picture"),
    ("a paper", lambda: saved(gradient(), "PDF"), "not_a_picture"),
    ("a PostScript program", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n", "not_a_picture"),
    ("a GIF", lambda: saved(gradient(mode="P"), "GIF"), "not_a_picture"),
    ("a TIFF", lambda: saved(gradient(), "TIFF"), "not_a_picture"),
    ("a BMP", lambda: saved(gradient(), "BMP"), "not_a_picture"),
    ("an icon", lambda: saved(gradient(256, 256), "ICO"), "not_a_picture"),
    ("an archive", zipped, "not_a_picture"),
    ("a PNG that moves", lambda: frames("PNG"), "moves"),
    ("a WebP that moves", lambda: frames("WEBP"), "moves"),
    ("a PNG that promises a hundred thousand pixels each way", lambda: png_claiming(100_000, 100_000), "too_large"),
    ("a PNG of 12,000 each way in a few bytes", lambda: png_claiming(12_000, 12_000), "too_large"),
    ("a JPEG of a hundred and fifty megapixels", lambda: _claiming_jpeg(), "too_large"),
    ("a WebP of 49 megapixels", lambda: saved(Image.new("RGB", (7000, 7000), "tan"), "WEBP", quality=1), "too_large"),
    ("a PNG whose note unpacks into a hundred megabytes", lambda: png_of_text(100_000_000), "not_a_picture"),
    ("a stamp", lambda: saved(gradient(64, 64), "JPEG"), "too_small"),
    ("a JPEG that ends half way", lambda: jpeg()[: len(jpeg()) // 2], "damaged"),
    ("a PNG that ends half way", lambda: saved(gradient(), "PNG")[:2000], "damaged"),
    ("a WebP that ends half way", lambda: saved(gradient(), "WEBP")[:900], "not_a_picture"),
    ("a HEIC that ends half way", lambda: heic()[:900], "damaged"),
    ("a PNG with bytes turned over", lambda: broken(saved(gradient(), "PNG"), 0.5), "damaged"),
    ("the head of a JPEG alone", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "not_a_picture"),
    ("the head of a HEIC alone", lambda: b"\x00\x00\x00\x18ftypheic" + b"\x00" * 400, "not_a_picture"),
    ("a JPEG that promises a width of nothing", lambda: _of_no_width(), "not_a_picture"),
]


def _noted() -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    return notes


def _exif_bytes() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 2.5)})
    return exif.tobytes()


def _claiming_jpeg() -> bytes:
    """Return a small JPEG whose header promises 12,500 pixels each way."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 12_500, 12_500)
    return bytes(data)


def _of_no_width() -> bytes:
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 480, 0)
    return bytes(data)
