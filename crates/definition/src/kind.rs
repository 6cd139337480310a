//! The kinds of definitions.

use std::fmt;

/// What a document defines. In the order in which they are listed: what is named comes before what names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A purpose of consent.
    Purpose,
    /// What a category of a client's consent object stands for. Its name is the category's id.
    ConsentCategory,
    /// A namespace of identifiers.
    Namespace,
    /// A source of events or rows.
    Source,
    /// A trait of profiles.
    Trait,
    /// A tag of persons, by what they do.
    Tag,
    /// A score of persons.
    Score,
    /// A model that says where a person stands, or what a visit is for.
    Model,
    /// A segment.
    Segment,
    /// What proposes items to somebody.
    Recommender,
    /// A few questions that lead to a few items.
    Finder,
    /// Words that mean the same in searches.
    Synonym,
    /// A layer: experiences that exclude each other.
    Layer,
    /// A reusable piece of content in its languages.
    Content,
    /// A position that can show something.
    Placement,
    /// What to show in placements, to whom, in which variants.
    Experience,
    /// A single value that rules the whole project, such as `retention_days`.
    Setting,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 17] = [
        Self::Purpose,
        Self::ConsentCategory,
        Self::Namespace,
        Self::Source,
        Self::Trait,
        Self::Tag,
        Self::Score,
        Self::Model,
        Self::Segment,
        Self::Recommender,
        Self::Finder,
        Self::Synonym,
        Self::Layer,
        Self::Content,
        Self::Placement,
        Self::Experience,
        Self::Setting,
    ];

    /// The word used in paths, files and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::ConsentCategory => "consent_category",
            Self::Namespace => "namespace",
            Self::Source => "source",
            Self::Trait => "trait",
            Self::Tag => "tag",
            Self::Score => "score",
            Self::Model => "model",
            Self::Segment => "segment",
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
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// How many definitions of this kind a project may have.
    pub const fn most(self) -> usize {
        use model::limits;
        match self {
            Self::Purpose => limits::PURPOSES,
            Self::ConsentCategory => limits::CONSENT_CATEGORIES,
            Self::Namespace => limits::NAMESPACES,
            Self::Source => limits::SOURCES,
            Self::Trait => limits::DEFINED_TRAITS,
            Self::Tag => limits::TAGS,
            Self::Score => limits::SCORES,
            Self::Model => crate::models::MODELS.len(),
            Self::Segment => limits::SEGMENTS,
            Self::Recommender => limits::RECOMMENDERS,
            Self::Finder => limits::FINDERS,
            Self::Synonym => limits::SYNONYMS,
            Self::Layer => limits::LAYERS,
            Self::Content => limits::CONTENTS,
            Self::Placement => limits::PLACEMENTS,
            Self::Experience => limits::EXPERIENCES,
            Self::Setting => crate::setting::NAMES.len(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
