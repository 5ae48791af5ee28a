"""Files that somebody may send in the place of a photo: what is kept holds pixels and nothing else."""

import io
import re
import subprocess
import sys

import pytest
from PIL import Image, ImageChops, ImageStat

from clinic import pictures
from clinic.pictures import NotUsable
from clinic.pictures.cleaning import WORKER
from tests.clinic.pictures import hostile

MOST_MEMORY_KIB, MOST_SECONDS = 300 * 1024, 5
PICTURES = [(name, make) for name, make, code in hostile.CASES if not code]
REFUSED = [(name, make, code) for name, make, code in hostile.CASES if code]


def opened(data):
    return Image.open(io.BytesIO(data))


def test_there_are_enough_of_them():
    assert len(hostile.CASES) >= 40
    assert len({name for name, _make, _code in hostile.CASES}) == len(hostile.CASES)


@pytest.mark.parametrize(("name", "make"), PICTURES, ids=[name for name, _make in PICTURES])
def test_of_a_picture_nothing_is_kept_but_its_pixels(name, make):
    kept = pictures.clean(make())

    for part, edge in ((kept.whole, 4096), (kept.view, 1600), (kept.thumb, 320)):
        picture = opened(part)
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert max(picture.size) <= edge
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert dict(picture.getexif()) == {}
        for trace in (hostile.SECRET, hostile.PHP, hostile.SCRIPT, b"shell.php", b"Exif", b"ICC_PROFILE", b"xmp"):
            assert trace not in part
        assert part.endswith(b"\xff\xd9")
    assert opened(kept.whole).size == (kept.width, kept.height)


@pytest.mark.parametrize(("name", "make", "code"), REFUSED, ids=[name for name, _make, _code in REFUSED])
def test_what_is_no_picture_is_refused_in_words(name, make, code):
    with pytest.raises(NotUsable) as refused:
        pictures.clean(make())

    assert refused.value.refusal.rule == f"picture.{code}"
    assert str(refused.value).endswith(".")


def test_none_takes_more_than_its_share_of_memory_and_time():
    large = re.compile("megapixel|thousand|12,000|hundred megabytes|HEIC$")
    heavy = [(name, make()) for name, make, _code in hostile.CASES if large.search(name)]
    assert len(heavy) >= 7

    spent = {name: measured(data) for name, data in heavy}

    assert {name: kib for name, (kib, _seconds) in spent.items() if kib > MOST_MEMORY_KIB} == {}
    assert {name: seconds for name, (_kib, seconds) in spent.items() if seconds > MOST_SECONDS} == {}


def measured(data: bytes) -> tuple[int, float]:
    """Return the memory that the painting process took at its most, in KiB, and its seconds of processor time."""
    run = (
        "import runpy, sys, time\n"
        "try: runpy.run_path(sys.argv[1], run_name='__main__')\n"
        "except SystemExit: pass\n"
        "most = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(most.split()[1], time.process_time(), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", run, str(WORKER)], input=data, capture_output=True, check=True)
    kib, seconds = ran.stderr.split()[-2:]
    return int(kib), float(seconds)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright_however_the_camera_was_held(orientation):
    upright = hostile.gradient()
    turns = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    held = upright
    for turn in turns[orientation]:
        held = held.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation

    kept = opened(pictures.clean(hostile.saved(held, "JPEG", exif=exif, quality=95)).whole)

    assert kept.size == upright.size
    assert max(ImageStat.Stat(ImageChops.difference(kept, upright)).mean) < 4


def test_the_greys_of_sixteen_bits_stay_apart():
    kept = opened(pictures.clean(hostile.sixteen_bit()).whole).convert("L")

    assert kept.getextrema()[0] < 20
    assert kept.getextrema()[1] > 235


def test_the_moment_that_the_camera_wrote_is_read_before_it_is_left_out():
    kept = pictures.clean(hostile.with_gps())

    assert f"{kept.taken_at:%Y-%m-%d %H:%M}" == "2026-03-02 10:15"
    assert pictures.clean(hostile.jpeg()).taken_at is None


def test_what_one_could_see_through_stands_on_white():
    kept = opened(pictures.clean(hostile.saved(Image.new("RGBA", (400, 400), (0, 0, 0, 0)), "PNG")).whole)

    assert kept.getpixel((200, 200)) == (255, 255, 255)
