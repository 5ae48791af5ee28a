"""Each lot from before begins with what was received: when and by whom, the trail knows; and since when it is aside."""

from django.db import migrations
from django.utils import timezone

BEFORE = "Before the shelf kept movements"


def begin(apps, schema_editor):
    lots, movements = apps.get_model("stock", "Lot"), apps.get_model("stock", "Movement")
    rows = apps.get_model("clinic", "AuditRow").objects.filter(object_kind="stock.lot", verb="lot.received")
    received = {row.object_id: row for row in rows.only("object_id", "at", "actor_name").order_by("-id")}
    now, found = timezone.now(), []
    for lot in lots.objects.iterator():
        row = received.get(str(lot.pk))
        if lot.received_count:
            told = {"at": row.at if row else now, "by_name": row.actor_name if row else BEFORE}
            found.append(movements(lot=lot, kind="received", count=lot.received_count, **told))
        if lot.quarantined_at:
            told = {"at": lot.quarantined_at, "by_name": BEFORE, "reason": BEFORE}
            found.append(movements(lot=lot, kind="set_aside", count=0, **told))
    movements.objects.bulk_create(found, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("stock", "0006_lots_move"), ("clinic", "0001_initial")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
