"""The peers: what somebody else's library, or a few lines of numpy, would have shown."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import CosineRecommender
from scipy.linalg import lapack

from splits import Orders, Sessions, by_session

FACTORS, SEED, THREADS = 64, 1, 1
# Of EASE: what its figures are usually told for, and what is best on the validation part of Complete Journey.
PENALTIES = [300.0, 1_000.0]

Lists = dict[object, list[str]]


@dataclass(frozen=True)
class Peer:
    """What a peer shows: for the question of each key a list, and how many seconds of CPU its training took."""

    name: str
    lists: Lists
    train_s: float


class Matrix:
    """Who bought what, and how often, before the cut."""

    def __init__(self, orders: Orders):
        baskets = {(line.user, line.item, line.basket) for line in orders.before()}
        counts = Counter((user, item) for user, item, _ in baskets)
        self.users = {name: place for place, name in enumerate(sorted({user for user, _ in counts}))}
        self.names = sorted({item for _, item in counts})
        items = {name: place for place, name in enumerate(self.names)}
        rows = [self.users[user] for user, _ in counts]
        columns = [items[item] for _, item in counts]
        shape = (len(self.users), len(items))
        self.counts = sp.csr_matrix((np.array(list(counts.values()), np.float32), (rows, columns)), shape)
        self.ones = self.counts.copy()
        self.ones.data[:] = 1
        self.logs = self.counts.copy()
        self.logs.data = np.log1p(self.logs.data)
        self.buyers = np.asarray(self.ones.sum(0)).ravel()
        self.asked = sorted(orders.wanted())

    def lists(self, scores: Callable[[np.ndarray], np.ndarray], top: int) -> Lists:
        """For both questions the best items of everybody who is asked about; of two alike the first by name."""
        lists = {}
        for some in np.array_split(np.array(self.asked), max(1, len(self.asked) // 256)):
            rows = np.array([self.users[user] for user in some])
            for user, row, score in zip(some, rows, scores(rows)):
                for question in ["new", "any"]:
                    seen = self.ones[row].indices if question == "new" else []
                    score_of = score.astype(np.float64)
                    score_of[seen] = -np.inf
                    best = np.argsort(-score_of, kind="stable")[:top]
                    lists[question, str(user)] = [self.names[item] for item in best if score_of[item] > -np.inf]
        return lists


def of_orders(orders: Orders, top: int) -> list[Peer]:
    """All peers for what persons buy."""
    matrix = Matrix(orders)
    peers = []
    for name, train in [
        ("popularity", popularity),
        ("own frequency", own_frequency),
        ("item-kNN (implicit)", cosine),
        ("ALS (implicit)", als),
        ("BPR (implicit)", bpr),
        *((f"EASE, penalty {penalty:.0f}", partial(ease, penalty)) for penalty in PENALTIES),
        *((f"EASE, penalty {penalty:.0f}, + own", partial(ease_and_own, penalty)) for penalty in PENALTIES),
    ]:
        begun = time.process_time()
        scores = train(matrix)
        train_s = time.process_time() - begun
        peers.append(Peer(name, matrix.lists(scores, top), train_s))
    return peers


def popularity(matrix: Matrix):
    """How many persons bought it."""
    return lambda rows: np.tile(matrix.buyers, (len(rows), 1))


def own_frequency(matrix: Matrix):
    """In how many of their own baskets it was, then how many persons bought it."""
    behind = 0.5 * matrix.buyers / matrix.buyers.max()
    return lambda rows: matrix.counts[rows].toarray() + behind


def cosine(matrix: Matrix):
    """The sum of the cosines with what the person bought, each item's 50 nearest."""
    model = CosineRecommender(K=50, num_threads=THREADS)
    model.fit(matrix.ones, show_progress=False)
    return lambda rows: (matrix.ones[rows] @ model.similarity).toarray()


def als(matrix: Matrix):
    """Implicit ALS on log counts."""
    model = AlternatingLeastSquares(
        factors=FACTORS, regularization=5.0, alpha=1.0, iterations=15, random_state=SEED, num_threads=THREADS
    )
    model.fit(matrix.logs, show_progress=False)
    return lambda rows: model.user_factors[rows] @ model.item_factors.T


def bpr(matrix: Matrix):
    """Bayesian personalized ranking."""
    model = BayesianPersonalizedRanking(
        factors=FACTORS, learning_rate=0.05, iterations=100, random_state=SEED, num_threads=THREADS
    )
    model.fit(matrix.ones, show_progress=False)
    return lambda rows: model.user_factors[rows] @ model.item_factors.T


def weights(penalty: float, matrix: Matrix) -> np.ndarray:
    """The weights of EASE (Steck, 2019)."""
    gram = (matrix.ones.T @ matrix.ones).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += penalty
    factor, _ = lapack.spotrf(gram, lower=1)
    inverse, _ = lapack.spotri(factor, lower=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    found = -inverse / np.diag(inverse)
    found[np.diag_indices_from(found)] = 0
    return found


def ease(penalty: float, matrix: Matrix):
    """EASE."""
    found = weights(penalty, matrix)
    return lambda rows: matrix.ones[rows] @ found


def ease_and_own(penalty: float, matrix: Matrix):
    """EASE, and what was bought before by its logarithm."""
    found = weights(penalty, matrix)
    return lambda rows: matrix.ones[rows] @ found + 0.5 * matrix.logs[rows].toarray()


class Clicks:
    """What sessions looked at before."""

    def __init__(self, sessions: Sessions):
        self.known = by_session(sessions.known)
        self.ends = {}
        for click in sessions.known:
            self.ends[click.session] = max(click.at, self.ends.get(click.session, 0))
        self.by_item = defaultdict(list)
        for session in sorted(self.known, key=lambda session: -self.ends[session]):
            for item in set(self.known[session]):
                self.by_item[item].append(session)


def of_sessions(sessions: Sessions, top: int) -> list[Peer]:
    """All peers for what sessions look at next, asked after each click."""
    clicks, tested = Clicks(sessions), by_session(sessions.tested)
    peers = []
    for name, train in [
        ("popularity", popular_clicks),
        ("cosine of the last item", last_cosine),
        ("sequential rules", rules),
        ("VMIS-kNN, m 500, k 100, last 4", lambda clicks: vmis(clicks, 500, 100, 4, 1.0)),
        ("VMIS-kNN, m 1500, k 288, last 4", lambda clicks: vmis(clicks, 1500, 288, 4, 2.0)),
        ("VMIS-kNN, m 1000, k 500, last 10", lambda clicks: vmis(clicks, 1000, 500, 10, 1.0)),
    ]:
        begun = time.process_time()
        score = train(clicks)
        train_s = time.process_time() - begun
        lists = {}
        for session, items in tested.items():
            for length in range(1, len(items)):
                if items[length] != items[length - 1]:
                    scores = score(items[:length])
                    scores.pop(items[length - 1], None)
                    best = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:top]
                    lists["next", session, length] = [item for item, _ in best]
        peers.append(Peer(name, lists, train_s))
    return peers


def popular_clicks(clicks: Clicks):
    """In how many sessions it was."""
    counts = {item: len(sessions) for item, sessions in clicks.by_item.items()}
    return lambda _: dict(counts)


def last_cosine(clicks: Clicks):
    """The cosine with the item on the screen."""

    def score(session: list[str]) -> dict[str, float]:
        own = clicks.by_item[session[-1]]
        together = Counter(item for known in own for item in set(clicks.known[known]))
        return {item: count / np.sqrt(len(own) * len(clicks.by_item[item])) for item, count in together.items()}

    return score


def rules(clicks: Clicks):
    """What came after the item on the screen, by one over the distance, at most ten clicks on (Ludewig, 2018)."""
    after = defaultdict(Counter)
    for items in clicks.known.values():
        for place, item in enumerate(items):
            for distance, other in enumerate(items[place + 1 : place + 11], 1):
                after[item][other] += 1 / distance
    return lambda session: dict(after[session[-1]])


def vmis(clicks: Clicks, latest: int, nearest: int, last: int, idf_power: float):
    """VMIS-kNN (Kersbergen, Sprangers and Schelter, "Serenade", SIGMOD 2022).

    Of each of the last items the latest sessions, alike by the places of what they share, linearly from 1 for the item
    on the screen; each neighbor counts by how far back the latest shared item is, 1 - 0.1 a click, and each of its items
    by its inverse document frequency.
    """
    sessions = len(clicks.known)
    idf = {item: np.log(sessions / len(known)) ** idf_power for item, known in clicks.by_item.items()}

    def score(session: list[str]) -> dict[str, float]:
        asked = session[-last:]
        places = {item: place for place, item in enumerate(asked, 1)}
        alike = Counter()
        for item, place in places.items():
            for known in clicks.by_item.get(item, [])[:latest]:
                alike[known] += place / len(asked)
        order = sorted(alike.items(), key=lambda one: (-one[1], -clicks.ends[one[0]]))[:nearest]
        scores = Counter()
        for known, likeness in order:
            items = set(clicks.known[known])
            back = len(asked) - max(places[item] for item in items if item in places)
            says = max(0.0, 1 - 0.1 * (back + 1)) * likeness
            for item in items:
                scores[item] += says * idf[item]
        return scores

    return score
