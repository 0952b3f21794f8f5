"""History is never rewritten: triggers refuse UPDATE and DELETE on these tables."""

from django.db import migrations

from members.append_only import AppendOnly


class Migration(migrations.Migration):
    """Install the triggers."""

    dependencies = [("fraud", "0002_foundation")]

    operations = [AppendOnly("fraud_assessment")]
