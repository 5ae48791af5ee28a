"""Keys for machines: shown once, kept as a digest, worth no more than the person they act for."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic import keys
from clinic.actors import Actor
from clinic.models import ApiToken, AuditRow, RoleGrant
from clinic.refusals import Refused
from tests.factories.booking import HOUSE, SUNDAY

SOME = ["book", "see_patients"]


def made_for(user, name="web site", capabilities=SOME, at=SUNDAY):
    return keys.make(user, name=name, capabilities=capabilities, by=HOUSE, at=at)


def test_a_key_acts_for_its_person_with_what_it_was_given(dee):
    token, key = made_for(dee.user)

    actor = keys.actor_of(key, at=SUNDAY)

    assert (actor.kind, actor.name, actor.user) == ("token", "web site (Dee Marlowe)", dee.user)
    assert [actor.may(one) for one in ("book", "see_patients", "edit_patients", "see_board")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert token.capabilities == SOME


def test_only_the_digest_of_a_key_is_kept_and_no_two_are_alike(dee):
    token, key = made_for(dee.user)
    _other, another = made_for(dee.user, name="telephone")

    assert key.startswith("stipple_")
    assert len(key) == len("stipple_") + 43  # 32 bytes in base 64
    assert key != another
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert [name for name, value in row.items() if key in str(value)] == []
    assert row["digest"] == keys.digest_of(key)


def test_a_key_opens_nothing_when_it_is_unknown_ended_or_its_person_left(dee):
    token, key = made_for(dee.user)
    assert keys.actor_of(key, at=SUNDAY) is not None
    assert keys.actor_of(key + "x", at=SUNDAY) is None
    assert keys.actor_of("", at=SUNDAY) is None
    assert keys.actor_of("\udcff", at=SUNDAY) is None

    dee.user.is_active = False
    dee.user.save()
    assert keys.actor_of(key, at=SUNDAY) is None

    dee.user.is_active = True
    dee.user.save()
    assert keys.revoke(token, by=HOUSE, at=SUNDAY)
    assert not keys.revoke(token, by=HOUSE, at=SUNDAY)
    assert keys.actor_of(key, at=SUNDAY) is None


def test_a_key_loses_what_its_person_loses(dee):
    _token, key = made_for(dee.user)

    RoleGrant.objects.filter(user=dee.user).delete()

    assert not keys.actor_of(key, at=SUNDAY).may("book")


def test_a_key_cannot_be_given_more_than_its_person_may(dee):
    with pytest.raises(Refused) as refused:
        made_for(dee.user, capabilities=["book", "manage"])

    assert refused.value.refusal.rule == "key.capability"
    assert str(refused.value).startswith("Dee Marlowe may not do this: manage. A key of Dee Marlowe may do: see_board,")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("  ", "Say what the key is for, in a few words."),
        ("x" * 41, "The name of a key has at most 40 letters."),
        ("web  site", "Dee Marlowe has a key named “web site” already."),
    ],
)
def test_a_key_has_a_short_name_of_its_own(dee, name, sentence):
    made_for(dee.user)

    with pytest.raises(Refused) as refused:
        made_for(dee.user, name=name)

    assert str(refused.value) == sentence


def test_the_use_of_a_key_is_noted_at_most_once_a_minute(dee, django_assert_num_queries):
    token, key = made_for(dee.user)

    def used_at():
        return ApiToken.objects.get(pk=token.pk).last_used_at

    keys.actor_of(key, at=SUNDAY)
    assert used_at() == SUNDAY
    with django_assert_num_queries(1):  # the key with its person and their roles
        keys.actor_of(key, at=SUNDAY + timedelta(seconds=59))
    assert used_at() == SUNDAY
    keys.actor_of(key, at=SUNDAY + timedelta(seconds=60))
    assert used_at() == SUNDAY + timedelta(seconds=60)


def test_making_and_ending_a_key_stand_in_the_trail(dee, max_):
    token, key = keys.make(dee.user, name="web site", capabilities=SOME, by=max_, at=SUNDAY)
    keys.revoke(token, by=max_, at=SUNDAY)

    rows = AuditRow.objects.filter(object_kind="clinic.apitoken").order_by("pk")
    assert [(row.verb, row.actor_name, row.object_id) for row in rows] == [
        ("make_key", "Max Feld", str(token.pk)),
        ("revoke_key", "Max Feld", str(token.pk)),
    ]
    assert not any(key in str(row.fields) for row in rows)


def test_a_machine_with_a_long_name_still_fits_the_trail(dee):
    dee.user.name = "D" * 120

    assert len(Actor.of_token(dee.user, name="x" * 40, only=SOME).name) == 120


def told(*words):
    out, aside = StringIO(), StringIO()
    call_command("api_token", *words, stdout=out, stderr=aside)
    return out.getvalue(), aside.getvalue()


def test_the_command_prints_a_key_and_nothing_else_on_its_output(dee):
    out, aside = told("DEE@rowan.example", "--name", "web site", "--may", "book, see_patients")

    actor = keys.actor_of(out.strip(), at=SUNDAY)
    assert actor.name == "web site (Dee Marlowe)"
    assert actor.only == {"book", "see_patients"}
    assert "web site" in aside
    assert out.strip() not in aside


def test_without_more_words_the_command_makes_a_key_for_the_daily_work_each_time(dee):
    first, second = told(dee.user.email)[0], told(dee.user.email)[0]

    assert keys.actor_of(first.strip(), at=SUNDAY).only == {"see_board", "book", "see_patients", "edit_patients"}
    assert [keys.actor_of(key.strip(), at=SUNDAY).name for key in (first, second)] == [
        "machine (Dee Marlowe)",
        "machine 2 (Dee Marlowe)",
    ]


def test_the_command_lists_and_ends_keys(dee):
    key, _aside = told(dee.user.email, "--name", "web site", "--may", "book")

    assert told(dee.user.email, "--list")[0] == "web site: book; last used: never\n"
    assert (
        told(dee.user.email, "--revoke", "web site")[0] == "The key “web site” of Dee Marlowe opens nothing any more.\n"
    )
    assert told(dee.user.email, "--list")[0] == "Dee Marlowe has no key.\n"
    assert keys.actor_of(key.strip(), at=SUNDAY) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nobody@rowan.example"], "Nobody here has the e-mail “nobody@rowan.example”. People who work here: dee@"),
        (["dee@rowan.example", "--may", "fly"], "Dee Marlowe may not do this: fly. A key of Dee Marlowe may do: "),
        (["dee@rowan.example", "--may", ""], "Say what the key may do. A key of Dee Marlowe may do: "),
        (["dee@rowan.example", "--revoke", "x"], "Dee Marlowe has no key named “x”. Keys that stand: none."),
    ],
)
def test_the_command_says_what_to_do_instead(dee, words, sentence):
    with pytest.raises(CommandError) as refused:
        told(*words)

    assert str(refused.value).startswith(sentence)
