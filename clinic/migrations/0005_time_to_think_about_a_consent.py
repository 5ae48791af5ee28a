import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0004_practitioners_of_their_own_patients'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='consent_cooling_days',
            field=models.PositiveSmallIntegerField(default=0, help_text='Time to think it over; 0 asks for none.', validators=[django.core.validators.MaxValueValidator(90)], verbose_name='days between consent and treatment'),
        ),
    ]
