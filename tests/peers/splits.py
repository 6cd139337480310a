"""The data sets, split by time, for the peers and, as a table, for the product: both are told the same."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

Row = dict[str, str]

# An end that is before all of the data's: what is tuned is tuned on the weeks before the test.
VALIDATION = timedelta(days=56)


@dataclass(frozen=True)
class Line:
    """One line of an order; `at` is of RFC 3339, so that moments compare as text."""

    user: str
    item: str
    at: str
    basket: str
    title: str = ""
    category: str = ""


@dataclass(frozen=True)
class Orders:
    """Orders before and after a moment, of items with enough buyers before it."""

    name: str
    lines: list[Line]
    cut: str

    def write(self, path: Path) -> None:
        """As a table for `prevenance evaluate`."""
        with path.open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["user", "item", "at", "basket", "title", "category"])
            table.writerows([one.user, one.item, one.at, one.basket, one.title, one.category] for one in self.lines)

    def before(self) -> Iterator[Line]:
        """What is learned from."""
        return (one for one in self.lines if one.at < self.cut)

    def wanted(self) -> dict[str, set[str]]:
        """What is foretold: of everybody who bought before too, what they bought then."""
        known = {one.user for one in self.before()}
        wanted = defaultdict(set)
        for one in self.lines:
            if one.at >= self.cut and one.user in known:
                wanted[one.user].add(one.item)
        return dict(wanted)


@dataclass(frozen=True)
class Click:
    """A look at an item; `at` in whole seconds since 1970."""

    session: str
    item: str
    at: int


@dataclass(frozen=True)
class Sessions:
    """Clicks before, and the sessions to be foretold."""

    name: str
    known: list[Click]
    tested: list[Click]

    def write(self, known: Path, tested: Path) -> None:
        """As two tables for `prevenance evaluate --sessions`."""
        for path, clicks in [(known, self.known), (tested, self.tested)]:
            with path.open("w", newline="") as file:
                table = csv.writer(file)
                table.writerow(["session", "item", "at"])
                table.writerows([one.session, one.item, moment(one.at)] for one in clicks)


def moment(second: int) -> str:
    """A second since 1970 as RFC 3339."""
    return datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_session(clicks: Iterable[Click]) -> dict[str, list[str]]:
    """The items of each session in order of time; within a second in the order of the file."""
    sessions = defaultdict(list)
    for click in sorted(clicks, key=lambda click: click.at):
        sessions[click.session].append(click.item)
    return dict(sessions)


def retail(folder: Path, validate: bool = False) -> Orders:
    """Online Retail, before and from October 2010; items of at least five buyers."""

    def line(row: Row) -> Line | None:
        item, user = row["StockCode"], row["Customer ID"].split(".")[0]
        is_item = len(item) >= 5 and item[:5].isascii() and item[:5].isdigit()
        if not is_item or not user or number(row["Quantity"]) <= 0 or number(row["Price"]) <= 0:
            return None
        return Line(user, item, row["InvoiceDate"].replace(" ", "T") + "Z", row["Invoice"], row["Description"].strip())

    lines = read(folder / "online_retail_y1/transactions.csv.gz", line)
    return split("retail", lines, "2010-10-01T00:00:00Z", 5, validate)


def journey(folder: Path, validate: bool = False) -> Orders:
    """Complete Journey, weeks 1 to 36 and 37 to 44; items of at least twenty buyers."""
    about = {}
    with gzip.open(folder / "completejourney/products.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            kinds = [row["department"], row["product_category"], row["product_type"]]
            about[row["product_id"]] = (kinds[2], " > ".join(kind.replace(">", "/") for kind in kinds if kind))
    first = []

    def line(row: Row) -> Line | None:
        at = row["transaction_timestamp"].replace(" ", "T") + "Z"
        if int(row["week"]) >= 37:
            first[:] = [min([at, *first])]
        if number(row["quantity"]) <= 0:
            return None
        return Line(row["household_id"], row["product_id"], at, row["basket_id"], *about.get(row["product_id"], ()))

    lines = read(folder / "completejourney/transactions_w01_w44.csv.gz", line)
    return split("journey", lines, first[0], 20, validate)


def serenade(folder: Path, validate: bool = False) -> Sessions:
    """The example of Serenade; its last day is split by its makers into a part to tune on and a part to test on."""

    def clicks(name: str) -> list[Click]:
        with gzip.open(folder / f"serenade_example/{name}.txt.gz", "rt") as file:
            rows = csv.DictReader(file, delimiter="\t")
            return [Click(row["SessionId"], row["ItemId"], int(float(row["Time"]))) for row in rows]

    return Sessions("sessions", clicks("train"), clicks("valid" if validate else "test"))


def number(text: str) -> float:
    """A number; 0 where there is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def read(path: Path, line: Callable[[Row], Line | None]) -> list[Line]:
    """The good lines of a table."""
    with gzip.open(path, "rt", newline="") as file:
        return [one for one in map(line, csv.DictReader(file)) if one]


def split(name: str, lines: list[Line], cut: str, buyers: int, validate: bool) -> Orders:
    """Keeps items with enough buyers before the cut; a validation ends where the test begins."""
    if validate:
        lines = [one for one in lines if one.at < cut]
        cut = (datetime.fromisoformat(cut) - VALIDATION).strftime("%Y-%m-%dT%H:%M:%SZ")
    bought = defaultdict(set)
    for one in lines:
        if one.at < cut:
            bought[one.item].add(one.user)
    return Orders(name, [one for one in lines if len(bought[one.item]) >= buyers], cut)
