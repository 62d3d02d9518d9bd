from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaltrack', '0007_days_of_rest'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedfile',
            name='enlarged',
            field=models.FileField(blank=True, max_length=200, upload_to='files'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='preview',
            field=models.CharField(choices=[('none', 'There is none of this type'), ('waiting', 'Being made'), ('made', 'Made'), ('failed', 'Could not be made')], default='none', max_length=10),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='taken_on_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('preview', 'waiting')), fields=['stored_at'], name='file_to_picture'),
        ),
    ]
