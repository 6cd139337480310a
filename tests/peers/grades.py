"""How good lists are, and whether one model's are better than another's for sure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

TOP = 20
SAMPLES = 2_000
METRICS = ["recall", "NDCG", "MRR"]
GAINS = 1 / np.log2(np.arange(2, TOP + 2))


@dataclass(frozen=True)
class Question:
    """What is asked, of whom, and what would be right. What belongs together, such as a session's, is drawn together."""

    key: object
    whose: str
    wanted: frozenset[str]


@dataclass(frozen=True)
class Graded:
    """The lists of one model: a row a question, a column a metric."""

    name: str
    is_ours: bool
    qualities: np.ndarray
    coverage: float
    popularity: float


def quality(shown: list[str], wanted: frozenset[str]) -> list[float]:
    """Recall and NDCG against the best list there could be, and one over the rank of the first hit."""
    hits = np.array([item in wanted for item in shown[:TOP]], bool)
    possible = min(TOP, len(wanted))
    first = np.flatnonzero(hits)
    gain = float(GAINS[: len(hits)][hits].sum() / GAINS[:possible].sum())
    return [hits.sum() / possible, gain, 1 / (first[0] + 1) if len(first) else 0.0]


def grade(
    name: str, is_ours: bool, lists: dict, questions: list[Question], percentiles: dict[str, float], items: int
) -> Graded:
    """Grades what a model showed; who was shown nothing is graded too."""
    shown = [lists.get(question.key, []) for question in questions]
    qualities = np.array([quality(one, question.wanted) for one, question in zip(shown, questions)])
    places = [percentiles.get(item, 0.0) for one in shown for item in one]
    coverage = len({item for one in shown for item in one}) / items
    return Graded(name, is_ours, qualities, coverage, float(np.mean(places)) if places else 0.0)


def percentiles(buyers: dict[str, int]) -> dict[str, float]:
    """Where each item stands among all by how many took it: 0 is the least, 1 the most popular; ties in their middle."""
    counts = np.sort(np.array(list(buyers.values())))
    last = max(len(counts) - 1, 1)
    low, high = (dict(zip(counts, np.searchsorted(counts, counts, side))) for side in ["left", "right"])
    return {item: (low[count] + high[count] - 1) / 2 / last for item, count in buyers.items()}


def interval(differences: np.ndarray, whose: list[str]) -> tuple[float, float, float]:
    """The mean with the 2.5 % and 97.5 % quantiles over samples of those whose they are."""
    places = {name: place for place, name in enumerate(dict.fromkeys(whose))}
    of = np.array([places[name] for name in whose])
    sums = np.bincount(of, differences)
    counts = np.bincount(of)
    draws = np.random.default_rng(1).integers(0, len(places), (SAMPLES, len(places)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(differences.mean()), float(low), float(high)


def table(title: str, graded: list[Graded], questions: list[Question], train_s: dict[str, float]) -> Iterable[str]:
    """All models side by side; then, for each metric, ours less the best peer."""
    yield f"\n{title}: {len(questions)} questions"
    yield f"  {'':<34}{'recall@20':>10}{'NDCG@20':>10}{'MRR@20':>10}{'coverage':>10}{'popularity':>12}{'CPU s':>8}"
    for one in graded:
        means = "".join(f"{mean:>10.4f}" for mean in one.qualities.mean(0))
        cpu = f"{train_s[one.name]:>8.1f}" if one.name in train_s else ""
        yield f"  {one.name:<34}{means}{one.coverage:>10.3f}{one.popularity:>12.3f}{cpu}"
    peers = [one for one in graded if not one.is_ours]
    whose = [question.whose for question in questions]
    for place, metric in enumerate(METRICS):
        best = max(peers, key=lambda one: one.qualities[:, place].mean())
        for one in graded:
            if one.is_ours:
                mean, low, high = interval(one.qualities[:, place] - best.qualities[:, place], whose)
                yield f"  {metric:<7}{one.name} - {best.name}: {mean:+.4f} [{low:+.4f}, {high:+.4f}]"
