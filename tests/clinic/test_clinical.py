"""The clinical values: read as data, listed in docs/clinical.md, cited by ids that exist."""

import re
import runpy
from decimal import Decimal
from pathlib import Path

import pytest

from clinic import clinical

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "clinical.md"
CITED = re.compile(r"\bC-\d+\b")
NOT_OURS = {".venv", ".tools", "node_modules", "var"}


def all_rows():
    return [row for name in clinical.names() for row in clinical.table(name)]


def test_depths_are_exact_decimals():
    cheek = next(row for row in clinical.table("zone_cap") if row["code"] == "cheek")

    assert (cheek["max_mm"], type(cheek["max_mm"]), cheek["prohibited"]) == (Decimal("2.0"), Decimal, False)


def test_a_reader_cannot_spoil_the_tables():
    clinical.table("zone_cap")[0]["max_mm"] = Decimal("9")

    assert clinical.table("zone_cap")[0]["max_mm"] == Decimal("0")


def test_one_value_is_found_by_its_key():
    keys = ("depth.hard_max_mm", "next_session.earliest_days", "next_session.latest_days")

    assert [clinical.value(key) for key in keys] == [Decimal("3"), 28, 42]


def test_a_value_nobody_wrote_down_is_an_error():
    with pytest.raises(KeyError):
        clinical.value("depth.wishful_mm")


@pytest.mark.parametrize(
    ("mark", "kind", "source"),
    [
        ("seed S0; lit-V SkinPen", "seed", "S0; lit-V SkinPen"),
        ("lit-V SkinPen", "literature", "SkinPen"),
        ("lit-B", "literature", ""),
        ("policy; seed window", "policy", "seed window"),
    ],
)
def test_a_mark_names_the_origin_of_the_value_first(mark, kind, source):
    assert clinical.split_mark(mark) == (kind, source)


def test_a_mark_of_unknown_origin_is_an_error():
    with pytest.raises(ValueError, match="a mark begins with one of"):
        clinical.split_mark("somebody said so")


def test_every_row_has_its_own_id_a_known_mark_and_a_word_on_confirming():
    ids = [row["id"] for row in all_rows()]

    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not CITED.fullmatch(i)] == []
    assert {clinical.split_mark(row["mark"]).kind for row in all_rows()} == {"seed", "literature", "policy"}
    assert {type(row["confirm"]) for row in all_rows()} == {bool}


def test_a_clinic_confirms_every_policy_and_all_that_nobody_read():
    unsure = [row for row in all_rows() if row["mark"].startswith("policy") or "lit-B" in row["mark"]]

    assert [row["id"] for row in unsure if not row["confirm"]] == []


def test_ranges_and_caps_stay_within_the_hard_limits():
    low, high = clinical.value("depth.hard_min_mm"), clinical.value("depth.hard_max_mm")
    concerns, zones = clinical.table("concern_depth"), clinical.table("zone_cap")

    assert [c["code"] for c in concerns if not low <= c["min_mm"] < c["max_mm"] <= high] == []
    assert [z["code"] for z in zones if not z["prohibited"] and not low <= z["max_mm"] <= high] == []
    assert [z["code"] for z in zones if z["prohibited"]] == ["eyelid_orbital"]


def test_dullness_is_shallow_and_scars_are_deep():
    deepest = {row["code"]: row["max_mm"] for row in clinical.table("concern_depth")}

    assert deepest["dullness"] <= deepest["fine_lines"] < deepest["acne_scars"]


def test_the_page_of_values_agrees_with_the_tables():
    page = DOCS.read_text(encoding="utf-8")
    maker = runpy.run_path(str(ROOT / "docs" / "make_clinical.py"))

    assert page == maker["whole_page"](page.partition(maker["LINE"])[0])


def test_the_page_lists_every_row_once():
    rows = re.findall(r"^\| (C-\d+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [row["id"] for row in sorted(all_rows(), key=lambda row: rows.index(row["id"]))]
    assert len(rows) == len(all_rows())


def test_every_id_that_code_cites_is_on_the_page():
    listed = {row["id"] for row in all_rows()}
    sources = [path for path in ROOT.rglob("*.py") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    cited = {i: path for path in sources for i in CITED.findall(path.read_text(encoding="utf-8"))}

    assert len(cited) > 2
    assert {i: str(path.relative_to(ROOT)) for i, path in cited.items() if i not in listed} == {}
