"""What somebody signs with: a picture is painted anew, a paper is bounded, and nothing else gets in."""

import base64
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from intake import signatures
from intake.signatures import NotUsable, Signature
from tests.factories.intake import drawing, picture

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def drawn(url):
    return signatures.read(Signature(how="drawn", name="Mia Okafor", drawing=url))


def scanned(content):
    return signatures.read(Signature(how="paper", name="Mia Okafor", paper=content))


def refusal_of(call, *args):
    with pytest.raises(NotUsable) as refused:
        call(*args)
    return refused.value.refusal.values["field"], str(refused.value)


def test_a_typed_name_is_kept_without_a_picture():
    kept = signatures.read(Signature(how="typed", name="Mia Okafor"))

    assert (kept.content, kept.content_type) == (b"", "")


def test_a_drawing_is_painted_anew_and_loses_what_came_with_it():
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "quetzalcoatlus")
    url = drawing(picture(pnginfo=said))
    assert b"quetzalcoatlus" in base64.b64decode(url.partition(",")[2])

    kept = drawn(url)

    assert kept.content_type == "image/png"
    assert b"quetzalcoatlus" not in kept.content
    assert Image.open(BytesIO(kept.content)).size == (300, 100)


def test_a_large_drawing_is_kept_smaller():
    kept = drawn(drawing(picture(size=(3000, 900))))

    assert Image.open(BytesIO(kept.content)).size == (1200, 360)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "Mia Okafor",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,",
        "data:text/html;base64,PGI+",
        drawing(picture("PNG").replace(b"IEND", b"IXXD")[:60]),
        "data:image/png;base64,AAAA=A",
        drawing(picture("JPEG")),
    ],
)
def test_what_is_no_drawing_is_refused_in_words(url):
    field, sentence = refusal_of(drawn, url)

    assert field == "drawing"
    assert sentence.endswith(".")


def test_an_empty_field_is_no_signature():
    out = BytesIO()
    Image.new("RGB", (300, 100), "white").save(out, "PNG")

    assert refusal_of(drawn, drawing(out.getvalue())) == (
        "drawing",
        "Sign in the field, with a finger, a pen or the mouse.",
    )


def test_a_scanned_picture_is_turned_upright_and_loses_where_it_was_taken():
    about = Image.Exif()
    about[0x0112], about[0x010E] = 6, "quetzalcoatlus"  # orientation, description
    raw = picture("JPEG", exif=about)
    assert b"quetzalcoatlus" in raw

    kept = scanned(raw)

    assert kept.content_type == "image/jpeg"
    assert b"quetzalcoatlus" not in kept.content
    assert Image.open(BytesIO(kept.content)).size == (100, 300)


def test_a_passive_pdf_is_kept_as_it_came():
    assert scanned(PDF) == signatures.Kept(PDF, "application/pdf")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose the scan of the signed paper."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "This is no picture that can be read. Use a JPEG, a PNG or a PDF.",
        ),
        (b"GIF89a" + b"0" * 40, "This is no picture that can be read. Use a JPEG, a PNG or a PDF."),
        (picture("JPEG")[:200], "This is no picture that can be read. Use a JPEG, a PNG or a PDF."),
        (PDF.replace(b"%%EOF", b""), "The PDF did not arrive whole. Choose it again."),
        (
            PDF.replace(b"<<>>", b"<</JavaScript (x)>>"),
            "This PDF is locked or holds more than pages. Scan the paper as a picture.",
        ),
        (
            PDF.replace(b"<<>>", b"<</Encrypt 3 0 R>>"),
            "This PDF is locked or holds more than pages. Scan the paper as a picture.",
        ),
        (b"0" * 15_000_001, "The file is larger than 15 MB. Scan it again with fewer dots to the inch."),
    ],
)
def test_a_file_that_is_no_scan_is_refused_in_words(content, sentence):
    assert refusal_of(scanned, content) == ("paper", sentence)


def test_a_picture_of_too_many_dots_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setitem(signatures.MOST_PIXELS, "paper", 29_999)

    assert refusal_of(scanned, picture()) == (
        "paper",
        "The picture is too large. Scan it again with fewer dots to the inch.",
    )


def test_a_drawing_of_more_dots_than_a_screen_has_is_refused_before_it_is_decoded(monkeypatch):
    out = BytesIO()
    Image.new("1", (2001, 2000), 1).save(out, "PNG")
    url = drawing(out.getvalue())
    assert len(url) < 10_000  # small on the way, large in the memory
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))

    assert refusal_of(drawn, url) == ("drawing", "The drawing is too large. Clear it and sign again.")
