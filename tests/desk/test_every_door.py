"""Every URL of the house, tried by everybody: who is let in, and what the desk never gets to read."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clinic import audit, guards, policy, sites
from clinic.actors import Actor
from clinic.capabilities import ROLE_CAPABILITIES, capabilities_of
from clinic.models import AuditRow, Purge, Role
from intake import consents
from outbox.models import Notice
from patients import glass, health, imports, notes, twins
from patients import patients as people
from patients.models import ClinicalNote, Medicine, Procedure
from tests.factories import clinic as house
from tests.factories import intake, screening, stock
from tests.factories import patients as who
from tests.factories.booking import HOUSE, TEN, minutes
from tests.factories.ledger import sold
from tests.factories.photos import cleaned
from tests.factories.treatments import reacted
from tests.factories.waitlist import offered, waits
from tests.story import signed_session
from treatments import courses, incidents
from treatments.models import PrpUse, Session, Strike
from visits import closing, merging, purging, recalls, reception, reports, treatment

pytestmark = pytest.mark.django_db

CANARY = "quetzalcoatlus"
DOORS = {route: pattern for route, pattern in policy.every_url() if policy.is_ours(pattern)}
SIGNED_IN = {route: pattern for route, pattern in DOORS.items() if pattern.callback.capability is not None}
CLINICAL = {"see_clinical", "treat", "read_messages", "manage", "prescribe", "keep_records"}


def due_for_deletion(patient) -> Purge:
    """Return what is listed ten years from now."""
    purging.list_due(at=TEN + timedelta(days=3653))
    return Purge.objects.get(patient_pk=patient.pk)


@pytest.fixture
def record(mia, ana, microneedling, site, dee, as_ana):
    """What each kind of URL is about; a canary stands wherever clinical words may stand."""
    people.edit(mia, version=mia.version, by=as_ana, at=TEN, skin_concerns=f"{CANARY} concern")
    allergy = who.allergy(mia, f"{CANARY} allergy", reaction=f"{CANARY} rash", by=as_ana)
    medicine = health.note(Medicine, mia, name=f"{CANARY} medicine", by=as_ana, at=TEN)
    procedure = health.note(Procedure, mia, name=f"{CANARY} procedure", by=as_ana, at=TEN)
    note = notes.write(ClinicalNote, mia, words=f"{CANARY} words", by=as_ana, at=TEN)
    words = {"note": f"{CANARY} note", "reaction_note": f"{CANARY} reaction"}
    session = signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana, **words)
    goal = replace(courses.plan_of(session.course), goal=f"{CANARY} goal")
    known = {"version": session.course.version, "why": f"{CANARY} why", "by": as_ana, "at": TEN + minutes(80)}
    courses.change(session.course, goal, **known)
    treatment.add_addendum(session, reason=f"{CANARY} reason", words=f"{CANARY} words", by=as_ana, at=TEN + minutes(90))
    visit = reception.book(
        patient=who.zoe(),
        service=microneedling,
        practitioner=ana,
        starts_at=TEN + minutes(240),
        site=site,
        by=dee,
        at=TEN,
    )
    closure = closing.close(
        kind="leave",
        site=site,
        practitioner=ana,
        starts_at=TEN + minutes(200),
        ends_at=TEN + minutes(600),
        by=dee,
        at=TEN,
    )
    offer = offered(waits(who.tomasz(), microneedling), ana, starts_at=TEN + minutes(24 * 60), at=TEN)
    photos = intake.signed(mia, by=as_ana, purpose="marketing_photos")
    consents.withdraw(photos, reason=f"{CANARY} withdrawn", by=as_ana, at=TEN)
    third, fourth = who.patient("Third Record"), who.patient("Fourth Record")
    people.edit(fourth, version=1, by=as_ana, at=TEN, skin_concerns=f"{CANARY} concern")
    letter = intake.letter(mia, by=as_ana, at=TEN + minutes(96), about=f"{CANARY} letter")
    merge = merging.merge(third, fourth, versions=(1, 2), by=as_ana, at=TEN)
    screening.begun(mia, by=as_ana, at=TEN + minutes(96))
    lot, now = session.cartridge.lot, {"by": as_ana, "at": TEN + minutes(97)}
    recall = recalls.open(lot, site=site, reason="Two seals were open.", **now)
    with guards.lifted():
        PrpUse.objects.create(session=session, draw_ml=10, programme="Two minutes")
        wrong = Session.objects.create(
            appointment=visit,
            patient=visit.patient,
            practitioner=ana,
            is_afterwards=True,
            **dict.fromkeys(("identity_confirmed_at", "started_at", "saved_at", "struck_at"), now["at"]),
        )
        Strike.objects.create(
            session=wrong, moved_to=session, reason=f"{CANARY} strike", struck_by=ana, struck_at=now["at"]
        )
    recalls.contact(recall, mia, how="call", is_reached=True, words=f"{CANARY} call", **now)
    product = stock.serum("HA-9999").product
    Notice.objects.update(body_text=f"{CANARY} text", body_html=f"<p>{CANARY}</p>")
    told = reports.tell(
        mia,
        session=session,
        site=site,
        came_by="link",
        feeling="worried",
        words=f"{CANARY} told",
        photos=[cleaned()],
        by=Actor.of_link(mia.name, mia.uuid),
        at=TEN + minutes(95),
    )
    return {
        "patients": mia.uuid,
        "consents": photos.uuid,
        "course-templates": "acne_scars",
        "allergies": allergy.uuid,
        "medicines": medicine.uuid,
        "procedures": procedure.uuid,
        "notes": note.uuid,
        "letters": letter.uuid,
        "consent-texts": "procedure",
        "protocols": "1",
        "protocol-steps": "AFTER_24H",
        "incidents": incidents.record(
            session, stopped_by=[], reason=f"{CANARY} incident", by=as_ana, at=TEN + minutes(95)
        ).uuid,
        "sessions": session.uuid,
        "appointments": visit.uuid,
        "messages": Notice.objects.earliest("pk").uuid,
        "mailbox": "20260302T100000-1.eml",
        "hours": ana.pk,
        "rules": microneedling.code,
        "sheets": "2026-03-03",
        "closures": closure.uuid,
        "questions": "KELOID",
        "waitlist": offer.entry.uuid,
        "follow-ups": mia.uuid,
        "offers": offer.uuid,
        "feeds": f"practitioner-{ana.pk}",
        "due": due_for_deletion(mia).uuid,
        "glass": glass.break_(mia, reason=f"{CANARY} glass", by=as_ana, at=TEN).uuid,
        "imports": imports.upload(b"Name,Phone\nMia,0113 496 0417\n", filename="clients.csv", by=dee, at=TEN).uuid,
        "merges": merge.uuid,
        "packages": sold(mia).uuid,
        "products": product.pk,
        "devices": session.device.pk,
        "stock": product.lots.latest("pk").pk,
        "recalls": recall.uuid,
        "reports": told.uuid,
        "report-photos": told.photos.get().uuid,
        "reactions": reacted(
            session, by=as_ana, grade=1, onset_at=TEN, at=TEN + minutes(95), signs=f"{CANARY} signs"
        ).uuid,
        "twins": twins.set_apart(mia, who.patient("Mia Okafer"), by=dee, at=TEN).uuid,
    }


def address(route: str, record: dict[str, object]) -> str:
    """Return a real address of a route; its first word says what it is about."""
    about = route.split("/")[0]
    found = re.sub(r"<(uuid|str):\w+>", lambda _match: str(record[about]), route)
    assert "<" not in found, f"tell this test what {route} is about"
    return f"/{found}"


def of_role(role: str) -> Client:
    client = Client()
    client.force_login(house.user(f"{role.title()} Somebody", role))
    return client


def answers(client: Client, at: str) -> list[tuple[str, int]]:
    return [("GET", client.get(at).status_code), ("POST", client.post(at, {}).status_code)]


def test_nobody_enters_without_signing_in(record):
    sign_in = reverse("account_login")
    for route in SIGNED_IN:
        at = address(route, record)
        for response in (Client().get(at), Client().post(at, {})):
            assert (response.status_code, response.headers.get("Location", "").split("?")[0]) == (302, sign_in), at


@pytest.mark.parametrize("role", Role.values)
def test_a_role_enters_what_its_capabilities_open_and_nothing_else(record, role):
    client, granted = of_role(role), capabilities_of([role])
    wrong = []
    for route, pattern in SIGNED_IN.items():
        is_open = pattern.callback.capability in granted
        for method, status in answers(client, address(route, record)):
            if status >= 500 or (status == 403) == is_open:
                wrong.append((method, route, status))

    assert wrong == []


def test_a_person_without_any_role_enters_nothing(record):
    client = Client()
    client.force_login(house.user("Nobody Yet"))

    statuses = {answer for route in SIGNED_IN for _method, answer in answers(client, address(route, record))}

    assert statuses == {403}


def test_what_does_not_exist_is_not_found(record):
    clients = [of_role(role) for role in ROLE_CAPABILITIES]
    for route in SIGNED_IN:
        if "<uuid:" not in route:
            continue
        elsewhere = {about: uuid.uuid4() for about in record}
        statuses = {client.get(address(route, elsewhere)).status_code for client in clients}
        assert statuses <= {403, 404, 405}, route
        assert statuses & {404, 405}, route


def everything_the_desk_can_open(client: Client, record: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield each address with each answer that it gives, as it is asked: who looks for one page need not open all."""
    pages = [address(route, record) for route in SIGNED_IN]
    pages += [f"{page}?q={CANARY[:7]}" for page in pages] + [f"{page}?day=2026-03-02&view=list" for page in pages]
    for page in pages:
        for headers in ({}, {"HX-Request": "true"}):
            yield page, client.get(page, headers=headers).content.decode(errors="replace")
        yield page, client.post(page, {}).content.decode(errors="replace")


def test_the_desk_never_receives_clinical_text(record):
    leaks = [page for page, text in everything_the_desk_can_open(of_role(Role.FRONT_DESK), record) if CANARY in text]

    assert leaks == []


def test_the_control_a_practitioner_does_receive_it(record):
    pages = everything_the_desk_can_open(of_role(Role.PRACTITIONER), record)

    assert any(CANARY not in text for _page, text in pages)
    assert any(f"{CANARY} note" in text for _page, text in pages)


def reads_left_by(call) -> set[str]:
    """Return whose records the trail says were read while something was called."""
    before = AuditRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    call()
    reads = AuditRow.objects.filter(pk__gt=before, verb__in=audit.READS)
    return set(reads.values_list("patient_id_text", flat=True))


def test_whoever_is_shown_clinical_text_leaves_a_row_in_the_trail(record):
    client, silent, told = of_role(Role.PRACTITIONER), [], 0
    for route in SIGNED_IN:
        at = address(route, record)
        for ask in (client.get, client.post):
            answers: list[str] = []
            reads = reads_left_by(lambda: answers.append(ask(at).content.decode(errors="replace")))  # noqa: B023
            if CANARY in answers[0]:
                told += 1
                silent += [] if reads else [(ask.__name__, route)]

    assert silent == []
    assert told > 5


def test_every_clinical_page_about_a_patient_leaves_a_row_in_the_trail(record):
    client, silent = Client(), []
    client.force_login(house.user("Somebody Of-All-Roles", *Role.values))
    for route, pattern in SIGNED_IN.items():
        if pattern.callback.capability not in CLINICAL - {"keep_records"} or "<uuid:" not in route:
            continue
        at, statuses = address(route, record), []
        reads = reads_left_by(lambda: statuses.append(client.get(at).status_code))  # noqa: B023
        if statuses == [200] and not reads:
            silent.append(route)

    assert silent == []


@pytest.fixture
def own_patients_only(site):
    sites.set_rules(site, own_patients_only=True, by=HOUSE, at=TEN)


def test_a_clinician_receives_no_clinical_text_of_a_patient_who_is_not_theirs(record, own_patients_only):
    pages = everything_the_desk_can_open(of_role(Role.PRACTITIONER), record)

    assert [page for page, text in pages if CANARY in text] == []
    assert not AuditRow.objects.filter(verb__in=audit.READS).exists()


def test_the_control_those_who_treat_her_do(record, own_patients_only, ana):
    client = Client()
    client.force_login(ana)

    assert any(f"{CANARY} note" in text for _page, text in everything_the_desk_can_open(client, record))


def test_nothing_personal_is_kept_in_a_cache_and_no_page_runs_foreign_code(record):
    client = of_role(Role.PRACTITIONER)
    for route in SIGNED_IN:
        response = client.get(address(route, record))
        policy_words = response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store", route
        assert "unsafe" not in policy_words or "sandbox" in policy_words, route
        assert "default-src 'none'" in policy_words, route


def test_the_practitioner_side_of_the_table_is_the_clinical_one():
    for role, granted in ROLE_CAPABILITIES.items():
        if role == Role.FRONT_DESK:
            assert granted & CLINICAL == set()
