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
    /// [`super::measure::TagDocument`].
    Tag,
    /// [`super::measure::ScoreDocument`].
    Score,
    /// [`super::measure::ModelDocument`].
    Model,
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
    /// [`super::recommend::RecommenderDocument`].
    Recommender,
    /// [`super::finder::FinderDocument`].
    Finder,
    /// [`super::search::SynonymDocument`].
    Synonym,
    /// [`super::experience::LayerDocument`].
    Layer,
    /// [`super::experience::ContentDocument`].
    Content,
    /// [`super::experience::PlacementDocument`].
    Placement,
    /// [`super::experience::ExperienceDocument`].
    Experience,
    /// [`SettingDocument`].
    Setting,
}

impl DefinitionKind {
    /// All kinds.
    pub const ALL: [Self; 17] = [
        Self::Segment,
        Self::Tag,
        Self::Score,
        Self::Model,
        Self::Source,
        Self::Trait,
        Self::Namespace,
        Self::Purpose,
        Self::ConsentCategory,
        Self::Recommender,
        Self::Finder,
        Self::Synonym,
        Self::Layer,
        Self::Content,
        Self::Placement,
        Self::Experience,
        Self::Setting,
    ];

    /// The word in the path.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Tag => "tag",
            Self::Score => "score",
            Self::Model => "model",
            Self::Source => "source",
            Self::Trait => "trait",
            Self::Namespace => "namespace",
            Self::Purpose => "purpose",
            Self::ConsentCategory => "consent_category",
            Self::Recommender => "recommender",
            Self::Finder => "finder",
            Self::Synonym => "synonym",
            Self::Layer => "layer",
            Self::Content => "content",
            Self::Placement => "placement",
            Self::Experience => "experience",
            Self::Setting => "setting",
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
    /// In the condition language.
    pub condition: String,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A source of events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceDocument {
    /// What sends.
    pub kind: SenderDocument,
    /// Probability that a value it gives is true: 0 to 1.
    pub reliability: f64,
    /// Why its data may be kept: `consent` if absent, else the shop's words, such as `contract`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// With `consent`: the purposes of which any one, granted, lets an event be kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// With a written basis: the purposes that the data may serve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serves: Vec<String>,
    /// How the traits that it brings came to be known; `declared` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<FactsDocument>,
    /// Whether it may say that an identifier is verified. A browser or an app never may.
    #[serde(default)]
    pub verifies: bool,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SenderDocument {
    /// A page in a browser.
    Browser,
    /// An app on a device.
    App,
    /// The shop's server.
    Server,
    /// A till in a store.
    Till,
    /// A file.
    File,
    /// A partner of the shop.
    Partner,
}

/// How a fact came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactsDocument {
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
    /// What it holds.
    pub holds: TraitTypeDocument,
    /// The texts that `one_of` admits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The purpose without whose grant it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What its value means, which tells when it is probably not true: `given_name`, `family_name`, `full_name`,
    /// `email`, `phone`, `birth_date`, `address`, `city`, `postal_code` or `nothing`. By default what such a name usually
    /// means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<String>,
    /// After how long half of what speaks for a value is left: `90d`, `2y`; from `1h` to `100y`. By default that of what
    /// it means, and a year if that is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<String>,
    /// Whether it names the person, as `first_name` does: then it is not shown on a public page.
    #[serde(default)]
    pub names_the_person: bool,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
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
    /// How well a value tells persons apart.
    pub strength: StrengthDocument,
    /// Whether a verified value counts as strong.
    #[serde(default)]
    pub strong_when_verified: bool,
    /// Whether a person has at most one.
    #[serde(default)]
    pub one_per_person: bool,
    /// How many values one profile may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_profile: Option<u16>,
    /// Whether case is without meaning.
    #[serde(default)]
    pub fold_case: bool,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
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
    /// What it is for, by language (BCP 47), as the banner shows it.
    pub description: BTreeMap<String, String>,
}

/// A category of the shop's consent manager; its name is the category's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentCategoryDocument {
    /// The purposes that it grants or denies.
    pub purposes: Vec<String>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A value that rules the whole project, such as `retention_days`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingDocument {
    /// The value: a number or a text, as the setting has it.
    pub value: Value,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One definition as it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionAnswer {
    /// Its kind.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// The revision that last changed it; also the `ETag`. Send it as `If-Match` to publish only if it did not change
    /// since.
    pub revision: u64,
    /// The document.
    pub document: Value,
}

/// All definitions of the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionList {
    /// The plan's revision; also the `ETag`. Send it as `If-Match` to publish only if nothing that the publication changes
    /// was published since.
    pub revision: u64,
    /// In order of kind and name.
    pub definitions: Vec<DefinitionAnswer>,
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
        let purpose = json!({"description": {"en": "To decide"}, "wording": {}});
        assert!(serde_json::from_value::<PurposeDocument>(purpose).is_err());
    }
}
