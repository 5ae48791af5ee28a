"""What signed sessions used up leaves the shelf: each cartridge, and each serum that serves one patient."""

from django.db import migrations


def count(apps, schema_editor):
    sessions, movements = apps.get_model("treatments", "Session"), apps.get_model("stock", "Movement")
    signed = sessions.objects.filter(signed_at__isnull=False).select_related("signed_by")
    found = []
    for session in signed.select_related("cartridge").prefetch_related("serum_uses__lot__product"):
        lots = {session.cartridge.lot_id} if session.cartridge else set()
        lots |= {use.lot_id for use in session.serum_uses.all() if use.lot.product.is_single_use}
        told = {"session": session.uuid, "at": session.signed_at, "by_name": session.signed_by.name[:120]}
        found += [movements(lot_id=lot, kind="used", count=-1, **told) for lot in sorted(lots)]
    movements.objects.bulk_create(found, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0007_what_a_course_is_planned_to_be"),
        ("stock", "0007_what_was_received_is_a_movement"),
    ]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
