//! The catalog at one moment: cheap to clone, read by any number of threads, never changed.

use std::sync::Arc;

use tantivy::{
    Searcher, SegmentReader, Term,
    columnar::{Column, ColumnValues, StrColumn},
};

use crate::{
    complete::{Categories, Popular},
    error::SearchError,
    schema::{self, Fields},
    stems::Stems,
    synonyms::Synonyms,
};

/// What the shop says of words, beside its catalog.
#[derive(Default)]
pub(crate) struct Lexicon {
    pub(crate) synonyms: Synonyms,
    pub(crate) popular: Arc<Popular>,
}

/// The catalog as of one commit.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) stems: Stems,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) columns: Arc<[Columns]>,
    pub(crate) categories: Arc<Categories>,
}

impl Snapshot {
    pub(crate) fn of(
        searcher: Searcher,
        fields: Fields,
        stems: Stems,
        lexicon: Arc<Lexicon>,
    ) -> Result<Self, SearchError> {
        let columns: Result<Arc<[Columns]>, SearchError> = searcher.segment_readers().iter().map(Columns::of).collect();
        let categories = Arc::new(Categories::of(&searcher, fields.category)?);
        Ok(Self { columns: columns?, searcher, fields, stems, lexicon, categories })
    }

    /// How many items there are.
    pub fn items(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// In how many items a stem stands.
    pub(crate) fn frequency(&self, stem: &str) -> Result<u64, SearchError> {
        Ok(self.searcher.doc_freq(&Term::from_field_text(self.fields.text, stem))?)
    }
}

/// Where a document is: segment, and place in it. Only of use with the snapshot that said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    pub(crate) segment: u32,
    pub(crate) doc: u32,
}

/// What one segment knows of each of its documents.
pub(crate) struct Columns {
    pub(crate) number: Arc<dyn ColumnValues<u64>>,
    pub(crate) price: Arc<dyn ColumnValues<u64>>,
    pub(crate) stock: Arc<dyn ColumnValues<u64>>,
    pub(crate) popularity: Arc<dyn ColumnValues<u64>>,
    pub(crate) listed: Arc<dyn ColumnValues<i64>>,
    /// `None` if no document of the segment has a topic.
    pub(crate) topics: Option<Topics>,
}

impl Columns {
    fn of(reader: &SegmentReader) -> Result<Self, SearchError> {
        let fast = reader.fast_fields();
        Ok(Self {
            number: fast.column_first_or_default(schema::NUMBER)?,
            price: fast.column_first_or_default(schema::PRICE)?,
            stock: fast.column_first_or_default(schema::STOCK)?,
            popularity: fast.column_first_or_default(schema::POPULARITY)?,
            listed: fast.column_first_or_default(schema::LISTED)?,
            topics: fast.str(schema::TOPIC)?.map(Topics::of),
        })
    }
}

/// The topics of a segment's documents, by their numbers in the order of the stored texts.
pub(crate) struct Topics {
    text: StrColumn,
    ords: Column<u64>,
}

impl Topics {
    fn of(text: StrColumn) -> Self {
        Self { ords: text.ords().clone(), text }
    }

    /// The numbers of one document's topics.
    pub(crate) fn each(&self, doc: u32) -> impl Iterator<Item = u64> + '_ {
        self.ords.values_for_doc(doc)
    }

    /// The numbers of the texts from one to before another.
    pub(crate) fn between(&self, from: &str, until: &str) -> Result<std::ops::Range<u64>, SearchError> {
        Ok(self.at_least(from)?..self.at_least(until)?)
    }

    /// The text of a number.
    pub(crate) fn text(&self, ord: u64) -> Result<String, SearchError> {
        let mut text = String::new();
        self.text.ord_to_str(ord, &mut text)?;
        Ok(text)
    }

    /// The number of the first text that is not before another; of none, the number of them all.
    fn at_least(&self, text: &str) -> Result<u64, SearchError> {
        use tantivy::columnar::TermOrdHit::{Exact, Next};
        let dictionary = self.text.dictionary();
        Ok(match dictionary.term_ord_or_next(text)? {
            Exact(ord) | Next(ord) => ord.min(dictionary.num_terms() as u64),
        })
    }
}
