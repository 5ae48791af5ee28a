"""The chart on the tablet, without scripts: what is typed is kept, refused in words, or asked about."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from tests.desk.charting.conftest import tablet_of
from tests.desk.charting.typed import CREAM, FULL, GEL, TIP, findings, problems, zone
from tests.factories import booking, stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import drafts
from treatments.models import Session, ZonePass


def test_a_new_chart_holds_the_visits_device_and_two_empty_zones(tablet, chart, pen):
    page = tablet.open(chart)

    assert (page.value("device"), page.value("zones-TOTAL_FORMS"), page.value("cartridge_lot")) == (
        str(pen.pk),
        "2",
        "",
    )
    assert "9 things are open" in page.text


def test_what_is_typed_is_kept_and_shown_again(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", FULL)

    assert (page.status, page.address, problems(page)) == (200, chart, [])
    assert (page.value("zones-0-depth_mm"), page.value("zones-1-depth_mm")) == ("1.50", "1.00")
    assert "Saved 10:00" in page.text
    assert "Nothing is open" in page.text
    kept = drafts.of(Session.objects.get())
    assert [(row.zone.code, row.depth_mm, row.pass_count, row.endpoint) for row in kept.zones] == [
        ("cheek", Decimal("1.50"), 4, "pinpoint_bleeding"),
        ("forehead", Decimal("1.00"), 3, "erythema_uniform"),
    ]
    assert (kept.cartridge_lot.number, kept.erythema, kept.pain_during, kept.bleeding) == ("C4-0871", 2, 3, "pinpoint")


def test_serum_and_cream_are_kept_with_their_lots_and_times(tablet, chart, ten):
    ten.move_to(TEN + minutes(50))
    tablet.open(chart)

    tablet.press(
        "Save",
        {
            "serums-0-lot": GEL,
            "serums-0-phase": "After needling",
            "serums-0-amount_ml": "2,5",
            "creams-0-lot": CREAM,
            "creams-0-on_at": "10:05",
            "creams-0-off_at": "10:35",
            "creams-0-is_removed": True,
            "creams-0-grams": "5",
            "needling_started_at": "10:37",
            "needling_ended_at": "10:49",
        },
    )

    kept = drafts.of(Session.objects.get())
    serum, cream = kept.serums[0], kept.creams[0]
    assert (serum.lot.number, serum.phase, serum.amount_ml) == ("HA-2219", "after", Decimal("2.5"))
    assert (cream.on_at, cream.off_at, cream.is_removed) == (TEN + minutes(5), TEN + minutes(35), True)
    assert kept.needling_ended_at == TEN + minutes(49)
    assert findings(tablet.sheet) == []


def test_times_are_those_of_the_wall_in_summer(mia, microneedling, ana, as_ana, ten):
    nine = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)  # ten by the clock in London
    session = treatments.started(booking.visit(mia, microneedling, ana, starts_at=nine), by=as_ana)
    ten.move_to(nine + minutes(50))
    tablet = tablet_of(ana)
    tablet.open(reverse("desk:chart", args=[session.uuid]))

    tablet.press("Save", {"needling_started_at": "10:20"})

    assert Session.objects.get().needling_started_at == nine + minutes(20)


def test_nine_millimetres_are_refused_by_the_pen_and_everything_typed_stays(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", FULL | zone(1, "Forehead", "9.00"))

    assert page.status == 422
    assert page.title.startswith("Error:")
    assert problems(page) == ["The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can't be recorded."]
    assert page.alerts == [
        "There is a problem; nothing was saved yet The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can't be recorded."
    ]
    assert (page.value("zones-1-depth_mm"), page.value("note"), page.value("zones-0-depth_mm")) == (
        "9.00",
        "Calm throughout.",
        "1.50",
    )
    assert ZonePass.objects.count() == 0


def test_the_summary_leads_to_the_field(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", FULL | zone(1, "Forehead", "9.00"))

    field = page.all("input", name="zones-1-depth_mm")[0]
    assert page.link("The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can't be recorded.").attrs["href"] == (
        f"#{field.attrs['id']}"
    )
    assert field.attrs["aria-invalid"] == "true"


def test_a_lot_that_expired_yesterday_is_not_offered_and_is_refused_in_words(tablet, chart):
    late = stock.cartridges("C4-0662", date(2026, 3, 1))
    page = tablet.open(chart)
    assert list(page.choices("cartridge_lot")) == ["Choose a lot", TIP]

    page = tablet.press("Save", FULL | {"cartridge_lot": str(late.pk)})

    assert page.status == 422
    assert problems(page) == [
        "Lot C4-0662 expired on 1 Mar 2026; nothing was saved. In date: C4-0871 (until 30 Nov 2027)."
    ]
    assert (page.value("cartridge_lot"), page.value("note")) == (str(late.pk), "Calm throughout.")


def test_a_half_filled_zone_says_what_it_lacks(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", {"zones-0-zone": "Cheek", "zones-1-depth_mm": "deep"})

    assert (page.status, problems(page)) == (
        422,
        [
            "Write the depth in mm, such as 1.50.",
            "Write how many passes.",
            "Choose the zone.",
            "Write the depth in mm, such as 1.50.",
            "Write how many passes.",
        ],
    )


def test_another_zone_is_a_press_away_and_keeps_what_was_typed(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Zone", zone(0, "Cheek", "1.5") | {"note": "Half a thought"})

    assert (page.status, page.value("zones-TOTAL_FORMS"), problems(page)) == (200, "3", [])
    assert (page.value("zones-0-depth_mm"), page.value("note")) == ("1.5", "Half a thought")
    assert ZonePass.objects.count() == 0

    tablet.press("Save", zone(2, "Chin", "1.25"))
    assert [one.zone.code for one in ZonePass.objects.order_by("pk")] == ["cheek", "chin"]


def test_a_zone_can_be_taken_off_again(tablet, chart):
    tablet.open(chart)
    tablet.press("Save", FULL)

    page = tablet.press("Take Cheek off the chart")

    assert (page.value("zones-TOTAL_FORMS"), page.value("zones-0-depth_mm")) == ("1", "1.00")
    tablet.press("Save")
    assert [one.zone.code for one in ZonePass.objects.all()] == ["forehead"]


def test_an_emptied_zone_is_not_taken_off_without_a_word(tablet, chart):
    tablet.open(chart)
    tablet.press("Save", FULL)

    page = tablet.press("Save", {"zones-0-depth_mm": "", "zones-0-pass_count": ""})

    assert (page.status, problems(page)) == (
        422,
        ["Write the depth in mm, such as 1.50.", "Write how many passes."],
    )
    assert ZonePass.objects.count() == 2


def test_a_deep_zone_asks_why_and_keeps_the_answer(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", FULL | zone(0, "Cheek", "1.75"))

    assert (page.status, findings(page)) == (
        200,
        ["1.75 mm is above 1.50 mm, beyond which the labels give no evidence."],
    )
    assert "1 thing is open" in page.text

    page = tablet.press("Save", {"zones-0-reason": "Deep boxcar scars"})
    assert "Nothing is open" in page.text
    assert ZonePass.objects.get(zone__code="cheek").reasons == {"above_evidence": "Deep boxcar scars"}


def test_a_reason_does_not_answer_a_finding_that_was_not_on_the_page(tablet, chart):
    tablet.open(chart)
    tablet.press("Save", FULL | zone(0, "Cheek", "1.75"))

    page = tablet.press("Save", {"zones-0-depth_mm": "2.25", "zones-0-reason": "Deep boxcar scars"})

    assert findings(page) == [
        "Cheek: 2.25 mm is above the advisable 2.00 mm.",
        "2.25 mm is above 1.50 mm, beyond which the labels give no evidence.",
    ]
    assert "1 thing is open" in page.text
    assert ZonePass.objects.get(zone__code="cheek").reasons == {"above_evidence": "Deep boxcar scars"}

    tablet.press("Save")
    assert ZonePass.objects.get(zone__code="cheek").reasons == {
        "above_evidence": "Deep boxcar scars",
        "above_zone": "Deep boxcar scars",
    }


def test_a_refused_chart_still_shows_the_reason_that_was_typed(tablet, chart):
    tablet.open(chart)
    tablet.press("Save", FULL | zone(0, "Cheek", "1.75"))

    page = tablet.press("Save", zone(1, "Forehead", "9.00") | {"zones-0-reason": "Deep boxcar scars"})

    assert (page.status, page.value("zones-0-reason")) == (422, "Deep boxcar scars")


def test_a_zone_says_what_it_advises_for_the_concern(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", FULL)

    assert [hint.text for hint in page.styled("hint")] == [
        "suggested 1.50 mm to 2.00 mm, the most this zone takes",
        "suggested 1.00 mm, the most this zone takes",
    ]


def test_an_eyelid_is_not_offered(tablet, chart):
    page = tablet.open(chart)

    assert "Eyelid / inside orbital rim" not in page.choices("zones-0-zone")


def test_a_second_tablet_is_told_what_changed_and_loses_nothing(tablet, chart, ben):
    tablet.open(chart)
    other = tablet_of(ben)
    other.open(chart)
    tablet.press("Save", FULL)

    page = other.press("Save", zone(0, "Chin", "1.25") | {"note": "Other words."})

    assert page.status == 409
    rows = [[cell.text for cell in row.nodes if cell.tag in ("th", "td")] for row in page.all("tr")[1:]]
    assert ["Note", "Calm throughout.", "Other words."] in rows
    assert ["Cheek", "1.50 mm, 4 passes, Pinpoint bleeding", "nothing"] in rows
    assert (page.value("note"), page.value("zones-0-depth_mm")) == ("Other words.", "1.25")
    assert Session.objects.get().note == "Calm throughout."

    other.press("Save")
    assert Session.objects.get().note == "Other words."


def test_every_look_at_a_chart_is_on_the_trail(tablet, chart, session, mia):
    before = AuditRow.objects.filter(verb="read").count()

    tablet.open(chart)

    rows = AuditRow.objects.filter(verb="read").order_by("-pk")
    assert rows.count() == before + 1
    assert (rows[0].actor_name, rows[0].object_id, rows[0].patient_id_text) == (
        "Ana Duarte",
        str(session.pk),
        str(mia.uuid),
    )


@pytest.mark.parametrize("codes", [("cheek",), ("cheek", "chin", "forehead")])
def test_a_chart_of_three_zones_costs_as_much_as_one_of_one(
    tablet, chart, session, as_ana, django_assert_num_queries, codes
):
    treatments.saved(session, by=as_ana, at=TEN, zones=tuple(treatments.row(code, "0.75") for code in codes))
    tablet.open(chart)

    with django_assert_num_queries(24):
        tablet.open(chart)


@pytest.mark.parametrize("who", ["dee", "max_"])
def test_the_desk_never_sees_a_chart(request, who, chart):
    assert tablet_of(request.getfixturevalue(who).user).open(chart).status == 403


def test_an_unknown_session_is_not_found(tablet):
    assert tablet.open("/sessions/00000000-0000-0000-0000-000000000000/").status == 404
