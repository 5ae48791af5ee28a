"""The clinic's device in Mia's hand: it opens what she is to read and sign, and no more, until Ana takes it back."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from clinic import policy
from clinic.models import AuditRow
from intake import consents
from intake.models import Consent
from tests.factories import clinic as house
from tests.factories import patients
from tests.journeys.paper import Sheet

AGREES = {"name": "Mia Okafor"}
PASSWORD = "needles-are-counted-twice"
THANKS, CLOSED = "Thank you. Please hand the device back.", "Please hand the device back"
DEVICE = "/device/"


@pytest.fixture(autouse=True)
def known(ana):
    ana.set_password(PASSWORD)
    ana.save(update_fields=["password"])


@pytest.fixture
def hand(mia):
    return reverse("desk:device_hand", args=[mia.uuid])


@pytest.fixture
def held(tablet, page):
    """Ana's tablet in Mia's hand, opened at the procedure."""
    tablet.open(page)
    tablet.press("Hand the device to Mia: Microneedling")
    return tablet


def h1(sheet: Sheet) -> str:
    return next(node.text for node in sheet.all("h1"))


def told(sheet: Sheet) -> list[str]:
    return [node.text for node in sheet.styled("field-error")]


def trail() -> list[tuple[str, str, str]]:
    rows = AuditRow.objects.filter(verb__startswith="device.").order_by("pk")
    return [(row.verb, row.actor_name, row.patient_id_text) for row in rows]


def is_closed(response) -> bool:
    sheet = Sheet("", response.content.decode(), response.status_code)
    return (response.status_code, h1(sheet)) == (403, CLOSED)


def test_one_press_hands_it_over_and_the_password_leads_on(held, sign, page, mia, ana):
    assert held.sheet.address == f"{sign}?purpose=procedure"

    shown = held.press("I agree and sign", AGREES)
    assert (shown.address, h1(shown), shown.toasts) == (DEVICE, THANKS, [])
    assert consents.standing(mia).recorded_by == ana

    shown = held.press("Take the device back", {"password": PASSWORD})
    assert (shown.address, shown.toasts) == (page, ["Mia Okafor has signed: Microneedling, version 1."])
    assert held.client.get("/").status_code == 200
    assert trail() == [("device.handed", ana.name, str(mia.uuid)), ("device.taken_back", ana.name, str(mia.uuid))]


def test_not_now_ends_at_the_thanks_too_and_the_way_back_to_the_words_stands_there(held, sign):
    shown = held.follow("Not now")

    assert (shown.address, h1(shown), Consent.objects.count()) == (DEVICE, THANKS, 0)
    assert held.follow("Back to what there is to read").address == f"{sign}?purpose=procedure"


def test_nothing_of_anybody_and_no_way_into_the_desk_stands_on_the_thanks(held):
    shown = held.press("I agree and sign", AGREES)

    assert "Mia" not in shown.text
    assert [one.attrs["href"] for one in shown.all("a")] == ["#main"]
    assert [one.attrs["action"] for one in shown.all("form")] == [DEVICE]
    scripts = [one.attrs["src"].rpartition("/")[2].partition(".")[0] for one in shown.all("script")]
    assert scripts == ["theme", "htmx-2", "house"]


def test_on_the_signing_page_only_the_thanks_and_the_languages_are_left_to_follow(held):
    links = [one.attrs["href"] for one in held.sheet.all("a")]

    assert links == ["#main", "?purpose=procedure&language=es", DEVICE]
    assert [one.attrs.get("action", "") for one in held.sheet.all("form")] == [""]


def test_every_address_of_the_house_but_theirs_is_closed(held, mia):
    client, opened = held.client, set()
    for route, pattern in policy.every_url():
        at = "/" + route.replace("<uuid:uuid>", str(mia.uuid))
        if "<" in at or "^" in at or at.startswith("/api/"):
            continue
        for ask in (client.get, client.post, client.put, client.head):
            response = ask(at)
            if response.status_code != 403:
                opened.add((at, pattern.name))
            elif ask != client.head:
                assert is_closed(response), at

    assert {name for _at, name in opened} == {"consent_sign", "device_hand", "device"}


@pytest.mark.parametrize(
    "at",
    [
        "/",
        "/my-day/",
        "/account/logout/",
        "/account/password/change/",
        "/account/password/reset/",
        "/account/reauthenticate/",
        "/account/login/?next=/",
        "/nowhere/at/all",
        "/feeds/x.ics",
        "/f/some-token/",
        "//elsewhere.example/",
    ],
)
def test_typing_an_address_or_another_tab_opens_nothing(held, at):
    assert [is_closed(held.client.get(at)), is_closed(held.client.post(at, {"next": "/"}))] == [True, True]
    assert is_closed(held.client.get("/"))  # and it is still so


def test_what_the_desk_was_told_last_stands_on_no_page_of_the_device(held, sign, hand):
    held.press("I agree and sign", AGREES)  # which the clinic reads once it has its device again

    for at in (f"{sign}?purpose=nonsense", hand):
        response = held.client.get(at)
        assert (is_closed(response), "has signed" in response.content.decode()) == (True, False)


def test_a_part_of_a_page_and_a_machine_s_address_get_the_same_no(held, page):
    assert is_closed(held.client.get(page, headers={"HX-Request": "true"}))
    assert is_closed(held.client.get("/", headers={"Accept": "application/json"}))
    assert held.client.get("/api/v1/patients/").status_code == 403


def test_the_signing_pages_of_another_patient_are_closed(held):
    zoe = patients.zoe()

    for name in ("consent_sign", "consent_paper", "consents", "device_hand", "patient"):
        at = reverse(f"desk:{name}", args=[zoe.uuid])
        assert [is_closed(held.client.get(at)), is_closed(held.client.post(at, {"purpose": "procedure"}))] == [
            True,
            True,
        ], name


def test_a_wrong_password_gets_a_sentence_and_leaves_it_where_it_is(held, page):
    held.press("I agree and sign", AGREES)

    shown = held.press("Take the device back", {"password": "a guess"})

    assert (shown.status, told(shown)) == (
        422,
        ["This is not the password of Ana Duarte. The device stays as it is; try again."],
    )
    assert shown.value("password") == ""
    assert is_closed(held.client.get("/"))
    assert told(held.press("Take the device back")) == ["Write your password."]
    assert held.press("Take the device back", {"password": PASSWORD}).address == page


def test_passwords_are_not_guessed_at_leisure(held):
    for _again in range(5):
        assert held.client.post(DEVICE, {"password": "a guess"}).status_code == 422

    response = held.client.post(DEVICE, {"password": PASSWORD})

    assert (response.status_code, is_closed(held.client.get("/"))) == (429, True)
    assert "That was tried too often. Wait five minutes, then try again." in response.content.decode()


def test_the_password_of_somebody_else_does_not_take_it_back(held, dee):
    dee.user.set_password("another-good-password")
    dee.user.save()

    assert held.client.post(DEVICE, {"password": "another-good-password"}).status_code == 422


def test_it_goes_on_where_it_was_asked_for_and_never_elsewhere(tablet, hand):
    for asked, leads_to in (
        ("/my-day/", "/my-day/"),
        ("https://elsewhere.example/", None),
        ("//elsewhere.example", None),
    ):
        tablet.client.post(hand, {"purpose": "procedure", "next": asked})
        back = tablet.client.post(f"{DEVICE}?next=//elsewhere.example", {"password": PASSWORD, "next": "/patients/"})
        assert back.headers["Location"] == (leads_to or hand.replace("device/", ""))


def test_what_is_to_be_signed_follows_one_after_the_other(tablet, hand, sign, mia):
    tablet.client.post(hand, {"purpose": ["prp", "procedure", "nonsense"]})
    tablet.open(f"{sign}?purpose=procedure")

    shown = tablet.press("I agree and sign", AGREES)
    assert shown.address == f"{sign}?purpose=prp"
    assert tablet.press("I agree and sign", AGREES).address == DEVICE
    assert set(consents.covered(mia)) == {"procedure", "prp"}


def test_handed_twice_it_stays_as_it_was(held, hand, sign):
    again = held.client.post(hand, {"purpose": "prp", "next": "/patients/"})

    assert again.headers["Location"] == f"{sign}?purpose=procedure"
    assert len(trail()) == 1
    assert held.client.post(DEVICE, {"password": PASSWORD}).headers["Location"] == hand.replace("device/", "")


@pytest.mark.parametrize("said", [{}, {"purpose": "nonsense"}])
def test_with_nothing_to_sign_it_stays_with_the_clinic(tablet, hand, said):
    response = tablet.client.post(hand, said, follow=True)

    assert "There are no words to read and sign for this yet. You still have the device." in response.content.decode()
    assert trail() == []


def test_whoever_may_not_have_consents_signed_hands_nothing_over(hand, mia):
    client = Client()
    client.force_login(house.user("Nobody Yet"))

    assert (client.post(hand, {"purpose": "procedure"}).status_code, trail()) == (403, [])


def test_only_the_browser_that_was_handed_over_is_closed(held, ana):
    other = Client()
    other.force_login(ana)

    assert other.get("/").status_code == 200


def test_what_was_under_way_in_another_tab_cannot_open_it_again(tablet, hand):
    tablet.open("/")
    before = tablet.client.session.session_key
    tablet.client.post(hand, {"purpose": "procedure"})
    assert not Session.objects.filter(session_key=before).exists()

    late = tablet.client.session.session_key
    tablet.client.post(DEVICE, {"password": PASSWORD})
    assert not Session.objects.filter(session_key=late).exists()


def test_a_session_that_runs_out_meanwhile_leads_to_the_door(held, sign):
    Session.objects.all().delete()

    shown = held.open(sign)

    assert shown.address.partition("?")[0] == "/account/login/" or shown.title.startswith("Sign in")
    assert "Mia" not in shown.text


def test_taking_back_what_nobody_holds_leads_to_the_day(tablet):
    assert tablet.client.get(DEVICE).headers["Location"] == "/"
    assert tablet.client.post(DEVICE, {"password": PASSWORD}).headers["Location"] == "/"
    assert trail() == []


def test_every_page_in_her_hand_is_in_her_language_and_the_clinic_reads_its_own(tablet, page, mia):
    mia.language = "es"
    mia.save()
    tablet.open(page)

    shown = tablet.press("Hand the device to Mia: Microneedling")
    assert shown.all("html")[0].attrs["lang"] == "es"
    assert "Quién firma" in shown.text
    shown = tablet.press("Estoy de acuerdo y firmo", {"name": "Nadie"})
    assert told(shown) == ["Escriba el nombre tal como consta: Mia Okafor."]
    shown = tablet.press("Estoy de acuerdo y firmo", AGREES)
    assert h1(shown) == "Gracias. Devuelva el dispositivo, por favor."
    assert "Devuelva el dispositivo, por favor" in tablet.client.get("/").content.decode()
    assert tablet.client.get("/").headers["Content-Language"] == "es"

    shown = tablet.press("Recuperar el dispositivo", {"password": PASSWORD})
    assert shown.toasts == ["Mia Okafor has signed: Microneedling, version 1."]
    assert shown.all("html")[0].attrs["lang"] == "en"


def test_the_language_that_she_chooses_stays_to_the_end(held):
    assert held.follow("Español").all("html")[0].attrs["lang"] == "es"
    held.press("Estoy de acuerdo y firmo", AGREES)

    assert h1(held.sheet) == "Gracias. Devuelva el dispositivo, por favor."
    assert held.client.get(f"{DEVICE}?language=xx").status_code == 200


def test_it_is_handed_over_from_the_open_page_too(tablet, sign):
    tablet.open(f"{sign}?language=es&next=/my-day/")

    shown = tablet.press("Hand the device to Mia")

    assert (shown.address, shown.all("html")[0].attrs["lang"]) == (f"{sign}?purpose=procedure", "es")
    assert tablet.client.post(DEVICE, {"password": PASSWORD}).headers["Location"] == "/my-day/"
