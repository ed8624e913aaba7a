# SPDX-License-Identifier: Apache-2.0
"""The tables of the registry."""

# ruff: noqa: E501, RUF012
# fmt: off

from __future__ import annotations

import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Every table."""

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Centre',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('programme', models.CharField(blank=True, max_length=200)),
                ('language', models.CharField(blank=True, max_length=2)),
                ('notes', models.JSONField(blank=True, default=list)),
                ('not_reported', models.JSONField(blank=True, default=list)),
                ('data_cut', models.DateField(blank=True, null=True)),
                ('origin', models.CharField(choices=[('recorded', 'recorded'), ('reconstructed', 'reconstructed from published figures'), ('simulated', 'simulated')], default='recorded', max_length=20)),
                ('day0_is', models.CharField(choices=[('indication', 'indication'), ('apheresis', 'first apheresis'), ('infusion', 'first infusion'), ('referral', 'referral')], default='indication', max_length=20)),
                ('anchored_number', models.BigIntegerField(default=0)),
                ('anchored_hash', models.CharField(blank=True, max_length=64)),
                ('anchored_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('language', models.CharField(choices=[('nl', 'Nederlands'), ('en', 'English')], default='nl', max_length=2)),
                ('single_keys', models.BooleanField(default=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='ChainHead',
            fields=[
                ('centre', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='head', serialize=False, to='registry.centre')),
                ('number', models.BigIntegerField(default=0)),
                ('hash', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('file_name', models.CharField(max_length=200)),
                ('file_sha256', models.CharField(blank=True, max_length=64)),
                ('counts', models.JSONField(default=dict)),
                ('undone_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='registry.centre')),
            ],
        ),
        migrations.CreateModel(
            name='Child',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('course_id', models.CharField(max_length=100)),
                ('origin', models.CharField(choices=[('recorded', 'recorded'), ('reconstructed', 'reconstructed from published figures'), ('simulated', 'simulated')], max_length=20)),
                ('sex', models.CharField(blank=True, max_length=20)),
                ('age_days_at_day0', models.IntegerField(null=True)),
                ('day0', models.DateField(null=True)),
                ('day0_is', models.CharField(choices=[('indication', 'indication'), ('apheresis', 'first apheresis'), ('infusion', 'first infusion'), ('referral', 'referral')], max_length=20)),
                ('data_cut', models.DateField(null=True)),
                ('entries', models.IntegerField(default=0)),
                ('touched_at', models.DateTimeField()),
                ('touched_by', models.CharField(max_length=150)),
                ('position', models.BigIntegerField()),
                ('withdrawn', models.BooleanField(default=False)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='children', to='registry.centre')),
            ],
            options={
                'ordering': ('centre_id', 'position'),
            },
        ),
        migrations.CreateModel(
            name='Current',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('event', models.CharField(max_length=80)),
                ('kind', models.CharField(max_length=40)),
                ('version', models.IntegerField()),
                ('entry', models.BigIntegerField()),
                ('payload', models.TextField()),
                ('date', models.CharField(blank=True, max_length=10)),
                ('withdrawn', models.BooleanField(default=False)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.centre')),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='current', to='registry.child')),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('event', models.CharField(blank=True, max_length=80)),
                ('base_version', models.IntegerField(default=0)),
                ('data', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.centre')),
                ('child', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='registry.child')),
            ],
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(max_length=80)),
                ('opens', models.DateField()),
                ('target', models.DateField()),
                ('closes', models.DateField()),
                ('done_on', models.DateField(null=True)),
                ('owner', models.CharField(blank=True, max_length=150)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.centre')),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='due', to='registry.child')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('child', models.UUIDField()),
                ('event', models.CharField(max_length=80)),
                ('kind', models.CharField(max_length=40)),
                ('act', models.CharField(choices=[('write', 'written'), ('amend', 'amended'), ('withdraw', 'withdrawn')], max_length=10)),
                ('version', models.IntegerField()),
                ('payload', models.TextField()),
                ('reason', models.TextField(blank=True)),
                ('batch', models.UUIDField(null=True)),
                ('via', models.CharField(choices=[('form', 'form'), ('import', 'import'), ('api', 'API'), ('command', 'command')], max_length=10)),
                ('author', models.CharField(max_length=150)),
                ('client_id', models.CharField(blank=True, max_length=100)),
                ('recorded_at', models.DateTimeField()),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='registry.centre')),
            ],
            options={
                'ordering': ('centre_id', 'number'),
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60)),
                ('severity', models.CharField(choices=[('error', 'error'), ('warning', 'warning'), ('note', 'note')], max_length=10)),
                ('events', models.JSONField(default=list)),
                ('problem', models.JSONField(default=dict)),
                ('found_at', models.DateTimeField()),
                ('resolution', models.BigIntegerField(null=True)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.centre')),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='registry.child')),
            ],
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('child', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('hospital_number_index', models.CharField(blank=True, max_length=64)),
                ('key_id', models.CharField(max_length=16)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.centre')),
            ],
        ),
        migrations.CreateModel(
            name='MappingMemory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('header_signature', models.CharField(max_length=64)),
                ('mapping', models.JSONField(default=dict)),
                ('used_at', models.DateTimeField()),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.centre')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('data_manager', 'data manager'), ('clinician', 'clinician'), ('laboratory', 'cell laboratory'), ('director', 'programme director'), ('auditor', 'auditor'), ('administrator', 'administrator')], max_length=20)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registry.centre')),
            ],
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True)),
                ('child', models.UUIDField(null=True)),
                ('page', models.CharField(max_length=100)),
                ('as_of', models.DateTimeField(null=True)),
                ('purpose', models.CharField(blank=True, max_length=100)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.centre')),
            ],
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('purpose', models.CharField(max_length=20)),
                ('permissions', models.JSONField(default=list)),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires', models.DateTimeField()),
                ('last_used', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='registry.centre')),
            ],
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index(fields=['centre', 'position'], name='child_position'),
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index(fields=['centre', '-touched_at'], name='child_touched'),
        ),
        migrations.AddConstraint(
            model_name='child',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn', False)), fields=('centre', 'course_id'), name='child_pseudonym'),
        ),
        migrations.AddIndex(
            model_name='current',
            index=models.Index(fields=['centre', 'kind'], name='current_kind'),
        ),
        migrations.AddConstraint(
            model_name='current',
            constraint=models.UniqueConstraint(fields=('child', 'event'), name='current_event'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('account', 'child', 'kind', 'event'), name='draft_once'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(condition=models.Q(('done_on__isnull', True)), fields=['centre', 'closes'], name='due_open'),
        ),
        migrations.AddConstraint(
            model_name='due',
            constraint=models.UniqueConstraint(fields=('child', 'item'), name='due_once'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('batch__isnull', False)), fields=['centre', 'batch'], name='entry_batch'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('centre', 'number'), name='entry_number'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('child', 'event', 'version'), name='entry_version'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('client_id', ''), _negated=True), fields=('centre', 'client_id'), name='entry_client_id'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['centre', 'severity'], name='finding_severity'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(condition=models.Q(('hospital_number_index', ''), _negated=True), fields=('centre', 'hospital_number_index'), name='identity_hospital_number'),
        ),
        migrations.AddConstraint(
            model_name='mappingmemory',
            constraint=models.UniqueConstraint(fields=('centre', 'header_signature'), name='mapping_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('account', 'centre', 'role', 'since'), name='membership_once'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(fields=['child', 'at'], name='reading_child'),
        ),
    ]
