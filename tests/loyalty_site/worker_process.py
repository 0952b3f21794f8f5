"""``manage.py`` with the handlers of the tests: a real worker process for the tests that kill one."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")
    import django

    django.setup()
    from django.core.management import execute_from_command_line

    from loyalty_site import jobs
    from tests.loyalty_site import job_handlers

    jobs.KINDS.update(job_handlers.KINDS)
    execute_from_command_line(sys.argv)
