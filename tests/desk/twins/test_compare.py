"""Both records beside each other: who merges, what is shown, and where the merged one leads."""

from uuid import uuid4

import pytest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from desk.patients import health_views, notes_views
from patients import health, merging, notes, patients, twins
from patients.models import DeskNote, Medicine, Merge, Pair, Patient
from tests.factories import booking
from tests.factories.booking import SUNDAY, minutes
from tests.factories.patients import patient
from visits import erasing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]


@pytest.fixture
def second(db) -> Patient:
    return patient("Mia Okafer", email="mia@work.example")


@pytest.fixture
def pair(mia, second, dee) -> Pair:
    return twins.put_beside(second, mia, by=dee, at=SUNDAY)


def page_of(pair: Pair) -> str:
    return reverse("desk:twins_compare", args=[pair.uuid])


def press(pair: Pair) -> str:
    return reverse("desk:twins_merge", args=[pair.uuid])


def choice(pair: Pair, **chosen: str) -> dict[str, str]:
    return {"keep": "low", "kept_version": str(pair.low.version), "gone_version": str(pair.high.version)} | chosen


def test_a_clinician_makes_two_records_one_and_can_undo_it(practice, pair, mia, second):
    answer = practice.post(press(pair), choice(pair, email="theirs"), follow=True)

    assert answer.redirect_chain == [(reverse("desk:patient", args=[mia.uuid]), 302)]
    mia.refresh_from_db()
    assert (mia.email, Patient.objects.count()) == ("mia@work.example", 1)
    shelf = practice.get(reverse("desk:twins"), {"show": "merged"})
    assert [merge.gone for merge in shelf.context["page"]] == [second]

    undo = reverse("desk:merge_undo", args=[Merge.objects.get().uuid])
    assert practice.get(undo).context["written"] == []
    undone = practice.post(undo, follow=True)

    assert f"{second.reference} and {mia.reference} are two records again." in undone.content.decode()
    assert Patient.objects.count() == 2


def test_the_page_that_undoes_a_merge_lists_what_was_written_since(practice, manager, pair, mia, second, as_ana, dee):
    practice.post(press(pair), choice(pair))
    notes.write(DeskNote, mia, words="Has a dog", by=dee, at=SUNDAY + minutes(1))
    health.note(Medicine, mia, name="Zinc", by=as_ana, at=SUNDAY + minutes(2))
    undo = reverse("desk:merge_undo", args=[Merge.objects.get().uuid])

    for browser, written in ((practice, ["Medicine", "Desk note"]), (manager, ["Desk note"])):
        assert [words for words, _deed in browser.get(undo).context["written"]] == written

    practice.post(undo)
    assert practice.post(undo).context["refusal"].sentence == "It was undone before."


def test_the_record_leads_to_where_another_one_is_put_beside_it(desk, mia):
    assert (
        f"{reverse('desk:twins_add')}?patient={mia.uuid}"
        in desk.get(reverse("desk:patient", args=[mia.uuid])).content.decode()
    )


@pytest.mark.parametrize("page", ["medicine_note", "patient_note"])
def test_who_writes_for_a_record_that_is_merged_at_this_moment_is_told(
    practice, mia, second, page, monkeypatch, as_ana
):
    def merged(*args, **kwargs):
        found = get_object_or_404(*args, **kwargs)
        merging.merge(mia, second, versions=(1, 1), by=as_ana, at=SUNDAY)
        return found

    view = {"medicine_note": health_views, "patient_note": notes_views}[page]
    monkeypatch.setattr(view, "get_object_or_404", merged)
    typed = {"medicine-name": "Zinc", "name": "Zinc", "words": "Zinc", "kind": "clinical"}

    answer = practice.post(reverse(f"desk:{page}", args=[second.uuid]), typed)

    assert answer.status_code == 409
    assert "This record was merged or closed a moment ago." in answer.content.decode()
    assert "Zinc" in answer.content.decode()


def test_the_other_record_can_be_the_one_that_stays(practice, pair, mia, second):
    practice.post(press(pair), choice(pair, keep="high", kept_version="1", gone_version="1"))

    assert list(Patient.objects.all()) == [second]


def test_the_desk_compares_without_clinical_facts_and_does_not_merge(desk, practice, pair, mia, as_ana):
    patients.edit(mia, version=1, skin_concerns="nickel", by=as_ana, at=SUNDAY)

    assert "nickel" not in desk.get(page_of(pair)).content.decode()
    assert "nickel" in practice.get(page_of(pair)).content.decode()
    assert desk.post(press(pair), choice(pair)).status_code == 403
    assert Merge.objects.count() == 0


def test_what_moves_is_counted_before(desk, pair, second, microneedling, ana):
    booking.visit(second, microneedling, ana)

    moving = {one.words: one.count for one in desk.get(page_of(pair)).context["moving"]}

    assert moving["Appointments"] == 1


def test_the_desk_learns_of_no_clinical_row_that_moves(desk, practice, pair, second, as_ana):
    health.note(Medicine, second, name="Isotretinoin", by=as_ana, at=SUNDAY)

    for browser, moves in ((desk, []), (practice, [("Clinical changes", 1), ("Medicines", 1)])):
        assert [(one.words, one.count) for one in browser.get(page_of(pair)).context["moving"]] == moves


def test_a_closed_record_stands_beside_no_other(practice, desk, pair, second, site, max_):
    assert desk.get(page_of(pair)).status_code == 200
    erasing.erase(second, reason="Asked by letter", site=site, by=max_, at=SUNDAY)

    assert desk.get(page_of(pair)).status_code == 404
    for page in ("twins_merge", "twins_apart", "twins_again"):
        assert practice.post(reverse(f"desk:{page}", args=[pair.uuid])).status_code == 404
    assert [list(desk.get(reverse("desk:twins"), {"show": show}).context["page"]) for show in ("", "apart")] == [[], []]


def test_a_record_that_changed_meanwhile_is_shown_again_with_what_was_chosen(practice, pair, second, dee):
    patients.edit(second, version=1, called="Mimi", by=dee, at=SUNDAY)

    answer = practice.post(press(pair), choice(pair, email="theirs"))

    assert (answer.status_code, answer.context["refusal"].title) == (409, "Look at both once more")
    assert {line.name: line.takes for line in answer.context["lines"]}["email"] is True
    assert (Merge.objects.count(), answer.context["gone"].version) == (0, 2)


@pytest.mark.parametrize("where", ["desk:patient", "desk:patient_edit"])
def test_an_old_address_leads_to_the_record_that_it_became_part_of(desk, practice, pair, mia, second, where):
    practice.post(press(pair), choice(pair))

    answer = desk.get(reverse(where, args=[second.uuid]) + f"?show=visits&of={second.uuid}")

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        reverse(where, args=[mia.uuid]) + f"?show=visits&of={second.uuid}",
    )
    assert desk.get(reverse(where, args=[uuid4()]) + f"?of={second.uuid}").status_code == 404
    assert [row["patient"] for row in desk.get("/patients/", {"q": second.reference}).context["rows"]] == [mia]


def test_a_stranger_learns_nothing_of_it(client, practice, pair, second):
    practice.post(press(pair), choice(pair))

    assert client.get(f"/api/v1/patients/{second.uuid}").status_code == 401
    assert client.get(f"/nowhere/{second.uuid}/").status_code == 404
    assert client.get(reverse("desk:patient", args=[second.uuid])).headers["Location"].startswith("/account/login/")


def test_a_pair_that_is_one_already_says_so(practice, pair):
    practice.post(press(pair), choice(pair))

    answer = practice.get(page_of(pair))

    assert answer.context["refusal"].title == "Two records are one now"
    assert "Make them one record" not in answer.content.decode()


def test_somebody_who_knows_puts_two_records_beside_each_other(desk, mia, tomasz):
    asked = desk.get(reverse("desk:twins_add"), {"patient": mia.uuid, "q": "tomasz"})
    assert list(asked.context["found"]) == [tomasz]

    answer = desk.post(reverse("desk:twins_add"), {"patient": mia.uuid, "other": tomasz.uuid})

    assert answer.headers["Location"] == page_of(Pair.objects.get(low=mia, high=tomasz))
    assert desk.post(reverse("desk:twins_add"), {"patient": mia.uuid, "other": mia.uuid}).status_code == 404
    assert desk.get(reverse("desk:twins_add"), {"patient": "nobody"}).status_code == 404
