from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stock", "0004_products_keep_their_history")]

    operations = [
        migrations.AlterField(
            model_name="product",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cartridge", "Cartridge"),
                    ("serum", "Serum"),
                    ("anaesthetic", "Anaesthetic"),
                    ("skin_prep", "Skin preparation"),
                    ("prp_kit", "PRP kit"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="gtin",
            field=models.CharField(blank=True, default="", max_length=14, verbose_name="GTIN"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="product",
            name="low_stock_below",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="low below, units"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gtin", ""), _negated=True), fields=("gtin",), name="gtin_of_one_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "prp_kit"), _negated=True),
                    models.Q(("is_single_use", True), ("is_sterile", True), ("use", "prp")),
                    _connector="OR",
                ),
                name="prp_kit_serves_one_patient_once",
            ),
        ),
    ]
