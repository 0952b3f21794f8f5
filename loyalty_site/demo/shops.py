"""The demo's shops: a bakery with three stores, a salon, a café, and as many more as are asked for.

All names, streets and towns are invented. Pure data; the same number gives the same shops.
"""

from dataclasses import replace
from typing import Final

from loyalty_site.demo.plans import (
    Colleague,
    Hours,
    ProgramPlan,
    RewardPlan,
    RulePlan,
    ShopPlan,
    StorePlan,
    Trade,
)
from members.models import Role, StampSign

TOWN: Final = ("38999", "Lindenhagen")
HALF_AN_HOUR: Final = 30 * 60

_BAKERY_HOURS: Hours = {
    **{str(day): ("06:00", "18:30") for day in range(5)},
    "5": ("06:00", "14:00"),
    "6": ("07:30", "11:30"),
}
_STATION_HOURS: Hours = {
    **{str(day): ("05:30", "20:00") for day in range(5)},
    "5": ("06:30", "18:00"),
    "6": ("07:00", "17:00"),
}
_SALON_HOURS: Hours = {**{str(day): ("09:00", "18:30") for day in range(1, 5)}, "5": ("08:30", "14:00")}
_CAFE_HOURS: Hours = {
    **{str(day): ("07:30", "19:00") for day in range(5)},
    "5": ("09:00", "20:00"),
    "6": ("09:30", "18:00"),
}

MORGENROT: Final = ShopPlan(
    slug="morgenrot",
    name="Bäckerei Morgenrot",
    trade=Trade.BAKERY,
    stamp=StampSign.SUN,
    color="#a8451c",
    weight=5,
    stores=(
        StorePlan("Markt", "Am Markt 4", *TOWN, _BAKERY_HOURS, ("Kasse 1", "Kasse 2")),
        StorePlan("Bahnhof", "Bahnhofplatz 1", *TOWN, _STATION_HOURS, ("Kasse 1", "Kasse 2")),
        StorePlan("Südstadt", "Gartenstraße 27", *TOWN, _BAKERY_HOURS, ("Kasse 1", "Kasse 2")),
    ),
    programs=(
        ProgramPlan(
            name="Frühstückskarte",
            kind="stamp_card",
            unit="stamp",
            singular="Stempel",
            plural="Stempel",
            rules=(RulePlan("Ein Stempel je Besuch", ({"kind": "fixed", "units": 1},)),),
            rewards=(RewardPlan("Frühstück für zwei", 10, "Brötchen, Aufstrich und zwei Heißgetränke"),),
            lock_seconds=HALF_AN_HOUR,
            daily_units=3,
        ),
        ProgramPlan(
            name="Punkte",
            kind="points",
            unit="point",
            singular="Punkt",
            plural="Punkte",
            rules=(
                RulePlan("Ein Punkt je Euro", ({"kind": "per_amount", "units": 1, "per_cents": 100, "carry": True},)),
            ),
            rewards=(
                RewardPlan("Laugenbrezel", 40),
                RewardPlan("Heißgetränk nach Wahl", 80),
                RewardPlan("Brot der Woche", 150),
                RewardPlan("Torte zum Bestellen, 18 cm", 600, "Bitte zwei Tage vorher bestellen"),
            ),
            lock_seconds=0,
            daily_units=250,
        ),
    ),
    team=(
        Colleague("Brigitte Morgenroth", Role.OWNER),
        Colleague("Holger Lindner", Role.MANAGER),
        Colleague("Ayşe Yıldız", Role.CASHIER),
        Colleague("Felix Brandt", Role.CASHIER),
        Colleague("Maria-Magdalena Oberhuber", Role.CASHIER),
        Colleague("Tomasz Nowak", Role.CASHIER),
        Colleague("Linh Nguyen", Role.CASHIER),
        Colleague("Katharina Roth", Role.ANALYST),
        Colleague("Ulrich Weiß", Role.AUDITOR),
    ),
)

KAMM_SCHERE: Final = ShopPlan(
    slug="kamm-schere",
    name="Kamm & Schere",
    trade=Trade.SALON,
    stamp=StampSign.COMB,
    color="#0f5c66",
    weight=2,
    stores=(StorePlan("Salon", "Ulmenweg 12", *TOWN, _SALON_HOURS, ("Empfang",)),),
    programs=(
        ProgramPlan(
            name="Treuepunkte",
            kind="points",
            unit="point",
            singular="Punkt",
            plural="Punkte",
            rules=(
                RulePlan("Zehn Punkte je Besuch", ({"kind": "fixed", "units": 10},)),
                RulePlan("Ein Punkt je Euro", ({"kind": "per_amount", "units": 1, "per_cents": 100, "carry": True},)),
            ),
            rewards=(
                RewardPlan("Kopfmassage", 100),
                RewardPlan("Pflegekur", 200),
                RewardPlan("Waschen und Föhnen", 400),
            ),
            lock_seconds=HALF_AN_HOUR,
            daily_units=400,
        ),
    ),
    team=(
        Colleague("Giulia Ferraro", Role.OWNER),
        Colleague("Sven Petersen", Role.MANAGER),
        Colleague("Jasmin El-Sayed", Role.CASHIER),
        Colleague("Olga Schneider", Role.CASHIER),
        Colleague("Noah Becker", Role.CASHIER),
        Colleague("Annegret Thoma", Role.ANALYST),
        Colleague("Bao Tran", Role.AUDITOR),
    ),
)

CAFE_ANKER: Final = ShopPlan(
    slug="cafe-anker",
    name="Café Anker",
    trade=Trade.CAFE,
    stamp=StampSign.CUP,
    color="#1f4e79",
    weight=3,
    stores=(StorePlan("Hafen", "Alte Werft 3", *TOWN, _CAFE_HOURS, ("Theke",)),),
    programs=(
        ProgramPlan(
            name="Kaffeekarte",
            kind="stamp_card",
            unit="stamp",
            singular="Stempel",
            plural="Stempel",
            rules=(RulePlan("Ein Stempel je Besuch", ({"kind": "fixed", "units": 1},)),),
            rewards=(RewardPlan("Kaffee nach Wahl", 8, "Jede Größe, auch mit Haferdrink"),),
            lock_seconds=HALF_AN_HOUR,
            daily_units=4,
        ),
    ),
    team=(
        Colleague("Mats Jensen", Role.OWNER),
        Colleague("Aylin Demir", Role.MANAGER),
        Colleague("Jonas Richter", Role.CASHIER),
        Colleague("Fatima Haddad", Role.CASHIER),
        Colleague("Luca Rossi", Role.CASHIER),
        Colleague("Dörte Hansen", Role.CASHIER),
        Colleague("Piotr Wiśniewski", Role.ANALYST),
        Colleague("Elif Kaya", Role.AUDITOR),
    ),
)

FIRST_SHOPS: Final = (MORGENROT, KAMM_SCHERE, CAFE_ANKER)
#: Further shops are one of the first three under another name.
_FURTHER: Final = (
    ("hofladen-gruenberg", "Hofladen Grünberg", MORGENROT, StampSign.LEAF, "#2f6b2f"),
    ("eisdiele-polar", "Eisdiele Polar", CAFE_ANKER, StampSign.CUP, "#7a2e6d"),
    ("barbier-klinge", "Barbier Klinge", KAMM_SCHERE, StampSign.COMB, "#5b4636"),
    ("teeladen-blatt", "Teeladen Blatt", CAFE_ANKER, StampSign.LEAF, "#386641"),
    ("kiosk-am-ring", "Kiosk am Ring", CAFE_ANKER, StampSign.MARK, "#4c2a85"),
)
MOST_SHOPS: Final = 200


def shops(count: int) -> tuple[ShopPlan, ...]:
    """Return the first ``count`` shops (1 to 200).

    Raises:
        ValueError: the count is out of range.
    """
    if not 1 <= count <= MOST_SHOPS:
        raise ValueError(f"between 1 and {MOST_SHOPS} merchants")
    return (FIRST_SHOPS + tuple(_further(index) for index in range(count - len(FIRST_SHOPS))))[:count]


def _further(index: int) -> ShopPlan:
    """Return the shop with this index beyond the first ones; from the sixth on they are numbered."""
    slug, name, like, stamp, color = _FURTHER[index % len(_FURTHER)]
    round_ = index // len(_FURTHER)
    tail = f"-{round_ + 1}" if round_ else ""
    return replace(
        like,
        slug=slug + tail,
        name=f"{name} {round_ + 1}" if round_ else name,
        stamp=stamp,
        color=color,
        weight=1,
    )
