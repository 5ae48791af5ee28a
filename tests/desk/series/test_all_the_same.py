"""A time of one's own in the plan of a series: what it breaks is said at it, and passed below by whoever may."""

import pytest

from booking.models import Override
from patients import restrictions
from tests.desk.series.test_planning import PICKED, URL, asked, form_of, text_of, to_come
from tests.factories import booking

pytestmark = pytest.mark.django_db

SOON = "2026-03-27T10:00"  # Friday, three days before the window opens
SOON_SENTENCE = "The last session will have been 25 days ago; this course asks for at least 28."
MONTH_EARLY = "2026-03-10T10:00"
EVENING = "2026-04-06T19:00"


def wrote(desk, patient, text, **more):
    """Return the page after a time was written for the second session."""
    return desk.post(URL, form_of(asked(desk, patient)) | {"own-2": text, "do": "look"} | more)


def picked(response):
    return dict(PICKED.findall(response.content.decode()))


def overrides():
    rows = Override.objects.order_by("id").select_related("agreed_by", "recorded_by")
    return [(row.rule, row.reason, row.agreed_by.name, row.recorded_by.name) for row in rows]


def test_a_time_before_the_window_is_chosen_with_what_it_breaks_and_asks_who_agreed(desk, mia, ana, course):
    page = wrote(desk, mia, SOON)

    shown = text_of(page)
    assert (page.status_code, to_come(mia)) == (200, [])
    assert SOON_SENTENCE in shown
    assert "Friday 27 March, 10:00 to 11:20 · Ana · Room 1 · day 25, before the window · the time you wrote" in shown
    assert "A practitioner may agree to it: name them and say why below." in shown
    assert picked(page)["time-2"] == f"own/2026-03-27T10:00Z/{ana.pk}"


def test_with_a_name_and_a_reason_the_whole_series_is_booked(desk, mia, ana, course):
    form = form_of(wrote(desk, mia, SOON), do="book", agreed_by=ana.pk, agreed_reason="Flies on Saturday")

    answer = desk.post(URL, form)

    assert answer.url == f"{URL}?patient={mia.uuid}&booked=1"
    assert [f"{one.starts_at:%d %b}" for one in to_come(mia)] == ["27 Mar", "01 May", "05 Jun"]
    assert overrides() == [("restriction.not_before", "Flies on Saturday", "Ana Duarte", "Dee Marlowe")]


def test_without_them_nothing_is_booked_and_what_was_written_stays(desk, mia, ana, course):
    refused = desk.post(URL, form_of(wrote(desk, mia, SOON), do="book"))
    named = desk.post(URL, form_of(wrote(desk, mia, SOON), do="book", agreed_by=ana.pk))

    assert (refused.status_code, f"nothing was saved {SOON_SENTENCE}" in text_of(refused)) == (409, True)
    assert "Below are times that are free now." not in text_of(refused)
    assert (named.status_code, "Write why it is possible all the same." in text_of(named)) == (422, True)
    assert picked(refused)["time-2"] == picked(named)["time-2"] == f"own/2026-03-27T10:00Z/{ana.pk}"
    assert to_come(mia) == []


def test_what_the_desk_may_not_pass_names_who_may_and_leaves_nothing_to_press(desk, mia, ana, course):
    page = wrote(desk, mia, MONTH_EARLY)
    forced = desk.post(URL, form_of(page, do="book", agreed_by=ana.pk, agreed_reason="Please"))

    assert "Only these roles may book it all the same, with a reason: Prescriber." in text_of(page)
    assert 'value="book"' not in page.content.decode()
    assert (forced.status_code, to_come(mia), overrides()) == (409, [], [])


def test_who_may_decides_herself_and_names_nobody(practice, mia, ana, course):
    page = wrote(practice, mia, EVENING)
    answer = practice.post(URL, form_of(page, do="book", agreed_reason="I stay on"))

    assert "You may decide it all the same: say why below." in text_of(page)
    assert 'name="agreed_by"' not in page.content.decode()
    assert (answer.status_code, len(to_come(mia))) == (302, 3)
    assert overrides() == [("hours.outside", "I stay on", "Ana Duarte", "Ana Duarte")]


def test_another_time_takes_the_place_of_the_one_that_was_written(desk, mia, ana, course):
    usual = f"2026-04-06T09:00Z/{ana.pk}"

    page = desk.post(URL, form_of(wrote(desk, mia, SOON)) | {"time-2": usual, "do": "look"})

    assert picked(page)["time-2"] == usual
    assert "Book all the same" not in text_of(page)


def test_a_written_time_that_is_taken_says_so_and_stays_in_its_field(desk, mia, tomasz, ana, microneedling, course):
    visit = booking.visit(tomasz, microneedling, ana, starts_at=course.opened_at.replace(month=4, day=7))
    text = f"{visit.starts_at.replace(tzinfo=None):%Y-%m-%dT}10:00"

    page = wrote(desk, mia, text)

    assert "The time that you wrote cannot be had. Choose one of these, or write another." in text_of(page)
    assert f'id="own-2" value="{text}"' in page.content.decode()
    assert picked(page)["time-2"] == "open"
    again = desk.post(
        URL, form_of(page) | {"own-2": text, "own-before-2": text, "time-2": f"2026-04-08T09:00Z/{ana.pk}"}
    )
    assert picked(again)["time-2"] == f"2026-04-08T09:00Z/{ana.pk}"


@pytest.mark.parametrize("text", ["soon", "9999-01-01T10:00", "2026-03-29T01:30"])
def test_what_is_no_time_is_asked_for_again(desk, mia, course, text):
    page = wrote(desk, mia, text)

    assert page.status_code == 422
    assert "Write a day and a time for session 2, as in 2026-03-31T10:00." in text_of(page)
    assert f'id="own-2" value="{text}"' in page.content.decode()


def test_a_time_nobody_has_looked_at_is_not_booked(desk, mia, course):
    page = wrote(desk, mia, SOON, do="book")

    assert (page.status_code, to_come(mia)) == (422, [])
    assert "Look at the time that you wrote, then book." in text_of(page)


def test_before_the_first_talk_a_series_is_planned_only_where_somebody_asks_for_it(
    desk, tomasz, ana, microneedling, site
):
    site.consultation_first = True
    site.save()

    stopped, planned = asked(desk, tomasz), asked(desk, tomasz, all_the_same="on")
    answer = desk.post(URL, form_of(planned, do="book", all_the_same="on", agreed_by=ana.pk, agreed_reason="Known"))

    assert f'href="{URL}?patient={tomasz.uuid}&amp;all_the_same=on"' in stopped.content.decode()
    assert ("Book all 3" in text_of(stopped), "Book all 3" in text_of(planned)) == (False, True)
    assert (answer.status_code, overrides()) == (
        302,
        [("consultation.first", "Known", "Ana Duarte", "Dee Marlowe")] * 3,
    )


def test_what_only_a_prescriber_decides_is_not_planned_for_the_desk(desk, mia, course):
    restrictions.write(
        mia, source="screening:x", service_kinds=["needling"], not_before=None, words="Ask first.", at=course.opened_at
    )

    shown = text_of(asked(desk, mia, all_the_same="on"))

    assert "Only these roles may book it all the same, with a reason: Prescriber." in shown
    assert ("Plan all the same" in shown, "Book all 3" in shown) == (False, False)
