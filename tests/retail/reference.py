"""Who is in each segment at a moment, computed with pandas from the file alone.

It knows nothing of events, of the program, or of when an order arrived.
"""

import copy
from collections.abc import Callable
from pathlib import Path

import pandas as pd

WHITE_HOLDER, RED_HOLDER = "85123A", "21733"

Members = set[str]


class Reference:
    """The orders and returns up to a moment, and the segments on them."""

    def __init__(self, lines: pd.DataFrame, now: pd.Timestamp):
        invoices = lines.groupby("invoice").agg(
            customer=("customer", "first"), at=("at", "min"), mills=("mills", "sum")
        )
        invoices = invoices[invoices["at"] <= now]
        came_back = invoices.index.str.startswith("C")
        self.now = now
        self.orders = invoices[~came_back]
        self.returns = invoices[came_back].assign(mills=lambda table: -table["mills"])
        self.bought = lines.drop(columns=["customer", "at", "mills"]).merge(
            self.orders, left_on="invoice", right_index=True
        )

    def members(self, segment: str) -> Members:
        """The customers in a segment."""
        return SEGMENTS[segment](self)

    def only(self, counts: Callable[[pd.Series], pd.Series]) -> "Reference":
        """As if nothing had been ordered or returned but at the moments that count."""
        other = copy.copy(self)
        other.orders, other.returns, other.bought = (
            table[counts(table["at"])] for table in (self.orders, self.returns, self.bought)
        )
        return other

    def orders_within(self, days: int) -> pd.DataFrame:
        """The orders of the last days: an order leaves when it is exactly so old."""
        return self.orders[self.orders["at"] > self.now - pd.Timedelta(days=days)]

    def bought_within(self, days: int) -> pd.DataFrame:
        """The lines of the orders of the last days."""
        return self.bought[self.bought["at"] > self.now - pd.Timedelta(days=days)]

    def customers(self) -> Members:
        """Who ever ordered."""
        return set(self.orders["customer"])

    def buyers_of(self, product: str, lines: pd.DataFrame) -> Members:
        """Who bought a product in these lines."""
        return set(lines.loc[lines["product"] == product, "customer"])


def load(path: Path) -> pd.DataFrame:
    """The lines that name a customer. Money is in thousandths of a pound, so that sums are exact."""
    table = pd.read_csv(path, dtype={"Invoice": str, "StockCode": str}, parse_dates=["InvoiceDate"])
    table = table.dropna(subset=["Customer ID"])
    price = (table["Price"] * 1000).round().astype("int64")
    return pd.DataFrame(
        {
            "invoice": table["Invoice"],
            "customer": table["Customer ID"].astype("int64").astype(str),
            "at": table["InvoiceDate"],
            "product": table["StockCode"],
            "quantity": table["Quantity"],
            "mills": price * table["Quantity"],
        }
    )


def above(measure: pd.Series, least: int) -> Members:
    """The customers whose measure is at least so much."""
    return set(measure[measure >= least].index)


def recent(now: Reference) -> Members:
    return set(now.orders_within(30)["customer"])


def frequent(now: Reference) -> Members:
    return above(now.orders_within(180).groupby("customer").size(), 5)


def big_spender(now: Reference) -> Members:
    return above(now.orders_within(365).groupby("customer")["mills"].sum(), 1_000_000)


def bought_holder(now: Reference) -> Members:
    return now.buyers_of(WHITE_HOLDER, now.bought_within(180))


def holder_never_red(now: Reference) -> Members:
    return now.buyers_of(WHITE_HOLDER, now.bought) - now.buyers_of(RED_HOLDER, now.bought)


def lapsed(now: Reference) -> Members:
    return now.customers() - set(now.orders_within(90)["customer"])


def one_order_and_silence(now: Reference) -> Members:
    orders = now.orders.sort_values(["customer", "at"])
    following = orders.groupby("customer")["at"].shift(-1)
    sixty_days = pd.Timedelta(days=60)
    # Two orders of one minute follow each other, both ways.
    alone = ~orders.duplicated(["customer", "at"], keep=False)
    unanswered = following.isna() | (following - orders["at"] > sixty_days)
    # The sixty days must be over; an order in their last moment would still have counted.
    silent = alone & unanswered & (orders["at"] + sixty_days < now.now)
    return set(orders.loc[silent, "customer"])


def net_spender(now: Reference) -> Members:
    spent = now.orders_within(365).groupby("customer")["mills"].sum()
    recent_returns = now.returns[now.returns["at"] > now.now - pd.Timedelta(days=365)]
    returned = recent_returns.groupby("customer")["mills"].sum()
    return above(spent.sub(returned, fill_value=0), 1_000_000)


def newcomer(now: Reference) -> Members:
    first = now.orders.groupby("customer")["at"].min()
    return set(first[first > now.now - pd.Timedelta(days=45)].index)


def wide_taste(now: Reference) -> Members:
    return above(now.bought_within(180).groupby("customer")["product"].nunique(), 50)


def bulk(now: Reference) -> Members:
    return set(now.bought.loc[(now.bought["mills"] >= 100_000) & (now.bought["quantity"] >= 200), "customer"])


def sent_back_soon(now: Reference) -> Members:
    pairs = now.orders.merge(now.returns, on="customer", suffixes=("_order", "_return"))
    later = pairs["at_return"] - pairs["at_order"]
    return set(pairs.loc[(later >= pd.Timedelta(0)) & (later <= pd.Timedelta(days=14)), "customer"])


def regular(now: Reference) -> Members:
    orders = now.orders_within(90)
    return above(orders["at"].dt.normalize().groupby(orders["customer"]).nunique(), 3)


def win_back(now: Reference) -> Members:
    return (lapsed(now) & net_spender(now)) - sent_back_soon(now)


SEGMENTS: dict[str, Callable[[Reference], Members]] = {
    "recent": recent,
    "frequent": frequent,
    "big-spender": big_spender,
    "bought-holder": bought_holder,
    "holder-never-red": holder_never_red,
    "lapsed": lapsed,
    "one-order-and-silence": one_order_and_silence,
    "net-spender": net_spender,
    "newcomer": newcomer,
    "wide-taste": wide_taste,
    "bulk": bulk,
    "sent-back-soon": sent_back_soon,
    "regular": regular,
    "win-back": win_back,
}
