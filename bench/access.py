"""What the client must know to be let in: keys, cookies, card numbers. Written by the seeds, read by the client.

Kept in the run's scratch folder, which is removed with the databases that it opens.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is let in: its Cookie header, and the token that its forms carry."""

    cookie: str
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Access:
    """The way in to one server. ``keys``: of tills (product) or staff (bare); the last card is the one for all."""

    keys: tuple[str, ...]
    devices: tuple[Device, ...]
    numbers: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Keep it in a file that nobody else may read."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Access":
        """Read it back."""
        found = json.loads(path.read_text(encoding="utf-8"))
        devices = tuple(Device(**device) for device in found["devices"])
        return cls(keys=tuple(found["keys"]), devices=devices, numbers=tuple(found["numbers"]))
