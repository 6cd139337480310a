"""Real households are imported into the real program, which decides for each; all must equal what pandas finds.

PREVENANCE_BINARY  the program to start and to import with (required)
IMPORTED_DATA      the folder of files, default ../shared/data/completejourney beside the project
IMPORTED_PARTS     of how many households one is taken, default 6; 1 takes all
"""

import os
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
# The program as a process, and a client of it, are those of the replay.
sys.path.append(str(HERE.parent / "retail"))

from asking import Asking, Page
from households import AUDIENCES, SEGMENTS, SHARE, Panel
from importing import import_all
from program import Client, Program
from shop import HOLDOUT, Household, Shop, Shown

DATA = HERE.parents[2] / "shared/data/completejourney"
EXAMPLES = HERE.parents[1] / "examples/import"
# The last basket is of 2017-10-30.
NOW = datetime(2017, 10, 31, tzinfo=UTC)
# What a household may be answered. All must occur, or the comparison would say less than it seems.
REASONS = {"SPLIT", "NOT_ELIGIBLE", "NO_CONSENT", "HOLDOUT", "DEFAULT", "CAPPED"}
NEVER_WINS = {"winter-stock"}
SHOWN = 3
# Standard deviations by which a share that was drawn may be off.
SIGMAS = 4.5


def totals(client: Client, panel: Panel) -> list[str]:
    """Each row counts once, whatever was imported twice; a grant counts once, however many files give it."""
    status = client.call("GET", "/v1/status")
    statements = len(panel.demographics) + len(panel.consenting())
    wanted = {"profiles": len(panel.households()), "events": panel.events() + statements}
    print(f"  {status['events']} events, statements and grants of {status['profiles']} households are kept")
    return [f"{name}: {status[name]}; it should be {count}" for name, count in wanted.items() if status[name] != count]


def compare_segments(asking: Asking, panel: Panel) -> list[str]:
    """Everybody who is in a segment and should not be, or should be and is not."""
    wrong = []
    print(f"\n{'segment':<20}{'households':>12}")
    for name in SEGMENTS:
        wanted = panel.segment(name)
        found, page = asking.segment(name)
        is_right = found == wanted and page["size"] == len(wanted) and page["complete"]
        print(f"{name:<20}{len(wanted):>10} {'=' if is_right else '≠'}")
        if not is_right:
            wrong.append(
                f"{name}: {page['size']} in size, complete: {page['complete']}; too many: "
                f"{sorted(found - wanted)[:SHOWN]}; missing: {sorted(wanted - found)[:SHOWN]}"
            )
        if not 0 < len(wanted) < len(panel.households()):
            wrong.append(f"{name} tells nobody apart")
    return wrong


def households(shop: Shop, panel: Panel, first: dict[str, Page]) -> tuple[dict[str, Household], list[str]]:
    """For whom is decided. The units are the program's own: one a household that consented, told where they may be
    drawn by and nowhere else, and nobody's twice."""
    wrong = []
    consenting = panel.consenting()
    fits = {experience: panel.audience(experience) for experience in AUDIENCES}
    found: dict[str, Household] = {}
    for number, page in first.items():
        unit = page.units[0] if number in consenting else None
        if page.units != [unit if shop.asks_for(placement) == "site" else None for placement in shop.placements]:
            wrong.append(f"household {number} is told to have the units {page.units}")
        fitting = frozenset(experience for experience, members in fits.items() if number in members)
        found[number] = Household(unit, fitting)
    units = {household.unit for household in found.values()} - {None}
    if len(units) != len(consenting):
        wrong.append(f"{len(consenting)} households have {len(units)} units")
    return found, wrong


def compare_decisions(
    shop: Shop, people: dict[str, Household], asked: list[dict[str, Page]]
) -> tuple[list[list[Shown]], list[str]]:
    """Every decision of every page of everybody. Pages that follow one another see what the earlier ones showed."""
    pages, wrong = [], []
    for number, household in people.items():
        won: Counter[str] = Counter()
        for turn, answers in enumerate(asked):
            wanted = shop.page(household, won)
            won.update(shown.experience for shown in wanted if shown.experience)
            pages.append(wanted)
            for placement, one, other in zip(shop.placements, answers[number].shown, wanted, strict=True):
                if one != other:
                    wrong.append(f"household {number}, page {turn + 1}, {placement}:\n    is {one}\n    not {other}")
    return pages, wrong


def counts(shop: Shop, panel: Panel, pages: list[list[Shown]], asked: list[dict[str, Page]]) -> list[str]:
    """Prints what was decided how often; what differs or does not occur."""
    answered = [page.shown for answers in asked for page in answers.values()]

    def count(all_pages: list[list[Shown]]) -> Counter[tuple[str, ...]]:
        counted: Counter[tuple[str, ...]] = Counter()
        for page in all_pages:
            for placement, shown in zip(shop.placements, page, strict=True):
                counted[placement, shown.reason] += 1
                if shown.experience and shown.variant:
                    counted[shown.experience, shown.variant] += 1
        return counted

    found, wanted = count(answered), count(pages)
    print(f"\n{'placement or experience':<24}{'reason or variant':<18}{'decisions':>10}")
    for what, which in sorted(wanted.keys() | found.keys()):
        is_right = found[what, which] == wanted[what, which]
        print(f"{what:<24}{which:<18}{wanted[what, which]:>8} {'=' if is_right else '≠'}")
    wrong = [f"{key}: {found[key]}; it should be {wanted[key]}" for key in wanted if found[key] != wanted[key]]
    wrong += [f"nobody is answered {reason}" for reason in REASONS - {reason for _, reason in wanted}]
    idle = {name for name in shop.experiences if not any(what == name for what, _ in wanted)} ^ NEVER_WINS
    return wrong + [f"{name} wins, or does not, otherwise than it is meant to" for name in sorted(idle)]


def spread(shop: Shop, panel: Panel, people: dict[str, Household], first: dict[str, Page]) -> list[str]:
    """Whether the units, which are the program's own, fall evenly: the reference cannot know them beforehand."""
    wrong = []

    def check(what: str, count: int, of: int, share: float) -> None:
        if abs(count - of * share) > SIGMAS * sqrt(of * share * (1 - share)):
            wrong.append(f"{what}: {count} of {of}; it should be about {share:.0%}")

    fitting = [number for number, one in people.items() if one.unit and one.fits - NEVER_WINS]
    held = [number for number in fitting if any(shown.reason == "HOLDOUT" for shown in first[number].shown)]
    check("granted `site`", len(panel.consenting()), len(panel.households()), SHARE)
    check("held out", len(held), len(fitting), HOLDOUT)
    for name, body in shop.experiences.items():
        drawn = [
            variant
            for page in first.values()
            for variant in {shown.variant for shown in page.shown if shown.experience == name}
        ]
        for variant, one in body["variants"].items():
            check(f"{name}/{variant}", drawn.count(variant), len(drawn), one["share"])
    return wrong


def compare(program: Program, panel: Panel) -> list[str]:
    """Asks for all segments, then for two pages of each household, and compares."""
    asking = Asking(program)
    wrong = totals(Client(program), panel) + compare_segments(asking, panel)
    shop = Shop(EXAMPLES / "definitions/complete-journey.toml", NOW.date())
    begin = time.monotonic()
    asked = [asking.pages(panel.households(), list(shop.placements)) for _ in range(2)]
    decided = len(asked) * len(asked[0]) * len(shop.placements)
    print(f"\n{decided} decisions for {len(asked[0])} households in {time.monotonic() - begin:.1f} s")
    people, strange = households(shop, panel, asked[0])
    pages, different = compare_decisions(shop, people, asked)
    silent = len(people) - len(panel.consenting())
    print(f"{len(different)} of them differ; {silent} households, {silent / len(people):.1%}, granted nothing")
    return wrong + strange + different + counts(shop, panel, pages, asked) + spread(shop, panel, people, asked[0])


def main() -> int:
    """Imports, asks, compares, and returns the exit code."""
    # Nothing is left running or on disk, however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("asked to stop"))
    data = Path(os.environ.get("IMPORTED_DATA", DATA))
    parts = int(os.environ.get("IMPORTED_PARTS", "6"))
    begin = time.monotonic()
    # A busy machine must not make a decision neutral here: what is decided is compared, not how soon.
    os.environ["PREVENANCE__DECIDE__GIVE_UP_MS"] = "60000"
    program = Program(Path(os.environ["PREVENANCE_BINARY"]), NOW, ["--definitions", EXAMPLES / "definitions"])
    try:
        with tempfile.TemporaryDirectory(prefix="prevenance-imported-") as folder:
            wrong = import_all(program, EXAMPLES / "complete-journey", data, Path(folder), parts)
        wrong += compare(program, Panel(data, parts, pd.Timestamp(NOW).tz_localize(None)))
        memory = program.peak_memory_kib() // 1024
        print(f"\n{time.monotonic() - begin:.1f} s in all; peak memory of the program {memory} MiB")
    except BaseException:
        sys.stderr.writelines(program.printed[-20:])
        raise
    finally:
        program.close()
    for sentence in wrong[:20]:
        print(f"  {sentence}")
    print("everything equals the reference" if not wrong else f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
