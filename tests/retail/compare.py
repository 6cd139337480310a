"""Compares what the program answers about segments with the reference."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from program import Client, Program
from reference import Reference, load

READERS = 4
SHOWN = 5


@dataclass
class Cell:
    """One segment at one moment: how many should be in it, and what is wrong with the answer."""

    size: int
    wrong: list[str] = field(default_factory=list)


class Comparison:
    """All segments at all moments."""

    def __init__(self, data: Path):
        self.lines = load(data)
        self.customers: dict[str, str] = {}
        self.cells: dict[datetime, dict[str, Cell]] = {}

    def compare(self, program: Program, now: datetime, segments: list[str]) -> None:
        """Reads every segment with paging and compares people, size and completeness."""
        reference = self.at(now)
        client = Client(program)
        answers = {segment: client.members(segment) for segment in segments}
        self._learn(program, {profile for profiles, _ in answers.values() for profile in profiles})
        row = self.cells[now] = {}
        for segment, (profiles, page) in answers.items():
            wanted = reference.members(segment)
            row[segment] = Cell(len(wanted), self._wrong(profiles, page, wanted))

    def at(self, now: datetime) -> Reference:
        """The reference at a moment."""
        return Reference(self.lines, pd.Timestamp(now).tz_localize(None))

    def differences(self) -> list[str]:
        """Everything that is wrong, one sentence each."""
        return [
            f"{segment} at {now:%Y-%m-%d %H:%M:%S}: {sentence}"
            for now, row in self.cells.items()
            for segment, cell in row.items()
            for sentence in cell.wrong
        ]

    def table(self) -> str:
        """How many are in each segment at each moment; `=` where the program says the same people."""
        moments = list(self.cells)
        segments = list(next(iter(self.cells.values())))
        lines = [f"{'segment':<22}" + "".join(f"{now:%d %b %H:%M:%S}".rjust(17) for now in moments)]
        for segment in segments:
            cells = [self.cells[now][segment] for now in moments]
            shown = [f"{cell.size} {'≠' if cell.wrong else '='}".rjust(17) for cell in cells]
            lines.append(f"{segment:<22}" + "".join(shown))
        return "\n".join(lines)

    def _learn(self, program: Program, profiles: set[str]) -> None:
        """Finds out which customers stand behind profiles not met before."""
        unknown = sorted(profiles - self.customers.keys())

        def learn(share: list[str]) -> list[tuple[str, str]]:
            client = Client(program)
            return [(profile, client.customer(profile)) for profile in share]

        with ThreadPoolExecutor(READERS) as readers:
            for learned in readers.map(learn, [unknown[n::READERS] for n in range(READERS)]):
                self.customers.update(learned)

    def _wrong(self, profiles: list[str], page: dict, wanted: set[str]) -> list[str]:
        found = {self.customers[profile] for profile in profiles}
        wrong = []
        if len(profiles) != len(found):
            wrong.append(f"the pages list {len(profiles)} profiles of {len(found)} customers")
        if page["size"] != len(wanted):
            wrong.append(f"the size is {page['size']}; it should be {len(wanted)}")
        if not page["complete"]:
            wrong.append("it is not complete")
        for others, what in ((found - wanted, "too many"), (wanted - found, "missing")):
            if others:
                wrong.append(f"{len(others)} {what}: {', '.join(sorted(others)[:SHOWN])}")
        return wrong
