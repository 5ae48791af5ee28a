import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stock", "0005_products_say_their_gtin")]

    operations = [
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("used", "Used"),
                            ("corrected", "Counted again"),
                            ("discarded", "Discarded"),
                            ("set_aside", "Set aside"),
                            ("released", "Released"),
                        ],
                        max_length=10,
                    ),
                ),
                ("count", models.IntegerField()),
                ("session", models.UUIDField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=250)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=120)),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="stock.lot"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("session__isnull", False)),
                        fields=("lot", "session"),
                        name="used_once_by_a_session",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("count__gt", 0), ("kind", "received")),
                            models.Q(("count__lt", 0), ("kind__in", ["used", "discarded"])),
                            models.Q(("kind", "corrected"), models.Q(("count", 0), _negated=True)),
                            models.Q(("count", 0), ("kind__in", ["set_aside", "released"])),
                            _connector="OR",
                        ),
                        name="movement_goes_its_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["received", "used"]),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="movement_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "used"), ("session__isnull", False)),
                            models.Q(models.Q(("kind", "used"), _negated=True), ("session", None)),
                            _connector="OR",
                        ),
                        name="movement_of_a_session_is_a_use",
                    ),
                ],
            },
        ),
    ]
