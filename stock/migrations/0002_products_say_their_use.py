from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="use",
            field=models.CharField(
                choices=[
                    ("usual", "Usual"),
                    ("off_label", "Outside the maker's instructions"),
                    ("prp", "PRP"),
                    ("peel", "Peel"),
                ],
                default="usual",
                max_length=10,
                verbose_name="use",
            ),
        ),
    ]
