"""The shelf as Max and Ana keep it: entered, changed, taken out of use and back, and two people at once."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from desk.templatetags.look import undo_address
from stock import products
from stock.models import Product, ProductChange
from tests.desk.conftest import page_of
from tests.factories import stock
from tests.factories.booking import TEN
from tests.journeys.paper import Paper

pytestmark = pytest.mark.django_db

SHELF = "desk:products"
CREAM = {"name": "Balm", "maker": "Calmera", "use": "usual"}
QUERIES = 5


@pytest.fixture
def paper(ana, site):
    return Paper(page_of(ana))


@pytest.fixture
def balm(as_ana):
    return products.add(kind="anaesthetic", **CREAM, agents=["lidocaine"], by=as_ana, at=TEN)


def edit_page(product: Product) -> str:
    return reverse("desk:product_edit", args=[product.pk])


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(page) -> list[str]:
    return [node.text for node in page.styled("field-error")]


def test_an_empty_shelf_says_what_will_stand_there_and_how(paper):
    page = paper.open(reverse(SHELF))

    assert "The shelf is empty" in page.text
    assert page.link("Add a product")


def test_the_shelf_shows_each_kind_with_use_anaesthetics_and_what_is_out_of_use(paper, balm, as_ana):
    old = stock.cream(agents=()).product
    kit = {"name": "PRP kit", "maker": "Clearwell", "use": "prp", "open_channel": "allow"}
    products.set_in_use(products.add(kind="serum", **kit, by=as_ana, at=TEN), is_stocked=False, by=as_ana, at=TEN)

    page = paper.open(reverse(SHELF))

    assert "Calmera · Lidocaine" in page.text
    assert "Say which anaesthetics are in it" in page.part(f"product-{old.pk}").text
    assert "Say which" not in page.part(f"product-{balm.pk}").text
    row = page.part(f"product-{Product.objects.get(name='PRP kit').pk}").text
    assert ("Out of use" in row, "PRP" in row, "Use again" in row) == (True, True, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_shelf_costs_as_much_with_three_as_with_one(practice, site, count, django_assert_num_queries):
    for number in range(count):
        stock.product(f"Gel {number}", Product.Kind.SERUM)
    practice.get(reverse(SHELF))

    with django_assert_num_queries(QUERIES):
        practice.get(reverse(SHELF))


def test_a_numbing_cream_is_entered_with_what_is_in_it(paper, ana):
    paper.open(f"{reverse('desk:product_add')}?kind=anaesthetic")

    page = paper.press(
        "Add to the shelf", {"name": "Balm", "maker": "Calmera", "agents": "lidocaine", "active_percent": "4,5"}
    )

    made = Product.objects.get()
    assert (made.kind, made.agents, str(made.active_percent), made.use) == (
        "anaesthetic", ["lidocaine"], "4.5", "usual"
    )  # fmt: skip
    assert "Balm is on the shelf." in page.toasts[0]


@pytest.mark.parametrize(
    ("kind", "typed", "wrong"),
    [
        ("anaesthetic", CREAM, {"agents": ["Tick each anaesthetic in it, as the pack says."]}),
        (
            "anaesthetic",
            CREAM | {"agents": ["lidocaine"], "active_percent": "1000"},
            {"active_percent": ["Write the percentage above 0, 100 at most, with one decimal, or leave it empty."]},
        ),
        (
            "anaesthetic",
            CREAM | {"agents": ["lidocaine"], "active_percent": "100.5"},
            {"active_percent": ["Write the percentage above 0, 100 at most, or leave it empty."]},
        ),
        (
            "cartridge",
            CREAM | {"needle_length_mm": "3.5"},
            {"needle_length_mm": ["Write the length of the needles in mm: above 0, 3.00 at most."]},
        ),
        (
            "cartridge",
            CREAM | {"needle_length_mm": "15"},
            {"needle_length_mm": ["Write the length of the needles in mm: above 0, 3.00 at most."]},
        ),
        (
            "cartridge",
            CREAM | {"needle_length_mm": "1.5", "needle_count": "many"},
            {"needle_count": ["Write how many needles, from 1 to 999, or leave it empty."]},
        ),
        ("serum", {"maker": "Ostrea", "use": "usual", "open_channel": "allow"}, {
            "name": ["Write the name of the product, as it stands on the pack."]
        }),
    ],
)  # fmt: skip
def test_what_cannot_be_so_is_said_at_its_field_and_what_was_typed_stays(practice, site, kind, typed, wrong):
    page = practice.post(f"{reverse('desk:product_add')}?kind={kind}", typed)

    assert (page.status_code, page.context["form"].errors) == (422, wrong)
    assert page.context["form"]["maker"].value() == typed["maker"]
    assert not Product.objects.exists()


def test_a_form_sent_twice_enters_one_product(practice, site):
    typed = {"name": "Gel", "maker": "Ostrea", "use": "usual", "open_channel": "allow"}
    typed |= {"form_key": "6f7f6c0e-8f4e-4f0e-9d1a-0d7cf5b1c001"}
    for _again in range(2):
        answer = practice.post(f"{reverse('desk:product_add')}?kind=serum", typed)
        assert answer.headers["Location"] == reverse(SHELF)

    assert Product.objects.count() == 1


def test_a_name_that_is_taken_is_said_at_the_name(practice, site, balm):
    page = practice.post(f"{reverse('desk:product_add')}?kind=anaesthetic", CREAM | {"agents": ["lidocaine"]})

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["name"])


def test_a_change_is_kept_and_stands_on_the_page_with_what_was(paper, balm, ana):
    paper.open(edit_page(balm))
    paper.press("Save", {"agents": "prilocaine"})

    page = paper.open(edit_page(balm))

    assert "Lidocaine → Prilocaine" in page.text
    assert ProductChange.objects.get().by_name == ana.name


def test_the_second_of_two_sees_what_the_first_changed_and_loses_nothing(manager, balm, as_ana):
    read = {
        "version": "1",
        **CREAM,
        "agents": ["benzocaine"],
        "active_percent": "2.0",
        "gtin": "",
        "low_stock_below": "",
    }
    products.change(balm, version=1, agents=["tetracaine"], use="off_label", by=as_ana, at=TEN)

    page = manager.post(edit_page(balm), read)

    assert page.status_code == 409
    (both,), (other,) = page.context["differing"], page.context["taken_over"]
    assert (both.label, both.now, both.typed, both.by) == (
        "Anaesthetics in it", "Tetracaine", "Benzocaine", as_ana.name
    )  # fmt: skip
    assert (other.label, other.now) == ("Use", "Outside the maker's instructions")
    form = page.context["form"]
    assert [form[name].value() for name in ("agents", "active_percent", "use", "version")] == [
        ["benzocaine"], "2.0", "off_label", "2"
    ]  # fmt: skip
    again = {name: form[name].value() for name in form.fields}
    assert manager.post(edit_page(balm), again).status_code == 302
    balm.refresh_from_db()
    assert (balm.agents, balm.use, str(balm.active_percent)) == (["benzocaine"], "off_label", "2.0")


def test_two_who_change_different_things_are_told_that_both_stand(manager, balm, as_ana):
    products.change(balm, version=1, use="off_label", by=as_ana, at=TEN)

    answer = manager.post(edit_page(balm), {"version": "1", **CREAM, "agents": ["prilocaine"]})

    assert told(answer) == ["Balm is saved. What somebody else changed meanwhile stands too."]
    balm.refresh_from_db()
    assert (balm.use, balm.agents) == ("off_label", ["prilocaine"])


def test_the_name_of_what_has_lots_is_shown_and_stays(manager):
    cream = stock.cream().product
    page = manager.get(edit_page(cream))
    assert page.context["form"].fields["name"].widget.attrs["readonly"] is True

    typed = {"version": "1", "name": "Another", "maker": cream.maker, "use": "usual", "agents": ["lidocaine"]}
    answer = manager.post(edit_page(cream), typed | {"active_percent": "4.0"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])


def test_a_product_is_taken_out_of_use_and_one_press_takes_it_back(manager, balm):
    answer = manager.post(reverse("desk:product_out", args=[balm.pk]))
    (message,) = get_messages(answer.wsgi_request)
    balm.refresh_from_db()
    assert (str(message), balm.is_stocked) == ("Balm is out of use: no lot of it is offered any more.", False)

    manager.post(undo_address(message))

    balm.refresh_from_db()
    assert balm.is_stocked is True


@pytest.mark.parametrize("which", ["0", "999999", "x", "9" * 30])
def test_what_is_not_there_is_not_found(manager, which):
    assert manager.get(reverse("desk:product_edit", args=[which])).status_code == 404


def test_the_desk_does_not_keep_the_shelf(desk, balm):
    assert [desk.get(reverse(SHELF)).status_code, desk.get(edit_page(balm)).status_code] == [403, 403]


def test_more_leads_there(manager, practice):
    for client in (manager, practice):
        assert reverse(SHELF) in client.get(reverse("desk:board")).content.decode()
