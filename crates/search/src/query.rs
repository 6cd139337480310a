//! Clauses as a query of `tantivy`.

use std::collections::BTreeMap;

use tantivy::{
    Searcher, Term,
    query::{
        AllQuery, Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query,
        TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    asked::{Alternative, Clause},
    error::SearchError,
    found::Exact,
    schema::Fields,
    snapshot::Snapshot,
};

/// What the score of an exact hit begins with: far above what words can add up to, and small enough that a single float
/// still tells them apart behind it.
pub(crate) const EXACT_SCORE: f32 = 1_000.0;

/// A query with the statistics by which its words are weighed.
pub(crate) struct Weighed {
    pub(crate) query: Box<dyn Query>,
    pub(crate) statistics: Statistics,
}

/// All forms and corrections of a word are as rare as all of them together; else a rare synonym or a rare misspelling
/// would weigh more than the word itself.
pub(crate) struct Statistics {
    searcher: Searcher,
    items: BTreeMap<Term, u64>,
}

impl Weighed {
    /// What satisfies all clauses, or is exactly what was searched for; everything, where there is neither.
    pub(crate) fn of(
        snapshot: &Snapshot,
        clauses: &[Clause],
        exact: Option<&(Exact, Term)>,
    ) -> Result<Self, SearchError> {
        let fields = &snapshot.fields;
        let statistics = Statistics::of(snapshot, clauses)?;
        let mut must: Vec<_> = clauses.iter().map(|clause| (Occur::Must, of_clause(clause, fields))).collect();
        let words: Option<Box<dyn Query>> = match must.len() {
            0 => None,
            1 => Some(must.remove(0).1),
            _ => Some(Box::new(BooleanQuery::new(must))),
        };
        let whole = exact.map(|(_, term)| -> Box<dyn Query> {
            let whole = Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic));
            Box::new(ConstScoreQuery::new(whole, EXACT_SCORE))
        });
        let query = match (words, whole) {
            (Some(words), Some(whole)) => Box::new(BooleanQuery::union(vec![words, whole])),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => Box::new(AllQuery),
        };
        Ok(Self { query, statistics })
    }
}

fn of_clause(clause: &Clause, fields: &Fields) -> Box<dyn Query> {
    best(clause.alternatives.iter().map(|alternative| of_alternative(alternative, fields)).collect())
}

fn of_alternative(alternative: &Alternative, fields: &Fields) -> Box<dyn Query> {
    let any_of = |stems: &Vec<String>| best(stems.iter().map(|stem| of_stem(stem, fields.text)).collect());
    let mut all: Vec<_> = alternative.all.iter().map(any_of).collect();
    let query = if all.len() == 1 { all.remove(0) } else { Box::new(BooleanQuery::intersection(all)) };
    if alternative.weight < 1.0 { Box::new(BoostQuery::new(query, alternative.weight)) } else { query }
}

fn of_stem(stem: &str, field: Field) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, stem), IndexRecordOption::WithFreqs))
}

/// Of several ways the one that scores best.
fn best(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 { queries.remove(0) } else { Box::new(DisjunctionMaxQuery::new(queries)) }
}

impl Statistics {
    fn of(snapshot: &Snapshot, clauses: &[Clause]) -> Result<Self, SearchError> {
        let mut items = BTreeMap::new();
        let most = snapshot.searcher.total_num_docs()?;
        for clause in clauses {
            let stems: Vec<&String> = clause.alternatives.iter().flat_map(|way| way.all.iter().flatten()).collect();
            if let [_] = stems[..] {
                continue;
            }
            let mut together = 0_u64;
            let mut terms = Vec::with_capacity(stems.len());
            for stem in stems {
                let term = Term::from_field_text(snapshot.fields.text, stem);
                together += snapshot.searcher.doc_freq(&term)?;
                terms.push(term);
            }
            for term in terms {
                items.insert(term, together.min(most));
            }
        }
        Ok(Self { searcher: snapshot.searcher.clone(), items })
    }
}

impl Bm25StatisticsProvider for Statistics {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.items.get(term).map_or_else(|| self.searcher.doc_freq(term), |items| Ok(*items))
    }
}
