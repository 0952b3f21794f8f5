"""Tables of the bare application: the least that an award touches."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models


class BareModel(models.Model):
    """Abstract base: the manager that every model has, named so that its type is known."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True


class Merchant(BareModel):
    """A shop."""

    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class Staff(BareModel):
    """Somebody at a till, with a login for the form."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bare_staff")
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class Token(BareModel):
    """A key of the API."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    key = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return str(self.pk)


class Member(BareModel):
    """A customer."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class Card(BareModel):
    """A customer's card."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    number = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "number"], name="bare_card_number")]

    def __str__(self) -> str:
        return str(self.pk)


class Program(BareModel):
    """What the shop promises."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class Rule(BareModel):
    """So many points for so many cents; ``per_cents`` 0 = for each visit."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    points = models.IntegerField()
    per_cents = models.IntegerField(default=0)

    def __str__(self) -> str:
        return str(self.pk)


class Balance(BareModel):
    """What a card holds."""

    card = models.OneToOneField(Card, on_delete=models.PROTECT)
    points = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.points)


class Ledger(BareModel):
    """One award."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    card = models.ForeignKey(Card, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    points = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # Read by the three velocity counts.
            models.Index(fields=["card", "at"], name="bare_ledger_card_at"),
            models.Index(fields=["staff", "at"], name="bare_ledger_staff_at"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Key(BareModel):
    """An idempotency key, and the award that it stands for."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    key = models.CharField(max_length=64)
    ledger = models.ForeignKey(Ledger, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="bare_key_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Audit(BareModel):
    """Who did what."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    action = models.CharField(max_length=40)
    target = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.action
