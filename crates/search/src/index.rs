//! The index: written by one, read by many.

use std::{path::Path, sync::Arc};

use tantivy::{
    IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, Term, directory::MmapDirectory,
    store::Compressor,
};

use crate::{
    complete::Popular,
    doc::{Doc, Entry},
    error::SearchError,
    schema::Fields,
    snapshot::{KnownColumns, Lexicon, Snapshot},
    stems::{KeptStems, Stems},
    synonyms::Synonyms,
};

/// Bytes that documents may take in memory before they are written as a segment.
const WRITER_BYTES: usize = 64 << 20;

/// A searchable catalog, in memory or in a folder of its own. What is put or removed is seen by the snapshots that
/// [`Index::commit`] makes, and by none before: so a catalog that is made anew is searched as it was until it is
/// complete. Merging happens on threads of `tantivy`.
pub struct Index {
    writer: IndexWriter<TantivyDocument>,
    reader: IndexReader,
    fields: Fields,
    stems: KeptStems,
    columns: KnownColumns,
    lexicon: Arc<Lexicon>,
}

impl Index {
    /// An empty index in memory.
    pub fn in_memory() -> Result<Self, SearchError> {
        let (fields, schema) = Fields::with_schema();
        Self::over(&tantivy::Index::builder().schema(schema).settings(settings()).create_in_ram()?, fields)
    }

    /// The index in a folder, which must be there; an empty one if it is empty. Another version's is refused with
    /// [`SearchError::OtherVersion`]: the catalog has all that it takes to make it anew.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let (fields, schema) = Fields::with_schema();
        let directory = MmapDirectory::open(folder).map_err(|error| SearchError::Unusable(error.to_string()))?;
        Self::over(&tantivy::Index::builder().schema(schema).settings(settings()).open_or_create(directory)?, fields)
    }

    fn over(index: &tantivy::Index, fields: Fields) -> Result<Self, SearchError> {
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            writer,
            reader,
            fields,
            stems: KeptStems::new(),
            columns: KnownColumns::new(),
            lexicon: Arc::default(),
        })
    }

    /// Puts an item in, in place of the one that had its number.
    pub fn put(&mut self, doc: &Doc<'_>) -> Result<(), SearchError> {
        self.remove(doc.number);
        let entry = Entry::of(doc, &mut self.stems);
        self.writer.add_document(self.fields.document(doc, entry))?;
        Ok(())
    }

    /// Takes an item out, if it is in.
    pub fn remove(&mut self, number: u32) {
        self.writer.delete_term(Term::from_field_u64(self.fields.number, u64::from(number)));
    }

    /// Takes all items out, to put them in anew.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        self.writer.delete_all_documents()?;
        Ok(())
    }

    /// Words that mean the same, for snapshots that are made from now on. They are not stored.
    pub fn set_synonyms(&mut self, synonyms: Synonyms) {
        Arc::make_mut(&mut self.lexicon).synonyms = Arc::new(synonyms);
    }

    /// What people searched for, by which typing is completed in snapshots that are made from now on. Not stored.
    pub fn set_popular(&mut self, popular: Popular) {
        Arc::make_mut(&mut self.lexicon).popular = Arc::new(popular);
    }

    /// How popular items are, by number, from 0: how many persons took each lately, say. Items beyond the end are not at
    /// all. For snapshots that are made from now on. Not stored.
    pub fn set_popularity(&mut self, of: Arc<[f32]>) {
        Arc::make_mut(&mut self.lexicon).popularity = of;
    }

    /// Makes durable and visible what was put and removed. Costs tens of milliseconds for a few items: a caller collects
    /// what changes for a part of a second, and commits once.
    pub fn commit(&mut self) -> Result<Snapshot, SearchError> {
        self.writer.commit()?;
        let snapshot = self.snapshot()?;
        self.columns = snapshot.known_columns();
        Ok(snapshot)
    }

    /// The catalog as of the last commit.
    pub fn snapshot(&self) -> Result<Snapshot, SearchError> {
        self.reader.reload()?;
        Snapshot::of(self.reader.searcher(), self.fields, Stems::new(), self.lexicon.clone(), &self.columns)
    }

    /// Ends the writing when the merges that are under way are done.
    pub fn close(self) -> Result<(), SearchError> {
        Ok(self.writer.wait_merging_threads()?)
    }
}

/// Nothing is stored of a document but what is searched, so nothing is compressed.
fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}
