//! Walks through what a query matches: keeps the best, counts the rest.

use std::{cmp::Reverse, collections::BinaryHeap};

use tantivy::query::{EnableScoring, Query as _};

use crate::{
    error::SearchError,
    found::Counted,
    limits::FACETS,
    query::Weighed,
    request::{Count, Request, Sort},
    sieve::{Sieve, Verdict, number},
    snapshot::{Columns, Lexicon, Place, Snapshot},
    tally::{SegmentTally, Tally},
};

/// A document among the best. The order is that of the answer: the greatest is first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    /// What is sorted by.
    key: f64,
    pub(crate) popularity: f32,
    pub(crate) number: u32,
    pub(crate) score: f32,
    pub(crate) place: Place,
}

impl Eq for Ranked {}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = self.key.total_cmp(&other.key);
        key.then(self.popularity.total_cmp(&other.popularity)).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What a query matches.
pub(crate) struct Gathered {
    /// The best, best first.
    pub(crate) best: Vec<Ranked>,
    pub(crate) total: u64,
    pub(crate) facets: Vec<Vec<Counted>>,
}

impl Gathered {
    pub(crate) fn nothing(request: &Request<'_>) -> Self {
        Self { best: Vec::new(), total: 0, facets: tallies(request).map(Tally::counted).collect() }
    }
}

/// Gathers the best of a query, so many of them. `by` is the order; with the relevance of a query without words it is
/// the popularity.
pub(crate) fn gather(
    snapshot: &Snapshot,
    weighed: &Weighed,
    request: &Request<'_>,
    by: Sort,
    most: usize,
) -> Result<Gathered, SearchError> {
    let scoring = match by {
        Sort::Relevance => EnableScoring::enabled_from_statistics_provider(&weighed.statistics, &snapshot.searcher),
        _ => EnableScoring::disabled_from_searcher(&snapshot.searcher),
    };
    let weight = weighed.query.weight(scoring)?;
    let mut tallies: Vec<Tally<'_>> = tallies(request).collect();
    let mut best = Best { most, heap: BinaryHeap::with_capacity(most + 1) };
    let mut total = 0;
    for (segment, (reader, columns)) in snapshot.searcher.segment_readers().iter().zip(&*snapshot.columns).enumerate() {
        let sieve = Sieve::of(columns, request.filters)?;
        let segment = u32::try_from(segment).expect("there are few segments");
        let is_alive = |doc| reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
        let may_skip = by == Sort::Relevance && request.count == Count::Shown && tallies.is_empty();
        if may_skip {
            weight.for_each_pruning(best.below(), reader, &mut |doc, score| {
                if is_alive(doc) && sieve.verdict(doc) == Verdict::Passes {
                    best.offer((columns, &snapshot.lexicon), Place { segment, doc }, score, by);
                }
                best.below()
            })?;
            continue;
        }
        let counts: Result<Vec<SegmentTally<'_>>, _> = tallies.iter().map(|tally| tally.begin(columns)).collect();
        let mut counts = counts?;
        let mut see = |doc, score| {
            if !is_alive(doc) {
                return;
            }
            match sieve.verdict(doc) {
                Verdict::Passes => {
                    total += 1;
                    best.offer((columns, &snapshot.lexicon), Place { segment, doc }, score, by);
                    counts.iter_mut().for_each(|counts| counts.count(doc));
                }
                Verdict::FailsOnly(constraint) => {
                    let own = counts.iter_mut().filter(|counts| sieve.is_own(constraint, counts.facet));
                    own.for_each(|counts| counts.count(doc));
                }
                Verdict::Fails => {}
            }
        };
        if by == Sort::Relevance {
            weight.for_each(reader, &mut see)?;
        } else {
            weight.for_each_no_score(reader, &mut |docs| docs.iter().for_each(|doc| see(*doc, 1.0)))?;
        }
        for (tally, counts) in tallies.iter_mut().zip(counts) {
            tally.end(counts)?;
        }
    }
    let best: Vec<Ranked> = best.heap.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked).collect();
    let facets = tallies.into_iter().map(Tally::counted).collect();
    Ok(Gathered { total: total.max(best.len() as u64), best, facets })
}

fn tallies<'a>(request: &Request<'a>) -> impl Iterator<Item = Tally<'a>> + use<'a> {
    request.facets.iter().take(FACETS).map(Tally::of)
}

/// The best so far, the worst of them on top.
struct Best {
    most: usize,
    heap: BinaryHeap<Reverse<Ranked>>,
}

impl Best {
    fn offer(&mut self, (columns, lexicon): (&Columns, &Lexicon), place: Place, score: f32, by: Sort) {
        let doc = place.doc;
        #[expect(clippy::cast_precision_loss, reason = "no price or moment comes near 2^53")]
        let key = match by {
            Sort::Relevance => f64::from(score),
            Sort::Cheapest => -(columns.price.get_val(doc) as f64),
            Sort::Dearest => columns.price.get_val(doc) as f64,
            Sort::Newest => columns.listed.get_val(doc) as f64,
            Sort::Popularity => 0.0,
        };
        let is_full = self.heap.len() >= self.most;
        if is_full && self.heap.peek().is_none_or(|worst| key < worst.0.key) {
            return;
        }
        let number = number(columns, doc);
        let ranked = Ranked { key, popularity: lexicon.popularity(number), number, score, place };
        if !is_full {
            self.heap.push(Reverse(ranked));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && ranked > worst.0
        {
            *worst = Reverse(ranked);
        }
    }

    /// Scores up to this one need not be offered. Equals of the worst must be: the number decides between them.
    fn below(&self) -> f32 {
        match self.heap.peek() {
            Some(worst) if self.heap.len() >= self.most => worst.0.score.next_down(),
            _ => f32::MIN,
        }
    }
}
