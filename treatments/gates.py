"""The gates before a session: who is in front of us, what was asked, what was agreed to, whether it is time.

They are judged at Start, before the cream. Each function returns a Refusal or None, and nothing clinical is in the
words that the desk may hear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Appointment, Override
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service, Site
from clinic.refusals import Refusal
from intake import agreeing, answers, consents, freshness, screenings, texts
from intake.models import Answer, Purpose, Screening
from patients import restrictions
from patients.models import Patient, Restriction
from patients.rules import ADULT_YEARS, fold, years_after
from treatments import decisions
from treatments.models import Session

TOO_YOUNG = "age.too_young"
READY = (Appointment.State.ARRIVED, Appointment.State.IN_ROOM)


def visit_refusal(appointment: Appointment) -> Refusal | None:
    """Return why no session can begin at this visit: another kind of visit, not arrived, or begun already."""
    if appointment.service.kind != Service.Kind.NEEDLING:
        sentence = _("%(service)s has no session to record.") % {"service": appointment.service}
        return Refusal("start.not_needling", _("This visit is not a session."), sentence)
    if Session.objects.standing().filter(appointment=appointment).exists():
        sentence = _("The session of this visit was started before. Open it from My day.")
        return Refusal("start.again", _("This session runs already."), sentence)
    if appointment.state not in READY:
        sentence = _("%(name)s is not marked as arrived. Mark that first, then start.")
        named = {"name": appointment.patient.name}
        return Refusal("start.not_arrived", _("Not arrived yet."), sentence % named)
    return None


def identity_refusal(patient: Patient, *, name: str, born_on: date | None) -> Refusal | None:
    """Return why it is not sure who is here: name and date of birth must both match the record (C-602)."""
    if patient.born_on is None:
        sentence = _("%(name)s has no date of birth in the record. Ask for it, write it there, then start.")
        title = _("The date of birth is not known.")
        return Refusal("identity.born_unknown", title, sentence % {"name": patient.name})
    if fold(name) != fold(patient.name) or born_on != patient.born_on:
        sentence = _("Name and date of birth must both be confirmed as they stand in the record.")
        return Refusal("identity.not_confirmed", _("Make sure who is here."), sentence)
    return None


def age_refusal(patient: Patient, *, site: Site, on: date) -> Refusal | None:
    """Return why somebody is too young for a session on that day (C-243): the site says from what age on they begin.

    Before that a prescriber decides for one visit; below 18 once a guardian is written down who can be asked. An age
    that is not known stops nothing here; at Start nobody passes without a date of birth.
    """
    age, years = patient.age_on(on), site.minimum_age
    if age is None or age >= years:
        return None
    day = years_after(patient.born_on, years)
    title = _("Too young for a session")
    said = {"years": years, "day": date_format(day, "j F Y")}
    is_minor = age < ADULT_YEARS
    if is_minor and not patient.has_guardian:
        sentence = _(
            "Sessions begin at %(years)s years, here on %(day)s. Before that a prescriber decides, once a guardian "
            "stands in the record with a phone number or an e-mail address."
        )
        return Refusal("age.no_guardian", title, sentence % said, earliest=day)
    sentence = _(
        "Sessions begin at %(years)s years, here on %(day)s. Before that a prescriber decides, for this visit only."
    )
    if is_minor:
        sentence = _(
            "Sessions begin at %(years)s years, here on %(day)s. Before that a prescriber decides, for this visit "
            "only, and the guardian signs the consent."
        )
    return Refusal(TOO_YOUNG, title, sentence % said, earliest=day, overridable_by="prescribe")


def visit_age_refusal(appointment: Appointment, *, on: date) -> Refusal | None:
    """Return why the patient of a visit is too young for it on that day, unless a prescriber let this visit pass."""
    if appointment.service.kind != Service.Kind.NEEDLING:
        return None
    refusal = age_refusal(appointment.patient, site=appointment.site, on=on)
    if refusal is None or refusal.is_hard:
        return refusal
    passed = appointment.overrides.filter(rule=TOO_YOUNG).select_related("agreed_by")
    return None if any(Actor.of(one.agreed_by).may(refusal.overridable_by) for one in passed) else refusal


def screening_refusal(
    screening: Screening, *, patient: Patient, by: Actor, day: date, asked_on: date
) -> Refusal | None:
    """Return why the short check does not carry this session: it must be this patient's, today's, unused and passed."""
    is_todays = asked_on == day and screening.patient_id == patient.pk and screening.asked_by_id == by.user.pk
    if not is_todays or Session.objects.filter(screening=screening).exists():
        sentence = _("The questions are asked fresh before every session. Ask them now.")
        return Refusal("screening.not_fresh", _("The check is not of now."), sentence)
    if screening.outcome == Screening.Outcome.BLOCKED:
        words = " ".join(
            f"{answer.question_words} {answer.question.action_words}" for answer in screenings.stopping(screening)
        )
        return Refusal("screening.blocked", _("No session today."), words)
    return None


def consent_refusal(patient: Patient, *, needed: Iterable[str], site: Site, on: date) -> Refusal | None:
    """Return why there is no consent to what will be done: each purpose is signed, to the words of today (C-607).

    needed: the purposes of `intake.agreeing.purposes_needed`. on: the local day of the session.
    """
    signed = consents.covered(patient)
    missing = [purpose for purpose in needed if purpose not in signed]
    for purpose in missing:
        texts.current(purpose)  # there must be words to sign
    if missing:
        return unsigned_refusal(patient, missing)
    given_on = max(consents.given_on(signed[purpose], site) for purpose in needed)
    return agreeing.cooling_refusal(given_on, on=on, today=on, cooling_days=site.consent_cooling_days)


def use_refusal(patient: Patient, needed: Iterable[str], *, site: Site, on: date) -> Refusal | None:
    """Return why a product may not be used yet: what it is used for is signed by itself. needed: as `consent_refusal`.

    Where there are no words to sign, that is the reason.
    """
    try:
        return consent_refusal(patient, needed=needed, site=site, on=on)
    except texts.NoConsentText as missing:
        return missing.refusal


def unsigned_refusal(patient: Patient, missing: list[str]) -> Refusal:
    """Return that these purposes are not signed."""
    sentence = _("%(name)s signs first: %(what)s.") % {
        "name": patient.name,
        "what": ", ".join(str(Purpose(purpose).label) for purpose in missing),
    }
    return Refusal("consent.missing", _("There is no consent yet."), sentence, values={"purposes": missing})


def thinking_refusal(
    patient: Patient | None, *, service: Service, site: Site, on: date, at: datetime
) -> Refusal | None:
    """Return why a needling cannot be booked for that day: it would leave too little time to think about the consent.

    patient: None for somebody who is being entered.
    """
    if service.kind != Service.Kind.NEEDLING or not site.consent_cooling_days:
        return None
    needed, signed = agreeing.purposes_needed(service.beside), consents.covered(patient) if patient else {}
    days = [consents.given_on(signed[purpose], site) for purpose in needed if purpose in signed]
    return agreeing.cooling_refusal(
        max(days) if len(days) == len(needed) else None,
        on=on,
        today=wall_time.local(at, site.zone).date(),
        cooling_days=site.consent_cooling_days,
    )


def full_refusal(patient: Patient, *, on: date, known_at: datetime | None = None) -> Refusal | None:
    """Return why the patient's full screening does not carry a session on that day (C-54).

    known_at: only what the house had heard until then counts; None for all of it.
    """
    state = freshness.state(patient, on=on, known_at=known_at)
    if not state.due:
        return None
    named = {"name": patient.name, "day": date_format(state.until, "j F Y") if state.until else ""}
    title, sentence = {
        "never": (_("The health questions come first."), _("%(name)s has not answered the health questions yet.")),
        "old": (_("The health questions are due again."), _("The answers of %(name)s lasted until %(day)s.")),
        "new": (
            _("Something is new."),
            _("Something new was told or noted since %(name)s answered. Ask all the questions again, then start."),
        ),
    }[state.due]
    return Refusal(f"screening.full_{state.due}", title, sentence % named)


def undecided_refusal(appointment: Appointment, *, on: date) -> Refusal | None:
    """Return that answers of the full screening wait for a decision about this visit.

    What every start asks for again is decided there, with the answer of now.
    """
    fresh = {question.code for question in screenings.questions_at_start()}
    left = [one for one in decisions.matters(appointment, on=on) if not one.decided and one.code not in fresh]
    if not left:
        return None
    sentence = ngettext(
        "%(n)s answer of the health questions asks for a decision about this visit.",
        "%(n)s answers of the health questions ask for a decision about this visit.",
        len(left),
    )
    return Refusal("screening.undecided", _("Decide about the answers first."), sentence % {"n": len(left)})


def restriction_refusal(
    appointment: Appointment, *, on: date, at: datetime, is_asked_now: bool = False
) -> Refusal | None:
    """Return the restriction that stops this visit, unless it was passed for this visit by a named person.

    What was agreed to holds for the visit's own day, for what stood in its way then, and while that person may still
    decide it: a restriction written afterwards is a new question. is_asked_now: at the start what an earlier answer
    held up is asked again, and the answer of now counts.
    """
    rows = restrictions.standing(appointment.patient, service_kind=appointment.service.kind, on=on)
    if is_asked_now:
        again = _asked_again(rows)
        rows = [row for row in rows if row.source not in again]
    if not rows or on != wall_time.local(appointment.starts_at, appointment.site.zone).date():
        return restrictions.judged(rows, on=on)
    made = list(decisions.made(appointment))
    standing = answers.standing(appointment.patient) if any(one.code for one in made) else {}
    return left_standing(rows, made, standing, on=on)


def left_standing(
    rows: Iterable[Restriction], made: Iterable[Override], standing: Mapping[str, Answer], *, on: date
) -> Refusal | None:
    """Return what still stops a visit on its own day after what was passed for it.

    rows: the restrictions that stop it on that day. made: what was passed for this visit. standing: the newest answers
    of the patient, where one was passed.
    """
    made = list(made)
    decided = decisions.passed_codes(made, standing)
    left = [row for row in rows if answers.code_of(row.source) not in decided]
    refusal = restrictions.judged(left, on=on)
    if refusal is None:
        return None
    written_at = max(row.written_at for row in left)
    is_passed = any(
        one.rule == refusal.rule and one.at >= written_at and Actor.of(one.agreed_by).may(refusal.overridable_by)
        for one in made
    )
    return None if is_passed else refusal


def _asked_again(rows: Iterable[Restriction]) -> frozenset[str]:
    """Return the sources of what stands because of an answer that every start asks for again."""
    sources = {row.source for row in rows if answers.code_of(row.source)}
    codes = {question.code for question in screenings.questions_at_start()} if sources else set()
    return frozenset(source for source in sources if answers.code_of(source) in codes)


def day_refusals(appointment: Appointment, *, on: date, at: datetime) -> list[Refusal]:
    """Return what keeps a visit that was booked from another day; what was passed for it stops it no more."""
    refusal = restriction_refusal(appointment, on=on, at=at)
    if refusal is not None:
        rows = restrictions.standing(appointment.patient, service_kind=appointment.service.kind, on=on)
        refusal = decisions.with_letter(refusal, rows, appointment.patient, on=on)
    found = (refusal, visit_age_refusal(appointment, on=on))
    return [refusal for refusal in found if refusal is not None]


def consultation_refusal(patient: Patient | None, *, service: Service, site: Site) -> Refusal | None:
    """Return why a needling cannot be booked yet: this house talks first, and nobody has talked with the patient.

    A consultation that is over counts, and so does any session that was ever performed. A practitioner may agree.
    patient: None for somebody who is being entered.
    """
    if service.kind != Service.Kind.NEEDLING or not site.consultation_first:
        return None
    if patient is not None and _was_seen(patient):
        return None
    sentence = _("The first visit here is a consultation; %(service)s can be booked once it is over.")
    return Refusal(
        rule="consultation.first",
        title=_("A consultation comes first"),
        sentence=sentence % {"service": service.name},
        overridable_by="treat",
    )


def _was_seen(patient: Patient) -> bool:
    consulted = {"state": Appointment.State.DONE, "service__kind": Service.Kind.CONSULTATION}
    return patient.appointments.filter(**consulted).exists() or Session.objects.ended().filter(patient=patient).exists()


def refusals(
    appointment: Appointment,
    *,
    identity_name: str,
    identity_born_on: date | None,
    screening: Screening,
    beside: Iterable[str] = (),
    by: Actor,
    at: datetime,
) -> Iterator[Refusal]:
    """Yield what stops this session, the first gate first; a gate is judged only once those before it are passed.

    beside: what is planned beside the needling and the service does not say, of `intake.agreeing.BESIDE`.
    """
    zone, patient = appointment.site.zone, appointment.patient
    needed = agreeing.purposes_needed({*beside, *appointment.service.beside})
    today = wall_time.local(at, zone).date()
    asked_on = wall_time.local(screening.asked_at, zone).date()
    for judge in (
        lambda: visit_refusal(appointment),
        lambda: identity_refusal(patient, name=identity_name, born_on=identity_born_on),
        lambda: visit_age_refusal(appointment, on=today),
        lambda: screening_refusal(screening, patient=patient, by=by, day=today, asked_on=asked_on),
        lambda: full_refusal(patient, on=today),
        lambda: undecided_refusal(appointment, on=today),
        lambda: consent_refusal(patient, needed=needed, site=appointment.site, on=today),
        lambda: restriction_refusal(appointment, on=today, at=at, is_asked_now=True),
    ):
        refusal = judge()
        if refusal is not None:
            yield refusal


def foreseen(appointment: Appointment, *, at: datetime) -> Refusal | None:
    """Return what stops a session whatever is answered: known before the first question is asked."""
    patient = appointment.patient
    needed = agreeing.purposes_needed(appointment.service.beside)
    today = wall_time.local(at, appointment.site.zone).date()
    for judge in (
        lambda: visit_refusal(appointment),
        lambda: identity_refusal(patient, name=patient.name, born_on=patient.born_on),
        lambda: visit_age_refusal(appointment, on=today),
        lambda: full_refusal(patient, on=today),
        lambda: undecided_refusal(appointment, on=today),
        lambda: restriction_refusal(appointment, on=today, at=at, is_asked_now=True),
        lambda: consent_refusal(patient, needed=needed, site=appointment.site, on=today),
    ):
        refusal = judge()
        if refusal is not None:
            return refusal
    return None


def end_refusal(session: Session, *, ended_at: datetime, at: datetime) -> Refusal | None:
    """Return why a treatment cannot have ended at that time, or None."""
    zone = session.appointment.site.zone

    def clock(instant: datetime) -> str:
        return date_format(wall_time.local(instant, zone), "H:i")

    title = _("Check the time of the end.")
    named = {"end": clock(ended_at), "start": clock(session.started_at)}
    if ended_at < session.started_at:
        sentence = _("The end, %(end)s, is before the start, %(start)s.") % named
        return Refusal("end.before_start", title, sentence)
    if ended_at > at:
        return Refusal("end.future", title, _("The end, %(end)s, has not come yet.") % named)
    if session.needling_ended_at and ended_at < session.needling_ended_at:
        sentence = _("The end, %(end)s, is before the needling ended, %(needles)s.")
        return Refusal("end.before_needling", title, sentence % (named | {"needles": clock(session.needling_ended_at)}))
    return None
