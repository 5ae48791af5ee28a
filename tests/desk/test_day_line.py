"""A window on a line of days: where things stand on it, and what a listener hears."""

from datetime import date
from itertools import pairwise

from django.template import Context, Template
from django.utils import translation

from desk.templatetags.look import day_line

LAST, OPENS, BEST, CLOSES = date(2026, 2, 17), date(2026, 3, 17), date(2026, 3, 24), date(2026, 3, 31)


def test_a_day_before_the_window_is_shown_as_refused():
    line = day_line(LAST, OPENS, CLOSES, BEST, asked_on=date(2026, 3, 10))

    assert line.is_refused
    assert line.asked_x < line.opens_x
    assert line.labels_above[0].words == "asked for: day 21"
    assert line.spoken == (
        "Last visit 17 Feb. Asked for day 21, 10 Mar. Window from 17 Mar, day 28, to 31 Mar, day 42. "
        "Best around 24 Mar."
    )


def test_a_day_in_the_window_is_shown_as_it_is():
    line = day_line(LAST, OPENS, CLOSES, BEST, asked_on=date(2026, 3, 20))

    assert not line.is_refused
    assert line.opens_x < line.asked_x < line.opens_x + line.width


def test_labels_never_lie_on_each_other():
    for asked in range(1, 60):
        line = day_line(LAST, OPENS, CLOSES, BEST, asked_on=date.fromordinal(LAST.toordinal() + asked))
        for labels in (line.labels_above, line.labels_below):
            reaches = sorted(label.reach for label in labels)
            assert all(left[1] < right[0] for left, right in pairwise(reaches)), asked


def test_a_day_after_the_window_stretches_the_line():
    line = day_line(LAST, OPENS, CLOSES, asked_on=date(2026, 4, 30))

    assert (line.asked_x, line.is_refused) == (276, True)
    assert line.opens_x + line.width < 276


def test_the_drawing_is_one_in_every_language():
    drawn = Template("{% load look %}{% window_line last opens closes best asked %}")
    context = Context({"last": LAST, "opens": OPENS, "closes": CLOSES, "best": BEST, "asked": date(2026, 3, 10)})
    with translation.override("es"):
        assert 'x="185.3"' in drawn.render(context)
