import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


def name_each_consent(apps, schema_editor):
    Consent = apps.get_model('intake', 'Consent')
    for consent in Consent.objects.filter(uuid=None).iterator():
        Consent.objects.filter(pk=consent.pk).update(uuid=uuid.uuid4())


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0001_initial'),
        ('patients', '0002_former_names_and_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='consent',
            options={'ordering': ['-given_at', '-pk']},
        ),
        migrations.AlterModelOptions(
            name='consenttext',
            options={'ordering': ['purpose', '-version', 'language']},
        ),
        migrations.AddField(
            model_name='consent',
            name='how',
            field=models.CharField(choices=[('typed', 'Name typed'), ('drawn', 'Drawn on the screen'), ('paper', 'On paper, scanned'), ('noted', 'Noted by staff')], default='noted', max_length=5),
        ),
        migrations.AddField(
            model_name='consent',
            name='patient_born_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='consent',
            name='patient_name',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        migrations.AddField(
            model_name='consent',
            name='patient_uuid',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='consent',
            name='pdf',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='consent',
            name='pdf_digest',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='consent',
            name='record_digest',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='consent',
            name='signature',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='consent',
            name='signature_digest',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='consent',
            name='signature_type',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.AddField(
            model_name='consent',
            name='signed_on',
            field=models.DateField(blank=True, null=True, verbose_name='day on the paper'),
        ),
        migrations.AddField(
            model_name='consent',
            name='signer',
            field=models.CharField(choices=[('patient', 'The patient'), ('guardian', 'A parent or guardian')], default='patient', max_length=8),
        ),
        migrations.AddField(
            model_name='consent',
            name='signer_name',
            field=models.CharField(default='', max_length=120, verbose_name='name'),
        ),
        migrations.AddField(
            model_name='consent',
            name='signer_relation',
            field=models.CharField(blank=True, default='', max_length=60, verbose_name='relation'),
        ),
        migrations.AddField(
            model_name='consent',
            name='uuid',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunPython(name_each_consent, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='consent',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawn_by_name',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawn_reason',
            field=models.CharField(blank=True, default='', max_length=250, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='language',
            field=models.CharField(default='en', max_length=5, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='purpose',
            field=models.CharField(choices=[('procedure', 'Microneedling'), ('off_label', 'Off-label use'), ('prp', 'Microneedling with PRP'), ('peel', 'Microneedling with a peel'), ('laser', 'Microneedling with laser'), ('radiofrequency', 'Microneedling with radiofrequency'), ('clinical_photos', 'Photos for the record'), ('teaching_photos', 'Photos for teaching'), ('marketing_photos', 'Photos for marketing')], default='procedure', max_length=20, verbose_name='purpose'),
        ),
        migrations.AlterField(
            model_name='consent',
            name='recorded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='consenttext',
            name='version',
            field=models.PositiveSmallIntegerField(),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('how', 'noted'), models.Q(models.Q(('signer_name', ''), _negated=True), models.Q(('record_digest', ''), _negated=True), models.Q(('pdf', ''), _negated=True)), _connector='OR'), name='consent_signed_by_a_name_with_a_proof'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('how__in', ['typed', 'noted']), models.Q(models.Q(('signature', ''), _negated=True), models.Q(('signature_digest', ''), _negated=True)), _connector='OR'), name='consent_drawn_or_on_paper_is_kept'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signer', 'patient'), ('signer_relation', '')), models.Q(('signer', 'guardian'), models.Q(('signer_relation', ''), _negated=True)), _connector='OR'), name='consent_guardian_says_how_related'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by_name', ''), ('withdrawn_reason', '')), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='consent_withdrawn_after_it_was_given'),
        ),
        migrations.AddConstraint(
            model_name='consenttext',
            constraint=models.UniqueConstraint(fields=('purpose', 'language', 'version'), name='consent_version_once_a_language'),
        ),
    ]
