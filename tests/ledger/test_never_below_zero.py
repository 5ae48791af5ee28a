"""Whatever is done to packages in whatever order, what is left is the sum of the entries and never below zero."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clinic.refusals import Refused
from ledger import packages
from ledger.models import Package, PackageEntry
from tests.factories import patients as who
from tests.factories.booking import HOUSE, TEN
from tests.factories.ledger import sold

SAID = {"by": HOUSE, "at": TEN}
DAY = TEN.date()
DEEDS = st.tuples(
    st.sampled_from(["sell", "redeem", "back", "strike", "refund", "give", "expire", "correct"]),
    st.integers(0, 7),
    st.integers(0, 3),
)


class TestBalances(TestCase):
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(deeds=st.lists(DEEDS, min_size=1, max_size=20))
    def test_a_package_never_holds_less_than_nothing(self, deeds):
        people = [who.mia(), who.tomasz()]
        sessions: list[UUID] = []
        for verb, number, which in deeds:
            try:
                self.do(verb, number, which, people, sessions)
            except Refused:
                continue
            finally:
                held = [package.left for package in Package.objects.with_left()]
                assert min(held, default=0) >= 0
        for session in sessions:
            uses = PackageEntry.objects.filter(session=session)
            assert -sum(uses.values_list("count", flat=True)) in (0, 1)

    def do(self, verb, number, which, people, sessions):
        person, other = people[which % 2], people[(which + 1) % 2]
        found = list(Package.objects.order_by("pk"))
        package = found[number % len(found)] if found else None
        if verb == "sell":
            sold(person, sessions_count=number, expires_on=DAY + timedelta(days=which) if which else None)
        elif verb == "redeem":
            sessions.append(sessions[which] if which < len(sessions) else uuid4())
            packages.redeem(person, session=sessions[-1], service_code="microneedling", on=DAY, **SAID)
        elif verb == "strike" and sessions:
            packages.give_back_for(sessions[number % len(sessions)], reason="Struck", **SAID)
        elif verb == "expire":
            packages.expire(today=DAY + timedelta(days=which), at=TEN)
        elif package is not None:
            self.change(verb, package, number, other)

    def change(self, verb, package, number, other):
        if verb == "refund":
            packages.refund(package, number, amount=Decimal(number), reason="Back", **SAID)
        elif verb == "give":
            packages.give_on(package, number, to=other, reason="A present", today=DAY, **SAID)
        elif verb == "correct":
            packages.correct(package, remaining=number, reason="Counted", today=DAY, **SAID)
        elif verb == "back" and (use := package.entries.filter(kind="redeemed").first()):
            packages.give_back(use, reason="Not this one", **SAID)
