//! Facets: how many hits have which value.

use std::{collections::BTreeMap, ops::Range};

use crate::{error::SearchError, found::Counted, limits::FACET_VALUES, request::Facet, snapshot::Columns, topic};

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
    /// The numbers of the family's topics.
    topics: Range<u64>,
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
        let topics = match (self.facet, &columns.topics) {
            (Facet::Family(family), Some(topics)) => {
                let (from, until) = topic::family_bounds(family);
                topics.between(&from, &until)?
            }
            _ => 0..0,
        };
        let counts = self.bands.len().max(usize::try_from(topics.end - topics.start).unwrap_or(usize::MAX));
        Ok(SegmentTally { facet: self.facet, columns, topics, counts: vec![0; counts] })
    }

    pub(crate) fn end(&mut self, segment: SegmentTally<'_>) -> Result<(), SearchError> {
        if let (Facet::Family(_), Some(topics)) = (self.facet, &segment.columns.topics) {
            for (ord, count) in segment.topics.zip(segment.counts).filter(|(_, count)| *count > 0) {
                *self.values.entry(topics.text(ord)?).or_default() += count;
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
                let Some(topics) = &self.columns.topics else { return };
                for topic in topics.each(doc).filter(|topic| self.topics.contains(topic)) {
                    let at = usize::try_from(topic - self.topics.start).expect("it is a place in the counts");
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
