//! The catalog at one moment: cheap to clone, read by any number of threads, never changed.

use std::{collections::HashMap, ops::Range, sync::Arc};

use tantivy::{
    DocSet, Searcher, SegmentReader, TERMINATED, Term,
    columnar::{Column, ColumnValues, StrColumn},
    index::SegmentId,
    schema::IndexRecordOption,
};

use crate::{
    complete::{Categories, Popular},
    doc::Doc,
    error::SearchError,
    schema::{self, Fields},
    stems::Stems,
    synonyms::Synonyms,
    topic,
};

/// What is known beside the catalog: what words mean, what people search for, what they take. Not stored.
#[derive(Clone, Default)]
pub(crate) struct Lexicon {
    pub(crate) synonyms: Arc<Synonyms>,
    pub(crate) popular: Arc<Popular>,
    /// How popular each item is, by number.
    pub(crate) popularity: Arc<[f32]>,
}

impl Lexicon {
    pub(crate) fn popularity(&self, number: u32) -> f32 {
        self.popularity.get(number as usize).copied().unwrap_or_default()
    }
}

/// Columns by their segments.
pub(crate) type KnownColumns = HashMap<SegmentId, Arc<Columns>>;

/// The catalog as of one commit.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) stems: Stems,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) columns: Arc<[Arc<Columns>]>,
    pub(crate) categories: Arc<Categories>,
}

impl Snapshot {
    pub(crate) fn of(
        searcher: Searcher,
        fields: Fields,
        stems: Stems,
        lexicon: Arc<Lexicon>,
        before: &KnownColumns,
    ) -> Result<Self, SearchError> {
        let columns = searcher.segment_readers().iter().map(|reader| match before.get(&reader.segment_id()) {
            Some(columns) => Ok(columns.clone()),
            None => Columns::of(reader).map(Arc::new),
        });
        let columns: Result<Arc<[Arc<Columns>]>, SearchError> = columns.collect();
        let categories = Arc::new(Categories::of(&searcher, fields.category)?);
        Ok(Self { columns: columns?, searcher, fields, stems, lexicon, categories })
    }

    /// The columns of its segments, for the next snapshot: a segment never changes.
    pub(crate) fn known_columns(&self) -> KnownColumns {
        let ids = self.searcher.segment_readers().iter().map(SegmentReader::segment_id);
        ids.zip(self.columns.iter().cloned()).collect()
    }

    /// How many items there are.
    pub fn items(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Whether an item is in as it is here, so that it need not be put in again.
    pub fn holds(&self, doc: &Doc<'_>) -> Result<bool, SearchError> {
        Ok(self.print(doc.number)?.is_some_and(|print| print == doc.print()))
    }

    /// Whether there is an item of that number.
    pub fn has(&self, number: u32) -> Result<bool, SearchError> {
        Ok(self.print(number)?.is_some())
    }

    /// The print of the item of that number, if there is one.
    fn print(&self, number: u32) -> Result<Option<u64>, SearchError> {
        let term = Term::from_field_u64(self.fields.number, u64::from(number));
        for (reader, columns) in self.searcher.segment_readers().iter().zip(self.columns.iter()) {
            let index = reader.inverted_index(self.fields.number)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED {
                if !reader.is_deleted(postings.doc()) {
                    return Ok(Some(columns.print.get_val(postings.doc())));
                }
                postings.advance();
            }
        }
        Ok(None)
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
    pub(crate) listed: Arc<dyn ColumnValues<i64>>,
    print: Arc<dyn ColumnValues<u64>>,
    /// Brands, categories and tags.
    topics: Topics,
    /// Attributes.
    attributes: Topics,
}

impl Columns {
    fn of(reader: &SegmentReader) -> Result<Self, SearchError> {
        let fast = reader.fast_fields();
        Ok(Self {
            number: fast.column_first_or_default(schema::NUMBER)?,
            price: fast.column_first_or_default(schema::PRICE)?,
            stock: fast.column_first_or_default(schema::STOCK)?,
            listed: fast.column_first_or_default(schema::LISTED)?,
            print: fast.column_first_or_default(schema::PRINT)?,
            topics: Topics::kept(fast.str(schema::TOPIC)?)?,
            attributes: Topics::of(fast.str(schema::ATTRIBUTE)?),
        })
    }

    /// Where the topics of a family are.
    pub(crate) fn topics(&self, family: &str) -> &Topics {
        if topic::is_main(family) { &self.topics } else { &self.attributes }
    }
}

/// Some topics of a segment's documents, by their numbers in the order of the stored texts.
pub(crate) struct Topics {
    /// The texts, and the numbers of each document; `None` if no document has any.
    column: Option<(StrColumn, Column<u64>)>,
    /// The texts in memory, if they are looked up with every search.
    kept: Option<Box<[Box<str>]>>,
}

impl Topics {
    fn of(text: Option<StrColumn>) -> Self {
        let with_numbers = |text: StrColumn| (text.clone(), text.ords().clone());
        Self { column: text.map(with_numbers), kept: None }
    }

    fn kept(text: Option<StrColumn>) -> Result<Self, SearchError> {
        let mut topics = Self::of(text);
        if let Some((text, _)) = &topics.column {
            let mut kept = Vec::with_capacity(text.num_terms());
            let mut stream = text.dictionary().stream()?;
            while stream.advance() {
                kept.push(String::from_utf8_lossy(stream.key()).into());
            }
            topics.kept = Some(kept.into());
        }
        Ok(topics)
    }

    /// The numbers of one document's topics.
    pub(crate) fn each(&self, doc: u32) -> impl Iterator<Item = u64> + '_ {
        self.column.iter().flat_map(move |(_, numbers)| numbers.values_for_doc(doc))
    }

    /// The numbers of the texts from one to before another.
    pub(crate) fn between(&self, from: &str, until: &str) -> Result<Range<u64>, SearchError> {
        let from = self.at_least(from)?;
        Ok(from..self.at_least(until)?.max(from))
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u64) -> Result<String, SearchError> {
        let mut text = String::new();
        if let Some((column, _)) = &self.column {
            column.ord_to_str(number, &mut text)?;
        }
        Ok(text)
    }

    /// The number of the first text that is not before another; of none, the number of them all.
    fn at_least(&self, text: &str) -> Result<u64, SearchError> {
        use tantivy::columnar::TermOrdHit::{Exact, Next};
        if let Some(kept) = &self.kept {
            return Ok(kept.partition_point(|stored| &**stored < text) as u64);
        }
        let Some((column, _)) = &self.column else { return Ok(0) };
        let dictionary = column.dictionary();
        Ok(match dictionary.term_ord_or_next(text)? {
            Exact(number) | Next(number) => number.min(dictionary.num_terms() as u64),
        })
    }
}
