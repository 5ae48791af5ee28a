"""What is asked and written often is asked and written as the ORM would, with the statement made once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q

from clinic.models import AuditRow, RoleGrant, Service, Site, SpecialDay, User
from clinic.often import insert, often
from outbox.models import Suppression
from patients import links
from patients.models import Link

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def as_read(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def an_audit_row(verb):
    return AuditRow(
        at=NOW, actor_kind="system", actor_id="x", actor_name="x", verb=verb, object_kind="x", object_id="1",
        fields={"name": ["a", 1, None]}, mac="0" * 64,
    )  # fmt: skip


def test_a_row_comes_as_the_orm_would_give_it(ana):
    ask = often(lambda pk: User.objects.filter(pk=pk))

    (found,) = ask(ana.pk)

    assert as_read(found) == as_read(User.objects.get(pk=ana.pk))
    assert found.max_depth_mm == Decimal("2.50")
    assert not found._state.adding


def test_what_is_joined_and_what_is_added_comes_with_it(ana, django_assert_num_queries):
    ask = often(lambda user: RoleGrant.objects.select_related("user").annotate(said=F("user__name")).filter(user=user))

    with django_assert_num_queries(1):
        found = ask(ana.pk)
        said = {(grant.user.name, grant.said) for grant in found}

    assert said == {(ana.name, ana.name)}


def test_columns_come_as_tuples(ana, max_):
    ask = often(lambda name: User.objects.filter(name=name).values_list("pk", "short_name"))

    assert ask(ana.name) == [(ana.pk, ana.short_name)]


def test_the_statement_is_written_once_for_lists_of_a_length_or_where_they_are_taken_whole_for_all(ana, max_, dee):
    written = []

    @often
    def ask(people):
        written.append(people)
        return User.objects.filter(pk__in=people).order_by("pk").values_list("pk")

    assert ask([ana.pk]) == [(ana.pk,)]
    assert ask([dee.user.pk]) == [(dee.user.pk,)]
    assert ask([ana.pk, dee.user.pk]) == sorted([(ana.pk,), (dee.user.pk,)])
    assert ask([]) == []
    assert len(written) == (2 if connection.vendor == "postgresql" else 3)


def test_outside_of_a_list_is_what_the_orm_finds_there_be_it_empty_or_not(ana, max_):
    ask = often(lambda people: User.objects.exclude(pk__in=people).order_by("pk").values_list("pk"))
    everybody = list(User.objects.order_by("pk").values_list("pk"))

    assert ask([]) == everybody
    assert ask([ana.pk]) == [one for one in everybody if one != (ana.pk,)]


def test_a_list_of_nothing_beside_another_takes_nothing_away(ana, max_):
    ask = often(lambda some, others: User.objects.filter(Q(pk__in=some) | Q(pk__in=others), is_active=True))

    assert (ask([ana.pk], []), ask([], [ana.pk]), ask([], [])) == ([ana], [ana], [])


def test_a_list_of_related_rows_is_asked_for_too(ana, max_):
    ask = often(lambda people: RoleGrant.objects.filter(user__in=people).values_list("user"))

    assert {pk for (pk,) in ask([ana.pk, max_.user.pk])} == {ana.pk, max_.user.pk}


@pytest.mark.parametrize("name", ["at", "uuid", "verb", "pk"])
def test_a_value_of_each_kind_is_taken_as_the_database_takes_it(db, name):
    (row, _other) = insert([an_audit_row("look"), an_audit_row("listen")])
    ask = often(lambda value: AuditRow.objects.filter(**{name: value}).order_by("pk")[:1])

    assert ask(getattr(row, name)) == [row]


def test_a_day_is_taken_as_a_day(ana, site):
    day = SpecialDay.objects.create(practitioner=ana, site=site, on=date(2026, 3, 4))
    ask = often(lambda on: SpecialDay.objects.filter(on__gte=on))

    assert ask(date(2026, 3, 4)) == [day]
    assert ask(date(2026, 3, 5)) == []


def test_a_value_of_a_kind_that_no_question_had_is_refused(db):
    ask = often(lambda depth: User.objects.filter(max_depth_mm=depth))

    with pytest.raises(TypeError, match="cannot be asked with"):
        ask(2.5)


def test_the_first_is_none_where_there_is_none(db):
    ask = often(lambda code: Service.objects.filter(code=code))

    assert ask.first("nothing of the kind") is None


@pytest.mark.django_db(transaction=True)
def test_rows_are_not_held_without_a_transaction():
    ask = often(lambda: Site.objects.select_for_update(no_key=True))
    with transaction.atomic():
        ask()

    with pytest.raises(transaction.TransactionManagementError, match="there is none"):
        ask()


def test_new_rows_are_written_as_the_orm_would_write_them(db):
    rows = [an_audit_row("one"), an_audit_row("two")]

    insert(rows)

    assert [row.pk for row in rows] == list(AuditRow.objects.order_by("pk").values_list("pk", flat=True))
    assert [as_read(row) for row in AuditRow.objects.order_by("pk")] == [as_read(row) for row in rows]
    assert not any(row._state.adding for row in rows)


def test_no_rows_cost_no_question(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert([]) == []


def test_what_is_known_already_is_left_out_where_that_is_said(db):
    rows = [Suppression(address=address, reason="bounced", since=NOW) for address in ("a@example.org", "b@example.org")]
    insert(rows[:1])

    insert([Suppression(address="A@example.org", reason="again", since=NOW), rows[1]], but_known=True)

    kept = Suppression.objects.order_by("address").values_list("address", "reason")
    assert list(kept) == [("a@example.org", "bounced"), ("b@example.org", "bounced")]


def test_what_is_known_already_is_refused_by_the_database_otherwise(db):
    insert([Suppression(address="a@example.org", reason="bounced", since=NOW)])

    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Suppression(address="a@example.org", reason="again", since=NOW)])


def test_a_row_and_what_is_joined_are_as_the_orm_makes_them_down_to_the_phone(mia):
    asked = Link.objects.select_related("patient").only("purpose", "patient__name", "patient__phone")
    links.make(patient=mia, purpose="calendar", subject="one", expires_at=NOW, at=NOW)

    (theirs,), (ours,) = list(asked), often(lambda: asked)()

    assert ours == theirs
    assert ours.patient.phone.as_e164 == theirs.patient.phone.as_e164
    for mine, its in ((ours, theirs), (ours.patient, theirs.patient)):
        assert mine.get_deferred_fields() == its.get_deferred_fields()
        assert mine._state.__dict__.keys() == its._state.__dict__.keys()
        assert (mine._state.adding, mine._state.db) == (its._state.adding, its._state.db)
    assert ours.patient.email == mia.email  # what was not asked for is read when it is


def test_no_model_of_the_house_does_anything_at_its_making():
    for model in apps.get_models():
        assert model.__init__ is models.Model.__init__, model
        assert model.from_db.__func__ is models.Model.from_db.__func__, model
        for signal in (models.signals.pre_init, models.signals.post_init):
            assert not signal.has_listeners(model), model
