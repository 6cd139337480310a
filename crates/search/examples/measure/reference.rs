//! `tantivy` alone: BM25 over its default words, in one field or one for each part.

use std::error::Error;

use tantivy::{
    IndexWriter, Searcher, TantivyDocument, Term,
    collector::{Count, TopDocs},
    query::{BooleanQuery, Query, TermQuery},
    schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TokenStream,
};

use crate::catalog::Item;

/// An index, and the numbers of its documents.
pub(crate) struct Reference {
    searcher: Searcher,
    fields: Vec<Field>,
    number: Field,
}

/// How the fields are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All texts in one field.
    One,
    /// Title, description, brand, the others.
    Parts,
}

/// How many words a hit must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Any,
    All,
}

impl Reference {
    pub(crate) fn of(items: impl Iterator<Item = Item>, layout: Layout) -> Result<Self, Box<dyn Error>> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let names: &[&str] = if layout == Layout::One { &["all"] } else { &["title", "description", "brand", "rest"] };
        let fields: Vec<Field> = names.iter().map(|name| schema.add_text_field(name, options.clone())).collect();
        let number = schema.add_u64_field("number", FAST);
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 64 << 20)?;
        for (at, item) in (0_u64..).zip(items) {
            let mut document = TantivyDocument::default();
            document.add_u64(number, at);
            let texts = match layout {
                Layout::One => vec![item.whole()],
                Layout::Parts => {
                    let rest =
                        Item { title: String::new(), description: String::new(), brand: String::new(), ..item.clone() };
                    vec![item.title.clone(), item.description.clone(), item.brand.clone(), rest.whole()]
                }
            };
            for (field, text) in fields.iter().zip(texts) {
                document.add_text(*field, text);
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Self { searcher: index.reader()?.searcher(), fields, number })
    }

    fn query(&self, text: &str, words: Words) -> Result<Box<dyn Query>, Box<dyn Error>> {
        let mut analyzer = self.searcher.index().tokenizer_for_field(self.fields[0])?;
        let mut stream = analyzer.token_stream(text);
        let mut clauses: Vec<Box<dyn Query>> = Vec::new();
        while stream.advance() {
            let term = |field: &Field| -> Box<dyn Query> {
                let term = Term::from_field_text(*field, &stream.token().text);
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
            };
            let mut fields: Vec<Box<dyn Query>> = self.fields.iter().map(term).collect();
            clauses.push(if fields.len() == 1 { fields.remove(0) } else { Box::new(BooleanQuery::union(fields)) });
        }
        Ok(match words {
            Words::Any => Box::new(BooleanQuery::union(clauses)),
            Words::All => Box::new(BooleanQuery::intersection(clauses)),
        })
    }

    /// The numbers of the best ten.
    pub(crate) fn best(&self, text: &str, words: Words) -> Result<Vec<u32>, Box<dyn Error>> {
        let top = self.searcher.search(&*self.query(text, words)?, &TopDocs::with_limit(10).order_by_score())?;
        let name = self.searcher.schema().get_field_name(self.number).to_owned();
        let mut numbers = Vec::new();
        for (_, address) in top {
            let column = self.searcher.segment_reader(address.segment_ord).fast_fields().u64(&name)?;
            numbers.push(u32::try_from(column.first(address.doc_id).expect("each has one"))?);
        }
        Ok(numbers)
    }

    /// Finds the first page of what has all words, and how many have.
    pub(crate) fn page_and_count(&self, text: &str) -> Result<usize, Box<dyn Error>> {
        let query = self.query(text, Words::All)?;
        Ok(self.searcher.search(&*query, &(TopDocs::with_limit(24).order_by_score(), Count))?.1)
    }

    /// Finds the first page of what has all words.
    pub(crate) fn page(&self, text: &str) -> Result<usize, Box<dyn Error>> {
        let query = self.query(text, Words::All)?;
        Ok(self.searcher.search(&*query, &TopDocs::with_limit(24).order_by_score())?.len())
    }
}
