import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('patients', '0013_names_that_begin_so'),
    ]

    operations = [
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('sessions_count', models.PositiveSmallIntegerField(verbose_name='sessions')),
                ('price', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='price')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('bought_on', models.DateField(verbose_name='bought on')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='use until')),
                ('service_codes', models.JSONField(blank=True, default=list, verbose_name='pays for')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='note')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='patients.patient')),
            ],
            options={
                'verbose_name': 'package of sessions',
                'verbose_name_plural': 'packages of sessions',
                'ordering': ['-bought_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PackageEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bought', 'Bought'), ('redeemed', 'Used for a session'), ('given_back', 'Given back'), ('refunded', 'Refunded'), ('transferred_out', 'Given to somebody else'), ('transferred_in', 'Given by somebody else'), ('expired', 'Expired'), ('corrected', 'Corrected')], max_length=16)),
                ('count', models.SmallIntegerField()),
                ('session', models.UUIDField(blank=True, null=True)),
                ('turn', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('other', models.UUIDField(blank=True, null=True)),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                ('reason', models.CharField(blank=True, max_length=250)),
                ('at', models.DateTimeField()),
                ('by_name', models.CharField(max_length=120)),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.package')),
            ],
            options={
                'verbose_name': 'entry of a package',
                'verbose_name_plural': 'entries of packages',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.CheckConstraint(condition=models.Q(('sessions_count__range', (1, 24))), name='package_holds_some_sessions'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='package_costs_something_or_nothing'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='package_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.CheckConstraint(condition=models.Q(('expires_on', None), ('expires_on__gte', models.F('bought_on')), _connector='OR'), name='package_expires_afterwards'),
        ),
        migrations.AddConstraint(
            model_name='packageentry',
            constraint=models.UniqueConstraint(condition=models.Q(('session__isnull', False)), fields=('session', 'kind', 'turn'), name='package_used_once_by_a_session'),
        ),
        migrations.AddConstraint(
            model_name='packageentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('count__gt', 0), ('kind__in', ['bought', 'given_back', 'transferred_in'])), models.Q(('count__lt', 0), ('kind__in', ['refunded', 'transferred_out', 'expired'])), models.Q(('count', -1), ('kind', 'redeemed')), models.Q(('kind', 'corrected'), models.Q(('count', 0), _negated=True)), _connector='OR'), name='package_entry_goes_its_way'),
        ),
        migrations.AddConstraint(
            model_name='packageentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['bought', 'redeemed', 'expired']), models.Q(('reason', ''), _negated=True), _connector='OR'), name='package_entry_says_why'),
        ),
        migrations.AddConstraint(
            model_name='packageentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['redeemed', 'given_back']), ('session__isnull', False), ('turn__gte', 1), ('turn__isnull', False)), models.Q(models.Q(('kind__in', ['redeemed', 'given_back']), _negated=True), ('session', None), ('turn', None)), _connector='OR'), name='package_entry_of_a_session_is_a_use'),
        ),
        migrations.AddConstraint(
            model_name='packageentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['transferred_out', 'transferred_in']), ('other__isnull', False)), models.Q(models.Q(('kind__in', ['transferred_out', 'transferred_in']), _negated=True), ('other', None)), _connector='OR'), name='package_entry_of_two_says_the_other'),
        ),
        migrations.AddConstraint(
            model_name='packageentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gte', 0), ('amount__isnull', False), ('kind', 'refunded')), models.Q(models.Q(('kind', 'refunded'), _negated=True), ('amount', None)), _connector='OR'), name='package_refund_says_how_much'),
        ),
    ]
