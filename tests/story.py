"""A treatment told to its end, so that every guarded table has a row that matters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clinic.actors import Actor
from clinic.models import Service, Site, User
from patients.models import Patient
from tests.factories import intake, stock
from tests.factories import screening as full
from tests.factories import treatments as chart
from tests.factories.booking import SUNDAY, TEN, minutes
from treatments import incidents, reactions
from treatments.courses import CoursePlan
from treatments.models import Concern, Session
from visits import reception, treatment


def signed_session(
    patient: Patient, practitioner: User, service: Service, site: Site, *, desk: Actor, by: Actor, **typed: Any
) -> Session:
    """Return a sealed session with serum, cream, an addendum and a struck reaction, and the next visit booked early.

    typed: more of the chart.
    """
    chart.values()
    visit = reception.book(
        patient=patient, service=service, practitioner=practitioner, starts_at=TEN, site=site, by=desk, at=SUNDAY
    )
    full.up_to_date(patient, at=TEN)
    here = reception.arrive(visit, version=visit.version, by=desk, at=TEN)
    intake.agreed(patient, by=by)
    session = treatment.start(
        here,
        version=here.version,
        identity_name=patient.name,
        identity_born_on=patient.born_on,
        answers=chart.all_clear(),
        course_plan=CoursePlan(concern=Concern.objects.get(code="acne_scars"), planned_sessions=4),
        by=by,
        at=TEN,
    )
    over = TEN + minutes(70)
    draft = chart.draft(
        session,
        serum_is_none=False,
        serums=(chart.serum_row(stock.serum()),),
        anaesthetic_is_none=False,
        creams=(chart.cream_row(stock.cream()),),
        **typed,
    )
    session = treatment.save(session, draft, version=session.version, by=by, at=over)
    session = treatment.finish(session, ended_at=over, by=by, at=over)
    session = treatment.sign(session, by=by, at=over + minutes(5))
    treatment.add_addendum(session, reason="Spelling", words="The gel was cold.", by=by, at=over + minutes(9))
    told = incidents.record(session, stopped_by=[], reason="The cream went on first", by=by, at=over + minutes(9))
    incidents.review(told, words="Talked about.", by=by, at=over + minutes(9))
    mistaken = chart.reacted(session, by=by, onset_at=over, at=over + minutes(9))
    reactions.strike(mistaken, because="Meant for another patient", by=by, at=over + minutes(9))
    reception.book(
        patient=patient,
        service=service,
        practitioner=practitioner,
        starts_at=TEN + timedelta(days=25),
        site=site,
        by=desk,
        at=over,
        agreed_by=practitioner,
        agreed_reason="Flies on Saturday",
    )
    return session
