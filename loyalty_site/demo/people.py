"""The demo's members: names as they stand on German doorbells, and contacts that can't reach anybody.

E-mail addresses end in ``.example`` (RFC 2606). Phone numbers come from the ranges that the Bundesnetzagentur keeps
free for films; there are about 5,000, so in a large demo most members have an e-mail address only.
Pure: the same generator state gives the same people.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text; an underscore keeps two together."""
    return tuple(word.replace("_", " ") for word in text.split())


_FIRST_NAMES: Final = _words(
    "Sabine Thomas Andrea Michael Petra Stefan Claudia Andreas Susanne Peter Monika Wolfgang Karin Klaus Birgit "
    "Jürgen Heike Uwe Martina Frank Anna Lukas Lena Jonas Laura Finn Emma Paul Mia Leon Hannah Ben Marie Elias "
    "Clara Anton Frieda Karl Ida Oskar Mathilda Emil Jule Till Greta Henrik Svea Arne Wiebke Hinnerk Vroni Xaver "
    "Franziska Korbinian Ayşe Mehmet Elif Emre Zeynep Murat Fatma Can Defne Kerem Agnieszka Piotr Katarzyna Paweł "
    "Magdalena Jakub Olga Dmitri Swetlana Sergej Natalia Alexej Linh Minh Thuy Bao Yusuf Leila Omar Amira Hassan "
    "Noor Giulia Luca Chiara Marco Sofia Dimitrios Eleni Milena Dragan Jelena Goran Amara Kwame Fatou Priya Arjun "
    "Björn Søren Zoë Renée Chloé"
)
_LAST_NAMES: Final = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier "
    "König Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Friedrich Keller Günther Berger "
    "Winkler Lorenz Baumann Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein "
    "Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl Engel Horn "
    "Busch Bergmann Thomas Voigt Sauer Arnold Yılmaz Kaya Demir Şahin Çelik Arslan Öztürk Nowak Kowalski "
    "Wiśniewski Zieliński Nguyen Tran Pham Haddad Mansour Rossi Ferrari Papadopoulos Petrović Jovanović Ivanova "
    "Kuznezow Mensah Diallo Sharma Jensen Sørensen Müller-Lüdenscheidt von_Bülow"
)
_FICTION_RANGES: Final = (
    *((f"+493023125{n:03}") for n in range(1000)),
    *((f"+494066969{n:03}") for n in range(1000)),
    *((f"+492214710{n:03}") for n in range(1000)),
    *((f"+498999998{n:03}") for n in range(1000)),
    *((f"+496990009{n:03}") for n in range(1000)),
    *((f"+4917139200{n:02}") for n in range(100)),
)
_ASCII: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "oe"})
_AGES: Final = (18, 86)


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person; ``email`` and ``phone`` (E.164) are empty where they gave none."""

    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: date | None
    language: str
    wants_mail: bool


def people(*, rng: random.Random, today: date) -> Iterator[Person]:
    """Yield people without end. No two share an address or a number; a name may come twice, as in life."""
    phones = iter(rng.sample(_FICTION_RANGES, len(_FICTION_RANGES)))
    taken: dict[str, int] = {}
    while True:
        first, last = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)
        local = f"{ascii_name(first)}.{ascii_name(last)}"
        taken[local] = taken.get(local, 0) + 1
        email = f"{local}{taken[local] if taken[local] > 1 else ''}@post.example"
        yield Person(
            first_name=first,
            last_name=last,
            email=email if rng.random() < 0.85 else "",
            phone=next(phones, "") if rng.random() < 0.5 else "",
            birth_date=_birth_date(rng, today) if rng.random() < 0.55 else None,
            language="en" if rng.random() < 0.05 else "de",
            wants_mail=rng.random() < 0.35,
        )


def ascii_name(name: str) -> str:
    """Return a name as an address writes it: ``Ayşe`` as ``ayse``, ``von Bülow`` as ``von-buelow``."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_ASCII))
    return "".join(sign for sign in plain if sign.isascii()).replace(" ", "-")


def _birth_date(rng: random.Random, today: date) -> date:
    """Return the birthday of an adult."""
    youngest, oldest = _AGES
    return today - timedelta(days=rng.randint(youngest * 366, oldest * 365))
