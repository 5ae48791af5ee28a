from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0005_allergies_in_rows"),
    ]

    operations = [
        migrations.RemoveField(model_name="patient", name="allergies_as_noted"),
    ]
