"""Who is in each segment, who consented, and for whom each experience is: computed with pandas from the files alone.

It knows nothing of events, of mappings or of the program. What a segment means is said in
examples/import/definitions/complete-journey.toml under the same name.
"""

import copy
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from consent import Trial

TRIAL = Trial(salt="complete-journey", namespace="loyalty_card")

Members = set[str]


class Panel:
    """The households of the files, of every `parts`-th number, as they stand at a moment."""

    def __init__(self, data: Path, parts: int, now: pd.Timestamp):
        def read(name: str) -> pd.DataFrame:
            table = pd.read_csv(data / f"{name}.csv.gz", dtype=str)
            return table[table["household_id"].astype(int) % parts == 0]

        self.now = now
        self.demographics = read("demographics").set_index("household_id")
        self.lines = _lines(read("transactions_w01_w44"), data)
        self.baskets = _baskets(self.lines)
        self.coupons = read("coupon_redemptions_to_w44").assign(
            at=lambda table: pd.to_datetime(table["redemption_date"])
        )
        begins = pd.read_csv(data / "campaign_descriptions.csv.gz", dtype=str).set_index("campaign_id")["start_date"]
        campaigns = read("campaigns")
        campaigns["at"] = pd.to_datetime(campaigns["campaign_id"].map(begins))
        self.campaigns = campaigns[campaigns["at"] < now]

    @property
    def segments(self) -> list[str]:
        """The names of all segments."""
        return list(SEGMENTS)

    def people(self) -> Members:
        """Everybody who is in some file."""
        tables = (self.baskets, self.coupons, self.campaigns)
        return set(self.demographics.index).union(*(table["household_id"] for table in tables))

    def consenting(self) -> Members:
        """Who is among the seven of ten that the mappings grant `site` for."""
        return TRIAL.chosen(self.people())

    def buyers(self) -> Members:
        """Who bought something."""
        return set(self.baskets["household_id"])

    def kept(self) -> int:
        """Orders, coupons, campaigns, statements and grants: of these one a household, however many files give it."""
        tables = (self.baskets, self.coupons, self.campaigns, self.demographics)
        return sum(map(len, tables)) + len(self.consenting())

    def segment(self, name: str) -> Members:
        """The households in a segment."""
        return SEGMENTS[name](self)

    def audience(self, experience: str) -> Members:
        """The households that an experience is for."""
        return AUDIENCES[experience](self)

    def newest(self, experience: str) -> pd.DataFrame:
        """For each household, the newest of what its audience counts. Where baskets are counted, that is the last."""
        last = self.baskets.groupby("household_id")["at"].max()
        if experience in ASK_FOR_STATEMENTS:
            last = last[:0]
        if experience == "coupon-calendar":
            # Either of two things is enough, so the younger one counts. A campaign was answered when its coupon came.
            coupons = answers(self)
            coupons = coupons[coupons["household_id"].isin(answers_campaigns(self))]
            coupons = coupons.groupby("household_id")["at_coupon"].max()
            last = last[last.index.isin(bargain(self))]
            last = pd.concat([coupons, last]).groupby(level=0).max()
        return last.to_frame()

    def only(self, counts: Callable[[pd.Series], pd.Series]) -> "Panel":
        """As if nothing had happened but at the moments that count; what households said of themselves stands."""
        other = copy.copy(self)
        for name in ("lines", "baskets", "coupons", "campaigns"):
            table = getattr(self, name)
            setattr(other, name, table[counts(table["at"])])
        return other

    def within(self, table: pd.DataFrame, days: int) -> pd.DataFrame:
        """The rows of the last days: one leaves when it is exactly so old."""
        return table[table["at"] > self.now - pd.Timedelta(days=days)]


def _lines(rows: pd.DataFrame, data: Path) -> pd.DataFrame:
    """The lines of baskets with what the products are. Money is in cents, so that sums are exact."""
    products = pd.read_csv(data / "products.csv.gz", dtype=str, usecols=["product_id", "product_category", "brand"])
    rows = rows.assign(
        at=pd.to_datetime(rows["transaction_timestamp"]),
        cents=(rows["sales_value"].astype(float) * 100).round().astype("int64"),
        discount=(rows["retail_disc"].astype(float) * 100).round().astype("int64"),
    )
    kept = rows[["household_id", "basket_id", "product_id", "at", "cents", "discount"]]
    lines = kept.merge(products, on="product_id", how="left", validate="many_to_one")
    return lines.assign(is_own_brand=lines["brand"] == "Private")


def _baskets(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.groupby("basket_id").agg(
        household_id=("household_id", "first"),
        at=("at", "min"),
        cents=("cents", "sum"),
        discount=("discount", "sum"),
        lines=("product_id", "size"),
        is_own_brand=("is_own_brand", "all"),
    )


def above(measure: pd.Series, least: int) -> Members:
    """The households whose measure is at least so much."""
    return set(measure[measure >= least].index)


def buyers(lines: pd.DataFrame, category: str) -> Members:
    """Who bought of a category in these lines."""
    return set(lines.loc[lines["product_category"] == category, "household_id"])


def categories(panel: Panel, days: int) -> pd.Series:
    """Of how many categories each household bought in the last days."""
    return panel.within(panel.lines, days).groupby("household_id")["product_category"].nunique()


def recent(panel: Panel) -> Members:
    return set(panel.within(panel.baskets, 14)["household_id"])


def frequent(panel: Panel) -> Members:
    return above(panel.within(panel.baskets, 90).groupby("household_id").size(), 20)


def big_spender(panel: Panel) -> Members:
    return above(panel.within(panel.baskets, 180).groupby("household_id")["cents"].sum(), 150_000)


def regular(panel: Panel) -> Members:
    baskets = panel.within(panel.baskets, 56)
    return above(baskets["at"].dt.normalize().groupby(baskets["household_id"]).nunique(), 12)


def lapsed_good(panel: Panel) -> Members:
    households = panel.baskets.groupby("household_id")
    last = households["at"].max()
    gone = set(last[last < panel.now - pd.Timedelta(days=30)].index)
    return above(households["cents"].sum(), 60_000) & gone


def dog_homes(panel: Panel) -> Members:
    return buyers(panel.within(panel.lines, 180), "DOG FOODS") - buyers(panel.lines, "CAT FOOD")


def own_brand(panel: Panel) -> Members:
    baskets = panel.within(panel.baskets, 90)
    return set(baskets.loc[baskets["is_own_brand"] & (baskets["lines"] >= 3), "household_id"])


def wide_taste(panel: Panel) -> Members:
    return above(categories(panel, 60), 60)


def bargain(panel: Panel) -> Members:
    half_year = panel.within(panel.baskets, 180).groupby("household_id")
    sums = half_year[["cents", "discount"]].sum()[half_year.size() >= 5]
    return set(sums[sums["discount"] * 10 >= sums["cents"] * 3].index)


def families(panel: Panel) -> Members:
    said = panel.demographics
    kind = said["household_comp"].isin(["2 Adults Kids", "1 Adult Kids"])
    return set(said[kind & said["income"].isin(["50-74K", "75-99K", "100-124K", "125-149K"])].index)


def small_homes(panel: Panel) -> Members:
    said = panel.demographics
    tenure = said["home_ownership"]
    return set(said[said["household_size"].isin(["1", "2"]) & tenure.notna() & (tenure != "Homeowner")].index)


def coupon_redeemers(panel: Panel) -> Members:
    return set(panel.coupons["household_id"])


def answers(panel: Panel) -> pd.DataFrame:
    """The campaigns that a household answered, once for each coupon."""
    pairs = panel.campaigns.merge(panel.coupons, on="household_id", suffixes=("", "_coupon"))
    later = pairs["at_coupon"] - pairs["at"]
    return pairs[(later >= pd.Timedelta(0)) & (later <= pd.Timedelta(days=45))]


def answers_campaigns(panel: Panel) -> Members:
    return above(answers(panel).groupby("household_id")["campaign_id"].nunique(), 2)


def deaf_to_campaigns(panel: Panel) -> Members:
    addressed = above(panel.within(panel.campaigns, 300).groupby("household_id").size(), 3)
    return addressed - coupon_redeemers(panel)


def new_in_range(panel: Panel) -> Members:
    return (above(categories(panel, 60), 30) - own_brand(panel)) | wide_taste(panel)


SEGMENTS: dict[str, Callable[[Panel], Members]] = {
    "recent": recent,
    "frequent": frequent,
    "big-spender": big_spender,
    "regular": regular,
    "lapsed-good": lapsed_good,
    "dog-homes": dog_homes,
    "own-brand": own_brand,
    "wide-taste": wide_taste,
    "bargain": bargain,
    "families": families,
    "small-homes": small_homes,
    "coupon-redeemers": coupon_redeemers,
    "answers-campaigns": answers_campaigns,
    "deaf-to-campaigns": deaf_to_campaigns,
}

# The audiences that rest on what households said of themselves. That they never did something has no date.
ASK_FOR_STATEMENTS = {"family-dinners", "winter-stock"}

AUDIENCES: dict[str, Callable[[Panel], Members]] = {
    "welcome-back": lapsed_good,
    "dog-corner": lambda panel: dog_homes(panel) & recent(panel),
    "family-dinners": lambda panel: families(panel) - deaf_to_campaigns(panel),
    "coupon-calendar": lambda panel: answers_campaigns(panel) | bargain(panel),
    "thanks": lambda panel: regular(panel) & (big_spender(panel) | frequent(panel)),
    "new-in-range": new_in_range,
    "winter-stock": small_homes,
}
