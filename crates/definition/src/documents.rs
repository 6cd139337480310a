//! All definitions of a project as documents.

use std::collections::{BTreeMap, BTreeSet};

use condition::{Needs, Scope, TAG, Usage};
use model::{
    consent::PURPOSES,
    identifier::namespace,
    name::{Name, Score, Segment},
    schema::TraitSchema,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    body, compile,
    difference::Difference,
    error::{DefinitionError, Fault, code},
    file,
    kind::Kind,
    publication::Publication,
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
    /// The revision that last changed a document.
    changed: BTreeMap<(Kind, String), u64>,
    pub(crate) published: Published,
}

/// The version of the stored form.
const VERSION: u64 = 4;

const DEFAULTS: &str = include_str!("defaults.toml");

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publication: Option<Publication>,
    definitions: BTreeMap<String, BTreeMap<String, Value>>,
    /// By kind and name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    changed: BTreeMap<String, BTreeMap<String, u64>>,
    published: Published,
}

/// What of the stored form says who published; the rest is passed over.
#[derive(Deserialize)]
struct StoredPublication {
    publication: Option<Publication>,
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

    /// Reads what [`Documents::to_bytes`] or [`Documents::published_as`] wrote, and checks every document again.
    ///
    /// # Errors
    /// `UNREADABLE` or `UNKNOWN_VERSION`; or what [`Documents::put`] has against a document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DefinitionError> {
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
        for (word, of_kind) in stored.changed {
            let kind = file::kind_of(&word).map_err(Fault::of_all)?;
            documents.changed.extend(of_kind.into_iter().map(|(name, revision)| ((kind, name), revision)));
        }
        Ok(documents)
    }

    /// The canonical bytes: JSON with sorted names, without white space. Equal documents give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.stored(None)
    }

    /// The same bytes with what is to be remembered of the publication: what is stored of a revision.
    pub fn published_as(&self, publication: Publication) -> Vec<u8> {
        self.stored(Some(publication))
    }

    /// What [`Documents::published_as`] remembered; `None` of what [`Documents::to_bytes`] wrote.
    ///
    /// # Errors
    /// `UNREADABLE`.
    pub fn publication(bytes: &[u8]) -> Result<Option<Publication>, DefinitionError> {
        let stored: StoredPublication = serde_json::from_slice(bytes).map_err(unreadable)?;
        Ok(stored.publication)
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
        if !self.bodies.get(&kind).is_some_and(|bodies| bodies.contains_key(name)) {
            return Err(not_defined(kind, name));
        }
        check_removable(kind, name)?;
        if let Some((naming, by)) = references::naming(self, kind, name) {
            let message = format!("The {naming} `{by}` names it; change that one first.");
            return Err(Fault::new(code::IN_USE, "", message).of(kind, name));
        }
        self.take_away(kind, name);
        Ok(())
    }

    /// The revision that last changed a document: the one of the latest [`Documents::note_changes`] that named it.
    /// `None` if it is not there, or if that is not recorded.
    pub fn changed_in(&self, kind: Kind, name: &str) -> Option<u64> {
        self.changed.get(&(kind, name.to_owned())).copied()
    }

    /// Records that these documents became what they are with a revision.
    pub fn note_changes(&mut self, differences: &[Difference], revision: u64) {
        for Difference { kind, name, after, .. } in differences {
            let key = (*kind, name.clone());
            match after {
                Some(_) => drop(self.changed.insert(key, revision)),
                None => drop(self.changed.remove(&key)),
            }
        }
    }

    /// Takes a revision for those of which it is not recorded: what every project begins with. The revision that they
    /// are read from is never too early.
    pub fn note_unrecorded(&mut self, revision: u64) {
        for (kind, bodies) in &self.bodies {
            for name in bodies.keys() {
                self.changed.entry((*kind, name.clone())).or_insert(revision);
            }
        }
    }

    /// Takes over the documents of an earlier revision, and remembers what this one does: numbers that segments had
    /// meanwhile are not given again.
    pub fn restore(&mut self, earlier: &Self) {
        self.bodies.clone_from(&earlier.bodies);
    }

    /// Removes a definition, whatever names it: [`crate::compile()`] finds out whether something still does.
    pub(crate) fn take_away(&mut self, kind: Kind, name: &str) {
        if let Some(bodies) = self.bodies.get_mut(&kind) {
            bodies.remove(name);
        }
    }

    fn stored(&self, publication: Option<Publication>) -> Vec<u8> {
        let by_word = self.bodies.iter().map(|(kind, bodies)| (kind.word().to_owned(), bodies.clone()));
        let (definitions, published) = (by_word.collect(), self.published.clone());
        let mut changed = BTreeMap::<String, BTreeMap<String, u64>>::new();
        for ((kind, name), revision) in &self.changed {
            changed.entry(kind.word().to_owned()).or_default().insert(name.clone(), *revision);
        }
        let stored = Stored { version: VERSION, publication, definitions, changed, published };
        serde_json::to_vec(&stored).expect("maps with text keys are always JSON")
    }

    fn remembering(published: Published) -> Self {
        Self { bodies: BTreeMap::new(), changed: BTreeMap::new(), published }
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

    /// What conditions may name.
    pub(crate) fn known(&self) -> Result<Known, DefinitionError> {
        Ok(Known { schema: compile::schema(self)?, ..self.named() })
    }

    /// The same without traits.
    pub(crate) fn named(&self) -> Known {
        let segments = self.of_kind(Kind::Segment).map(|(name, _)| name.into());
        let tags = self.of_kind(Kind::Tag).map(|(name, _)| Name::new(format!("{TAG}{name}")));
        Known {
            schema: TraitSchema::default(),
            segments: segments.chain(tags).collect(),
            scores: self.of_kind(Kind::Score).map(|(name, _)| name.into()).collect(),
        }
    }
}

/// What conditions may name.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) schema: TraitSchema,
    /// Tags of persons among them.
    pub(crate) segments: BTreeSet<Name<Segment>>,
    pub(crate) scores: BTreeSet<Name<Score>>,
}

impl Known {
    /// The same for a condition of this use.
    pub(crate) fn scope(&self, usage: Usage) -> Scope<'_> {
        Scope { schema: &self.schema, segments: &self.segments, scores: &self.scores, usage }
    }

    /// Whether all that a condition names is still there, so that what was compiled against the same traits stands.
    pub(crate) fn has_all(&self, needs: &Needs) -> bool {
        needs.segments.is_subset(&self.segments) && needs.scores.is_subset(&self.scores)
    }
}

/// Refuses the definitions that every project has.
pub(crate) fn check_removable(kind: Kind, name: &str) -> Result<(), DefinitionError> {
    let built_in = match kind {
        Kind::Model => true,
        Kind::Purpose => PURPOSES.contains(&name),
        Kind::Namespace => NAMESPACES.contains(&name),
        _ => false,
    };
    if !built_in {
        return Ok(());
    }
    let message = format!("Every project has this {kind}; it can be changed, not removed.");
    Err(Fault::new(code::BUILT_IN, "", message).of(kind, name))
}

/// What is to be removed, or read, and is not there.
pub(crate) fn not_defined(kind: Kind, name: &str) -> DefinitionError {
    Fault::new(code::NOT_DEFINED, "", format!("There is no {kind} of this name.")).of(kind, name)
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unreadable(error: serde_json::Error) -> DefinitionError {
    Fault::new(code::UNREADABLE, "", format!("The stored definitions cannot be read: {error}.")).of_all()
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
