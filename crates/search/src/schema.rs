//! The fields of the index.

use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
};

use crate::doc::{Doc, Entry};

/// A column's name; the number in `text` changes with the analysis, so that an index of another version is refused.
pub(crate) const TEXT: &str = "text1";
pub(crate) const NUMBER: &str = "number";
pub(crate) const TOPIC: &str = "topic";
pub(crate) const ATTRIBUTE: &str = "attribute";
pub(crate) const PRICE: &str = "price_cents";
pub(crate) const STOCK: &str = "in_stock";
pub(crate) const LISTED: &str = "listed_at";
pub(crate) const PRINT: &str = "print";

/// The fields by their numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// Stems with weighted counts: what is searched and scored.
    pub(crate) text: Field,
    /// Stems behind the letter of their part: what was matched.
    pub(crate) part: Field,
    /// Folded words: what typing is completed and corrected by.
    pub(crate) word: Field,
    /// Whole names.
    pub(crate) name: Field,
    /// Whole codes.
    pub(crate) code: Field,
    /// The category's path as it is shown.
    pub(crate) category: Field,
    pub(crate) number: Field,
    topic: Field,
    attribute: Field,
    price: Field,
    stock: Field,
    listed: Field,
    /// What tells that a document did not change.
    print: Field,
}

impl Fields {
    /// The fields, and the schema that they are of.
    pub(crate) fn with_schema() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let lines = |option| TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(option);
        let words = || lines(IndexRecordOption::Basic).set_fieldnorms(false);
        let whole = || words().set_tokenizer("raw");
        let indexed = |indexing| TextOptions::default().set_indexing_options(indexing);
        let number: NumericOptions = (INDEXED | FAST).into();
        let fields = Self {
            text: schema.add_text_field(TEXT, indexed(lines(IndexRecordOption::WithFreqs))),
            part: schema.add_text_field("part", indexed(words())),
            word: schema.add_text_field("word", indexed(words())),
            name: schema.add_text_field("name", indexed(whole())),
            code: schema.add_text_field("code", indexed(whole())),
            category: schema.add_text_field("category", indexed(whole())),
            number: schema.add_u64_field(NUMBER, number),
            topic: schema.add_text_field(TOPIC, TextOptions::from(FAST)),
            attribute: schema.add_text_field(ATTRIBUTE, TextOptions::from(FAST)),
            price: schema.add_u64_field(PRICE, FAST),
            stock: schema.add_u64_field(STOCK, FAST),
            listed: schema.add_i64_field(LISTED, FAST),
            print: schema.add_u64_field(PRINT, FAST),
        };
        (fields, schema.build())
    }

    /// A document as the index takes it.
    pub(crate) fn document(&self, doc: &Doc<'_>, entry: Entry) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(self.text, entry.text);
        document.add_text(self.part, entry.parts);
        document.add_text(self.word, entry.words);
        for name in entry.names {
            document.add_text(self.name, name);
        }
        for code in entry.codes {
            document.add_text(self.code, code);
        }
        if let Some(category) = entry.category {
            document.add_text(self.category, category);
        }
        for topic in entry.topics {
            document.add_text(self.topic, topic);
        }
        for attribute in entry.attributes {
            document.add_text(self.attribute, attribute);
        }
        document.add_u64(self.number, u64::from(doc.number));
        document.add_u64(self.price, doc.price_cents);
        document.add_u64(self.stock, u64::from(doc.in_stock));
        document.add_i64(self.listed, doc.listed_at.as_millis());
        document.add_u64(self.print, doc.print());
        document
    }
}
