//! Definitions as documents. The name is in the path, the rest in the body; unknown fields are refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The kinds of definitions, as they stand in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionKind {
    /// [`SegmentDocument`].
    Segment,
    /// [`SourceDocument`].
    Source,
    /// [`TraitDocument`].
    Trait,
    /// [`NamespaceDocument`].
    Namespace,
    /// [`PurposeDocument`].
    Purpose,
    /// [`ConsentCategoryDocument`].
    ConsentCategory,
}

impl DefinitionKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Segment, Self::Source, Self::Trait, Self::Namespace, Self::Purpose, Self::ConsentCategory];

    /// The word in the path.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Source => "source",
            Self::Trait => "trait",
            Self::Namespace => "namespace",
            Self::Purpose => "purpose",
            Self::ConsentCategory => "consent_category",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentDocument {
    /// For people.
    #[serde(default)]
    pub title: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// In the condition language.
    pub condition: String,
}

/// A source of events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceDocument {
    /// For people.
    #[serde(default)]
    pub title: String,
    /// Probability, in thousandths, that a value it gives is true: 0 to 1000.
    pub reliability_permille: u16,
    /// Why its data may be kept.
    pub basis: BasisDocument,
    /// How the traits that it brings came to be known: `declared`, `observed`, `inferred`.
    pub kind: FactKindDocument,
    /// Whether it may say that an identifier is verified. A browser never may.
    #[serde(default)]
    pub trusted: bool,
}

/// Why a source's data may be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum BasisDocument {
    /// The person's consent to at least one of these purposes.
    Consent {
        /// The purposes.
        any_of: Vec<String>,
    },
    /// Another basis that the shop wrote down.
    Written {
        /// The shop's words, such as `contract`.
        basis: String,
        /// The purposes that the data may serve.
        serves: Vec<String>,
    },
}

/// How a fact came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKindDocument {
    /// Said by the person.
    Declared,
    /// Seen in behavior.
    Observed,
    /// Concluded from other facts.
    Inferred,
}

/// A trait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TraitDocument {
    /// For people.
    #[serde(default)]
    pub title: String,
    /// What it holds.
    pub holds: TraitTypeDocument,
    /// The texts that `one_of` admits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
    /// The purpose without whose grant it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

/// What a trait may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraitTypeDocument {
    /// Any text, at most 4 KiB.
    Text,
    /// One of the texts given.
    OneOf,
    /// Any number.
    Number,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// A moment or a day in RFC 3339.
    Time,
    /// A place: `lat` and `lon` in degrees.
    Place,
    /// A list of texts.
    Texts,
    /// Anything.
    Any,
}

/// A namespace of identifiers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamespaceDocument {
    /// For people.
    #[serde(default)]
    pub title: String,
    /// How well a value tells persons apart.
    pub strength: StrengthDocument,
    /// Whether a verified value counts as strong.
    #[serde(default)]
    pub strong_when_verified: bool,
    /// Whether a person has at most one.
    #[serde(default)]
    pub one_per_person: bool,
    /// How many values one profile may hold.
    pub most_per_profile: u16,
    /// Whether case is without meaning.
    #[serde(default)]
    pub fold_case: bool,
}

/// How well an identifier tells persons apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StrengthDocument {
    /// A device or a household.
    Device,
    /// Points at a person and proves nothing.
    Weak,
    /// Proves the person.
    Strong,
}

/// A purpose of consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeDocument {
    /// What the person is asked, by language (BCP 47).
    pub wording: BTreeMap<String, String>,
    /// The version of the wording.
    pub wording_version: String,
    /// Days after which a grant ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_after_days: Option<u32>,
}

/// A category of the shop's consent manager, and the purposes behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentCategoryDocument {
    /// The category, as the clients send it.
    pub category: String,
    /// The purposes that it grants or denies.
    pub purposes: Vec<String>,
}

/// One definition as it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionAnswer {
    /// Its kind.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// The plan revision that brought it. Send it as `If-Match` to change just this one.
    pub revision: u64,
    /// The document.
    pub document: Value,
}

/// All definitions of the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionList {
    /// The plan's revision.
    pub revision: u64,
    /// In order of kind and name.
    pub definitions: Vec<DefinitionAnswer>,
}

/// A definition was published or taken away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublishedAnswer {
    /// The plan's new revision.
    pub revision: u64,
    /// Whether the definition has been filled from history (`?wait=true` answers when it has).
    pub complete: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_has_one_word_everywhere() {
        for kind in DefinitionKind::ALL {
            assert_eq!(DefinitionKind::parse(kind.word()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), json!(kind.word()));
        }
        assert_eq!(DefinitionKind::parse("plan"), None);
    }

    #[test]
    fn a_field_that_is_not_known_is_refused() {
        let document = json!({"condition": "true", "conditions": "false"});
        let error = serde_json::from_value::<SegmentDocument>(document).unwrap_err().to_string();
        assert!(error.contains("conditions"), "{error}");
        let basis = json!({"type": "consent", "any_of": ["site"], "serves": []});
        assert!(serde_json::from_value::<BasisDocument>(basis).is_err());
    }
}
