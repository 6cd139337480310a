//! A draft: a named working set of changes, checked and published as one.

use std::collections::BTreeMap;

use model::{limits, name::Name};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    body,
    documents::{self, Documents},
    error::{DefinitionError, Fault, code},
    file,
    kind::Kind,
};

/// Changes to the documents of one revision that are not published yet.
///
/// Every document in it has the right shape; that all make sense together with what is published is found out when
/// they are applied and compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The revision that the changes were made on.
    pub base: u64,
    changes: BTreeMap<(Kind, String), Option<Value>>,
    /// Bytes of all names and documents in `changes`.
    bytes: usize,
}

/// The version of [`Draft::to_bytes`].
const VERSION: u64 = 2;

/// The stored form. A document that is removed is `null`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u64,
    base: u64,
    changes: BTreeMap<String, BTreeMap<String, Option<Value>>>,
}

impl Draft {
    /// An empty draft on a revision.
    pub fn on(base: u64) -> Self {
        Self { base, changes: BTreeMap::new(), bytes: 0 }
    }

    /// Whether a draft may have this name: 1 to 64 of `a-z 0-9 _ -`, starting with a letter.
    pub fn is_name(name: &str) -> bool {
        Name::<Draft>::from(name).definable()
    }

    /// How many documents it changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Notes what a document is to say. One that says what it says in `base`, the documents of the base revision, is no
    /// change.
    ///
    /// # Errors
    /// What is wrong with the name or with a field; `TOO_MANY` if the draft has no room left.
    pub fn put(&mut self, base: &Documents, kind: Kind, name: &str, document: &Value) -> Result<(), DefinitionError> {
        body::check(kind, name, document).map_err(|fault| fault.of(kind, name))?;
        let mut document = document.clone();
        document.sort_all_objects();
        let change = (base.get(kind, name).as_ref() != Some(&document)).then_some(Some(document));
        self.note(kind, name, change)
    }

    /// Notes that a document is to be removed. One that only this draft has is taken out of it.
    ///
    /// # Errors
    /// `NOT_DEFINED` if it is neither in `base` nor in the draft; `BUILT_IN`; `TOO_MANY`.
    pub fn remove(&mut self, base: &Documents, kind: Kind, name: &str) -> Result<(), DefinitionError> {
        documents::check_removable(kind, name)?;
        let is_published = base.get(kind, name).is_some();
        if !is_published && !self.changes.contains_key(&(kind, name.to_owned())) {
            return Err(documents::not_defined(kind, name));
        }
        self.note(kind, name, is_published.then_some(None))
    }

    /// The changed documents that were published differently since: what they say in `now` is neither what they say in
    /// `base` nor what the draft wants.
    pub fn conflicts(&self, base: &Documents, now: &Documents) -> Vec<(Kind, String)> {
        let differs = |(kind, name): &(Kind, String), wanted: &Option<Value>| {
            let published = now.get(*kind, name);
            published != base.get(*kind, name) && published != *wanted
        };
        self.changes.iter().filter(|(key, wanted)| differs(key, wanted)).map(|(key, _)| key.clone()).collect()
    }

    /// Makes the changes. Whether what is left names what is gone is asked by [`crate::compile()`].
    ///
    /// # Errors
    /// What [`Documents::put`] has against a document.
    pub fn apply(&self, documents: &mut Documents) -> Result<(), DefinitionError> {
        // Removed first, so that a kind may be full before and after.
        for ((kind, name), wanted) in &self.changes {
            if wanted.is_none() {
                documents.take_away(*kind, name);
            }
        }
        for ((kind, name), wanted) in &self.changes {
            if let Some(document) = wanted {
                documents.put(*kind, name, document)?;
            }
        }
        Ok(())
    }

    /// Reads what [`Draft::to_bytes`] wrote, and checks every document again.
    ///
    /// # Errors
    /// `UNREADABLE` or `UNKNOWN_VERSION`; or what is wrong with a document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DefinitionError> {
        let unreadable = |error: serde_json::Error| {
            Fault::new(code::UNREADABLE, "", format!("The stored draft cannot be read: {error}.")).of_all()
        };
        let stored: Stored = serde_json::from_slice(bytes).map_err(unreadable)?;
        if stored.version != VERSION {
            let message = format!("The stored draft has version {}; this program reads {VERSION}.", stored.version);
            return Err(Fault::new(code::UNKNOWN_VERSION, "/version", message).of_all());
        }
        let mut changes = BTreeMap::new();
        for (word, of_kind) in stored.changes {
            let kind = file::kind_of(&word).map_err(Fault::of_all)?;
            for (name, wanted) in of_kind {
                if let Some(document) = &wanted {
                    body::check(kind, &name, document).map_err(|fault| fault.of(kind, &name))?;
                }
                changes.insert((kind, name), wanted);
            }
        }
        let bytes = changes.iter().map(|((_, name), wanted)| bytes_of(name, wanted.as_ref())).sum();
        Ok(Self { base: stored.base, changes, bytes })
    }

    /// The canonical bytes: JSON with sorted names, without white space.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut changes = BTreeMap::<String, BTreeMap<String, Option<Value>>>::new();
        for ((kind, name), wanted) in &self.changes {
            changes.entry(kind.word().to_owned()).or_default().insert(name.clone(), wanted.clone());
        }
        let stored = Stored { version: VERSION, base: self.base, changes };
        serde_json::to_vec(&stored).expect("maps with text keys are always JSON")
    }

    /// Sets a change, or forgets it, unless the draft would grow beyond its limit.
    fn note(&mut self, kind: Kind, name: &str, change: Option<Option<Value>>) -> Result<(), DefinitionError> {
        let key = (kind, name.to_owned());
        let was = self.changes.get(&key).map_or(0, |change| bytes_of(name, change.as_ref()));
        let is = change.as_ref().map_or(0, |change| bytes_of(name, change.as_ref()));
        let bytes = self.bytes - was + is;
        if is > was && bytes > limits::DRAFT_BYTES {
            let message = format!("The names and documents of a draft have at most {} bytes.", limits::DRAFT_BYTES);
            return Err(Fault::new(code::TOO_MANY, "", message).of(kind, name));
        }
        match change {
            Some(change) => drop(self.changes.insert(key, change)),
            None => drop(self.changes.remove(&key)),
        }
        self.bytes = bytes;
        Ok(())
    }
}

/// What a change counts toward [`limits::DRAFT_BYTES`].
fn bytes_of(name: &str, document: Option<&Value>) -> usize {
    name.len() + document.map_or(0, |document| document.to_string().len())
}
