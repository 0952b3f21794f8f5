"""Fill an empty installation with made-up shops and months of bookings: ``manage.py seed_demo``.

Thin: checks what was asked for and prints what was made; the demo itself is ``loyalty_site.demo``.
"""

import argparse
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from loyalty_site.demo import access, seed, summary
from loyalty_site.demo.shops import MOST_SHOPS, shops
from members.models import Merchant

MOST_MEMBERS = 1_000_000
#: A story shorter than a week may have no open day in it.
FEWEST_DAYS, MOST_DAYS = 7, 1_000


class Command(BaseCommand):
    """Make the demo. See the module's docstring."""

    help = (
        "Make demo shops with stores, team, programs, members and months of bookings, and write their logins to "
        "var/demo-access.json. All or nothing, in one transaction. Bookings are made by the functions that the "
        "counter calls, about 100 to 200 a second; the default comes to about 4,000. In a large demo only --history "
        "members have bookings: the others are rows of members, contacts, consents and cards, written in bulk, "
        "without accounts; 100,000 take about four minutes. Needs a database without these shops."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare how much of everything is wanted."""
        number = _number_between
        parser.add_argument("--merchants", type=number(1, MOST_SHOPS), default=3, help="how many shops (3)")
        parser.add_argument(
            "--members", type=number(seed.FEWEST_MEMBERS, MOST_MEMBERS), default=500, help="members of all shops (500)"
        )
        parser.add_argument("--days", type=number(FEWEST_DAYS, MOST_DAYS), default=180, help="length of story (180)")
        parser.add_argument(
            "--history", type=number(0, MOST_MEMBERS), default=2_000, help="members with bookings, at most (2000)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number, another story (1)")
        parser.add_argument("--until", type=date.fromisoformat, help="last day, YYYY-MM-DD (today)")
        parser.add_argument("--force", action="store_true", help="even where DEBUG is off: opens doors to strangers")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        """Make the demo and print where it is. Raises: CommandError."""
        at = timezone.now()
        wish = self._wish(options, at)
        self._refuse_where_it_hurts(wish, force=options["force"])
        progress = summary.Progress(self.stdout)
        path = settings.VAR_DIR / access.FILE_NAME
        try:
            made = seed.make_demo(wish=wish, at=at, access_path=path, tell=progress.tell)
        except seed.LedgerBroken as error:
            raise CommandError(f"The ledger does not prove, so nothing was written. {error}") from error
        progress.end()
        self.stdout.write("\n".join(summary.lines(made=made, path=path, base_url=settings.BASE_URL)))

    def _wish(self, options: dict[str, Any], at: datetime) -> seed.Wish:  # Any: as argparse leaves them
        today = at.astimezone(seed.ZONE).date()
        until_on = options["until"] or today
        if until_on > today:
            raise CommandError(f"--until {until_on} lies in the future; bookings never do.")
        if options["members"] < seed.FEWEST_MEMBERS * options["merchants"]:
            raise CommandError(f"Every shop needs {seed.FEWEST_MEMBERS} members: ask for more members or fewer shops.")
        names = ("merchants", "members", "days", "history", "seed")
        return seed.Wish(until_on=until_on, **{name: options[name] for name in names})

    def _refuse_where_it_hurts(self, wish: seed.Wish, *, force: bool) -> None:
        """Keep the demo out of real installations and off an earlier demo. Raises: CommandError."""
        if not settings.DEBUG and not force:
            raise CommandError(
                "DEBUG is off: this looks like a real installation, and the demo's logins are in a file. "
                "Use --force if you mean it."
            )
        slugs = [plan.slug for plan in shops(wish.merchants)]
        there = sorted(Merchant.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        if there:
            database = settings.DATABASES["default"]["NAME"]
            raise CommandError(
                f"There is a demo already ({', '.join(there)}), and bookings can't be deleted. To begin anew, stop "
                f"everything, delete the database ({database}) and run migrate and seed_demo again, or name another "
                "database in DATABASE_URL."
            )


def _number_between(least: int, most: int) -> Any:  # Any: argparse takes any callable
    """Return a reader of whole numbers from ``least`` to ``most`` for argparse."""

    def whole_number(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must lie between {least} and {most}")
        return number

    return whole_number
