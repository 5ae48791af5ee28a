from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinic", "0009_the_health_form_goes_out_with_a_first_booking")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="beside",
            field=models.JSONField(blank=True, default=list, verbose_name="beside the needling"),
        ),
    ]
