"""Real files are imported into the real program, which decides for everybody; all must equal what pandas finds.

PREVENANCE_BINARY  the program to start and to import with (required)
IMPORTED_DATA      the folder of the shops' folders, default ../shared/data beside the project
IMPORTED_PARTS     of how many people one is taken, default 6; 1 takes all
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from math import exp, lgamma, log
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
# The program as a process, its client, and who is who in Online Retail are those of the replay.
sys.path.append(str(HERE.parent / "retail"))

from asking import Asking, Page
from cases import CASES, Case, Reference
from consent import SHARE
from importing import cut, import_file
from program import Client, Program
from restraint import grounds
from shop import HOLDOUT, Past, Person, Shop, Shown

EXAMPLES = HERE.parents[1] / "examples/import"
# The second page is of the visit of the first one, the third one is of another.
PAGES = 3
NEW_VISIT = 2
VISIT_ENDS_AFTER_MS = 31 * 60_000
SHOWN = 3
# What people may be answered, and what holds decisions back or marks them. All must occur, or the comparison would say
# less than it seems.
REASONS = {"SPLIT", "NOT_ELIGIBLE", "NO_CONSENT", "HOLDOUT", "DEFAULT", "CAPPED"}
RESTRAINT = {"stale", "season", "intrusive"}
# A count that was drawn is wrong if so few, or so many, are less likely than this.
UNLIKELY = 1e-7


def totals(client: Client, reference: Reference) -> list[str]:
    """Each row counts once, whatever was imported twice."""
    status = client.call("GET", "/v1/status")
    wanted = {"profiles": len(reference.people()), "events": reference.kept()}
    print(f"  {status['events']} events, statements and grants of {status['profiles']} people are kept")
    return [f"{name}: {status[name]}; it should be {count}" for name, count in wanted.items() if status[name] != count]


def compare_segments(asking: Asking, reference: Reference) -> list[str]:
    """Everybody who is in a segment and should not be, or should be and is not."""
    wrong = []
    print(f"\n{'segment':<26}{'people':>8}")
    for name in reference.segments:
        wanted = reference.segment(name)
        found, page = asking.segment(name)
        is_right = found == wanted and page["size"] == len(wanted) and page["complete"]
        print(f"{name:<26}{len(wanted):>6} {'=' if is_right else '≠'}")
        if not is_right:
            wrong.append(
                f"{name}: {page['size']} in size, complete: {page['complete']}; too many: "
                f"{sorted(found - wanted)[:SHOWN]}; missing: {sorted(wanted - found)[:SHOWN]}"
            )
        if not 0 < len(wanted) < len(reference.people()):
            wrong.append(f"{name} tells nobody apart")
    return wrong


def compare_thermometer(client: Client, reference: Reference) -> list[str]:
    """Prints the six failures of the shop; what differs of those that the files tell."""
    begin = time.monotonic()
    answer = client.call("GET", "/v1/thermometer?fresh=true")
    print(f"\na census of {answer['customers']} customers in {time.monotonic() - begin:.1f} s")
    wanted = {"without_purchase": len(reference.people() - reference.buyers()), "over_contacted": 0, "not_joined": 0}
    wrong = []
    if answer["customers"] != len(reference.people()) or answer["visitors"] != 0:
        wrong.append(f"{answer['customers']} customers and {answer['visitors']} visitors")
    for failure in answer["failures"]:
        name, count = failure["name"], failure["customers"]
        sign = " " if name not in wanted else "=" if wanted[name] == count else "≠"
        print(f"{name:<26}{count:>6} {sign} {failure['share']:>7.1%}   {failure['text']['en']}")
        if sign == "≠":
            wrong.append(f"{name}: {count}; it should be {wanted[name]}")
    return wrong


def known(
    shop: Shop, reference: Reference, now: pd.Timestamp, first: dict[str, Page]
) -> tuple[dict[str, Person], list[str]]:
    """For whom is decided. The units are the program's own: one for each person who consented, told where they may be
    drawn by and nowhere else, and nobody's twice."""
    wrong = []
    consenting = reference.consenting()
    fits = {experience: reference.audience(experience) for experience in shop.experiences}
    rests = {name: grounds(reference, name, body.get("memory"), now) for name, body in shop.experiences.items()}
    for experience, members in fits.items():
        if not (members & consenting) - rests[experience].stale:
            wrong.append(f"{experience} is for nobody")
    people: dict[str, Person] = {}
    for number, page in first.items():
        unit = page.units[0] if number in consenting else None
        if page.units != [unit if shop.asks_for(placement) == "site" else None for placement in shop.placements]:
            wrong.append(f"{number} is told to have the units {page.units}")
        people[number] = Person(
            unit,
            fits=frozenset(name for name, members in fits.items() if number in members),
            stale=frozenset(name for name, rest in rests.items() if number in rest.stale),
            season=frozenset(name for name, rest in rests.items() if number in rest.season),
            old=frozenset(name for name, rest in rests.items() if number in rest.old),
            observed=frozenset(name for name, rest in rests.items() if number in rest.observed),
        )
    units = {person.unit for person in people.values()} - {None}
    if len(units) != len(consenting):
        wrong.append(f"{len(consenting)} people have {len(units)} units")
    return people, wrong


def compare_decisions(
    shop: Shop, people: dict[str, Person], asked: list[dict[str, Page]]
) -> tuple[list[list[Shown]], list[str]]:
    """Every decision of every page of everybody. Pages that follow one another see what the earlier ones showed."""
    pages, wrong = [], []
    for number, person in people.items():
        past = Past()
        for turn, answers in enumerate(asked):
            if turn == NEW_VISIT:
                past.leave()
            wanted = shop.page(person, past)
            pages.append(wanted)
            for placement, one, other in zip(shop.placements, answers[number].shown, wanted, strict=True):
                if one != other:
                    wrong.append(f"{number}, page {turn + 1}, {placement}:\n    is {one}\n    not {other}")
    return pages, wrong


def compare_counts(shop: Shop, pages: list[list[Shown]], asked: list[dict[str, Page]]) -> list[str]:
    """Prints what was decided how often; what differs."""

    def count(all_pages: list[list[Shown]]) -> Counter[tuple[str, str]]:
        counted: Counter[tuple[str, str]] = Counter()
        for page in all_pages:
            for placement, shown in zip(shop.placements, page, strict=True):
                counted[placement, shown.reason] += 1
                if shown.experience and shown.variant:
                    counted[shown.experience, shown.variant] += 1
        return counted

    found = count([page.shown for answers in asked for page in answers.values()])
    wanted = count(pages)
    print(f"\n{'placement or experience':<26}{'reason or variant':<18}{'decisions':>10}")
    for what, which in sorted(wanted.keys() | found.keys()):
        is_right = found[what, which] == wanted[what, which]
        print(f"{what:<26}{which:<18}{wanted[what, which]:>8} {'=' if is_right else '≠'}")
    return [f"{key}: {found[key]}; it should be {wanted[key]}" for key in wanted if found[key] != wanted[key]]


def uneven(shop: Shop, reference: Reference, people: dict[str, Person], first: dict[str, Page]) -> list[str]:
    """What is drawn too often or too seldom: the units cannot be known beforehand, how they fall can."""
    wrong = []

    def check(what: str, count: int, of: int, share: float) -> None:
        if is_unlikely(count, of, share):
            wrong.append(f"{what}: {count} of {of}; it should be about {share:.0%}")

    check("granted `site`", len(reference.consenting()), len(people), SHARE)
    begun = {name for name in shop.experiences if shop.has_begun(name)}
    fitting = [number for number, person in people.items() if person.unit and (person.fits - person.stale) & begun]
    held_out = [
        number
        for number, page in first.items()
        if any(why == "holdout" for shown in page.shown for _, why in shown.rejected)
    ]
    check("held out", len(held_out), len(fitting), HOLDOUT)
    for name, body in shop.experiences.items():
        met = [{shown.variant for shown in page.shown if shown.experience == name} for page in first.values()]
        drawn = Counter(variant for variants in met for variant in variants)
        for variant, one in body["variants"].items():
            check(f"{name}/{variant}", drawn[variant], drawn.total(), one["share"])
    return wrong


def is_unlikely(count: int, of: int, share: float) -> bool:
    """Whether hardly ever so few, or so many, are drawn: by the tails of the binomial distribution."""

    def chance(n: int) -> float:
        ways = lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1)
        return exp(ways + n * log(share) + (of - n) * log(1 - share))

    return min(sum(map(chance, range(count + 1))), sum(map(chance, range(count, of + 1)))) < UNLIKELY


def compare(case: Case, program: Program, reference: Reference) -> tuple[set[str], list[str]]:
    """Asks for all segments, then for three pages of everybody, and compares; what occurred of what must."""
    asking = Asking(program, case.trial.namespace)
    wrong = totals(Client(program), reference) + compare_segments(asking, reference)
    wrong += compare_thermometer(Client(program), reference)
    shop = Shop(EXAMPLES / f"definitions/{case.definitions}.toml", case.now.date())
    begin = time.monotonic()
    asked = []
    for turn in range(PAGES):
        if turn == NEW_VISIT:
            Client(program).call("POST", "/v1/test/clock", {"advance_ms": VISIT_ENDS_AFTER_MS})
        asked.append(asking.pages(reference.people(), list(shop.placements)))
    decided = PAGES * len(asked[0]) * len(shop.placements)
    print(f"\n{decided} decisions for {len(asked[0])} people in {time.monotonic() - begin:.1f} s")
    now = pd.Timestamp(case.now).tz_localize(None)
    people, strange = known(shop, reference, now, asked[0])
    pages, different = compare_decisions(shop, people, asked)
    silent = len(people) - len(reference.consenting())
    print(f"{len(different)} of them differ; {silent} people, {silent / len(people):.1%}, granted nothing")
    wrong += strange + different + compare_counts(shop, pages, asked) + uneven(shop, reference, people, asked[0])
    every = [shown for page in pages for shown in page]
    whys = {why for shown in every for _, why in shown.rejected}
    marks = {shown.memory for shown in every if shown.memory}
    return {shown.reason for shown in every} | whys | marks, wrong


def run(case: Case, binary: Path, parts: int) -> tuple[set[str], list[str]]:
    """Starts the program with the shop's definitions, imports its files, and compares; what occurred, what is wrong."""
    print(f"── {case.definitions}")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="prevenance-imported-") as temporary:
        folder = Path(temporary)
        definitions = folder / "definitions"
        definitions.mkdir()
        for name in ("project", case.definitions):
            shutil.copy(EXAMPLES / f"definitions/{name}.toml", definitions)
        program = Program(binary, case.now, ["--definitions", definitions])
        try:
            wrong: list[str] = []
            for one in case.imports:
                file = cut(one, case.data, folder, parts)
                wrong += import_file(program, case.source, one, EXAMPLES, case.data, file)
            now = pd.Timestamp(case.now).tz_localize(None)
            met, different = compare(case, program, case.reference(case.data, parts, now))
            memory = program.peak_memory_kib() // 1024
            print(f"\n{time.monotonic() - begin:.1f} s; peak memory of the program {memory} MiB\n", flush=True)
        except BaseException:
            sys.stderr.writelines(program.printed[-20:])
            raise
        finally:
            program.close()
    return met, wrong + different


def main() -> int:
    """Compares every shop whose files are there; returns the exit code."""
    # Nothing is left running or on disk, however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("asked to stop"))
    # A busy machine must not make a decision neutral here: what is decided is compared, not how soon.
    os.environ["PREVENANCE__DECIDE__GIVE_UP_MS"] = "60000"
    parts = int(os.environ.get("IMPORTED_PARTS", "6"))
    wrong: list[str] = []
    occurred: set[str] = set()
    cases = [case for case in CASES if case.data.exists()]
    for case in cases:
        met, different = run(case, Path(os.environ["PREVENANCE_BINARY"]), parts)
        occurred |= met
        wrong += different
    for case in CASES:
        if case not in cases:
            print(f"skipped: {case.definitions}: there is no {case.data}")
    if not cases:
        return 0
    wrong += [f"nobody is answered {reason}" for reason in sorted(REASONS - occurred)]
    wrong += [f"nothing is {what}" for what in sorted(RESTRAINT - occurred)]
    for sentence in wrong[:20]:
        print(f"  {sentence}")
    print("everything equals the reference" if not wrong else f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
