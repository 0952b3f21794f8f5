"""Bodies that the API takes, and what it answers. Unknown fields are refused; texts and numbers are bounded.

Bounds keep a request smaller than what the database and the rules take; no text may hold a NUL. Whole numbers are
whole numbers: neither 5.0 nor "5" nor true. Moments carry their time zone. Answers are made in ``answers``.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from members.card_numbers import MAX_TEXT_LENGTH
from rewards.domain.earn import MAX_AMOUNT_CENTS
from rewards.engine.facts import Item

MOST_ITEMS = 200
MOST_PIECES = 10_000

Cents = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT_CENTS, description="Whole cents.")]
PositiveCents = Annotated[int, Field(strict=True, ge=1, le=MAX_AMOUNT_CENTS, description="Whole cents.")]
ShortText = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
CardText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT_LENGTH, pattern=r"^[^\x00]*$"),
    Field(description="What a scanner or a person typed, in any spelling: a number, `K.…`, a code `T.…`, an address."),
]


def _is_text(value: object) -> object:
    """Refuse numbers, which would be taken for seconds since 1970."""
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_type", "Input should be a date and time as text, with its time zone")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_is_text, json_schema_input_type=str)]


class Body(BaseModel):
    """What all bodies share."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SoldItem(Body):
    """One line of a receipt. ``amount_cents``: the line's total, below 0 for a discount."""

    sku: Annotated[ShortText, Field(min_length=1)]
    category: ShortText = ""
    quantity: int = Field(strict=True, ge=1, le=MOST_PIECES)
    amount_cents: int = Field(strict=True, ge=-MAX_AMOUNT_CENTS, le=MAX_AMOUNT_CENTS)

    def to_item(self) -> Item:
        """Return the item as the rules know it."""
        return Item(sku=self.sku, category=self.category, quantity=self.quantity, amount_cents=self.amount_cents)


class EarnBody(Body):
    """A sale."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"card": "K.4DJJW4FWA05W", "amount_cents": 1290, "receipt": "2026-000123"},
                {
                    "card": "4DJJ W4FW A05W",
                    "amount_cents": 980,
                    "items": [{"sku": "coffee", "category": "drinks", "quantity": 2, "amount_cents": 980}],
                    "occurred_at": "2026-11-24T09:58:00+01:00",
                },
            ]
        }
    )

    card: CardText
    amount_cents: Cents | None = Field(
        None, description="What counts of the sale's sum. Without it rules by sum grant nothing, even with items."
    )
    items: Annotated[list[SoldItem], Field(max_length=MOST_ITEMS)] = []
    receipt: ShortText = ""
    occurred_at: Moment | None = Field(None, description="When it was sold, at most seven days ago; without it, now.")


class RedemptionBody(Body):
    """A reward for a card: a fresh code of the phone where the program asks for one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"card": "T.4DJJW4FWA05W.1A2B3C4D", "reward": "7d0b6a9e-2c3f-4a7e-9d6b-0f1e2d3c4b5a"}]
        }
    )

    card: CardText
    reward: UUID


class ReturnBody(Body):
    """Goods that come back: a sum, or items whose amounts are added up, or neither for all that is left."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"earn": "5b0c9a3e-6f0e-4c1b-9d3b-2f6f0d3c8a11"},
                {"earn": "5b0c9a3e-6f0e-4c1b-9d3b-2f6f0d3c8a11", "amount_cents": 490},
            ]
        }
    )

    earn: UUID = Field(description="The id that the earn was answered with.")
    amount_cents: PositiveCents | None = None
    items: Annotated[list[SoldItem], Field(max_length=MOST_ITEMS)] = []

    @model_validator(mode="after")
    def _not_both(self) -> "ReturnBody":
        """Two sums could contradict each other."""
        if self.amount_cents is not None and self.items:
            raise PydanticCustomError("sum_or_items", "Give amount_cents or items, not both")
        return self


class Why(BaseModel):
    """A reason: ``code`` for programs, ``text`` in the language of Accept-Language."""

    code: str
    text: str


class NextRewardAnswer(BaseModel):
    """The nearest reward that the balance does not buy yet, or the dearest that it buys (``missing`` 0)."""

    reward: str
    name: str
    price: int
    missing: int


class Balance(BaseModel):
    """What the card holds in one program after the booking. ``pending``: units that are still checked."""

    program: str
    program_name: str
    unit: str
    unit_name: str
    available: int
    pending: int
    next_reward: NextRewardAnswer | None


class GrantAnswer(BaseModel):
    """Units granted by one rule."""

    program: str
    program_name: str
    unit: str
    unit_name: str
    amount: int
    why: Why


class TakenBack(GrantAnswer):
    """Units taken back in one program. ``missing``: spent before, and waived."""

    missing: int


class EarnAnswer(BaseModel):
    """What a sale came to. ``held``: granted, but pending until somebody has looked at it."""

    id: str
    outcome: Literal["posted", "held", "refused"]
    grants: list[GrantAnswer]
    balances: list[Balance]
    reasons: list[Why]


class RedemptionAnswer(BaseModel):
    """What a redemption came to. ``step_up``: a proof is missing, the reasons say which. ``voucher``: none yet."""

    id: str
    outcome: Literal["redeemed", "step_up", "refused"]
    voucher: str | None
    balances: list[Balance]
    reasons: list[Why]


class ReturnAnswer(BaseModel):
    """What a return came to."""

    id: str
    outcome: Literal["posted", "refused"]
    taken_back: list[TakenBack]
    balances: list[Balance]
    reasons: list[Why]


class UndoAnswer(BaseModel):
    """What an undo came to. ``undone``: the booking that was to be undone."""

    id: str
    outcome: Literal["undone", "refused"]
    undone: str
    balances: list[Balance]
    reasons: list[Why]


class Affordable(BaseModel):
    """A reward that the card can have now, as far as its balance goes."""

    reward: str
    name: str
    program: str
    price: int


class CardAnswer(BaseModel):
    """A card. ``name``: first name and initial, null on a card that nobody has claimed; ``level``: 0 to 3."""

    number: str
    status: Literal["unverified", "verified", "blocked", "replaced"]
    level: int
    name: str | None
    balances: list[Balance]
    rewards: list[Affordable]


class Texts(BaseModel):
    """One sentence in both languages."""

    de: str
    en: str


class WhyInBoth(BaseModel):
    """A reason in both languages."""

    code: str
    text: Texts


class CheckAnswer(BaseModel):
    """One condition or effect of a rule, and whether it held."""

    held: bool
    code: str
    text: Texts


class RuleAnswer(BaseModel):
    """One rule as it was looked at; ``stopped_by``: another rule of its group went before."""

    rule: str
    version: int
    name: str
    program: str
    granted: int
    checks: list[CheckAnswer]
    stopped_by: WhyInBoth | None


class ExplanationAnswer(BaseModel):
    """Why a sale earned what it did, or nothing."""

    id: str
    outcome: Literal["posted", "held", "refused"]
    occurred_at: datetime
    reasons: list[WhyInBoth]
    rules: list[RuleAnswer]
