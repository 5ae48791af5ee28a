"""The manager brings patients in from another system, page by page, without scripts and with them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from patients import imports
from patients.models import Import, Patient
from tests.factories.booking import SUNDAY
from tests.patients.test_imports import HEADER, ROWS, as_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]
LIST = "desk:imports"


def upload(manager, content: bytes = b""):
    return manager.post(reverse(LIST), {"file": SimpleUploadedFile("clients.csv", content or as_csv())})


def chosen(of: Import, **said: str) -> dict[str, str]:
    columns = {f"column_{column}": name for name, column in of.mapping.items()}
    return columns | {"source": "Diary", "dates": "dmy"} | said


def at(name: str, of: Import) -> str:
    return reverse(f"desk:{name}", args=[of.uuid])


def work() -> None:
    imports.work(clock=lambda: SUNDAY)


def test_a_table_is_uploaded_matched_checked_and_entered(manager):
    answer = upload(manager)
    of = Import.objects.get()
    assert answer.headers["Location"] == at("imports_one", of)
    first = manager.get(at("imports_one", of))
    assert [row["cells"][0] for row in first.context["rows"]] == ROWS[0]
    assert [row["field"].label for row in first.context["rows"]] == HEADER

    manager.post(at("imports_check", of), chosen(of))
    assert "being checked" in manager.get(at("imports_one", of)).content.decode()
    work()
    assert "3 people can be entered." in manager.get(at("imports_one", of)).content.decode()
    manager.post(at("imports_run", of))
    work()

    assert "3 people were entered." in manager.get(at("imports_one", of)).content.decode()
    assert Patient.objects.count() == 3
    manager.post(at("imports_undo", of))
    assert Patient.objects.count() == 0


def test_the_bar_moves_by_itself_and_without_scripts_by_refreshing(manager):
    upload(manager)
    of = Import.objects.get()
    manager.post(at("imports_check", of), chosen(of))
    Import.objects.update(done_count=2)

    whole = manager.get(at("imports_one", of)).content.decode()
    part = manager.get(at("imports_one", of), headers={"HX-Request": "true"})

    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in whole
    assert 'hx-trigger="load delay:2s"' in part.content.decode()
    assert '<progress max="3" value="2"' in part.content.decode()
    work()
    assert manager.get(at("imports_one", of), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01", "neither a CSV nor an XLSX"),
        (b"PK\x03\x04", "cannot be opened"),
        (b"a,b\n", "There is no table in it"),
    ],
)
def test_what_is_no_table_is_refused_at_its_field(manager, content, words):
    answer = upload(manager, content)

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["file"][0]
    assert Import.objects.count() == 0


def test_two_columns_for_one_field_and_no_name_are_said_and_what_was_chosen_stays(manager):
    upload(manager)
    of = Import.objects.get()

    twice = manager.post(at("imports_check", of), chosen(of, column_1="phone"))
    nameless = manager.post(at("imports_check", of), chosen(of, column_1="", column_2="", source="Old diary"))

    assert twice.context["form"].errors == {"column_4": ["Phone is chosen for two columns."]}
    assert "Choose the column of the name" in nameless.context["refusal"].sentence
    assert (nameless.status_code, nameless.context["form"]["source"].value()) == (422, "Old diary")
    assert Import.objects.get().state == "new"


def test_the_list_of_problems_is_saved_and_no_cell_of_it_is_a_formula(manager):
    upload(manager, as_csv([["1", "=cmd()", "", "never", "12", ""]]))
    of = Import.objects.get()
    manager.post(at("imports_check", of), chosen(of))
    work()

    answer = manager.get(at("imports_problems", of))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows] == [["Row", "Column"], ["2", "Date of birth"], ["2", "Phone"]]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_the_desk_imports_nothing(desk, manager):
    upload(manager)

    assert desk.get(reverse(LIST)).status_code == 403
    assert desk.get(at("imports_one", Import.objects.get())).status_code == 403
