"""The bare application's four answers."""

import json
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from bench.bare.models import Audit, Balance, Card, Key, Ledger, Program, Rule, Staff, Token

_AWARD = """
WITH door AS (
    SELECT s.id AS staff_id, s.merchant_id FROM bare_token t JOIN bare_staff s ON s.id = t.staff_id WHERE t.key = %s
), shown AS (
    SELECT c.id AS card_id FROM bare_card c JOIN door ON c.merchant_id = door.merchant_id WHERE c.number = %s
), ledger AS (
    INSERT INTO bare_ledger (merchant_id, card_id, staff_id, points, at)
    SELECT door.merchant_id, shown.card_id, door.staff_id, 1, now() FROM door, shown RETURNING id
), once AS (
    INSERT INTO bare_key (merchant_id, key, ledger_id)
    SELECT door.merchant_id, %s, ledger.id FROM door, ledger RETURNING id
)
UPDATE bare_balance SET points = points + 1 FROM shown, once
WHERE bare_balance.card_id = shown.card_id RETURNING points
"""


@dataclass(frozen=True, slots=True)
class Done:
    """An award that was booked."""

    card: Card
    balance: Balance
    points: int


def ping(request: HttpRequest) -> HttpResponse:
    """Answer, and nothing else."""
    return HttpResponse("pong")


@csrf_exempt
def cte(request: HttpRequest) -> HttpResponse:
    """Do an award in one statement: token, staff, card, key, balance, ledger."""
    asked = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(_AWARD, [_token(request), asked["card"], asked["key"]])
        row = cursor.fetchone()
    return JsonResponse({"points": row[0]}, status=201) if row else JsonResponse({}, status=404)


@csrf_exempt
def real(request: HttpRequest) -> HttpResponse:
    """Do an award with the ORM, for the owner of a key."""
    asked = json.loads(request.body)
    token = Token.objects.select_related("staff__merchant").get(key=_token(request))
    done = _award(token.staff, asked["card"], asked["key"])
    return JsonResponse({"points": done.balance.points, "granted": done.points}, status=201)


def form(request: HttpRequest) -> HttpResponse:
    """Do the same from a form, for somebody with a session and a verified second factor."""
    user = request.user
    if not user.is_authenticated or not user.is_verified():  # type: ignore[attr-defined]  # django_otp adds it
        return HttpResponse(status=403)
    staff = Staff.objects.select_related("merchant").get(user_id=user.pk)
    done = _award(staff, request.POST["card"], request.POST["key"])
    context = {"card": done.card, "balance": done.balance, "points": done.points, "staff": staff}
    return render(request, "bare/awarded.html", context)


def _award(staff: Staff, number: str, key: str) -> Done:
    """Find the card, ask rules and velocities, book: 14 statements."""
    merchant, now = staff.merchant, timezone.now()
    with transaction.atomic():
        card = Card.objects.select_related("member").get(merchant=merchant, number=number)
        program = Program.objects.get(merchant=merchant)
        points = sum(rule.points for rule in Rule.objects.filter(program=program))
        recent = (
            Ledger.objects.filter(card=card, at__gt=now - timedelta(days=1)).count(),
            Ledger.objects.filter(card=card, at__gt=now - timedelta(minutes=1)).count(),
            Ledger.objects.filter(staff=staff, at__gt=now - timedelta(seconds=1)).count(),
        )
        try:
            with transaction.atomic():
                once = Key.objects.create(merchant=merchant, key=key)
        except IntegrityError:
            raise RuntimeError("the client never repeats a key") from None
        balance = Balance.objects.select_for_update().get(card=card)
        balance.points += points
        balance.save(update_fields=["points"])
        ledger = Ledger.objects.create(merchant=merchant, card=card, staff=staff, points=points, at=now)
        once.ledger = ledger
        once.save(update_fields=["ledger"])
        action = "award" if max(recent) < 1_000_000 else "too_often"
        Audit.objects.create(merchant=merchant, staff=staff, action=action, target=ledger.pk, at=now)
    return Done(card, balance, points)


def _token(request: HttpRequest) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
