import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0005_claims_that_run_out'),
        ('clinic', '0005_time_to_think_about_a_consent'),
        ('intake', '0002_consents_are_signed'),
        ('patients', '0007_broken_glass'),
        ('stock', '0001_initial'),
        ('treatments', '0003_what_is_done_beside_the_needling'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('stopped_by', models.JSONField(default=list)),
                ('reason', models.TextField(verbose_name='what happened, and why')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='IncidentReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(verbose_name='what follows from it')),
                ('reviewed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RecordCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField()),
                ('consent_count', models.PositiveIntegerField()),
                ('session_count', models.PositiveIntegerField()),
                ('faults', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['-checked_at'],
            },
        ),
        migrations.AddField(
            model_name='session',
            name='is_afterwards',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='session',
            name='consent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='intake.consent'),
        ),
        migrations.AlterField(
            model_name='session',
            name='screening',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='session', to='intake.screening'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('is_afterwards', True), models.Q(('consent__isnull', False), ('screening__isnull', False)), _connector='OR'), name='session_screened_and_agreed_to'),
        ),
        migrations.AddField(
            model_name='incident',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='incident',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='treatments.session'),
        ),
        migrations.AddField(
            model_name='incidentreview',
            name='incident',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='treatments.incident'),
        ),
        migrations.AddField(
            model_name='incidentreview',
            name='reviewed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='incident_says_why'),
        ),
        migrations.AddConstraint(
            model_name='incidentreview',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='incident_review_says_something'),
        ),
    ]
