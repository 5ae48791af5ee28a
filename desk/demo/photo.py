"""A photo as a telephone would send it, painted by the house: a patch of warm skin, a red place in it, and its date."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
SKIN, SHADE, RED, CRUST = (226, 182, 156), (198, 146, 120), (196, 92, 84), (214, 176, 96)
EXIF_IFD, TAKEN_AT = 0x8769, 36867


def of_a_chin(*, taken_at: datetime) -> bytes:
    """Return a JPEG. taken_at: on the telephone's clock."""
    width, height = SIZE
    light = Image.radial_gradient("L").resize(SIZE)
    picture = Image.composite(Image.new("RGB", SIZE, SHADE), Image.new("RGB", SIZE, SKIN), light)
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).ellipse((width * 0.34, height * 0.36, width * 0.62, height * 0.66), fill=190)
    picture.paste(RED, mask=mask.filter(ImageFilter.GaussianBlur(48)))
    spots = Image.new("L", SIZE, 0)
    for turn in range(9):
        x, y = width * (0.40 + 0.02 * turn), height * (0.44 + 0.03 * (turn * 5 % 7))
        ImageDraw.Draw(spots).ellipse((x, y, x + 22, y + 16), fill=220)
    picture.paste(CRUST, mask=spots.filter(ImageFilter.GaussianBlur(4)))
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[TAKEN_AT] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    out = BytesIO()
    picture.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()
