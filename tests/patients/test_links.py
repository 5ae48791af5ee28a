"""A link opens one page for one patient, while the house says so; its token stands nowhere."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest

from patients import links
from patients.models import Link
from tests.factories.booking import SUNDAY

pytestmark = pytest.mark.django_db

LATER = SUNDAY + timedelta(hours=2)


@pytest.fixture
def link(mia):
    return links.make(patient=mia, purpose="offer", subject="offer:1", expires_at=LATER, at=SUNDAY)


def opened(token, *, purpose="offer", at=SUNDAY):
    return links.read(token, purpose=purpose, at=at)


def test_a_token_opens_its_link(link, mia):
    found = opened(links.token(link))

    assert (found, found.patient) == (link, mia)


def test_the_address_is_whole_and_safe_to_write_in_a_mail(link, settings):
    settings.PUBLIC_URL = "https://rowan.example"
    token = links.token(link)

    assert links.url(link) == f"https://rowan.example/l/{token}/"
    assert (len(token), token.replace("-", "").replace("_", "").isalnum()) == (64, True)


def test_a_link_that_expired_opens_nothing(link):
    token = links.token(link)

    assert opened(token, at=LATER - timedelta(seconds=1)) == link
    assert opened(token, at=LATER) is None


def test_a_token_opens_nothing_of_another_purpose(link):
    assert opened(links.token(link), purpose="photos") is None


def test_a_purpose_changed_in_the_table_makes_no_token_of_another(link):
    token = links.token(link)
    Link.objects.update(purpose="photos")

    assert opened(token, purpose="photos") is None


def test_a_link_that_was_revoked_opens_nothing_and_the_first_moment_stays(link):
    token = links.token(link)
    links.revoke(link, at=SUNDAY)
    links.revoke(link, at=LATER)

    assert opened(token) is None
    assert Link.objects.get().revoked_at == SUNDAY


def test_a_link_given_anew_lets_its_older_token_die(link, mia):
    old = links.token(link)
    links.revoke(link, at=SUNDAY)
    anew = links.make(patient=mia, purpose="offer", subject="offer:1", expires_at=LATER, at=SUNDAY)

    assert (opened(old), opened(links.token(anew))) == (None, anew)
    assert anew == link


def test_two_links_never_share_a_token(link, mia):
    other = links.make(patient=mia, purpose="offer", subject="offer:2", expires_at=LATER, at=SUNDAY)

    assert links.token(link) != links.token(other)
    assert opened(links.token(other)) == other


@pytest.mark.parametrize("place", [0, 20, 40, 63])
def test_one_changed_letter_opens_nothing(link, place):
    token = links.token(link)
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]

    assert (opened(token), opened(changed)) == (link, None)


def test_the_id_alone_and_a_guessed_code_open_nothing(link):
    raw = urlsafe_b64decode(links.token(link))

    assert opened(urlsafe_b64encode(raw[:16] + bytes(32)).decode()) is None


@pytest.mark.parametrize(
    "nonsense", ["", "x", "A" * 63, "A" * 65, "A" * 64, "=" * 64, "é" * 64, "+" * 64, "A" * 63 + "\n"]
)
def test_what_is_no_token_opens_nothing(link, nonsense):
    assert opened(nonsense) is None


def test_a_former_secret_still_opens_what_it_made_and_a_forgotten_one_does_not(link, settings):
    token, former = links.token(link), settings.SECRET_KEY
    settings.SECRET_KEY = "another-" + former

    assert opened(token) is None
    settings.SECRET_KEY_FALLBACKS = [former]
    assert opened(token) == link


def test_the_token_stands_in_no_column(link):
    kept = [str(value) for value in Link.objects.values_list().get()]
    code = links.token(link)[22:]

    assert [value for value in kept if code in value] == []


# --- links that stand -----------------------------------------------------------------------------------------------


def given(mia, *, expires_at=LATER, at=SUNDAY):
    return links.standing(patient=mia, purpose="recovery", subject="session:1", expires_at=expires_at, at=at)


def test_a_standing_link_is_made_once_and_keeps_its_token(mia):
    first = given(mia)
    again = given(mia, at=SUNDAY + timedelta(minutes=5))

    assert (again, again.made_at, links.token(again)) == (first, SUNDAY, links.token(first))
    assert Link.objects.count() == 1


def test_a_standing_link_is_only_ever_open_for_longer(mia):
    token = links.token(given(mia))
    shorter = given(mia, expires_at=LATER - timedelta(hours=1))
    longer = given(mia, expires_at=LATER + timedelta(hours=1))

    assert (shorter.expires_at, longer.expires_at) == (LATER, LATER + timedelta(hours=1))
    assert links.read(token, purpose="recovery", at=LATER) == longer


def test_a_standing_link_that_was_revoked_is_given_anew(mia):
    first = given(mia)
    old = links.token(first)
    links.revoke(first, at=SUNDAY)

    anew = given(mia)

    assert (anew, anew.revoked_at) == (first, None)
    assert opened(old, purpose="recovery") is None
    assert opened(links.token(anew), purpose="recovery") == anew


@pytest.mark.parametrize(("purpose", "path"), [("recovery", "r"), ("visit", "v"), ("book", "b")])
def test_each_purpose_leads_to_its_own_page(mia, purpose, path, settings):
    settings.PUBLIC_URL = "https://rowan.example"
    link = links.standing(patient=mia, purpose=purpose, subject="x:1", expires_at=LATER, at=SUNDAY)

    assert links.url(link) == f"https://rowan.example/{path}/{links.token(link)}/"


def test_renewing_all_links_of_a_patient_ends_what_was_sent_and_keeps_what_is_not(link, mia):
    standing, old = given(mia), links.token(link)
    written = links.placeholder(standing)

    assert links.renew_all(mia, at=SUNDAY) == 2

    anew = Link.objects.get(pk=link.pk)
    assert (opened(old), opened(links.token(anew))) == (None, anew)
    assert links.placeholder(given(mia)) == written


def test_renewing_leaves_revoked_links_and_those_of_others_as_they_are(link, mia, tomasz):
    theirs = links.make(patient=tomasz, purpose="offer", subject="offer:9", expires_at=LATER, at=SUNDAY)
    links.revoke(link, at=SUNDAY)

    assert links.renew_all(mia, at=SUNDAY) == 0
    assert opened(links.token(theirs)) == theirs
    assert Link.objects.get(pk=link.pk).nonce == link.nonce


def test_a_link_that_ran_out_is_renewed_as_well_since_it_may_be_extended(mia):
    old = links.token(given(mia))

    links.renew_all(mia, at=LATER)

    given(mia, expires_at=LATER + timedelta(days=1))
    assert links.read(old, purpose="recovery", at=LATER) is None
