"""What each placement must show to a person: docs/experiences.md followed by hand, in Python.

Of the published document it takes the figures: priorities, shares, layers. For whom an experience is comes from
households.py and customers.py, how old is what it rests on from restraint.py. The draws follow the formulas of
crates/assign, with the unit that the program names.
"""

import math
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from blake3 import blake3

from restraint import BUDGET, points

BUCKETS = 10_000
HOLDOUT = 0.05
PERSONAL_PER_PAGE = 2
# What a channel asks for. Of the files nobody granted `email`.
PURPOSE = {"web": "site", "till": "site", "email": "email"}
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
# Which reason of several a neutral placement gives: that of the experience which came furthest.
REASONS = {
    "not_started": (2, "NOT_ELIGIBLE"),
    "audience": (2, "NOT_ELIGIBLE"),
    "stale": (2, "NOT_ELIGIBLE"),
    "no_consent": (3, "NO_CONSENT"),
    "holdout": (4, "HOLDOUT"),
    "layer": (5, "DEFAULT"),
    "traffic": (5, "DEFAULT"),
    "capped": (6, "CAPPED"),
    "intrusive": (6, "CAPPED"),
}


@dataclass(frozen=True)
class Shown:
    """What one placement shows and why; `rejected` are the other experiences and why not, best first."""

    experience: str | None
    variant: str | None
    reason: str
    contents: tuple[str, ...]
    standing: str | None
    memory: str | None
    points: int
    rejected: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Person:
    """For whom is decided."""

    # The program's own; none for who granted nothing.
    unit: str | None
    # The experiences that it is in the audience of; and of these the ones that rest on what is old: too old, of the
    # same season of last year, or just old.
    fits: frozenset[str]
    stale: frozenset[str]
    season: frozenset[str]
    old: frozenset[str]
    # Those that rest on anything that the person did.
    observed: frozenset[str]


@dataclass
class Past:
    """What was shown to a person so far."""

    # How often each experience won, the points that this cost, and where which one won last in the visit.
    won: Counter[str] = field(default_factory=Counter)
    spent: int = 0
    stays: dict[str, str] = field(default_factory=dict)

    def note(self, placement: str, shown: Shown) -> None:
        """Something more was shown."""
        if shown.experience:
            self.won[shown.experience] += 1
            self.spent += shown.points
            self.stays[placement] = shown.experience

    def leave(self) -> None:
        """The visit is over."""
        self.stays.clear()


class Shop:
    """The placements and experiences of a file of definitions, on a day."""

    def __init__(self, definitions: Path, today: date):
        document = tomllib.loads(definitions.read_text())
        self.today = today
        self.placements: dict[str, dict] = document["placement"]
        self.experiences: dict[str, dict] = document["experience"]
        self.ranked = sorted(self.experiences, key=self._rank)

    def _rank(self, name: str) -> tuple:
        body = self.experiences[name]
        return -body.get("priority", 0), -body.get("score", 0), name

    def asks_for(self, placement: str) -> str:
        """The purpose that a placement asks for."""
        return PURPOSE[self.placements[placement]["channel"]]

    def has_begun(self, experience: str) -> bool:
        """Whether its time has come."""
        return date.fromisoformat(self.experiences[experience].get("starts", "2000-01-01")) <= self.today

    def page(self, person: Person, past: Past) -> list[Shown]:
        """What all placements show on one page, after earlier ones, which it adds to."""
        capped: set[str] = set()
        while True:
            page = self._draft(person, past, capped)
            too_many = self._too_many(page, past, capped)
            if not too_many:
                break
            # Those that stay neutral count for nothing on the page: the others are decided without them.
            capped |= too_many
        for placement, shown in page.items():
            past.note(placement, self._cap(placement, shown) if placement in capped else shown)
        return [self._cap(name, shown) if name in capped else shown for name, shown in page.items()]

    def _draft(self, person: Person, past: Past, capped: set[str]) -> dict[str, Shown]:
        """What each placement would show, the earlier ones counted that are not capped."""
        here = Past(Counter(past.won), past.spent, dict(past.stays))
        page = {}
        for placement in self.placements:
            page[placement] = self._placement(placement, person, here)
            if placement not in capped:
                here.note(placement, page[placement])
        return page

    def _candidates(self, placement: str, stays: str | None) -> list[str]:
        """The experiences of a placement, best first; what it showed before is the first of its priority."""
        names = [name for name in self.ranked if placement in _list(self.experiences[name]["placements"])]
        return sorted(names, key=lambda name: (self._rank(name)[0], name != stays))

    def _placement(self, placement: str, person: Person, here: Past) -> Shown:
        winner: str | None = None
        standing, furthest = "alone", (0, "STATIC")
        rejected: list[tuple[str, str]] = []
        for name in self._candidates(placement, here.stays.get(placement)):
            why = self._out(name, placement, person, here)
            if winner is None:
                if why is None:
                    winner = name
                    continue
                furthest = max(furthest, REASONS[why], key=lambda reason: reason[0])
            elif why is None and standing == "alone":
                standing = self._ahead(winner, name)
            rejected.append((name, why or "lost"))
        if winner is None or person.unit is None:
            return self._neutral(placement, furthest[1], rejected)
        variants = self.experiences[winner]["variants"]
        variant = pick(person.unit, winner, {name: body["share"] for name, body in variants.items()})
        contents = variants[variant].get("contents", self.placements[placement]["neutral"])
        # What is neutral rests on nothing.
        memory = "season" if winner in person.season and variant != "control" else None
        cost = self._points(winner, placement, person, here)
        return Shown(winner, variant, "SPLIT", tuple(_list(contents)), standing, memory, cost, tuple(rejected))

    def _out(self, name: str, placement: str, person: Person, here: Past) -> str | None:
        """Why an experience cannot be shown; `None` if it can."""
        body = self.experiences[name]
        if not self.has_begun(name):
            return "not_started"
        if self.asks_for(placement) != "site" or person.unit is None:
            return "no_consent"
        if name not in person.fits:
            return "audience"
        if name in person.stale:
            return "stale"
        if bucket(person.unit, "holdout") < HOLDOUT * BUCKETS:
            return "holdout"
        if any(here.won[name] >= cap["most"] for cap in body.get("caps", [])):
            return "capped"
        cost = self._points(name, placement, person, here)
        if cost and here.spent + cost > BUDGET:
            return "intrusive"
        if layer := body.get("layer"):
            place = bucket(person.unit, f"layer:{layer['name']}")
            if not layer["from"] * BUCKETS <= place < layer["to"] * BUCKETS:
                return "layer"
        if bucket(person.unit, f"traffic:{name}") >= body.get("traffic", 1) * BUCKETS:
            return "traffic"
        return None

    def _points(self, name: str, placement: str, person: Person, here: Past) -> int:
        if here.stays.get(placement) == name:
            return 0
        return points(name in person.observed, name in person.old, is_repeated=here.won[name] > 0)

    def _ahead(self, winner: str, other: str) -> str:
        if self.ranked.index(other) < self.ranked.index(winner):
            return "visit"
        words = ("priority", "score", "name")
        pairs = zip(words, self._rank(winner), self._rank(other), strict=True)
        return next(word for word, one, two in pairs if one != two)

    def _neutral(self, placement: str, reason: str, rejected: list[tuple[str, str]]) -> Shown:
        contents = (self.placements[placement]["neutral"],)
        return Shown(None, None, reason, contents, None, None, 0, tuple(rejected))

    def _too_many(self, page: dict[str, Shown], past: Past, capped: set[str]) -> set[str]:
        """Only the best placements of a page are personalized, first those that were before; a receipt is no page."""
        names = list(self.placements)
        personal = [
            (name not in past.stays, self.ranked.index(shown.experience), names.index(name))
            for name, shown in page.items()
            if shown.experience and name not in capped and self.placements[name]["channel"] == "web"
        ]
        return {names[place] for _, _, place in sorted(personal)[PERSONAL_PER_PAGE:]}

    def _cap(self, placement: str, shown: Shown) -> Shown:
        if not shown.experience:
            return shown
        return self._neutral(placement, "CAPPED", [(shown.experience, "page_capped"), *shown.rejected])


def hashed(unit: str, salt: str) -> int:
    """The first eight bytes of BLAKE3 over the salt, a zero byte and the unit's sixteen bytes."""
    bits = 0
    for digit in unit.removeprefix("unt_"):
        bits = bits << 5 | DIGITS.index(digit)
    return int.from_bytes(blake3(salt.encode() + b"\0" + bits.to_bytes(16, "big")).digest()[:8], "big")


def bucket(unit: str, salt: str) -> int:
    """The unit's bucket under a salt."""
    return hashed(unit, salt) * BUCKETS >> 64


def pick(unit: str, salt: str, shares: dict[str, float]) -> str:
    """Weighted rendezvous hashing: the option with the least −ln(u) / weight."""

    def distance(option: str) -> float:
        return -math.log((hashed(unit, f"{salt}\x1f{option}") + 0.5) / 2**64) / (shares[option] * BUCKETS)

    return min(shares, key=distance)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
