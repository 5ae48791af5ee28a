"""Every screen of the house, as the demo clinic shows it on a Monday in November at four minutes past two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.urls import reverse
from playwright.sync_api import Page

from booking.models import Appointment, Offer
from clinic import audit
from clinic.actors import Actor
from clinic.mailbox import Mailbox
from clinic.models import Device, Purge, Service, Site, User
from intake import screenings
from intake.models import ScreeningDraft
from intake.rules import Reply
from ledger.models import Package
from outbox import letters
from outbox.models import Notice
from patients import glass, holds, imports, links, twins
from patients import patients as people
from patients.models import Allergy, DeskNote, Link, Merge, Pair, Patient
from stock.models import Lot, Product
from tests.factories import intake
from tests.factories import screening as full
from tests.journeys.health_screens import of_health_forms
from tests.journeys.report_screens import of_reports
from tests.journeys.visit_screens import of_next_sessions, of_visits
from treatments.models import Course, PlannedVisit, Reaction, Recall, Session
from visits import closing, erasing, merging, purging

DAY = date(2026, 11, 23)
LONG_AGO = datetime(2015, 3, 2, 9, 0, tzinfo=UTC)
MOMENT = datetime(2026, 11, 23, 14, 4, tzinfo=UTC)  # London is on UTC
DEE, ANA, MAX = "dee@rowan.example", "ana@rowan.example", "max@rowan.example"
KWAME, INES = "kwame@rowan.example", "ines@rowan.example"  # each hands their device over, and opens nothing else
NOBODY = ""

Act = Callable[[Page], object]


@dataclass(frozen=True)
class Screen:
    """One thing to look at. who: an e-mail, or NOBODY; act: what is done there first, beyond opening it."""

    name: str
    who: str
    address: str
    act: Act | None = None
    status: int = 200


def put_a_letter_into(mailbox: Path) -> None:
    letter = Notice.objects.filter(kind="AFTER_24H", channel=Notice.Channel.MAIL).latest("due_at")
    Mailbox(mailbox).keep(letters.compose(letter, to=letter.patient.email, at=MOMENT), at=MOMENT)


def all_screens(mailbox: Path) -> list[Screen]:
    """Return every screen, person by person."""
    return [
        *_before_the_house(),
        *_of_the_day(),
        *_of_the_waitlist(),
        *_of_follow_ups(),
        *_of_closed_time(),
        *_of_patients(),
        *_of_twins(),
        *_of_imports(),
        *_of_privacy(),
        *_of_consents(),
        *_of_the_treatment(),
        *_of_health_questions(),
        *_of_hours(),
        *_of_messages(mailbox),
        *of_health_forms(Screen, desk=DEE, nobody=NOBODY, at=MOMENT),
        *of_visits(Screen, nobody=NOBODY, at=MOMENT),
        *of_next_sessions(Screen, nobody=NOBODY, at=MOMENT),
        *of_reports(Screen, desk=DEE, clinician=ANA, nobody=NOBODY, send=_send),
    ]


def _before_the_house() -> Iterator[Screen]:
    yield Screen("sign-in", NOBODY, reverse("account_login"))
    yield Screen("sign-in-refused", NOBODY, reverse("account_login"), _sign_in_with_nothing)
    yield Screen("password-reset", NOBODY, reverse("account_reset_password"))


def _sign_in_with_nothing(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.locator(".errbox").wait_for()


def _of_the_day() -> Iterator[Screen]:
    book, rested, booked = reverse("desk:book"), _patient_at_rest(), _visit(Appointment.State.BOOKED)
    visit, newcomer = reverse("desk:appointment", args=[booked.uuid]), Patient.objects.latest("pk")

    yield Screen("board", DEE, "/?view=board")
    yield Screen("list", DEE, "/?view=list")
    yield Screen("board-looks", DEE, "/?view=board", lambda page: page.locator("#looks > summary").click())
    yield Screen("board-initials", DEE, "/?view=board&names=initials")
    yield Screen("week-of-one", DEE, f"/week/?with={booked.practitioner_id}&view=board")
    yield Screen("week-list", DEE, f"/week/?with={booked.practitioner_id}&view=list")
    yield Screen("week-of-everybody", DEE, "/week/?with=&view=board")
    yield Screen("week-of-everybody-list", DEE, "/week/?with=&view=list")
    yield Screen("rooms", DEE, "/rooms/?view=board")
    yield Screen("rooms-list", DEE, "/rooms/?view=list")
    yield Screen("month", DEE, "/month/")
    yield Screen("day-sheet", DEE, reverse("desk:day_sheet"))
    yield Screen("day-sheets-none", DEE, reverse("desk:day_sheets"))
    yield Screen("board-closed", DEE, f"/?day={DAY - timedelta(days=1)}")
    yield Screen("drawer-empty", DEE, book)
    yield Screen("drawer-found", DEE, f"{book}?q=ma")
    yield Screen("drawer-patient", DEE, f"{book}?patient={newcomer.uuid}")
    yield Screen("drawer-new", DEE, f"{book}?pick=new&q=Amara+Bel")
    yield Screen("drawer-problems", DEE, f"{book}?pick=new&q=Jo", _send)
    yield Screen("drawer-refusal", DEE, f"{book}?patient={rested.uuid}&start={DAY + timedelta(days=3)}T14:00")
    yield Screen("drawer-talk-first", DEE, f"{book}?patient={newcomer.uuid}&service={_needling().pk}")
    yield Screen("drawer-outside-hours", MAX, f"{book}?patient={newcomer.uuid}&start={DAY + timedelta(days=1)}T19:00")
    yield Screen("drawer-unreliable", DEE, f"{book}?patient={_missed().patient.uuid}")
    yield Screen("visit", DEE, visit)
    yield Screen("visit-done", DEE, reverse("desk:appointment", args=[_visit(Appointment.State.DONE).uuid]))
    yield Screen("visit-called-off", DEE, reverse("desk:appointment", args=[_called_off().uuid]))
    yield Screen("visit-cancelling", DEE, visit, _unfold("Cancel the visit"))
    yield Screen("visit-moving", DEE, reverse("desk:appointment_move", args=[booked.uuid]))
    yield Screen("series", DEE, f"{reverse('desk:series')}?patient={rested.uuid}")
    yield Screen("series-for-a-day", DEE, f"{reverse('desk:series')}?patient={rested.uuid}&event_on=2027-01-15")
    yield Screen("series-without-a-course", DEE, f"{reverse('desk:series')}?patient={newcomer.uuid}")
    yield Screen("series-all-the-same", DEE, f"{reverse('desk:series')}?patient={newcomer.uuid}&all_the_same=on")
    yield Screen("series-own-time", DEE, f"{reverse('desk:series')}?patient={rested.uuid}", _write_a_time_too_soon)
    yield Screen("series-moving", DEE, _series_to_move(), _choose_a_time)
    yield Screen("series-moving-early", DEE, _series_to_move(), _move_too_soon)
    yield Screen("me", DEE, "/?view=list", lambda page: page.locator("#me > summary").click())
    yield Screen("not-yours", DEE, reverse("desk:my_day"), status=403)
    yield Screen("not-here", DEE, "/nowhere/", status=404)


def _of_follow_ups() -> Iterator[Screen]:
    due, known = reverse("desk:follow_ups"), _session(course__isnull=False)

    yield Screen("follow-ups", DEE, due)
    yield Screen("follow-ups-overdue", DEE, f"{due}?show=overdue")
    yield Screen("follow-ups-lapsed", DEE, f"{due}?show=lapsed")
    yield Screen("follow-ups-later", DEE, f"{due}?show=due&later=1")
    yield Screen("follow-up-call", DEE, reverse("desk:follow_up_call", args=[known.patient.uuid]), _send)
    yield Screen("follow-up-rates", MAX, reverse("desk:follow_up_rates"))


def _of_the_waitlist() -> Iterator[Screen]:
    waitlist, add = reverse("desk:waitlist"), reverse("desk:waitlist_add")
    free, offer = _called_off(), Offer.objects.get(state=Offer.State.OPEN)
    match, page = (
        f"{reverse('desk:waitlist_match')}?practitioner={free.practitioner_id}&minutes=30&start={DAY}T",
        Link.objects.get(purpose="offer"),
    )

    yield Screen("waitlist", DEE, waitlist)
    yield Screen("waitlist-of-a-day", DEE, f"{waitlist}?show=urgent&day={DAY}")
    yield Screen("waitlist-nobody", DEE, f"{waitlist}?day={DAY + timedelta(days=6)}&show=offered")
    yield Screen("waitlist-find", DEE, f"{add}?q=ma")
    yield Screen("waitlist-add", DEE, f"{add}?patient={_visit(Appointment.State.BOOKED).patient.uuid}")
    yield Screen("waitlist-entry", DEE, reverse("desk:waitlist_entry", args=[offer.entry.uuid]))
    yield Screen("waitlist-match", DEE, f"{match}{free.starts_at:%H:%M}")
    yield Screen("waitlist-match-nobody", DEE, f"{match}09:00")
    yield Screen("offer-of-a-patient", NOBODY, f"/l/{links.token(page)}/")
    yield Screen("offer-wrong-link", NOBODY, "/l/x/", status=404)


def _of_closed_time() -> Iterator[Screen]:
    busy = _visit(Appointment.State.ARRIVED).practitioner_id
    away = closing.close(
        kind="leave",
        site=Site.objects.get(),
        practitioner=_visit(Appointment.State.BOOKED).practitioner,
        starts_at=MOMENT + timedelta(hours=1),
        ends_at=MOMENT + timedelta(days=2),
        by=Actor.of(User.objects.get(email=DEE)),
        at=MOMENT,
    )

    yield Screen("closures", DEE, reverse("desk:closures"))
    yield Screen("closure", DEE, reverse("desk:closure", args=[away.uuid]))
    yield Screen("closure-add", DEE, reverse("desk:closure_add"))
    yield Screen("closure-add-refused", DEE, reverse("desk:closure_add"), _send)
    yield Screen("out-today-nobody", DEE, reverse("desk:out_today"))
    yield Screen("out-today", DEE, f"{reverse('desk:out_today')}?practitioner={busy}")
    yield Screen("running-late", DEE, f"{reverse('desk:running_late')}?practitioner={busy}&minutes=20")


def _of_patients() -> Iterator[Screen]:
    person = _patient_at_rest()
    record, edit = reverse("desk:patient", args=[person.uuid]), reverse("desk:patient_edit", args=[person.uuid])

    yield Screen("patients", DEE, reverse("desk:patients"))
    yield Screen("patients-none", DEE, reverse("desk:patients") + "?q=xyzzy")
    yield Screen("record-of-the-desk", DEE, record)
    yield Screen("patient-new", DEE, reverse("desk:patient_new"))
    yield Screen("patient-new-refused", DEE, reverse("desk:patient_new"), _send)
    yield Screen("patient-edit", DEE, edit)
    yield Screen("record-of-a-clinician", ANA, record)
    yield Screen("patient-changes", ANA, reverse("desk:patient_changes", args=[person.uuid]))
    yield Screen("patient-health", ANA, reverse("desk:patient_health", args=[person.uuid]))
    yield Screen("patient-health-none", ANA, reverse("desk:patient_health", args=[Patient.objects.earliest("pk").uuid]))
    yield Screen(
        "patient-health-row",
        ANA,
        reverse("desk:allergy", args=[Allergy.objects.earliest("pk").uuid]),
        _unfold("Change"),
    )
    yield Screen("patient-health-refused", ANA, reverse("desk:patient_health", args=[person.uuid]), _note_nothing)
    yield Screen("patient-note", ANA, reverse("desk:patient_note", args=[person.uuid]))
    yield Screen("note", ANA, reverse("desk:note", args=[DeskNote.objects.earliest("pk").uuid]))


def _note_nothing(page: Page) -> None:
    page.locator("#allergy .add > summary").click()
    page.get_by_role("button", name="Note an allergy").click()
    page.locator(".errbox").wait_for()


def _of_twins() -> Iterator[Screen]:
    by = Actor.of(User.objects.get(email=DEE))
    for name, called in (("Leonor Vidal", "Leonora Vidal"), ("Piet Brandt", "Piet Brand")):
        one, other = (people.register(name=each, phone="0113 496 0777", by=by, at=MOMENT) for each in (name, called))
    twins.check(at=MOMENT)
    twins.set_apart(one, other, by=by, at=MOMENT)

    yield Screen("twins", DEE, reverse("desk:twins"))
    yield Screen("twins-set-apart", DEE, f"{reverse('desk:twins')}?show=apart")
    gone, kept = (people.register(name=each, phone="0113 496 0778", by=by, at=MOMENT) for each in ("Jo Ash", "Jo Ashe"))
    pair = Pair.objects.open().first()
    merging.merge(kept, gone, versions=(1, 1), by=by, at=MOMENT)
    yield Screen("twins-merged", ANA, f"{reverse('desk:twins')}?show=merged")
    merge = Merge.objects.get(kept=kept)
    yield Screen("merge-undo", ANA, reverse("desk:merge_undo", args=[merge.uuid]))
    yield Screen("twins-compare", ANA, reverse("desk:twins_compare", args=[pair.uuid]))
    yield Screen("twins-compare-of-the-desk", DEE, reverse("desk:twins_compare", args=[pair.uuid]))
    yield Screen("twins-add", DEE, f"{reverse('desk:twins_add')}?patient={pair.low.uuid}&q=ma")


def _of_privacy() -> Iterator[Screen]:
    person = _patient_at_rest()
    seen, sheet = (
        reverse("desk:patient_seen", args=[person.uuid]),
        reverse("desk:patient_seen_sheet", args=[person.uuid]),
    )

    for hours, reader in enumerate((ANA, MAX, ANA)):
        by = Actor.of(User.objects.get(email=reader))
        audit.read(person, by=by, at=MOMENT - timedelta(hours=20 * hours), patient=person)

    yield Screen("record-of-a-manager", MAX, reverse("desk:patient", args=[person.uuid]))
    yield Screen("who-has-seen", MAX, seen)
    yield Screen("who-has-seen-nobody-then", MAX, f"{seen}?until=2020-01-01")
    yield Screen("who-has-seen-refused", MAX, f"{seen}?since=2026-03-02&until=2026-03-01", status=422)
    yield Screen("who-has-seen-letter", MAX, sheet)
    yield from _of_glass(person)
    yield from _of_keeping(person)


def _of_keeping(person: Patient) -> Iterator[Screen]:
    """Yield how a record is held, closed and deleted; somebody of long ago asked to be forgotten."""
    max_, site = Actor.of(User.objects.get(email=MAX)), Site.objects.get()
    first, gone = people.register(name="Harriet Long", phone="0113 496 0901", by=max_, at=LONG_AGO), Patient.objects
    closed = people.register(name="Ingrid Falk", phone="0113 496 0902", address="3 Beck Row\nLeeds", by=max_, at=MOMENT)
    erasing.erase(closed, reason="Asked by letter of 20 November", site=site, by=max_, at=MOMENT)
    holds.set_(gone.get(pk=first.pk), reason="A claim is made", by=max_, at=MOMENT)
    people.register(name="Jonas Weil", phone="0113 496 0903", by=max_, at=LONG_AGO)
    purging.list_due(at=MOMENT)
    purge, keep, erase = Purge.objects.waiting().first(), "desk:patient_keeping", "desk:patient_erase"

    yield Screen("keeping", MAX, reverse(keep, args=[person.uuid]))
    yield Screen("keeping-held", MAX, reverse(keep, args=[first.uuid]))
    yield Screen("keeping-held-refused", MAX, reverse(keep, args=[first.uuid]), _send)
    yield Screen("keeping-closed", MAX, reverse(keep, args=[closed.uuid]))
    yield Screen("erase", MAX, reverse(erase, args=[first.uuid]))
    yield Screen("erase-refused", MAX, reverse(erase, args=[person.uuid]), _send)
    yield Screen("closed-records", MAX, reverse("desk:closed"))
    yield Screen("closed-records-none", MAX, f"{reverse('desk:closed')}?q=xyzzy")
    yield Screen("due-for-deletion", MAX, reverse("desk:due"))
    yield Screen("due-to-decide", MAX, reverse("desk:due_one", args=[purge.uuid]))
    yield Screen("due-refused", MAX, reverse("desk:due_one", args=[purge.uuid]), _send)


def _of_glass(person: Patient) -> Iterator[Screen]:
    """Yield what is seen of a record that is somebody else's; Ana broke the glass before another one twice."""
    ana, max_ = (Actor.of(User.objects.get(email=who)) for who in (ANA, MAX))
    other, record = Patient.objects.exclude(pk=person.pk).earliest("pk"), reverse("desk:patient", args=[person.uuid])
    looked_at = glass.break_(other, reason="Asked for a second opinion", by=ana, at=MOMENT - timedelta(days=2))
    glass.review(looked_at, note="She had called.", by=max_, at=MOMENT - timedelta(days=1))
    glass.break_(other, reason="A reaction on the telephone; Kwame is away", by=ana, at=MOMENT)

    yield Screen("glass", MAX, reverse("desk:glass"))
    yield Screen("record-behind-glass", ANA, record, _with_the_glass_up(record))
    yield Screen("glass-to-break", ANA, record, _with_the_glass_up(reverse("desk:patient_glass", args=[person.uuid])))
    yield Screen("glass-broken", ANA, record, _with_the_glass_up(reverse("desk:patient", args=[other.uuid])))


def _with_the_glass_up(address: str) -> Act:
    def act(page: Page) -> None:
        Site.objects.update(own_patients_only=True)
        page.goto(address)
        Site.objects.update(own_patients_only=False)

    return act


def _of_consents() -> Iterator[Screen]:
    signed, unsigned = _session(ended_at__isnull=False).patient, Patient.objects.latest("pk")
    sign, paper = (reverse(f"desk:consent_{way}", args=[unsigned.uuid]) for way in ("sign", "paper"))

    yield Screen("consents-of-the-desk", DEE, reverse("desk:consents", args=[signed.uuid]))
    yield Screen("consents", ANA, reverse("desk:consents", args=[signed.uuid]), _unfold("Take it back"))
    yield Screen("consent-sign", ANA, sign)
    yield Screen("consent-sign-refused", ANA, f"{sign}?purpose=radiofrequency", _send)
    yield Screen("consent-sign-in-spanish", ANA, f"{sign}?language=es")
    yield Screen("device-thanks", KWAME, sign, _hand_over)
    yield Screen("device-closed", INES, sign, _hand_over_and_look_elsewhere)
    yield Screen("consent-texts", MAX, reverse("desk:consent_texts"))
    yield Screen("consent-text", MAX, reverse("desk:consent_text", args=["prp"]), _write_another_consent)
    yield from _of_aftercare_messages()
    yield Screen("incidents", MAX, reverse("desk:incidents"))
    yield Screen("consent-paper", DEE, f"{paper}?purpose=clinical_photos")
    yield Screen("consent-paper-refused", DEE, paper, _send)


def _of_aftercare_messages() -> Iterator[Screen]:
    """Yield the messages as they stand, one that is written, one that cannot be saved, and a version."""
    step = reverse("desk:protocol_step", args=["AFTER_24H"])
    yield Screen("protocols", MAX, reverse("desk:protocols"))
    yield Screen("protocol-step", MAX, step)
    yield Screen("protocol-step-refused", MAX, step, _write_what_cannot_be_sent)
    yield Screen("protocol-step-new", MAX, reverse("desk:protocol_step_new"))
    yield Screen("protocol-version", MAX, reverse("desk:protocol", args=["1"]))
    yield Screen("protocol-plans", MAX, reverse("desk:protocol_plans"))


def _write_what_cannot_be_sent(page: Page) -> None:
    page.locator("#id_words_en").fill("Subject: Hello\n\n# Hello\n\nDear {nickname},\n\n{red_flags}\n\n{contact}")
    page.locator("form[data-main] [data-send]").click()
    page.locator(".errbox").wait_for()


def _hand_over(page: Page) -> None:
    """Give the device to the patient, who would rather not; this person's browser opens nothing else from now on."""
    page.locator(".hand-over button").click()
    page.locator(".form-foot a").click()
    page.locator(".take-back").wait_for()


def _hand_over_and_look_elsewhere(page: Page) -> None:
    page.locator(".hand-over button").click()
    page.locator(".form-foot a").wait_for()
    page.goto("/")


def _of_imports() -> Iterator[Screen]:
    by, table = Actor.of(User.objects.get(email=MAX)), b"Client ID,Full name,DOB,Mobile\n"
    new = imports.upload(table + b"1,Sol Vega,03/05/1990,0113 496 0601\n", filename="clients.csv", by=by, at=MOMENT)
    found = imports.upload(
        table + b"2,Leonor Vidal,,0113 496 0777\n3,,yesterday,12\n4,Ida Holm,,0113 496 0602\n",
        filename="a table of the other system with a long name.csv",
        by=by,
        at=MOMENT,
    )
    chosen = {"mapping": found.mapping, "source": "Diary", "dates": "dmy", "enters_alikes": False}
    imports.match(found, **chosen, by=by, at=MOMENT)
    imports.work(clock=lambda: MOMENT)

    yield Screen("patient-export", ANA, reverse("desk:patient_export", args=[_patient_at_rest().uuid]))
    yield Screen("imports", MAX, reverse("desk:imports"))
    yield Screen("imports-refused", MAX, reverse("desk:imports"), _send)
    yield Screen("imports-columns", MAX, reverse("desk:imports_one", args=[new.uuid]))
    yield Screen("imports-checked", MAX, reverse("desk:imports_one", args=[found.uuid]))


def _write_another_consent(page: Page) -> None:
    words = page.locator('[name="words_en"]')
    words.fill(words.input_value().replace("a bruise", "a bruise or two"))
    page.get_by_role("button", name="Look at it first").click()
    page.locator(".changes").first.wait_for()


def _of_the_treatment() -> Iterator[Screen]:
    draft, ended = _session(ended_at=None), _session(ended_at__isnull=False, signed_at=None)
    sealed, here = _session(addenda__isnull=False), _visit(Appointment.State.ARRIVED)
    start, chart = reverse("desk:start", args=[here.uuid]), reverse("desk:chart", args=[draft.uuid])

    yield Screen("my-day", ANA, reverse("desk:my_day"))
    yield Screen("start", ANA, start)
    yield Screen("start-refused", ANA, start, _send)
    yield Screen("afterwards", ANA, reverse("desk:session_afterwards", args=[here.uuid]))
    yield Screen("afterwards-refused", ANA, reverse("desk:session_afterwards", args=[here.uuid]), _send)
    yield Screen("start-not-arrived", ANA, reverse("desk:start", args=[_visit(Appointment.State.BOOKED).uuid]))
    yield Screen("chart", ANA, chart)
    yield Screen("in-error", ANA, reverse("desk:session_in_error", args=[draft.uuid]))
    yield Screen("chart-same-as-last", ANA, chart, _same_as_last)
    yield Screen("chart-refused", ANA, chart, _write_nine_millimetres)
    yield Screen("review", ANA, reverse("desk:session_review", args=[draft.uuid]))
    yield Screen("review-ended", ANA, reverse("desk:session_review", args=[ended.uuid]))
    yield Screen("leave-with", ANA, reverse("desk:leave_with", args=[sealed.uuid]))
    yield from _of_reactions()
    yield Screen("sealed-record", ANA, reverse("desk:record", args=[sealed.uuid]), _unfold("Add an addendum"))


def _of_reactions() -> Iterator[Screen]:
    open_one, closed = (Reaction.objects.filter(closed_at__isnull=is_open).earliest("pk") for is_open in (True, False))
    add = reverse("desk:reaction_add", args=[open_one.patient.uuid])

    yield Screen("reactions", ANA, f"{reverse('desk:reactions')}?show=all")
    yield Screen("reactions-none", ANA, f"{reverse('desk:reactions')}?show=struck")
    yield Screen("reaction-open", ANA, reverse("desk:reaction", args=[open_one.uuid]), _unfold("Follow up"))
    yield Screen("reaction-closed", ANA, reverse("desk:reaction", args=[closed.uuid]))
    yield Screen("reaction-add", ANA, add, _unfold("What is usual"))
    yield Screen("reaction-add-refused", ANA, add, _send)


def _of_health_questions() -> Iterator[Screen]:
    person, visit = _patient_at_rest(), _visit(Appointment.State.BOOKED)
    read = reverse("desk:screening", args=[person.uuid])
    asking = screenings.begin(person, by=Actor.of(User.objects.get(email=ANA)), at=MOMENT)

    yield Screen("health-questions", ANA, read)
    kept = intake.letter(person, by=Actor.of(User.objects.get(email=ANA)), at=MOMENT, written_on=DAY)
    yield Screen("letters", ANA, reverse("desk:letters", args=[person.uuid]))
    yield Screen("letters-refused", ANA, reverse("desk:letters", args=[person.uuid]), _send)
    yield Screen("letter-strike", ANA, reverse("desk:letter_strike", args=[kept.uuid]))
    yield Screen("health-questions-none", ANA, reverse("desk:screening", args=[Patient.objects.latest("pk").uuid]))
    for screen in ("skin_now", "peels"):
        yield Screen(f"ask-{screen}", ANA, reverse("desk:screening_screen", args=[asking.patient.uuid, screen]))
    yield Screen("ask-refused", ANA, reverse("desk:screening_screen", args=[person.uuid, "scars"]), _send)
    yield Screen("ask-check", ANA, reverse("desk:screening_check", args=[person.uuid]))
    yield Screen("ask-change", ANA, reverse("desk:screening_change", args=[person.uuid, "TATTOO"]))
    yield Screen("decide-nothing", ANA, reverse("desk:visit_answers", args=[visit.uuid]))
    hard = screenings.begin(visit.patient, by=Actor.of_link(visit.patient.name, uuid4()), at=MOMENT)
    _hand_in(hard, PREGNANT=Reply("yes"), PEEL_DEEP=Reply("yes", DAY), PRIOR_REACTION=Reply("yes", note="A rash"))
    yield Screen("health-questions-that-stop", ANA, reverse("desk:screening", args=[visit.patient.uuid]))
    yield Screen("decide", ANA, reverse("desk:visit_answers", args=[visit.uuid]))
    yield Screen("visits-to-settle", DEE, reverse("desk:broken_visits"))
    yield Screen("questions", ANA, reverse("desk:questions"))
    yield Screen("question", ANA, reverse("desk:question", args=["BREASTFEED"]))
    yield Screen("question-life", ANA, reverse("desk:question_life"))
    yield Screen("question-life-refused", ANA, reverse("desk:question_life"), _send)
    yield Screen("question-of-several-answers", ANA, reverse("desk:question", args=["LASER"]), _send)


def _hand_in(draft: ScreeningDraft, **told: Reply) -> None:
    answered = full.answered(draft, by=Actor.of_link(draft.patient.name, uuid4()), at=MOMENT, **told)
    screenings.submit(answered, version=answered.version, by=Actor.of_link(draft.patient.name, uuid4()), at=MOMENT)


def _of_hours() -> Iterator[Screen]:
    ana = User.objects.get(email=ANA)
    week, day = reverse("desk:hours_week", args=[ana.pk]), reverse("desk:hours_day", args=[ana.pk])

    yield Screen("hours-of-the-desk", DEE, reverse("desk:hours"))
    yield Screen("hours", MAX, reverse("desk:hours"))
    yield Screen("hours-week", MAX, week)
    yield Screen("hours-week-refused", MAX, week, _write_half_a_span)
    yield Screen("hours-opening", MAX, reverse("desk:hours_week", args=["site"]))
    yield Screen("hours-day", MAX, f"{day}?on={DAY + timedelta(days=1)}")
    yield Screen("hours-day-refused", MAX, day, _send)
    yield Screen("hours-outside", MAX, reverse("desk:hours_outside", args=[ana.pk]))
    yield Screen("holidays", MAX, reverse("desk:holidays"))
    yield Screen("holidays-none-ticked", MAX, reverse("desk:holidays"), _send)
    yield Screen("rules", MAX, reverse("desk:booking_rules"), _unfold("Add a room or a chair"))
    yield Screen("rules-service", MAX, reverse("desk:rules_service", args=["microneedling"]))
    yield Screen("rules-service-refused", MAX, reverse("desk:rules_service", args=["review"]), _take_out_the_patient)


def _write_half_a_span(page: Page) -> None:
    page.locator('[name="d0-1-to"]').fill("")
    _send(page)


def _take_out_the_patient(page: Page) -> None:
    page.locator('[name="phases-0-patient"]').uncheck()
    _send(page)


def _of_messages(mailbox: Path) -> Iterator[Screen]:
    messages = reverse("desk:messages")
    failed = Notice.objects.get(state=Notice.State.FAILED)
    sheet = Notice.objects.get(state=Notice.State.DUE, channel=Notice.Channel.SHEET)
    (letter, *_others) = Mailbox(mailbox).letters()

    yield Screen("messages-of-the-desk", DEE, messages)
    yield Screen("message-of-the-desk", DEE, reverse("desk:message", args=[failed.uuid]))
    for shelf in ("due", "hand", "sent", "withdrawn", "failed"):
        yield Screen(f"messages-{shelf}", MAX, f"{messages}?show={shelf}")
    yield Screen("status", DEE, reverse("desk:status"))
    yield Screen("feeds", MAX, reverse("desk:feeds"), _make_an_address)
    yield Screen("feeds-of-a-practitioner", ANA, reverse("desk:feeds"))
    yield Screen("feeds-of-the-desk", DEE, reverse("desk:feeds"))
    yield Screen("clinical-values", MAX, reverse("desk:values"))
    yield Screen("phrases", ANA, reverse("desk:phrases"))
    yield Screen("record-demands", MAX, reverse("desk:record_demands"))
    yield from _of_products()
    yield from _of_courses()
    yield from _of_packages()
    yield Screen("message", MAX, reverse("desk:message", args=[failed.uuid]))
    yield Screen("message-due", MAX, reverse("desk:message", args=[sheet.uuid]), _unfold("Take it back"))
    yield Screen("sheet", MAX, reverse("desk:message_sheet", args=[sheet.uuid]))
    yield Screen("mailbox", MAX, reverse("desk:mailbox"))
    yield Screen("mailbox-letter", MAX, reverse("desk:mailbox_letter", args=[letter.name]))


def _of_products() -> Iterator[Screen]:
    add, cream = reverse("desk:product_add"), Product.objects.filter(kind=Product.Kind.ANAESTHETIC).first()

    lots = Lot.objects.order_by("expires_on")
    yield Screen("stock", ANA, reverse("desk:stock"))
    yield Screen("stock-expiring", MAX, f"{reverse('desk:stock')}?show=expiring")
    yield Screen("stock-receive", ANA, reverse("desk:stock_receive"))
    yield Screen("stock-receive-refused", ANA, reverse("desk:stock_receive"), _send)
    yield Screen("lot", ANA, reverse("desk:lot", args=[lots.last().pk]))
    yield Screen("lot-set-aside", MAX, reverse("desk:lot", args=[lots.exclude(quarantined_at=None).first().pk]))
    pen = Device.objects.exclude(cleared=[]).first()
    yield Screen("devices", MAX, reverse("desk:devices"))
    yield Screen("device", MAX, reverse("desk:device_one", args=[pen.pk]))
    yield Screen("device-of-a-practitioner", ANA, reverse("desk:device_one", args=[pen.pk]))
    yield Screen("device-add-refused", MAX, reverse("desk:device_add"), _send)
    yield Screen("device-label-refused", MAX, reverse("desk:device_label", args=[pen.pk]), _send)
    yield from _of_recalls()
    yield Screen("products", MAX, reverse("desk:products"))
    yield Screen("product-add", ANA, add)
    yield Screen("product-add-cream-refused", MAX, f"{add}?kind=anaesthetic", _send)
    yield Screen("product-edit", ANA, reverse("desk:product_edit", args=[cream.pk]))


def _of_packages() -> Iterator[Screen]:
    soon, fresh = Package.objects.exclude(expires_on=None).get(), Package.objects.latest("sessions_count")
    give = reverse("desk:package_give", args=[soon.uuid])
    of_patient = reverse("desk:patient_packages", args=[soon.patient.uuid])
    yield Screen("packages", DEE, reverse("desk:packages"))
    yield Screen("packages-over", MAX, f"{reverse('desk:packages')}?show=over")
    yield Screen("packages-of-a-patient", DEE, of_patient, _unfold("Sell a package"))
    yield Screen("packages-for-a-practitioner", ANA, of_patient)
    yield Screen("package", DEE, reverse("desk:package", args=[soon.uuid]))
    yield Screen("package-refund", MAX, reverse("desk:package", args=[fresh.uuid]), _unfold("Refund sessions"))
    yield Screen("package-give", DEE, f"{give}?q=Mia")
    yield Screen("package-give-to", DEE, f"{give}?to={fresh.patient.uuid}")


def _of_recalls() -> Iterator[Screen]:
    told = Recall.objects.earliest("pk")
    one, open_, pen = (
        reverse("desk:recall", args=[told.uuid]),
        reverse("desk:recall_open"),
        Device.objects.earliest("pk"),
    )
    looked = f"?whose=device:{pen.pk}&from_on=01/11/2026&until_on=30/11/2026"

    yield Screen("recalls", ANA, reverse("desk:recalls"))
    yield Screen("recall", ANA, one)
    yield Screen("recall-of-a-manager", MAX, one, _unfold("The words of letter and e-mail"))
    yield Screen("recall-close-refused", ANA, one, _close_too_soon)
    yield Screen("recall-open", ANA, open_)
    yield Screen("recall-open-refused", ANA, open_, _send)
    yield Screen("look-back", ANA, reverse("desk:look_back"))
    yield Screen("look-back-of-a-device", ANA, f"{reverse('desk:look_back')}{looked}")
    yield Screen("patient-lots", ANA, reverse("desk:patient_lots", args=[_patient_at_rest().uuid]))


def _close_too_soon(page: Page) -> None:
    page.locator("summary", has_text="Close the recall").click()
    page.get_by_role("button", name="Close the recall").click()
    page.locator(".errbox").wait_for()


def _of_courses() -> Iterator[Screen]:
    for state in ("running", "planned", "paused", "lapsed", "maintenance"):
        patient = Course.objects.filter(state=state).earliest("opened_at").patient
        yield Screen(f"course-{state}", ANA, reverse("desk:course", args=[patient.uuid]))
    running = Course.objects.filter(state="running").earliest("opened_at").patient
    finished = Course.objects.filter(state="finished").earliest("opened_at").patient
    yield Screen("course-plan", ANA, f"{reverse('desk:course_plan', args=[finished.uuid])}?concern=melasma")
    yield Screen("course-plan-refused", ANA, reverse("desk:course_plan", args=[finished.uuid]), _send)
    yield Screen("course-edit", ANA, reverse("desk:course_edit", args=[running.uuid]))
    yield Screen("course-templates", MAX, reverse("desk:course_templates"))
    yield Screen("course-template", MAX, reverse("desk:course_template", args=["acne_scars"]))
    yield Screen("course-pausing", ANA, reverse("desk:course", args=[running.uuid]), _unfold("Pause the course"))


def _patient_at_rest() -> Patient:
    """Return somebody who was treated today, so that a visit in three days is too soon."""
    return Session.objects.filter(ended_at__date=DAY, course__state="running").earliest("ended_at").patient


def _called_off() -> Appointment:
    """Return the visit of today whose time is free again."""
    return Appointment.objects.filter(state=Appointment.State.CANCELLED, starts_at__date=DAY).latest("starts_at")


def _visit(state: str) -> Appointment:
    """Return the first visit for needling of the day that stands like this."""
    visits = Appointment.objects.filter(state=state, starts_at__date=DAY, service__kind=Service.Kind.NEEDLING)
    return visits.earliest("starts_at")


def _needling() -> Service:
    return Service.objects.filter(kind=Service.Kind.NEEDLING).earliest("position")


def _missed() -> Appointment:
    return Appointment.objects.filter(state=Appointment.State.NO_SHOW).earliest("starts_at")


def _session(**which: object) -> Session:
    return Session.objects.filter(**which).latest("started_at")


def _series_to_move() -> str:
    """Return the page that moves a session of a course that is still to come."""
    planned = PlannedVisit.objects.filter(appointment__state=Appointment.State.BOOKED, course__state="running")
    visit = planned.filter(appointment__starts_at__date__gt=DAY).earliest("appointment__starts_at").appointment
    return reverse("desk:series_move", args=[visit.uuid])


def _write_a_time_too_soon(page: Page) -> None:
    page.locator(".session .fold > summary").first.click()
    page.locator(".own input").first.fill(f"{DAY + timedelta(days=3)}T14:00")
    page.locator(".own button").first.click()
    page.locator(".against").wait_for()


def _move_too_soon(page: Page) -> None:
    page.get_by_label("A time of your own").fill(f"{DAY + timedelta(days=1)}T14:00")
    page.get_by_role("button", name="Show what follows").click()
    page.locator(".against").first.wait_for()


def _choose_a_time(page: Page) -> None:
    page.locator('[name="time"]').first.check()
    page.get_by_role("button", name="Show what follows").click()
    page.locator(".shifts").wait_for()


def _send(page: Page) -> None:
    """Send the page's form as it is, and wait for what is wrong with it."""
    page.locator("[data-send]").click()
    page.locator(".errbox").wait_for()


def _make_an_address(page: Page) -> None:
    page.get_by_role("button", name="for Ana").first.click()
    page.locator("#feed-address").wait_for()


def _unfold(words: str) -> Act:
    return lambda page: page.locator("summary", has_text=words).first.click()


def _same_as_last(page: Page) -> None:
    again = page.get_by_role("button", name="Same as")
    if again.count():  # the next look finds it done
        again.click()
    page.locator(".zone.carried").first.wait_for()


def _write_nine_millimetres(page: Page) -> None:
    page.get_by_role("button", name="Zone", exact=True).click()
    page.locator('[name="zones-0-zone"]').select_option(label="Cheek")
    page.locator('[name="zones-0-endpoint"]').select_option(label="Even erythema")
    page.locator('[name="zones-0-pass_count"]').fill("4")
    page.locator('[name="zones-0-depth_mm"]').fill("9")
    _send(page)
