"""A recall: opened and out of use at once, told to one patient after another, written to on a press, closed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox.models import Notice
from tests.factories import aftercare, booking, stock, treatments
from tests.factories import patients as who
from tests.factories.booking import TEN
from treatments import recalls as known
from treatments.models import Recall, RecallContact
from visits import merging, recalls

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

NOW = TEN + timedelta(days=10)
WHY = "The maker recalled this lot: two seals were found open."


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()
    aftercare.values()


@pytest.fixture
def gel(site):
    return stock.serum()


@pytest.fixture
def treated(microneedling, ana, as_ana, gel):
    """Return the signed session of a patient so many weeks after the first Monday, with the gel that is recalled."""

    def treat(patient, week=0, lot=None):
        visit = booking.visit(patient, microneedling, ana, starts_at=TEN + timedelta(weeks=week))
        used = {"serums": (treatments.serum_row(lot or gel),), "serum_is_none": False}
        return treatments.signed(treatments.started(visit, by=as_ana), by=as_ana, **used)

    return treat


@pytest.fixture
def opened(site, as_ana, gel):
    def open_(thing=None, **said):
        return recalls.open(thing or gel, site=site, by=as_ana, at=NOW, **({"reason": WHY} | said))

    return open_


def waiting(recall):
    return [one.patient.name for one in known.people(recall) if one.is_waiting]


def reach(recall, patient, by, **said):
    told = {"how": "call", "is_reached": True, "words": "Knows; nothing to see."} | said
    return recalls.contact(recall, patient, by=by, at=NOW + timedelta(hours=1), **told)


def mails():
    return list(Notice.objects.filter(owner="recalls").order_by("patient__name"))


def test_opening_sets_the_lot_aside_and_lists_whom_it_was_used_on(treated, opened, mia, gel, as_ana):
    treated(mia)
    treated(who.zoe(), week=1, lot=stock.serum("HA-0001"))

    recall = opened(maker_asks="Send back what is left.")

    gel.refresh_from_db()
    assert (gel.quarantined_at, gel.movements.get().reason) == (NOW, WHY)
    assert recall.name == "Gel allow, Northlight, lot HA-2219"
    assert waiting(recall) == ["Mia Okafor"]
    verbs = AuditRow.objects.filter(at=NOW).values_list("verb", flat=True)
    assert sorted(verbs) == ["lot.quarantined", "recall.opened"]


def test_a_recall_of_a_product_sets_every_lot_aside_and_the_product_out_of_use(treated, opened, mia, gel):
    other = stock.serum("HA-0001")
    treated(mia)

    recall = opened(gel.product)

    for lot in (gel, other):
        lot.refresh_from_db()
        assert lot.quarantined_at == NOW
    gel.product.refresh_from_db()
    assert (gel.product.is_stocked, waiting(recall)) == (False, ["Mia Okafor"])


def test_a_recall_of_a_device_takes_it_out_of_use_and_lists_visits_but_calls_none_off(
    treated, opened, mia, microneedling, ana, pen
):
    treated(mia)
    visit = booking.visit(who.tomasz(), microneedling, ana, starts_at=TEN + timedelta(weeks=3))

    recall = opened(pen)

    pen.refresh_from_db()
    visit.refresh_from_db()
    assert (pen.quarantined_at, visit.state, visit.device) == (NOW, "booked", pen)
    assert known.planned_with(recall, at=NOW) == [visit]
    assert known.planned_with(recall, at=visit.starts_at) == []
    assert waiting(recall) == ["Mia Okafor"]


def test_only_what_was_used_on_the_days_that_are_meant_counts(treated, opened, mia):
    treated(mia)
    treated(who.zoe(), week=1)

    recall = opened(used_from_on=date(2026, 3, 3), used_until_on=date(2026, 3, 9))

    assert waiting(recall) == ["Zoë Ångström-Łuczak"]


def test_nothing_is_set_aside_when_the_recall_cannot_be_opened(opened, gel):
    for said in ({"reason": " "}, {"used_from_on": date(2026, 3, 9), "used_until_on": date(2026, 3, 3)}):
        with pytest.raises(Refused):
            opened(**said)

    gel.refresh_from_db()
    assert (gel.quarantined_at, Recall.objects.count()) == (None, 0)


def test_a_thing_has_one_open_recall(opened, gel):
    first = opened()

    with pytest.raises(known.OpenAlready) as refused:
        opened()

    assert refused.value.recall == first


def test_a_session_that_is_written_down_later_joins_by_itself(treated, opened, mia, gel):
    treated(mia)
    recall = opened()
    type(gel).objects.update(quarantined_at=None)  # as it was when the session was held
    gel.refresh_from_db()

    treated(who.zoe(), week=1)

    assert waiting(recall) == ["Mia Okafor", "Zoë Ångström-Łuczak"]


def test_a_patient_counts_as_reached_once_one_contact_says_so(treated, opened, mia, as_ana):
    treated(mia)
    recall = opened()

    reach(recall, mia, as_ana, is_reached=False, words="No answer.")
    assert waiting(recall) == ["Mia Okafor"]
    reach(recall, mia, as_ana)
    reach(recall, mia, as_ana, how="letter", is_reached=False, words="")

    assert waiting(recall) == []
    (person,) = known.people(recall)
    assert [one.words for one in person.contacts] == ["", "Knows; nothing to see.", "No answer."]
    assert AuditRow.objects.filter(verb="recall.contact", patient_id_text=str(mia.uuid)).count() == 3


def test_nobody_is_contacted_who_is_not_on_the_list(treated, opened, mia, as_ana):
    treated(mia)
    recall = opened()

    with pytest.raises(Refused) as refused:
        reach(recall, who.zoe(), as_ana)

    assert (refused.value.refusal.rule, RecallContact.objects.count()) == ("recall.not_on_it", 0)


def test_it_closes_when_everybody_was_reached_or_with_a_reason(treated, opened, mia, as_ana, gel):
    treated(mia)
    recall = opened()
    with pytest.raises(Refused) as refused:
        recalls.close(recall, by=as_ana, at=NOW)
    assert str(refused.value).startswith("1 patient was not reached yet.")

    reach(recall, mia, as_ana)
    closed = recalls.close(recall, because="Not asked for.", by=as_ana, at=NOW)

    assert (closed.closed_at, closed.closed_because) == (NOW, "")
    for step in (
        lambda: recalls.close(recall, by=as_ana, at=NOW),
        lambda: reach(recall, mia, as_ana),
        lambda: recalls.mail(recall, by=as_ana, at=NOW),
    ):
        with pytest.raises(known.NotOpen):
            step()
    gel.refresh_from_db()
    assert gel.quarantined_at is not None
    assert opened().is_open


def test_it_closes_without_everybody_for_a_reason_that_is_kept(treated, opened, mia, as_ana):
    treated(mia)

    closed = recalls.close(opened(), because="Moved abroad; two letters came back.", by=as_ana, at=NOW)

    assert closed.closed_because == "Moved abroad; two letters came back."


def test_a_press_writes_to_everybody_with_an_address_and_to_each_once(treated, opened, mia, as_ana):
    treated(mia)
    treated(who.tomasz(), week=1)
    wants_none = who.zoe()
    type(wants_none).objects.filter(pk=wants_none.pk).update(wants_aftercare_mail=False)
    treated(wants_none, week=2)
    recall = opened()

    assert recalls.mail(recall, by=as_ana, at=NOW) == 1
    assert recalls.mail(recall, by=as_ana, at=NOW + timedelta(days=1)) == 0

    (mail,) = mails()
    assert (mail.patient, mail.headline, mail.channel, mail.due_at) == (mia, "Please call us", "mail", NOW)
    assert mail.body_text.startswith("Dear Mia,")
    for word in ("Gel", "HA-2219", "recall", "needl", "treatment"):
        assert word not in mail.headline + mail.body_text
    assert waiting(recall) == ["Mia Okafor", "Tomasz Wrona", "Zoë Ångström-Łuczak"]


def test_the_words_are_those_that_somebody_wrote_in_the_language_of_the_patient(treated, opened, as_ana):
    treated(who.mia(language="es"))
    treated(who.zoe(), week=1)
    recall = opened()
    recalls.write_letters(recall, {"en": ("Call us, please", "{first_name}, call {clinic_phone}.")}, by=as_ana, at=NOW)

    recalls.mail(recall, by=as_ana, at=NOW)

    spanish, english = mails()
    assert (spanish.language, spanish.headline) == ("es", "Llámenos, por favor")
    assert (english.headline, english.body_text) == ("Call us, please", "Zoë, call {clinic_phone}.")


@pytest.mark.parametrize(
    ("subject", "words", "field"),
    [
        ("", "Call us.", "subject_en"),
        ("About lot ha-2219", "Call us.", "subject_en"),
        ("Your gel allow", "Call us.", "subject_en"),
        ("Dear {first_name}", "Call us.", "subject_en"),
        ("Two\nlines", "Call us.", "subject_en"),
        ("Call us", " ", "words_en"),
        ("Call us", "Dear {frist_name}", "words_en"),
    ],
)
def test_a_letter_that_says_too_much_or_nothing_is_not_kept(opened, as_ana, subject, words, field):
    recall = opened()

    with pytest.raises(Refused) as refused:
        recalls.write_letters(recall, {"en": (subject, words)}, by=as_ana, at=NOW)

    recall.refresh_from_db()
    assert (refused.value.refusal.values["field"], recall.letters) == (field, {})


def test_a_mail_that_has_not_left_is_taken_back_when_the_patient_is_reached_or_the_recall_closed(
    treated, opened, mia, as_ana
):
    zoe = who.zoe()
    treated(mia)
    treated(zoe, week=1)
    recall = opened()
    recalls.mail(recall, by=as_ana, at=NOW)

    reach(recall, mia, as_ana)
    assert [(mail.state, mail.state_reason) for mail in mails()] == [
        ("withdrawn", "The patient was reached."),
        ("due", ""),
    ]
    recalls.close(recall, because="The maker took it back.", by=as_ana, at=NOW)

    assert [mail.state for mail in mails()] == ["withdrawn", "withdrawn"]
    assert mails()[1].state_reason == "The recall is closed."


def test_the_gate_lets_a_wanted_mail_out_and_asks_the_recall_first(treated, opened, mia, as_ana):
    treated(mia)
    recall = opened()
    recalls.mail(recall, by=as_ana, at=NOW)
    (mail,) = mails()

    assert recalls.still_wanted(mail, at=NOW) == ""
    RecallContact.objects.create(recall=recall, patient=mia, how="call", is_reached=True, by=as_ana.user, at=NOW)
    assert recalls.still_wanted(mail, at=NOW) == "The patient was reached."


def test_a_merge_moves_the_contacts_and_nobody_is_written_to_twice(treated, opened, mia, as_ana):
    twin = who.patient("Mia Okafer", email="mia@post.example", born_on=date(1994, 5, 21))
    treated(twin)
    recall = opened()
    recalls.mail(recall, by=as_ana, at=NOW)
    reach(recall, twin, as_ana, is_reached=False)

    merging.merge(mia, twin, versions=(mia.version, twin.version), by=as_ana, at=NOW)

    assert waiting(recall) == ["Mia Okafor"]
    assert recalls.mail(recall, by=as_ana, at=NOW) == 0
    assert [len(one.contacts) for one in known.people(recall)] == [2]


def refused_by_the_database(change) -> bool:
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False


def test_the_log_is_only_added_to_and_a_closed_recall_stays(treated, opened, mia, as_ana):
    treated(mia)
    recall = opened()
    made = reach(recall, mia, as_ana)
    recalls.close(recall, by=as_ana, at=NOW)
    rows, closed = RecallContact.objects.filter(pk=made.pk), Recall.objects.filter(pk=recall.pk)

    assert refused_by_the_database(lambda: rows.update(is_reached=False))
    assert refused_by_the_database(lambda: rows._raw_delete(connection.alias))
    assert refused_by_the_database(lambda: closed.update(reason="Another."))
