"""Find members without a card: by name, phone number, e-mail address or card number.

Promises: only members of the merchant who have not been erased, at most 50, cards loaded, in a number of queries
that doesn't depend on how many are found. Three characters at least, and an e-mail address only as a whole: the
counter is for people who are there, not for browsing.

Records nothing: who searches writes down that they did, and limits how often.
"""

import re
from functools import reduce
from operator import or_

import phonenumbers
from django.conf import settings
from django.db.models import Prefetch, Q

from members.card_numbers import CodeKind, UnreadableCode, parse
from members.models import Card, Contact, ContactKind, Member, Merchant

MIN_CHARACTERS = 3
MAX_RESULTS = 50
_MOST_CHARACTERS = 120
_MOST_WORDS = 5
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))
_DIALLED = re.compile(r"\+?(?:[ ./()-]*[0-9]){4,}[ ./()-]*")


def find_members(*, merchant: Merchant, text: str, limit: int = 20) -> list[Member]:
    """Return up to `limit` (1 to 50) members that the text may mean, by name; cards prefetched, the latest first.

    An address finds its members; a card's number, its member. Anything else is the beginning of a first name, a last
    name or both in either order (`anna`, `Beispiel A`, `Beispiel, Anna`), or 4 and more digits: the beginning of
    a phone number as people write it, or its end.
    """
    wanted = " ".join(text.replace("\0", "").split())
    if not MIN_CHARACTERS <= len(wanted) <= _MOST_CHARACTERS:
        return []
    members = Member.objects.for_merchant(merchant).filter(erased_at__isnull=True)
    cards = Card.objects.for_merchant(merchant).order_by("-issued_at", "-pk")
    found = members.filter(_meant(merchant, wanted)).order_by("last_name", "first_name", "pk")
    return list(found.prefetch_related(Prefetch("cards", queryset=cards))[: max(1, min(limit, MAX_RESULTS))])


def _meant(merchant: Merchant, wanted: str) -> Q:
    """Return the condition on members that a text stands for."""
    if "@" in wanted:
        return _has_contact(merchant, Q(kind=ContactKind.EMAIL, value=wanted.lower()))
    if (member_id := _member_of_card(merchant, wanted)) is not None:
        return Q(pk=member_id)
    if (digits := _dialled(wanted)) is not None:
        return _has_contact(merchant, Q(kind=ContactKind.PHONE) & digits)
    return _named(wanted.replace(",", " ").split())


def _member_of_card(merchant: Merchant, wanted: str) -> int | None:
    """Return the member of the card that the text names; None for a blank card and for anything else."""
    try:
        scanned = parse(wanted)
    except UnreadableCode:
        return None
    number = scanned.number if scanned.kind in {CodeKind.CARD, CodeKind.ROTATING} else ""
    return Card.objects.for_merchant(merchant).filter(number=number).values_list("member_id", flat=True).first()


def _has_contact(merchant: Merchant, condition: Q) -> Q:
    """Return the condition that one of a member's contacts fulfils another."""
    return Q(pk__in=Contact.objects.for_merchant(merchant).filter(condition).values("member_id"))


def _dialled(wanted: str) -> Q | None:
    """Return the condition on an E.164 number that typed digits stand for, or None when they aren't all digits."""
    if not _DIALLED.fullmatch(wanted):
        return None
    digits = "".join(filter(str.isdigit, wanted.replace("(0)", "")))
    if wanted.startswith("+") or digits.startswith("00"):
        return Q(value__startswith=f"+{digits.removeprefix('00')}")
    if digits.startswith("0"):
        country = phonenumbers.country_code_for_region(settings.PHONENUMBER_DEFAULT_REGION)
        return Q(value__startswith=f"+{country}{digits[1:]}")
    return Q(value__endswith=digits)


def _named(words: list[str]) -> Q:
    """Return the condition that first and last name begin with the words, in either order, cut anywhere."""
    whole = " ".join(words)
    condition = _begins("first_name", whole) | _begins("last_name", whole)
    for cut in range(1, min(len(words), _MOST_WORDS)):
        front, back = " ".join(words[:cut]), " ".join(words[cut:])
        condition |= _begins("first_name", front) & _begins("last_name", back)
        condition |= _begins("first_name", back) & _begins("last_name", front)
    return condition


def _begins(field: str, text: str) -> Q:
    """Return the condition that a name begins with the text, in any case, with umlauts or without."""
    return reduce(or_, (Q(**{f"{field}__istartswith": spelling}) for spelling in sorted(_spellings(text.lower()))))


def _spellings(lower: str) -> set[str]:
    """Return the spellings under which a name may be kept: `jörg` for `joerg` and the other way round.

    SQLite folds the case of ASCII letters only, hence the capitalised ones of anything else.
    """
    umlauts = digraphs = lower
    for umlaut, digraph in _UMLAUTS:
        umlauts, digraphs = umlauts.replace(digraph, umlaut), digraphs.replace(umlaut, digraph)
    spellings = {lower, umlauts, digraphs}
    return spellings | {spelling.title() for spelling in spellings if not spelling.isascii()}
