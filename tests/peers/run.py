"""Grades the product beside its peers, on the same splits, in one run: see README.md."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# One thread each, so that seconds of CPU compare.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import grades  # noqa: E402
import peers  # noqa: E402
import splits  # noqa: E402
from grades import Question  # noqa: E402

HERE = Path(__file__).parent
DATA = HERE / "../../../shared/data"
ASKED = {
    "orders": ["popular", "also_bought", "personal", "hybrid"],
    "sessions": ["popular", "viewed_together", "session", "hybrid"],
}


def main() -> None:
    """Grades the sets that are named, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sets", nargs="*", default=["retail", "journey", "serenade"])
    arguments.add_argument("--data", type=Path, default=Path(os.environ.get("PEERS_DATA", DATA)))
    arguments.add_argument("--binary", default=os.environ.get("PREVENANCE_BINARY"), help="the program, built for release")
    arguments.add_argument("--validate", action="store_true", help="end where the test begins: to tune on")
    arguments.add_argument("--peers-only", action="store_true", help="without the product")
    said = arguments.parse_args()
    if not said.peers_only and not said.binary:
        sys.exit("--binary or PREVENANCE_BINARY says which program is graded")
    for name in said.sets:
        of = {"retail": splits.retail, "journey": splits.journey, "serenade": splits.serenade}.get(name)
        if not of:
            sys.exit(f"there is no set `{name}`")
        data = of(said.data, said.validate)
        of_sessions = isinstance(data, splits.Sessions)
        with tempfile.TemporaryDirectory() as folder:
            ours = {} if said.peers_only else (play if of_sessions else ask)(data, said.binary, Path(folder))
        print("\n".join((sessions if of_sessions else orders)(data, ours)), flush=True)


def ask(data: splits.Orders, binary: str, folder: Path) -> dict[str, dict]:
    """The lists that the product shows to those who bought."""
    table = folder / f"{data.name}.csv"
    data.write(table)
    return evaluate(binary, folder, [str(table), "--from", data.cut, "--recommender", *ASKED["orders"]])


def play(data: splits.Sessions, binary: str, folder: Path) -> dict[str, dict]:
    """The lists that the product shows after each click."""
    known, tested = folder / "known.csv", folder / "tested.csv"
    data.write(known, tested)
    flags = [str(known), "--sessions", "--test", str(tested), "--recommender", *ASKED["sessions"]]
    return evaluate(binary, folder, flags)


def evaluate(binary: str, folder: Path, flags: list[str]) -> dict[str, dict]:
    """Runs `prevenance evaluate`; by the recommender's name its lists and what it says of them itself."""
    found, lists = folder / "found.json", folder / "lists.jsonl"
    command = [binary, "evaluate", *flags, "--json", str(found), "--lists", str(lists)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    said = json.loads(found.read_text())
    ours = {one["name"]: {"lists": {}, "said": one, "took_ms": said["training"]["took_ms"]} for one in said["recommenders"]}
    with lists.open() as rows:
        for row in map(json.loads, rows):
            key = (row["question"], row["user"]) if "user" in row else ("next", row["session"], row["clicks"])
            ours[row["recommender"]]["lists"][key] = row["items"]
    return ours


def orders(data: splits.Orders, ours: dict[str, dict]) -> list[str]:
    """What persons buy: new items, and any."""
    pairs = {(line.user, line.item) for line in data.before()}
    baskets = Counter(user for user, _ in {(line.user, line.basket) for line in data.before()})
    percentiles = grades.percentiles(Counter(item for _, item in pairs))
    found = peers.of_orders(data, grades.TOP)
    text = [f"{data.name}: {len(baskets)} users, {len(percentiles)} items, {len(pairs)} pairs"]
    for question in ["new", "any"]:
        questions = []
        for user, items in data.wanted().items():
            wanted = frozenset(item for item in items if question == "any" or (user, item) not in pairs)
            if wanted:
                questions.append(Question((question, user), user, wanted))
        light = [one for one in questions if baskets[one.whose] <= 3]
        text += compared(f"{data.name}, {question}", questions, found, ours, percentiles, question)
        text += compared(f"{data.name}, {question}, at most 3 baskets before", light, found, ours, percentiles)
    return text


def sessions(data: splits.Sessions, ours: dict[str, dict]) -> list[str]:
    """What sessions look at next: after each click, and after the first."""
    items_of = splits.by_session(data.known)
    percentiles = grades.percentiles(Counter(item for items in items_of.values() for item in set(items)))
    found = peers.of_sessions(data, grades.TOP)
    questions = []
    for session, items in splits.by_session(data.tested).items():
        for length in range(1, len(items)):
            if items[length] != items[length - 1]:
                questions.append(Question(("next", session, length), session, frozenset([items[length]])))
    first = [one for one in questions if one.key[2] == 1]
    text = [f"{data.name}: {len(items_of)} sessions, {len(percentiles)} items"]
    text += compared(f"{data.name}, next item", questions, found, ours, percentiles, "all")
    text += compared(f"{data.name}, next item after the first click", first, found, ours, percentiles, "first")
    return text


def compared(
    title: str,
    questions: list[Question],
    found: list[peers.Peer],
    ours: dict[str, dict],
    percentiles: dict[str, float],
    said: str | None = None,
) -> list[str]:
    """A table; what the product says of its own lists must be what is found here."""
    if not questions:
        return []
    of = {"questions": questions, "percentiles": percentiles, "items": len(percentiles)}
    graded = [grades.grade(peer.name, False, peer.lists, **of) for peer in found]
    for name, one in ours.items():
        graded.append(grades.grade(name, True, one["lists"], **of))
        if said:
            itself = one["said"][said]["all"] if said in ["new", "any"] else one["said"][said]
            means = graded[-1].qualities.mean(0)
            for metric, mean in zip(["hit_rate" if "hit_rate" in itself else "recall", "ndcg", "mrr"], means):
                if abs(itself[metric]["mean"] - mean) > 1e-6:
                    sys.exit(f"{title}: of `{name}` the program says {metric} {itself[metric]['mean']}, here it is {mean}")
    train_s = {peer.name: peer.train_s for peer in found}
    train_s |= {name: one["took_ms"] / 1e3 for name, one in ours.items()}
    return list(grades.table(title, graded, questions, train_s))


if __name__ == "__main__":
    main()
