//! Where in an item the words of a query stand.

use tantivy::{DocSet, Term, schema::IndexRecordOption};

use crate::{error::SearchError, found::Found, snapshot::Snapshot};

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The title.
    Title,
    /// The brand.
    Brand,
    /// The category, or one above it.
    Category,
    /// A tag.
    Tag,
    /// A code, or the shop's id.
    Code,
    /// The value of an attribute, or the name of one that is true.
    Attribute,
    /// The description.
    Description,
}

impl Part {
    const ALL: [Self; 7] =
        [Self::Title, Self::Brand, Self::Category, Self::Tag, Self::Code, Self::Attribute, Self::Description];

    /// What stands before its stems in the index.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Title => 't',
            Self::Brand => 'b',
            Self::Category => 'c',
            Self::Tag => 'l',
            Self::Code => 'n',
            Self::Attribute => 'a',
            Self::Description => 'd',
        }
    }
}

impl Snapshot {
    /// For each hit of a page, the parts in which a word of the query stands, in the order of [`Part`]. Where nothing
    /// was searched, none.
    pub fn matched(&self, found: &Found) -> Result<Vec<Vec<Part>>, SearchError> {
        let mut matched = vec![Vec::new(); found.hits.len()];
        let mut order: Vec<usize> = (0..found.hits.len()).collect();
        order.sort_unstable_by_key(|hit| found.hits[*hit].place);
        for part in Part::ALL {
            for stem in &found.stems {
                let term = Term::from_field_text(self.fields.part, &format!("{}{stem}", part.letter()));
                for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
                    let mut here = order
                        .iter()
                        .copied()
                        .filter(|hit| found.hits[*hit].place.segment as usize == segment)
                        .peekable();
                    if here.peek().is_none() {
                        continue;
                    }
                    let index = reader.inverted_index(self.fields.part)?;
                    let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
                    for hit in here {
                        let doc = found.hits[hit].place.doc;
                        if postings.doc() < doc {
                            postings.seek(doc);
                        }
                        if postings.doc() == doc && matched[hit].last() != Some(&part) {
                            matched[hit].push(part);
                        }
                    }
                }
            }
        }
        Ok(matched)
    }
}
