"""History is never rewritten: triggers refuse UPDATE and DELETE on these tables."""

from django.db import migrations

from members.append_only import AppendOnly


class Migration(migrations.Migration):
    """Install the triggers."""

    dependencies = [("members", "0001_foundation")]

    operations = [AppendOnly("members_auditentry")]
