"""Several managers make one calendar's address in the same moment: one address stands, and each other one has ended."""

from functools import partial

import pytest

from booking import feeds
from booking.models import Feed
from clinic.actors import Actor
from clinic.models import Room, Site
from tests.factories import clinic
from tests.factories.booking import SUNDAY
from tests.proofs.racing import rush

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]


@pytest.fixture
def room(transactional_db) -> Room:
    return clinic.room(clinic.site())


def test_of_addresses_that_are_made_at_once_the_last_stands_alone(room):
    by, site = Actor.of(clinic.max_()), Site.objects.get()

    made = rush([partial(feeds.make, site=site, room=room, by=by, at=SUNDAY)] * 6)

    keys = [key for _feed, key in made]
    assert [feeds.of_key(key) is not None for key in keys].count(True) == 1
    assert (Feed.objects.count(), Feed.objects.filter(revoked_at=None).count()) == (6, 1)
