"""The waitlist at the desk: who waits, entered, changed and taken off, with nothing typed ever lost."""

import re
import uuid
from datetime import date, timedelta

import pytest
import time_machine

from booking import waitlist
from booking.models import Offer, WaitlistEntry
from desk.waitlist import fits, listing
from tests.factories import clinic
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception, waiting

pytestmark = pytest.mark.django_db(transaction=True)

LIST, ADD = "/waitlist/", "/waitlist/add/"
MONDAY = date(2026, 3, 2)


def names(page):
    return [line.entry.patient.first_name for line in page.context["lines"]]


def words(page):
    return " ".join(page.content.decode().split())


def entering(patient, service, **fields):
    return {"form_key": str(uuid.uuid4()), "patient": patient.uuid, "service": service.pk, "part": "", **fields}


# --- the list --------------------------------------------------------------------------------------------------


def test_nobody_waits_yet(desk, site):
    page = desk.get(LIST)

    assert (page.status_code, names(page)) == (200, [])
    assert "Put somebody here who would like to come sooner." in words(page)


def test_the_urgent_come_first_then_those_who_waited_longest(desk, mia, tomasz, review):
    waits(who.zoe(), review, at=SUNDAY - timedelta(days=2))
    waits(mia, review, at=SUNDAY - timedelta(days=5))
    waits(tomasz, review, is_urgent=True)

    assert names(desk.get(LIST)) == ["Tomasz", "Mia", "Zoë"]


def test_a_line_says_what_is_needed_on_the_phone(desk, mia, ana, review):
    wants = {"weekdays": (0, 4), "part": "morning", "practitioner": ana, "note": "Can be here in an hour"}
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    waits(mia, review, at=SUNDAY - timedelta(days=2), latest_on=date(2026, 3, 20), booking=later, **wants)
    page = desk.get(LIST)
    (line,) = page.context["lines"]

    assert line.age_words == "waiting 2 days"
    assert line.wish_words == "Mon, Fri · Mornings · with Ana · until 20 Mar"
    for said in ("Can be here in an hour", "0113 496 0417", "Has Mon 9 Mar, 10:00 with Ana", "Review"):
        assert said in words(page)


def test_a_time_is_looked_for_where_the_later_visit_moves_or_else_where_one_is_booked(desk, mia, tomasz, ana, review):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    waits(mia, review, booking=later, practitioner=ana)
    waits(tomasz, review, practitioner=ana)
    page = desk.get(LIST)
    found = re.findall(r'href="([^"]+)"><svg[^>]*>.{,200}?</svg>Find a time<span[^>]*>: (\w+)', words(page))

    assert found == [
        (f"/appointments/{later.uuid}/move/?practitioner={ana.pk}", "Mia"),
        (f"/book/?patient={tomasz.uuid}&amp;service={review.pk}&amp;practitioner={ana.pk}", "Tomasz"),
    ]
    move = desk.get(found[0][0])
    assert (move.status_code, move.context["visit"]) == (200, later)


def test_who_said_nothing_would_come_at_any_time(desk, mia, review):
    waits(mia, review)
    (line,) = desk.get(LIST).context["lines"]

    assert (line.wish_words, line.age_words) == ("Any day, any time", "waiting since today")


def test_an_offer_says_until_when_it_is_held_and_how_it_ends(desk, mia, review, ana):
    offered(waits(mia, review), ana)
    with time_machine.travel(SUNDAY + minutes(78), tick=False):
        (line,) = desk.get(LIST).context["lines"]
    with time_machine.travel(SUNDAY + minutes(120), tick=False):
        (late,) = desk.get(LIST).context["lines"]

    assert (line.offer_words, line.left_words) == ("Mon 2 Mar, 10:00 with Ana", "held until 11:00, 42 min left")
    assert (late.offer, late.past_words) == (None, "Not answered in time: Mon 2 Mar, 10:00 with Ana")


@pytest.mark.parametrize(
    ("minutes_later", "words"),
    [
        (0, "held until 11:00, 2 h left"),
        (15, "held until 11:00, 1 h 45 min left"),
        (119, "held until 11:00, 1 min left"),
    ],
)
def test_how_long_is_left_is_said_in_hours_and_minutes(mia, review, ana, minutes_later, words):
    offer = offered(waits(mia, review), ana)

    assert listing.left_words(offer, at=SUNDAY + minutes(minutes_later)) == words


def test_the_list_shows_the_urgent_the_offered_or_one_day(desk, mia, tomasz, review, ana):
    offered(waits(mia, review, weekdays=(0,)), ana)
    waits(tomasz, review, is_urgent=True, weekdays=(1,))

    assert names(desk.get(LIST, {"show": "urgent"})) == ["Tomasz"]
    assert names(desk.get(LIST, {"show": "offered"})) == ["Mia"]
    assert names(desk.get(LIST, {"day": "2026-03-02"})) == ["Mia"]
    assert names(desk.get(LIST, {"show": "nonsense", "day": "x"})) == ["Tomasz", "Mia"]
    assert [choice[2] for choice in desk.get(LIST).context["choices"]] == [2, 1, 1]


def test_who_was_booked_or_taken_off_is_no_longer_there(desk, mia, review, dee):
    waiting.withdraw(waits(mia, review), by=dee, at=SUNDAY)

    assert names(desk.get(LIST)) == []


def test_the_list_costs_the_same_with_one_who_waits_and_with_three(
    desk, mia, tomasz, review, ana, django_assert_num_queries
):
    offered(waits(mia, review), ana)
    with django_assert_num_queries(LIST_QUERIES):
        desk.get(LIST)
    waits(tomasz, review)
    waits(who.zoe(), review)
    with django_assert_num_queries(LIST_QUERIES):
        desk.get(LIST)


LIST_QUERIES = 13  # session, user, roles, site; three shelves, how many, who, their offers; who was taken off


# --- entering and changing -------------------------------------------------------------------------------------


def test_a_few_letters_find_who_would_come_sooner(desk, mia, tomasz, review):
    page = desk.get(ADD, {"q": "oka", "service": review.pk})

    assert [one.patient for one in page.context["results"]] == [mia]
    assert f"?patient={mia.uuid}&amp;service={review.pk}" in page.content.decode()


def test_the_form_begins_with_the_visit_that_would_become_earlier(desk, mia, ana, review, consultation):
    other = visit(mia, consultation, ana, starts_at=TEN + timedelta(days=3))
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    named = desk.get(ADD, {"patient": mia.uuid, "booking": later.uuid}).context["form"]
    by_service = desk.get(ADD, {"patient": mia.uuid, "service": review.pk}).context["form"]
    plain = desk.get(ADD, {"patient": mia.uuid}).context["form"]

    assert (named.initial["booking"], named.initial["service"]) == (later.uuid, review.pk)
    assert by_service.initial["booking"] == later.uuid
    assert plain.initial["booking"] == other.uuid


def test_somebody_is_put_on_the_list(desk, mia, ana, review):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    typed = {"weekdays": ["0", "4"], "part": "morning", "latest_on": "2026-03-20", "is_urgent": "on", "note": "Soon"}
    answer = desk.post(ADD, entering(mia, review, booking=later.uuid, practitioner=ana.pk, **typed), follow=True)
    entry = WaitlistEntry.objects.get()

    assert answer.redirect_chain == [(LIST, 302)]
    assert (entry.patient, entry.booking, entry.practitioner, entry.weekdays) == (mia, later, ana, [0, 4])
    assert (entry.part, entry.latest_on, entry.is_urgent, entry.note) == ("morning", date(2026, 3, 20), True, "Soon")
    assert [str(message) for message in answer.context["messages"]] == ["Mia Okafor is on the waitlist."]


def test_the_length_of_the_later_visit_is_kept(desk, mia, ana, microneedling):
    later = visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=7), needling_minutes=20)
    desk.post(ADD, entering(mia, microneedling, booking=later.uuid))

    assert WaitlistEntry.objects.get().needling_minutes == 20


def test_a_form_sent_twice_enters_once(desk, mia, review):
    typed = entering(mia, review)
    answers = [desk.post(ADD, typed) for _ in range(2)]

    assert [one.headers["Location"] for one in answers] == [LIST, LIST]
    assert WaitlistEntry.objects.count() == 1


def test_days_that_cannot_be_are_said_at_their_field_and_what_was_typed_stays(desk, mia, review):
    typed = {"earliest_on": "2026-03-05", "latest_on": "2026-03-04", "note": "Works late"}
    answer = desk.post(ADD, entering(mia, review, **typed))

    assert answer.status_code == 422
    assert answer.context["form"].errors["latest_on"] == [
        "The last day lies before the first one. Change one of the two."
    ]
    assert 'value="Works late"' in answer.content.decode()


def test_who_waits_already_is_refused_in_words(desk, mia, review):
    waits(mia, review)
    answer = desk.post(ADD, entering(mia, review))

    assert (answer.status_code, WaitlistEntry.objects.count()) == (409, 1)
    assert "Mia Okafor waits for Review already." in words(answer)


def test_the_visit_of_somebody_else_is_none_to_choose(desk, mia, tomasz, ana, review):
    theirs = visit(tomasz, review, ana)

    assert desk.post(ADD, entering(mia, review, booking=theirs.uuid)).status_code == 422


@pytest.mark.parametrize("nonsense", [{}, {"patient": "x"}, {"patient": str(uuid.uuid4())}])
def test_nobody_in_particular_is_searched_first(desk, site, nonsense):
    assert desk.get(ADD, nonsense).templates[0].name == "desk/waitlist/find.html"
    assert desk.post(ADD, nonsense).status_code == 422


def test_what_somebody_wants_is_changed(desk, mia, review):
    entry = waits(mia, review, part="morning", note="Before")
    assert desk.get(f"{LIST}{entry.uuid}/").context["form"].initial["note"] == "Before"

    desk.post(f"{LIST}{entry.uuid}/", {"service": review.pk, "part": "late", "weekdays": ["2"], "note": "After"})
    entry.refresh_from_db()
    assert (entry.part, entry.weekdays, entry.note) == ("late", [2], "After")


def test_somebody_is_taken_off_the_list_with_the_offer(desk, mia, review, ana):
    offer = offered(waits(mia, review), ana)
    answer = desk.post(f"{LIST}{offer.entry.uuid}/withdraw/")

    assert answer.headers["Location"] == LIST
    assert (names(desk.get(LIST)), Offer.objects.get().state) == ([], Offer.State.WITHDRAWN)


def undo_in(page):
    return re.findall(r'<form method="post" action="([^"]+/back/)">', page.content.decode())


def test_who_was_taken_off_by_a_slip_gets_their_place_back(desk, mia, tomasz, review, ana):
    mias = offered(waits(mia, review, at=SUNDAY - timedelta(days=5)), ana).entry
    waits(tomasz, review)
    page = desk.post(f"{LIST}{mias.uuid}/withdraw/", follow=True)
    assert (names(page), undo_in(page)) == (["Tomasz"], [f"{LIST}{mias.uuid}/back/"])

    for _press in range(2):
        page = desk.post(undo_in(page)[0] if undo_in(page) else f"{LIST}{mias.uuid}/back/", follow=True)
        assert (names(page), undo_in(page)) == (["Mia", "Tomasz"], [])
        assert "Mia Okafor is on the waitlist again, in the same place." in words(page)
    mias.refresh_from_db()
    assert (mias.entered_at, mias.ended_at, mias.ended_why) == (SUNDAY - timedelta(days=5), None, "")
    assert Offer.objects.get().state == Offer.State.WITHDRAWN


def taken_off(page):
    return [entry.patient.first_name for entry in page.context["taken_off"]]


def test_who_was_taken_off_stands_below_the_list_until_they_cannot_be_put_back(desk, mia, tomasz, review, dee):
    for patient in (mia, tomasz):
        waiting.withdraw(waits(patient, review), by=dee, at=SUNDAY)
    page = desk.get(LIST)
    assert taken_off(page) == ["Tomasz", "Mia"]
    assert 'Put back<span class="visually-hidden">: Mia Okafor</span>' in words(page)

    waits(tomasz, review)
    assert taken_off(desk.get(LIST)) == ["Mia"]
    assert waitlist.taken_off(review.rooms.get().site, at=SUNDAY + timedelta(days=1)) == []


def test_who_left_the_list_otherwise_does_not_stand_there(desk, mia, review, ana, dee):
    waiting.book(waits(mia, review), practitioner=ana, starts_at=TEN, by=dee, at=SUNDAY)

    assert taken_off(desk.get(LIST)) == []


def test_the_board_tells_of_it_beside_the_day_and_takes_it_back(desk, mia, review, dee):
    entry = waits(mia, review)
    waiting.withdraw(entry, by=dee, at=SUNDAY)
    page = desk.get("/board/waiting/", {"day": "2026-03-01"})
    assert "Mia Okafor</a><small>Taken off the list · 09:00" in words(page)
    assert f'form="steps" formaction="{LIST}{entry.uuid}/back/"' in words(page)

    back = desk.post(f"{LIST}{entry.uuid}/back/", {"next": "/?day=2026-03-01"})

    assert back.url == "/?day=2026-03-01"
    assert "Taken off the list" not in words(desk.get("/board/waiting/", {"day": "2026-03-01"}))


def test_a_board_of_initials_tells_of_it_in_initials(desk, mia, review, dee):
    waiting.withdraw(waits(mia, review), by=dee, at=SUNDAY)
    asks = words(desk.get("/", {"names": "initials"}))
    told = words(desk.get("/board/waiting/", {"day": "2026-03-01", "names": "initials"}))

    assert 'hx-get="/board/waiting/?day=2026-03-01&amp;names=initials"' in asks
    assert ("M. O." in told, "Okafor" in told) == (True, False)


def test_what_stands_beside_the_day_costs_the_same_for_one_and_for_three(
    desk, mia, tomasz, review, dee, django_assert_num_queries
):
    for number, patient in enumerate([mia, tomasz, who.zoe()]):
        waiting.withdraw(waits(patient, review), by=dee, at=SUNDAY)
        if number in (0, 2):
            with django_assert_num_queries(6):  # session, user, roles, site; who would come, who was taken off
                desk.get("/board/waiting/")


def test_who_has_a_new_entry_by_now_is_not_put_on_the_list_twice(desk, mia, review):
    entry = waits(mia, review)
    page = desk.post(f"{LIST}{entry.uuid}/withdraw/", follow=True)
    waits(mia, review)

    after = desk.post(undo_in(page)[0], follow=True)
    assert (names(after), WaitlistEntry.objects.filter(ended_at=None).count()) == (["Mia"], 1)
    assert "Change that entry instead." in words(after)


def test_who_left_the_list_because_their_visit_was_cancelled_is_shown_with_why_and_can_be_put_on_it_again(
    desk, mia, ana, review, dee
):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    entry = waits(mia, review, booking=later)
    assert "Has Mon 9 Mar, 10:00 with Ana: an offer that is taken moves it" in words(desk.get(f"{LIST}{entry.uuid}/"))
    reception.cancel(later, version=later.version, reason="Ill", by=dee, at=SUNDAY)
    waiting.expire(at=SUNDAY + minutes(3))
    page = words(desk.get(f"{LIST}{entry.uuid}/"))

    assert "Off the list since Sun 1 Mar, 09:03 · Their visit was cancelled" in page
    assert f'href="{LIST}add/?patient={mia.uuid}&amp;service={review.pk}"' in page
    assert '<p class="wish"><b>Review</b> · Any day, any time</p>' in page
    assert ("data-send" in page, "Take off the list" in page, "an offer that is taken moves it" in page) == (False,) * 3


def test_an_entry_of_another_house_is_not_found(desk, mia, review):
    entry = waits(mia, review)
    WaitlistEntry.objects.update(site=clinic.site(name="Elsewhere"))

    assert desk.get(f"{LIST}{entry.uuid}/").status_code == 404


# --- for the board ---------------------------------------------------------------------------------------------


def test_the_board_is_told_how_many_would_come_on_a_day_in_one_query(
    mia, tomasz, review, site, django_assert_num_queries
):
    waits(mia, review, weekdays=(0,))
    waits(tomasz, review, earliest_on=MONDAY + timedelta(days=1))
    waits(who.zoe(), review)
    with django_assert_num_queries(1):
        counts = [fits.count_for_day(site, MONDAY + timedelta(days=n), at=SUNDAY) for n in (0,)]

    assert counts == [2]
    assert [fits.count_for_day(site, MONDAY + timedelta(days=n), at=SUNDAY) for n in (-2, 1)] == [0, 2]
