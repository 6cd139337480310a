//! What is recorded of each publication: when, who, why, and which documents it changed.

use model::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::kind::Kind;

/// One publication, stored with the documents that it made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// When.
    #[serde(rename = "at_ms", with = "millis")]
    pub at: Timestamp,
    /// Who, and why.
    pub author: Author,
    /// What kind of publication it was.
    pub origin: Origin,
    /// The documents that differ from the revision before, in order of kind and name.
    pub changes: Vec<Changed>,
}

/// Who publishes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// Who says to have published: a text for those who read it later, at most
    /// [`AUTHOR_CHARS`](model::limits::AUTHOR_CHARS) characters.
    pub by: String,
    /// The id of the key that was used, which nobody can claim without having it; `None` for the program itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Why, at most [`REASON_CHARS`](model::limits::REASON_CHARS) characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Author {
    /// The program itself, or a part of it.
    pub fn program(part: &str) -> Self {
        Self { by: part.to_owned(), key: None, why: None }
    }
}

/// What kind of publication it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// One document was put or removed.
    Document,
    /// Many documents were put at once.
    Documents,
    /// The configured folder, at a start of the program.
    Start,
    /// The draft of this name.
    Draft(String),
    /// The documents of this earlier revision were published again.
    Rollback(u64),
    /// The program itself, of what it learned over all persons.
    Learned,
}

/// A document that a publication changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// Its kind.
    #[serde(serialize_with = "write_kind", deserialize_with = "read_kind")]
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What happened to it.
    pub change: Change,
}

/// What happened to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there before.
    Added,
    /// It says something else.
    Changed,
    /// It is not there any more.
    Removed,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn write_kind<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.word())
}

fn read_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    let word = String::deserialize(deserializer)?;
    Kind::from_word(&word).ok_or_else(|| D::Error::custom("a kind of definition that does not exist"))
}

/// A moment as milliseconds since 1970.
mod millis {
    use super::{Deserialize, Deserializer, Error, Serializer, Timestamp};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(moment.as_millis())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let ms = i64::deserialize(deserializer)?;
        Timestamp::from_millis(ms).ok_or_else(|| D::Error::custom("a moment outside the years 1 to 9999"))
    }
}
