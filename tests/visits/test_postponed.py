"""While a whole past is brought in, messages are planned afterwards, once for each patient."""

from django.db import transaction

from outbox.models import Notice
from tests.factories.booking import SUNDAY, TEN
from visits import notices, reception


def test_a_visit_brought_in_is_spoken_of_only_when_its_patient_is_planned(mia, ana, microneedling, site, dee):
    with notices.postponed():
        reception.book(
            patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
        )
        assert not Notice.objects.exists()

    with transaction.atomic():
        notices.reconcile(mia, at=SUNDAY)

    assert set(Notice.objects.values_list("owner", flat=True)) == {"booking"}


def test_after_the_past_every_step_plans_again(mia, ana, microneedling, site, dee):
    with notices.postponed():
        pass
    reception.book(patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY)

    assert Notice.objects.exists()
