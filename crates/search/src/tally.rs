//! Facets: how many hits have which value.

use std::{collections::BTreeMap, ops::Range};

use crate::{
    error::SearchError,
    found::Counted,
    limits::FACET_VALUES,
    request::Facet,
    snapshot::{Columns, Topics},
    topic,
};

/// The counts of one facet over all segments.
pub(crate) struct Tally<'a> {
    facet: &'a Facet<'a>,
    values: BTreeMap<String, u64>,
    bands: Vec<u64>,
}

/// The counts of one facet over one segment.
pub(crate) struct SegmentTally<'a> {
    pub(crate) facet: &'a Facet<'a>,
    columns: &'a Columns,
    /// Where the family's topics are, and their numbers.
    topics: Option<(&'a Topics, Range<u64>)>,
    counts: Vec<u64>,
}

impl<'a> Tally<'a> {
    pub(crate) fn of(facet: &'a Facet<'a>) -> Self {
        let bands = match facet {
            Facet::Family(_) => 0,
            Facet::Price(edges) => edges.len() + 1,
            Facet::InStock => 1,
        };
        Self { facet, values: BTreeMap::new(), bands: vec![0; bands] }
    }

    pub(crate) fn begin(&self, columns: &'a Columns) -> Result<SegmentTally<'a>, SearchError> {
        let topics = match self.facet {
            Facet::Family(family) => {
                let (from, until) = topic::family_bounds(family);
                let topics = columns.topics(family);
                Some((topics, topics.between(&from, &until)?))
            }
            _ => None,
        };
        let values = topics.as_ref().map_or(0, |(_, numbers)| numbers.end - numbers.start);
        let counts = self.bands.len().max(usize::try_from(values).unwrap_or(usize::MAX));
        Ok(SegmentTally { facet: self.facet, columns, topics, counts: vec![0; counts] })
    }

    pub(crate) fn end(&mut self, segment: SegmentTally<'_>) -> Result<(), SearchError> {
        if let Some((topics, numbers)) = segment.topics {
            for (number, count) in numbers.zip(segment.counts).filter(|(_, count)| *count > 0) {
                *self.values.entry(topics.text(number)?).or_default() += count;
            }
        } else {
            for (band, count) in self.bands.iter_mut().zip(segment.counts) {
                *band += count;
            }
        }
        Ok(())
    }

    /// Values of a family with most hits first; bands in their order.
    pub(crate) fn counted(self) -> Vec<Counted> {
        match self.facet {
            Facet::Family(_) => most(self.values),
            Facet::Price(edges) => {
                let lower = [0].into_iter().chain(edges.iter().copied());
                lower.zip(self.bands).map(|(edge, hits)| Counted { value: edge.to_string(), hits }).collect()
            }
            Facet::InStock => vec![Counted { value: "true".to_owned(), hits: self.bands[0] }],
        }
    }
}

impl SegmentTally<'_> {
    pub(crate) fn count(&mut self, doc: u32) {
        match self.facet {
            Facet::Family(_) => {
                let Some((topics, numbers)) = &self.topics else { return };
                for topic in topics.each(doc).filter(|topic| numbers.contains(topic)) {
                    let at = usize::try_from(topic - numbers.start).expect("it is a place in the counts");
                    self.counts[at] += 1;
                }
            }
            Facet::Price(edges) => {
                let price = self.columns.price.get_val(doc);
                self.counts[edges.partition_point(|edge| *edge <= price)] += 1;
            }
            Facet::InStock => self.counts[0] += self.columns.stock.get_val(doc),
        }
    }
}

/// The values that are most frequent; those that fold to the same are one, shown as the first is.
fn most(values: BTreeMap<String, u64>) -> Vec<Counted> {
    let mut counted: Vec<Counted> = Vec::new();
    let mut last = String::new();
    for (stored, hits) in values {
        let shown = topic::shown(&stored);
        let key = stored[..stored.len() - shown.len()].to_owned();
        match counted.last_mut().filter(|_| key == last) {
            Some(same) => same.hits += hits,
            None => counted.push(Counted { value: shown.to_owned(), hits }),
        }
        last = key;
    }
    counted.sort_by(|one, other| other.hits.cmp(&one.hits).then_with(|| one.value.cmp(&other.value)));
    counted.truncate(FACET_VALUES);
    counted
}
