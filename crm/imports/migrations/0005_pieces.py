import crm.tenants.context
import crm.ground.ids
import crm.tenants.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0004_open_imports'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.RemoveField(model_name='import', name='encoding'),
        migrations.RemoveField(model_name='import', name='separator'),
        migrations.AddField(model_name='import', name='digest', field=models.CharField(default='', max_length=64)),
        migrations.AddField(model_name='import', name='reading', field=models.JSONField(default=dict)),
        migrations.AddIndex(
            model_name='import', index=models.Index(fields=['tenant', 'digest'], name='import_by_digest')
        ),
        migrations.RemoveField(model_name='importfile', name='content'),
        migrations.AddField(
            model_name='importfile', name='size', field=models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.AddConstraint(
            model_name='importfile',
            constraint=models.UniqueConstraint(fields=('tenant', 'job'), name='import_file_once'),
        ),
        migrations.CreateModel(
            name='FilePiece',
            fields=[
                ('id', models.UUIDField(default=crm.ground.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('job', crm.tenants.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.import')),
                ('tenant', models.ForeignKey(db_index=False, default=crm.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'job', 'number'), name='file_piece_once')],
            },
        ),
        migrations.CreateModel(
            name='RowsPiece',
            fields=[
                ('id', models.UUIDField(default=crm.ground.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('first', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('job', crm.tenants.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.import')),
                ('tenant', models.ForeignKey(db_index=False, default=crm.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'job', 'first'), name='rows_piece_once')],
            },
        ),
    ]
