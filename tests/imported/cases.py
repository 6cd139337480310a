"""The shops whose files are imported: what is read how, under which definitions, at which moment."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pandas as pd

import customers
import households
from consent import Trial
from importing import Import
from restraint import Dated

DATA = Path(os.environ.get("IMPORTED_DATA", Path(__file__).resolve().parents[3] / "shared/data"))


class Reference(Dated, Protocol):
    """What pandas finds in the files of a shop."""

    @property
    def segments(self) -> list[str]: ...

    def people(self) -> set[str]: ...

    def consenting(self) -> set[str]: ...

    def buyers(self) -> set[str]: ...

    def kept(self) -> int: ...

    def segment(self, name: str) -> set[str]: ...


@dataclass(frozen=True)
class Case:
    """One shop. Its definitions are those of `definitions` beside `project`, its mappings those of examples/import."""

    definitions: str
    source: str
    # The first moment of the day after the last row.
    now: datetime
    # The folder of its files.
    folder: str
    imports: tuple[Import, ...]
    trial: Trial
    reference: Callable[[Path, int, pd.Timestamp], Reference]

    @property
    def data(self) -> Path:
        """Where the files are."""
        return DATA / self.folder


COUPONS = Import("complete-journey/coupons", "coupon_redemptions_to_w44", "household_id")

CASES = (
    Case(
        definitions="complete-journey",
        source="household-panel",
        now=datetime(2017, 10, 31, tzinfo=UTC),
        folder="completejourney",
        imports=(
            Import("complete-journey/demographics", "demographics", "household_id"),
            Import("complete-journey/campaigns", "campaigns", "household_id", ("campaigns", "campaign_descriptions")),
            COUPONS,
            Import("complete-journey/baskets", "transactions_w01_w44", "household_id", ("products", "products")),
            # A second time: that must count nothing twice.
            COUPONS,
        ),
        trial=households.TRIAL,
        reference=households.Panel,
    ),
    Case(
        definitions="online-retail",
        source="store-orders",
        now=datetime(2010, 12, 10, tzinfo=UTC),
        folder="online_retail_y1",
        imports=(Import("online-retail", "transactions", "Customer ID"),),
        trial=customers.TRIAL,
        reference=customers.Customers,
    ),
)
