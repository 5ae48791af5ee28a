"""Patients who come with a table: read, judged row by row, entered whole or not at all, once, and taken out again."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import Workbook

from clinic import audit, csv_files, tables, vault
from clinic.models import AuditRow
from clinic.refusals import Refused
from patients import columns, imports, patients
from patients.models import Import, ImportedRow, Patient
from tests.factories import booking
from tests.factories.patients import mia, tomasz

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HEADER = ["ID", "First name", "Surname", "DOB", "Mobile", "E-mail"]
ROWS = [
    ["7", "Amara", "Bell", "03/05/1990", "0113 496 0301", "amara@post.example"],
    ["8", "Jonas", "Falk", "12/11/1985", "", "jonas@post.example"],
    ["9", "Ines", "Prado", "", "+34 600 123 456", ""],
]


def as_csv(rows=ROWS, *, header=HEADER, delimiter=",", encoding="utf-8") -> bytes:
    page = io.StringIO(newline="")
    csv.writer(page, delimiter=delimiter).writerows([header, *rows])
    return page.getvalue().encode(encoding)


def as_xlsx(rows=ROWS, header=HEADER) -> bytes:
    book = Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def clock() -> datetime:
    return NOW


@pytest.fixture
def by(max_):
    return max_


def uploaded(content: bytes, by, at: datetime = NOW) -> Import:
    return imports.upload(content, filename="clients.csv", by=by, at=at)


def checked(content: bytes, by, **said) -> Import:
    of = uploaded(content, by)
    known = {"mapping": of.mapping, "source": "Diary", "dates": "dmy", "enters_alikes": False}
    imports.match(of, **(known | said), by=by, at=NOW)
    assert imports.work(clock=clock) == 1
    of.refresh_from_db()
    return of


def imported(content: bytes, by, **said) -> Import:
    of = checked(content, by, **said)
    imports.start(of, by=by, at=NOW)
    imports.work(clock=clock)
    of.refresh_from_db()
    return of


# --- tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_is_read_however_it_was_written(delimiter, encoding):
    table = tables.read(
        as_csv([["1", "Zoë", "Nuñez", "", "0113", "z@x.example"]], delimiter=delimiter, encoding=encoding)
    )

    assert (table.header, table.rows) == (HEADER, [(2, ["1", "Zoë", "Nuñez", "", "0113", "z@x.example"])])


def test_a_spreadsheet_gives_dates_and_numbers_as_texts_and_empty_rows_keep_their_place():
    table = tables.read(as_xlsx([[7.0, "Amara", "Bell", date(1990, 5, 3), 1134960301, None], [], [8]]))

    assert table.rows == [
        (2, ["7", "Amara", "Bell", "1990-05-03", "1134960301", ""]),
        (4, ["8", "", "", "", "", ""]),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04 and no more",
        as_csv([]),
        b"a,b\n" + b"1,2\n" * (tables.ROWS_AT_MOST + 1),
        b"x" * (tables.LARGEST + 1),
    ],
)
def test_what_is_no_table_or_too_large_is_refused_in_words(content):
    with pytest.raises(tables.Unreadable) as refused:
        tables.read(content)

    assert refused.value.refusal.sentence


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("\t=1", "'\t=1"),
        ("-12.50", "-12.50"),
        ("+441134960301", "+44 1134960301"),
        ("+44 113 496 0301", "+44 113 496 0301"),
        ("O'Neil", "O'Neil"),
        (None, ""),
    ],
)
def test_no_cell_is_a_formula_and_a_phone_number_stays_one(value, cell):
    assert csv_files.safe(value) == cell
    assert csv_files.unescaped(cell).replace(" ", "") == str(value or "").replace(" ", "")


# --- columns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "guessed"),
    [
        (HEADER, {"number": 0, "first_name": 1, "last_name": 2, "born_on": 3, "phone": 4, "email": 5}),
        (["Nombre completo", "Teléfono", "Correo electrónico"], {"name": 0, "phone": 1, "email": 2}),
        (["Client_Name", "Mobile  Number", "Balance", "Emial"], {"name": 0, "phone": 1}),
        (["Name", "Phone", "Phone number"], {"name": 0, "phone": 1}),
    ],
)
def test_columns_are_guessed_by_their_names(header, guessed):
    assert columns.guess(header) == guessed


NO_SUCH_DAY = "There is no such day. Is it the day or the month that stands first?"
NO_NUMBER = "This phone number cannot be dialled. Write it as 0113 496 0123 or +34 600 123 456."
NO_ADDRESS = "This is not an e-mail address. It looks like name@example.org."
TOO_LATE = "A date of birth lies between 1900 and today."


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({"First name": "", "Surname": ""}, [("Whole name", "The name is missing.")]),
        ({"DOB": "31/02/1990"}, [("Date of birth", NO_SUCH_DAY)]),
        ({"DOB": "yesterday"}, [("Date of birth", "This is not a date such as 21/05/1994.")]),
        ({"DOB": "01/01/2027"}, [("Date of birth", TOO_LATE)]),
        ({"Mobile": "", "E-mail": ""}, [("Phone", "Neither a phone number nor an e-mail address.")]),
        ({"Mobile": "12", "E-mail": "nobody"}, [("Phone", NO_NUMBER), ("E-mail", NO_ADDRESS)]),
    ],
)
def test_every_problem_of_a_row_is_named_with_its_column(said, problems):
    cells = [said.get(head, cell) for head, cell in zip(HEADER, ROWS[0], strict=True)]

    row = columns.read(5, cells, columns.guess(HEADER), source="", dates="dmy", today=NOW.date())

    assert row.problems == problems


@pytest.mark.parametrize(("dates", "born_on"), [("dmy", date(1990, 5, 3)), ("mdy", date(1990, 3, 5))])
def test_day_or_month_stands_first_as_was_said(dates, born_on):
    row = columns.read(2, ROWS[0], columns.guess(HEADER), source="", dates=dates, today=NOW.date())

    assert row.fields["born_on"] == born_on


# --- the way of a table ----------------------------------------------------------------------------------


def part_of_xlsx(change, part="xl/worksheets/sheet1.xml") -> bytes:
    """Return a spreadsheet of which one part is something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx())) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in read.namelist():
            packed.writestr(name, change(read.read(name)) if name == part else read.read(name))
    return out.getvalue()


def flagged(at: int, value: int) -> bytes:
    """Return a spreadsheet of which each part says something else at a place of its two headers."""
    content = bytearray(as_xlsx())
    for begins, place in ((b"PK\x03\x04", at), (b"PK\x01\x02", at + 2)):
        found = content.find(begins)
        while found >= 0:
            content[found + place] = value
            found = content.find(begins, found + 4)
    return bytes(content)


def with_torn_parts() -> bytes:
    """Return a spreadsheet in which the packed rows are torn."""
    content = bytearray(as_xlsx())
    rows = content.index(b"xl/worksheets/sheet1.xml") + 30
    content[rows : rows + 40] = b"\xff" * 40
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (with_torn_parts(), "cannot be opened"),
        (flagged(6, 1), "locked with a password"),  # encrypted
        (flagged(8, 99), "packed in a rare way"),  # a method that nobody knows
        (part_of_xlsx(lambda xml: b"<worksheet>"), "cannot be opened"),
        (part_of_xlsx(lambda xml: xml.replace(b'r="A2"', b'r="A?"')), "cannot be opened"),
        (part_of_xlsx(lambda xml: b"<workbook/>", "xl/workbook.xml"), "cannot be opened"),
        (part_of_xlsx(lambda xml: xml.replace(b'<row r="4"', b'<row r="900000000"')), "more than 50000 rows"),
        (part_of_xlsx(lambda xml: b" " * (tables.UNPACKED + 1)), "unpacks to more"),
    ],
)
def test_a_broken_spreadsheet_is_refused_in_words(content, words):
    with pytest.raises(tables.Unreadable, match=words):
        tables.read(content)


@pytest.mark.django_db
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_table_is_entered_whole_in_its_order_and_its_file_is_gone(by, write, django_capture_on_commit_callbacks):
    mia()
    before = vault_files()
    with django_capture_on_commit_callbacks(execute=True):
        of = imported(write(), by)

    of.refresh_from_db()
    assert (of.state, of.entered_count, of.file, vault_files()) == ("done", 3, "", before)
    entered = Patient.objects.exclude(reference="R-10001").order_by("reference")
    assert [(one.reference, one.name, one.born_on, str(one.phone), one.email) for one in entered] == [
        ("R-10002", "Amara Bell", date(1990, 5, 3), "+441134960301", "amara@post.example"),
        ("R-10003", "Jonas Falk", date(1985, 11, 12), "", "jonas@post.example"),
        ("R-10004", "Ines Prado", None, "+34600123456", ""),
    ]
    rows = AuditRow.objects.filter(verb="register", actor_name=by.name).order_by("object_id")
    assert [row.patient_id_text for row in rows] == [str(one.uuid) for one in entered]
    assert audit.faults() == []
    assert list(Patient.objects.matching("prado 456")) == [entered[2]]
    assert patients.register(name="Next", phone="0113 496 0400", by=by, at=NOW).reference == "R-10005"


def vault_files() -> list[str]:
    return vault.Vault().names()


@pytest.mark.django_db
def test_a_check_enters_nobody_and_names_everything_by_row(by):
    her = mia()
    rows = [
        *ROWS,
        ["10", "Mia", "Okafor", "21/05/1994", "0113 496 0417", ""],
        ["11", "", "", "", "", ""],
        ["12", "Amara", "Bel", "", "", "amara@post.example"],
        ["7", "Amara", "Bell", "03/05/1990", "0113 496 0301", "amara@post.example"],
    ]

    of = checked(as_csv(rows), by)

    assert (of.state, of.ready_count, Patient.objects.count()) == ("checked", 3, 1)
    assert [(one["row"], one["column"]) for one in of.problems] == [(6, "Whole name"), (6, "Phone")]
    assert [(one["row"], one["who"], one["why"], one["is_left"]) for one in of.alikes] == [
        (5, her.reference, "same phone, same date of birth, same name", True),
        (7, "row 2", "same e-mail, similar name", True),
        (8, "row 2", "the same row", True),
    ]


@pytest.mark.django_db
def test_who_looks_like_somebody_is_entered_when_that_is_wanted(by):
    mia()

    of = imported(as_csv([["10", "Mia", "Okafor", "", "0113 496 0417", ""]]), by, enters_alikes=True)

    assert (of.entered_count, Patient.objects.count()) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("without_numbers", [False, True])
def test_the_same_file_twice_adds_nothing_and_a_longer_one_what_is_new(by, without_numbers):
    rows = [row[1:] for row in ROWS] if without_numbers else ROWS
    header = HEADER[1:] if without_numbers else HEADER
    imported(as_csv(rows, header=header), by)

    again = imported(as_csv(rows, header=header, delimiter=";"), by)
    longer = imported(
        as_csv([*rows, ["13", "Ola", "Berg", "", "0113 496 0399", ""][-len(header) :]], header=header), by
    )

    assert [(of.entered_count, of.known_count) for of in (again, longer)] == [(0, 3), (1, 3)]
    assert Patient.objects.count() == 4


@pytest.mark.django_db
def test_an_import_is_taken_back_while_nothing_hangs_on_it(by, microneedling, ana):
    of = imported(as_csv(), by)
    amara = Patient.objects.get(name="Amara Bell")
    visit = booking.visit(amara, microneedling, ana)

    with pytest.raises(Refused, match=rf"Something was added to these records since: Amara Bell \({amara.reference}\)"):
        imports.undo(of, by=by, at=NOW)
    assert Patient.objects.count() == 3

    visit.claims.all().delete()
    type(visit).objects.filter(pk=visit.pk).update(patient=tomasz())
    assert imports.undo(of, by=by, at=NOW) == 3
    assert (ImportedRow.objects.count(), [one.name for one in Patient.objects.all()]) == (0, ["Tomasz Wrona"])
    with pytest.raises(Refused):
        imports.undo(of, by=by, at=NOW)
    assert imported(as_csv(), by).entered_count == 3


@pytest.mark.django_db
def test_who_was_edited_since_is_not_taken_out(by):
    of = imported(as_csv(), by)
    amara = Patient.objects.get(name="Amara Bell")
    patients.edit(amara, version=1, called="Ami", by=by, at=NOW)

    with pytest.raises(Refused, match="Amara Bell"):
        imports.undo(of, by=by, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("mapping", [{"phone": 4}, {"name": 1}, {}])
def test_without_a_name_or_a_way_to_reach_them_nothing_is_checked(by, mapping):
    of = uploaded(as_csv(), by)

    with pytest.raises(Refused):
        imports.match(of, mapping=mapping, source="", dates="dmy", enters_alikes=False, by=by, at=NOW)

    assert imports.work(clock=clock) == 0


@pytest.mark.django_db
def test_nobody_is_entered_unchecked_and_nothing_is_started_twice(by):
    of = uploaded(as_csv(), by)
    with pytest.raises(Refused):
        imports.start(of, by=by, at=NOW)
    of = checked(as_csv(), by)
    imports.start(of, by=by, at=NOW)
    with pytest.raises(Refused):
        imports.start(of, by=by, at=NOW)

    assert [imports.work(clock=clock), imports.work(clock=clock), Patient.objects.count()] == [1, 0, 3]


@pytest.mark.django_db
def test_whoever_died_at_work_leaves_a_word_and_the_import_can_be_started_again(by):
    of = checked(as_csv(), by)
    imports.start(of, by=by, at=NOW)
    Import.objects.filter(pk=of.pk).update(began_at=NOW, lease_until=NOW + imports.LEASE)

    assert imports.work(clock=clock) == 0
    imports.give_up_lost(at=NOW + imports.LEASE + timedelta(seconds=1))

    of.refresh_from_db()
    assert (of.state, of.state_reason) == (
        "failed",
        "The work stopped in the middle. Nothing was entered; start it again.",
    )
    assert imported_again(of, by).entered_count == 3


def imported_again(of: Import, by) -> Import:
    imports.match(of, mapping=of.mapping, source="Diary", dates="dmy", enters_alikes=False, by=by, at=NOW)
    imports.work(clock=clock)
    imports.start(of, by=by, at=NOW)
    imports.work(clock=clock)
    of.refresh_from_db()
    return of


@pytest.mark.django_db
def test_a_file_that_nobody_came_back_to_is_removed_after_a_day_and_on_demand(by):
    first, second = uploaded(as_csv(), by), uploaded(as_csv(), by, at=NOW - timedelta(hours=25))
    assert {first.file, second.file} <= set(vault_files())

    imports.work(clock=clock)
    assert (first.file in vault_files(), second.file in vault_files()) == (True, False)
    imports.forget(first, by=by, at=NOW)

    assert first.file not in vault_files()
    second.refresh_from_db()
    with pytest.raises(Refused):
        imports.match(second, mapping=second.mapping, source="", dates="dmy", enters_alikes=False, by=by, at=NOW)
