//! All definitions of a project as documents.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    consent::PURPOSES,
    identifier::namespace,
    name::{Name, Segment},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    body,
    error::{DefinitionError, Fault, code},
    file,
    kind::Kind,
    published::Published,
    references,
};

/// All published definitions of a project, and what has to be remembered of earlier publications.
///
/// Every document in it has the right shape ([`Documents::put`] sees to that); that all together make sense is what
/// [`crate::compile()`] finds out. So: clone, change, compile, and keep the clone only if that went well.
#[derive(Debug, Clone, PartialEq)]
pub struct Documents {
    bodies: BTreeMap<Kind, BTreeMap<String, Value>>,
    pub(crate) published: Published,
}

/// The version of [`Documents::to_bytes`].
const VERSION: u64 = 1;

const DEFAULTS: &str = include_str!("defaults.toml");

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u64,
    definitions: BTreeMap<String, BTreeMap<String, Value>>,
    published: Published,
}

impl Documents {
    /// What a new project has: see `defaults.toml` beside this file.
    pub fn defaults() -> Self {
        let mut documents = Self::remembering(Published::default());
        for definition in file::read_toml(DEFAULTS).expect("a test reads the defaults") {
            documents
                .put(definition.kind, &definition.name, &definition.body)
                .expect("a test puts and compiles the defaults");
        }
        documents
    }

    /// Reads what [`Documents::to_bytes`] wrote, and checks every document again.
    ///
    /// # Errors
    /// `UNREADABLE` or `UNKNOWN_VERSION`; or what [`Documents::put`] has against a document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DefinitionError> {
        let unreadable = |error: serde_json::Error| {
            Fault::new(code::UNREADABLE, "", format!("The stored definitions cannot be read: {error}.")).of_all()
        };
        let value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
        let version = value.get("version").and_then(Value::as_u64);
        if let Some(other) = version.filter(|version| *version != VERSION) {
            let message = format!("The stored definitions have version {other}; this program reads {VERSION}.");
            return Err(Fault::new(code::UNKNOWN_VERSION, "/version", message).of_all());
        }
        let stored: Stored = serde_json::from_value(value).map_err(unreadable)?;
        stored.published.check().map_err(Fault::of_all)?;
        let mut documents = Self::remembering(stored.published);
        for (word, bodies) in &stored.definitions {
            let kind = file::kind_of(word).map_err(Fault::of_all)?;
            for (name, document) in bodies {
                documents.put(kind, name, document)?;
            }
        }
        Ok(documents)
    }

    /// The canonical bytes: JSON with sorted names, without white space. Equal documents give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let by_word = self.bodies.iter().map(|(kind, bodies)| (kind.word().to_owned(), bodies.clone()));
        let stored = Stored { version: VERSION, definitions: by_word.collect(), published: self.published.clone() };
        serde_json::to_vec(&stored).expect("maps with text keys are always JSON")
    }

    /// One document.
    pub fn get(&self, kind: Kind, name: &str) -> Option<Value> {
        self.bodies.get(&kind)?.get(name).cloned()
    }

    /// All documents, or those of one kind, in order of kind and name.
    pub fn list(&self, kind: Option<Kind>) -> Vec<(Kind, String, Value)> {
        let wanted = |found: Kind| kind.is_none_or(|kind| kind == found);
        let all = self.iter().filter(|(found, _, _)| wanted(*found));
        all.map(|(kind, name, document)| (kind, name.to_owned(), document.clone())).collect()
    }

    /// Defines something, or defines it anew. Fields left out have their default.
    ///
    /// # Errors
    /// What is wrong with the name or with a field. Whether what the document names exists is asked by
    /// [`crate::compile()`].
    pub fn put(&mut self, kind: Kind, name: &str, document: &Value) -> Result<(), DefinitionError> {
        body::check(kind, name, document).map_err(|fault| fault.of(kind, name))?;
        let bodies = self.bodies.entry(kind).or_default();
        if !bodies.contains_key(name) && bodies.len() >= kind.most() {
            let message = format!("A project has at most {} definitions of this kind.", kind.most());
            return Err(Fault::new(code::TOO_MANY, "", message).of(kind, name));
        }
        let mut document = document.clone();
        document.sort_all_objects();
        bodies.insert(name.to_owned(), document);
        Ok(())
    }

    /// Removes a definition.
    ///
    /// # Errors
    /// `NOT_DEFINED`; `BUILT_IN` for the purposes and namespaces that every project has; `IN_USE` if another
    /// definition names it, which the message names.
    pub fn remove(&mut self, kind: Kind, name: &str) -> Result<(), DefinitionError> {
        let refuse = |code, message: String| Err(Fault::new(code, "", message).of(kind, name));
        if !self.bodies.get(&kind).is_some_and(|bodies| bodies.contains_key(name)) {
            return refuse(code::NOT_DEFINED, format!("There is no {kind} of this name."));
        }
        let built_in = match kind {
            Kind::Purpose => PURPOSES.contains(&name),
            Kind::Namespace => NAMESPACES.contains(&name),
            _ => false,
        };
        if built_in {
            return refuse(code::BUILT_IN, format!("Every project has this {kind}; it can be changed, not removed."));
        }
        if let Some((naming, by)) = references::naming(self, kind, name) {
            return refuse(code::IN_USE, format!("The {naming} `{by}` names it; change that one first."));
        }
        self.bodies.entry(kind).or_default().remove(name);
        Ok(())
    }

    fn remembering(published: Published) -> Self {
        Self { bodies: BTreeMap::new(), published }
    }

    /// All documents in order of kind and name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Kind, &str, &Value)> {
        self.bodies
            .iter()
            .flat_map(|(kind, bodies)| bodies.iter().map(|(name, document)| (*kind, name.as_str(), document)))
    }

    /// The documents of one kind in order of name.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&str, &Value)> {
        self.bodies.get(&kind).into_iter().flatten().map(|(name, document)| (name.as_str(), document))
    }

    pub(crate) fn segment_names(&self) -> BTreeSet<Name<Segment>> {
        self.of_kind(Kind::Segment).map(|(name, _)| name.into()).collect()
    }
}

/// The namespaces that every project has.
const NAMESPACES: [&str; 6] = [
    namespace::ANONYMOUS_ID,
    namespace::USER_ID,
    namespace::EMAIL,
    namespace::PHONE,
    namespace::LOYALTY_CARD,
    namespace::MOBILE_ID,
];
