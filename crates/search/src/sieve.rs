//! Which documents pass the filters, and by how much the others fail.

use std::ops::Range;

use crate::{
    error::SearchError,
    request::{Facet, Filters, Stock},
    snapshot::{Columns, Topics},
    topic,
};

/// The filters over one segment.
pub(crate) struct Sieve<'a> {
    columns: &'a Columns,
    filters: &'a Filters<'a>,
    /// For each family that is filtered on, where its topics are, and the numbers of those that pass.
    families: Vec<(&'a Topics, Vec<Range<u64>>)>,
}

/// What a sieve says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is a hit.
    Passes,
    /// It would be one but for a single filter.
    FailsOnly(Constraint),
    /// It is none.
    Fails,
}

/// One of the filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constraint {
    /// The family at this place of the filters.
    Family(usize),
    Price,
    Stock,
}

impl<'a> Sieve<'a> {
    pub(crate) fn of(columns: &'a Columns, filters: &'a Filters<'a>) -> Result<Self, SearchError> {
        let mut families = Vec::with_capacity(filters.topics.len());
        for (family, values) in filters.topics {
            let mut passing = Vec::new();
            let topics = columns.topics(family);
            for key in values.iter().filter_map(|value| topic::key(family, value)) {
                passing.push(topics.between(&key, &topic::key_end(&key))?);
            }
            families.push((topics, passing));
        }
        Ok(Self { columns, filters, families })
    }

    /// Whether everything passes.
    pub(crate) fn is_open(&self) -> bool {
        let filters = self.filters;
        let is_narrow = filters.allow.is_some() || filters.price_cents.is_some() || filters.stock == Stock::InStock;
        self.families.is_empty() && !is_narrow
    }

    pub(crate) fn verdict(&self, doc: u32) -> Verdict {
        if self.is_open() {
            return Verdict::Passes;
        }
        if self.filters.allow.is_some_and(|allow| !allow(number(self.columns, doc))) {
            return Verdict::Fails;
        }
        let mut failed = None;
        let price = self.filters.price_cents.is_some_and(|(from, until)| {
            let price = self.columns.price.get_val(doc);
            price < from || price >= until
        });
        let stock = self.filters.stock == Stock::InStock && self.columns.stock.get_val(doc) == 0;
        let families = self.families.iter().enumerate().filter(|(_, (topics, passing))| !has_any(topics, doc, passing));
        let failures = families.map(|(at, _)| Constraint::Family(at));
        let failures = failures.chain(price.then_some(Constraint::Price)).chain(stock.then_some(Constraint::Stock));
        for failure in failures {
            if failed.replace(failure).is_some() {
                return Verdict::Fails;
            }
        }
        failed.map_or(Verdict::Passes, Verdict::FailsOnly)
    }

    /// Whether a filter is on what a facet counts, so that it does not narrow it.
    pub(crate) fn is_own(&self, constraint: Constraint, facet: &Facet<'_>) -> bool {
        match (constraint, facet) {
            (Constraint::Family(at), Facet::Family(family)) => self.filters.topics[at].0 == *family,
            (Constraint::Price, Facet::Price(_)) | (Constraint::Stock, Facet::InStock) => true,
            _ => false,
        }
    }
}

fn has_any(topics: &Topics, doc: u32, passing: &[Range<u64>]) -> bool {
    topics.each(doc).any(|topic| passing.iter().any(|range| range.contains(&topic)))
}

/// The caller's number of a document.
pub(crate) fn number(columns: &Columns, doc: u32) -> u32 {
    u32::try_from(columns.number.get_val(doc)).expect("only numbers of 32 bits are put in")
}
