//! Publications: drafts, what they change, and the revisions that they made.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    error::DocumentName,
    wire::{Moment, definition::DefinitionKind},
};

/// Who publishes, and why. An empty body says neither.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// Who; the title of the key if absent. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why. At most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A definition was published or taken away, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedAnswer {
    /// The revision in force.
    pub revision: u64,
    /// Whether this made that revision: not if nothing changes, nor with `dry_run`.
    pub published: bool,
    /// What changed, or would change.
    pub changes: Vec<ChangedDocument>,
    /// What is probably not meant among all definitions: audiences that nobody can be in, experiences that can never
    /// win. Absent if nothing was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// Whether every segment has been filled from history (`?wait=true` answers when it has).
    pub complete: bool,
}

/// Something that is published, or would be, and is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Advice {
    /// A stable code, such as `AUDIENCE_NEVER_MATCHES` or `ALWAYS_OUTRANKED`.
    pub code: String,
    /// A sentence for the person who wrote the definition.
    pub message: String,
    /// The definition's kind.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// The field as a JSON pointer into the document.
    pub pointer: String,
}

/// A definition that a publication changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedDocument {
    /// Its kind.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// What happened to it.
    pub change: ChangeWord,
}

/// What happened to a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeWord {
    /// It was not there before.
    Added,
    /// It says something else.
    Changed,
    /// It is not there any more.
    Removed,
}

/// A definition before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DifferenceAnswer {
    /// Its kind.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// What happened to it.
    pub change: ChangeWord,
    /// The document before; absent if it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The document after; absent if it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// If it was changed: JSON pointers to the fields that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// How a revision came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginWord {
    /// One definition was put or taken away.
    Document,
    /// Many definitions were put at once.
    Documents,
    /// The configured folder was read at a start.
    Start,
    /// A draft was published.
    Draft,
    /// An earlier revision was published again.
    Rollback,
    /// The program learned it over all persons.
    Learned,
}

/// A revision: who published it, when, why, and what it changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevisionSummary {
    /// Its number. It stands in every decision that it made.
    pub revision: u64,
    /// When it was published. This and what follows is absent for revision 0, which every project begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// Who said to have published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The id of the key that was used; absent for the program itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How it came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<OriginWord>,
    /// The name of the draft, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// The earlier revision, if it was a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back_to: Option<u64>,
    /// What it changed, in order of kind and name.
    pub changes: Vec<ChangedDocument>,
}

/// Revisions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevisionPage {
    /// This page of them.
    pub revisions: Vec<RevisionSummary>,
    /// Send it as `from` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One revision with what it changed in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevisionAnswer {
    /// Who published it, when and why.
    pub publication: RevisionSummary,
    /// Each definition that it changed, before and after.
    pub differences: Vec<DifferenceAnswer>,
}

/// A draft, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DraftSummary {
    /// Its name.
    pub draft: String,
    /// The revision that its changes were made on.
    pub base_revision: u64,
    /// How many definitions it changes.
    pub changes: usize,
}

/// All drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DraftList {
    /// In order of name.
    pub drafts: Vec<DraftSummary>,
}

/// The revision that a draft is to stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// The revision that whoever changes the draft has seen.
    pub base_revision: u64,
}

/// A draft, against what is published now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DraftAnswer {
    /// Its name.
    pub draft: String,
    /// The revision that its changes were made on.
    pub base_revision: u64,
    /// The revision in force.
    pub revision: u64,
    /// What publishing it would change: `before` is what is published now.
    pub differences: Vec<DifferenceAnswer>,
    /// Definitions that it changes and that were published differently since its base revision.
    pub conflicts: Vec<DocumentName>,
}

/// What publishing a draft would come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckAnswer {
    /// The revision that it was checked against.
    pub revision: u64,
    /// Whether it could be published now: no error, no conflict.
    pub valid: bool,
    /// What it would change.
    pub changes: Vec<ChangedDocument>,
    /// Definitions that it changes and that were published differently since its base revision.
    pub conflicts: Vec<DocumentName>,
    /// What would probably not be meant in the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// What stands against it. All definitions together are read until the first error.
    pub errors: Vec<DefinitionProblem>,
}

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionProblem {
    /// The stable code, as in an error.
    pub code: String,
    /// A sentence for the person who wrote the definition.
    pub message: String,
    /// Its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DefinitionKind>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// JSON pointer to the field at fault; absent for the document as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Where the field holds a condition: characters (not bytes) before the offending one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
}
