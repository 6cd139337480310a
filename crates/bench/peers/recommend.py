#!/usr/bin/env python3
"""The peers of the crate `recommend` on the same splits: popularity, own frequency, EASE in numpy, and `implicit`.

    python3 -m venv peers && peers/bin/pip install numpy scipy pandas implicit
    OPENBLAS_NUM_THREADS=1 peers/bin/python crates/bench/peers/recommend.py DATA [retail|journey ...]

DATA is the folder with the public data sets. Prints a line a model: recall, NDCG, MRR at 20 for items that the person
never bought before ("new") and for everything ("any"), recall of light users, coverage, mean popularity percentile,
and the CPU seconds of training.
"""

import sys
import time

import numpy as np
import pandas as pd
import scipy.sparse as sp

TOP = 20


def retail(data):
    """Online Retail, before and from October 2010: named customers, real goods, no returns; items of 5 buyers."""
    lines = pd.read_csv(f"{data}/online_retail_y1/transactions.csv.gz",
                        dtype={"Invoice": str, "StockCode": str, "Customer ID": str})
    lines = lines[lines["Customer ID"].notna() & (lines.Quantity > 0) & (lines.Price > 0)
                  & lines.StockCode.str.match(r"^\d{5}")]
    table = pd.DataFrame({"person": lines["Customer ID"], "item": lines.StockCode, "basket": lines.Invoice,
                          "test": pd.to_datetime(lines.InvoiceDate) >= "2010-10-01"})
    return split(table, 5)


def journey(data):
    """Complete Journey, weeks 1-36 and 37-44; items of 20 buyers."""
    lines = pd.read_csv(f"{data}/completejourney/transactions_w01_w44.csv.gz")
    lines = lines[lines.quantity > 0]
    table = pd.DataFrame({"person": lines.household_id, "item": lines.product_id, "basket": lines.basket_id,
                          "test": lines.week >= 37})
    return split(table, 20)


def split(table, buyers):
    """Training counts, test sets, baskets a person; rows and columns without gaps."""
    train = table[~table.test]
    kept = train.groupby("item").person.nunique()
    kept = kept[kept >= buyers].index
    train = train[train.item.isin(kept)]
    persons, items = pd.Index(np.sort(train.person.unique())), pd.Index(np.sort(kept))
    test = table[table.test & table.item.isin(kept) & table.person.isin(persons)]

    def matrix(part):
        part = part[["person", "item", "basket"]].drop_duplicates()
        cells = (np.ones(len(part)), (persons.get_indexer(part.person), items.get_indexer(part["item"])))
        return sp.csr_matrix(cells, shape=(len(persons), len(items)))

    counts, truth = matrix(train), matrix(test)
    baskets = train.groupby("person").basket.nunique().reindex(persons).to_numpy()
    print(f"# {counts.shape[0]} persons, {counts.shape[1]} items, {counts.nnz} pairs, "
          f"{(truth.getnnz(axis=1) > 0).sum()} test persons", flush=True)
    return counts, truth, baskets


def top(scores):
    """The best items a row, ties by the smaller number."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :TOP]


def measure(lists, truth, baskets, popularity):
    """The figures of lists (rows of `truth` that hold something)."""
    rank = popularity.argsort().argsort() / (len(popularity) - 1)
    recall, ndcg, mrr = [], [], []
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    for row, best in zip(truth, lists):
        hit = np.isin(best, row)
        recall.append(hit.sum() / min(TOP, len(row)))
        ndcg.append((hit * discount).sum() / discount[:min(TOP, len(row))].sum())
        mrr.append(1 / (hit.argmax() + 1) if hit.any() else 0)
    light = np.array(recall)[baskets <= 3]
    return (f"{np.mean(recall):.4f} / {np.mean(ndcg):.4f} / {np.mean(mrr):.4f}  light {light.mean():.4f}"
            f"  coverage {len(np.unique(lists)) / len(popularity):.3f}  percentile {rank[lists].mean():.3f}")


def report(name, score, data, cpu_s):
    """Prints a model's line; `score` gives dense scores of a slice of persons."""
    counts, truth, baskets = data
    popularity = np.asarray((counts > 0).sum(axis=0)).ravel()
    for kind in ("new", "any"):
        wanted = truth - truth.multiply(counts > 0) if kind == "new" else truth
        wanted = sp.csr_matrix(wanted)
        wanted.eliminate_zeros()
        persons = np.flatnonzero(np.diff(wanted.indptr) > 0)
        lists = []
        for start in range(0, len(persons), 256):
            part = persons[start:start + 256]
            scores = np.array(score(part), dtype=np.float64)
            if kind == "new":
                scores[counts[part].nonzero()] = -np.inf
            lists.append(top(scores))
        rows = [wanted.indices[wanted.indptr[p]:wanted.indptr[p + 1]] for p in persons]
        print(f"{name:<34} {kind} ({len(persons)}): {measure(np.vstack(lists), rows, baskets[persons], popularity)}"
              f"  cpu {cpu_s:.1f} s", flush=True)


def ease(pairs, penalty):
    """Embarrassingly shallow autoencoder (Steck, 2019): dense weights."""
    gram = (pairs.T @ pairs).toarray()
    gram[np.diag_indices_from(gram)] += penalty
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def cosine(pairs, neighbours):
    """Item-kNN cosine: rows cut to the best neighbours."""
    norm = np.sqrt(np.asarray(pairs.sum(axis=0)).ravel())
    scaled = pairs @ sp.diags(1 / norm)
    weights = (scaled.T @ scaled).toarray()
    weights[np.diag_indices_from(weights)] = 0
    weights[weights < -np.sort(-weights, axis=0)[neighbours - 1]] = 0
    return sp.csr_matrix(weights)


def timed(train):
    """What `train` returns, and its CPU seconds."""
    start = time.process_time()
    model = train()
    return model, time.process_time() - start


def factors(kind, matrix, **settings):
    """`implicit` on one thread."""
    from implicit.als import AlternatingLeastSquares
    from implicit.bpr import BayesianPersonalizedRanking
    model = {"als": AlternatingLeastSquares, "bpr": BayesianPersonalizedRanking}[kind](
        factors=64, random_state=42, num_threads=1, **settings)
    model.fit(matrix.tocsr(), show_progress=False)
    return model


def run(name, data):
    """All peers on one set."""
    counts = data[0]
    pairs = (counts > 0).astype(np.float64)
    popularity = np.asarray(pairs.sum(axis=0)).ravel()
    share = popularity / popularity.max()
    report("popularity", lambda part: np.tile(popularity, (len(part), 1)), data, 0)
    report("own frequency, then popularity", lambda part: counts[part].toarray() + 0.5 * share, data, 0)
    weights, cpu_s = timed(lambda: cosine(pairs, 50))
    report("item-kNN cosine, 50", lambda part: (pairs[part] @ weights).toarray(), data, cpu_s)
    logs = counts.copy()
    logs.data = np.log1p(logs.data) if name == "journey" else np.ones_like(logs.data)
    model, cpu_s = timed(lambda: factors("als", logs.astype(np.float32), regularization=5, alpha=1))
    report("implicit ALS 64, reg 5, alpha 1", lambda part: model.user_factors[part] @ model.item_factors.T, data, cpu_s)
    bpr, cpu_s = timed(lambda: factors("bpr", pairs.astype(np.float32)))
    report("implicit BPR 64", lambda part: bpr.user_factors[part] @ bpr.item_factors.T, data, cpu_s)
    weights, cpu_s = timed(lambda: ease(pairs, 300))
    report("EASE, lambda 300", lambda part: pairs[part] @ weights, data, cpu_s)
    report("EASE + 0.5 log(1 + own count)",
           lambda part: pairs[part] @ weights + 0.5 * np.log1p(counts[part].toarray()), data, cpu_s)


def main():
    sets = {"retail": retail, "journey": journey}
    for name in sys.argv[2:] or sets:
        print(f"# {name}")
        run(name, sets[name](sys.argv[1]))


if __name__ == "__main__":
    main()
