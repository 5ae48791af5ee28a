from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0002_course_for_an_event'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='beside',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
