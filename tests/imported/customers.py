"""The customers of Online Retail, for the comparison: computed with pandas from the file alone.

The segments are those of the replay's reference, under names that begin with `gifts-`.
"""

import copy
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from consent import Trial
from reference import WHITE_HOLDER, Members, Reference, load

SEGMENTS = (
    "recent",
    "frequent",
    "net-spender",
    "lapsed",
    "holder-never-red",
    "newcomer",
    "wide-taste",
    "sent-back-soon",
)


class Customers:
    """The customers of every `parts`-th number, as they stand at a moment."""

    def __init__(self, data: Path, parts: int, now: pd.Timestamp):
        lines = load(data / "transactions.csv.gz")
        self.reference = Reference(lines[lines["customer"].astype(int) % parts == 0], now)

    @property
    def segments(self) -> list[str]:
        """The names of all segments."""
        return [f"gifts-{name}" for name in SEGMENTS]

    def people(self) -> Members:
        """Everybody who ordered or returned something."""
        return set(self.reference.orders["customer"]).union(self.reference.returns["customer"])

    def consenting(self) -> Members:
        """Who is among those that the mapping grants `site` for."""
        return TRIAL.chosen(self.people())

    def buyers(self) -> Members:
        """Who ordered something."""
        return set(self.reference.orders["customer"])

    def kept(self) -> int:
        """Orders, returns and grants."""
        return len(self.reference.orders) + len(self.reference.returns) + len(self.consenting())

    def segment(self, name: str) -> Members:
        """The customers in a segment."""
        return self.reference.members(name.removeprefix("gifts-"))

    def newest(self, experience: str) -> pd.DataFrame:
        """For each customer, the newest of the orders that its audience counts. Where all orders of some time are
        counted, that is the last. Returns are taken off, and so are no reason."""
        orders = self.reference.orders
        if experience == "gifts-red-pair":
            bought = self.reference.bought
            orders = bought[bought["product"] == WHITE_HOLDER]
        return orders.groupby("customer")["at"].max().to_frame()

    def only(self, counts: Callable[[pd.Series], pd.Series]) -> "Customers":
        """As if nothing had been ordered or returned but at the moments that count."""
        other = copy.copy(self)
        other.reference = self.reference.only(counts)
        return other

    def audience(self, experience: str) -> Members:
        """The customers that an experience is for."""
        member = self.reference.members
        match experience:
            case "gifts-win-back":
                return (member("lapsed") & member("net-spender")) - member("sent-back-soon")
            case "gifts-red-pair":
                return member("holder-never-red")
            case "gifts-first-steps":
                return member("newcomer")
            case "gifts-carton-prices":
                return member("recent") & (member("frequent") | member("wide-taste"))
        raise KeyError(experience)


TRIAL = Trial(salt="online-retail", namespace="user_id")
