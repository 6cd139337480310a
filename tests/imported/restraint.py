"""What holds back a decision that would be for the person: docs/restraint.md followed in Python.

Of the table of points it has what these shops can meet: no trait has a purpose of its own, no text writes a name, and
nothing says on which channel it happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

Members = set[str]

STALE_AFTER = pd.Timedelta(days=60)
SEASON = (pd.Timedelta(days=305), pd.Timedelta(days=425))
FRESH = pd.Timedelta(days=30)
BUDGET = 10
# What people did.
OBSERVED = 1
OLD = 1
REPEATED = 1


class Dated(Protocol):
    """What a shop's files tell of when people did things."""

    def audience(self, experience: str) -> Members: ...

    def newest(self, experience: str) -> pd.DataFrame:
        """For each person, of each kind of event that the audience needs to hold, the newest that it counts."""
        ...

    def only(self, counts: Callable[[pd.Series], pd.Series]) -> "Dated":
        """As if nothing had happened but at the moments that count."""
        ...


@dataclass(frozen=True)
class Grounds:
    """Of those whom an experience is for: who did what it rests on so long ago that something follows from that."""

    # Too long ago to be a reason.
    stale: Members
    # As long, but in the season of last year that the experience remembers.
    season: Members
    # Longer ago than anybody remembers that it can be known.
    old: Members
    # Whoever did anything for it: the others are in the audience by what they said of themselves.
    observed: Members


def grounds(shop: Dated, experience: str, memory: str | None, now: pd.Timestamp) -> Grounds:
    """How old is what an experience rests on."""
    fitting = shop.audience(experience)
    ages = now - shop.newest(experience)
    ages = ages[ages.index.isin(fitting)]
    youngest = ages.min(axis=1)
    # Whoever would be in the audience by what is younger alone is in it for that.
    late = set(youngest[youngest > STALE_AFTER].index) - shop.only(lambda at: is_young(now, at)).audience(experience)
    remembered = shop.only(lambda at: is_young(now, at) | is_of_season(now, at))
    season = late & remembered.audience(experience) if memory == "season" else set()
    return Grounds(late - season, season, set(youngest[youngest > FRESH].index), set(youngest.dropna().index))


def is_young(now: pd.Timestamp, at: pd.Series) -> pd.Series:
    """Young enough to be a reason."""
    return now - at <= STALE_AFTER


def is_of_season(now: pd.Timestamp, at: pd.Series) -> pd.Series:
    """Of the same season of last year."""
    return (now - at >= SEASON[0]) & (now - at <= SEASON[1])


def points(is_observed: bool, is_old: bool, is_repeated: bool) -> int:
    """The points of discomfort of a decision. What people said of themselves costs nothing the first time."""
    return OBSERVED * is_observed + OLD * is_old + REPEATED * is_repeated
