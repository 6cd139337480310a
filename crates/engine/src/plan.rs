//! The plan: everything that the shop has published, compiled, with a revision; immutable.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use decide::Scheme;
use model::{
    identifier::{NamespaceRules, Strength},
    name::{Finder as FinderName, Name, Namespace, Purpose, Recommender as RecommenderName, Source},
    schema::TraitSchema,
    site::Hosts,
    source::SourceRules,
    synonym::Synonym,
    time::Span,
    trust::Floors,
};
use profile::doubt::own::Own;
use segment::set::SegmentSet;
use suggest::{Recommender, finder::Finder};

/// All published definitions of a project.
#[derive(Debug, Default)]
pub struct Plan {
    /// Which publication this is; 0 is the plan of a new project.
    pub revision: u64,
    /// The namespaces of identifiers.
    pub namespaces: BTreeMap<Name<Namespace>, NamespaceRules>,
    /// The sources.
    pub sources: BTreeMap<Name<Source>, SourceRules>,
    /// The traits.
    pub schema: TraitSchema,
    /// The purposes of consent.
    pub purposes: BTreeSet<Name<Purpose>>,
    /// What the categories of the clients' consent objects stand for.
    pub consent_categories: BTreeMap<String, Vec<Name<Purpose>>>,
    /// The segments.
    pub segments: SegmentSet,
    /// Placements, contents, experiences.
    pub decisions: Scheme,
    /// What proposes items.
    pub recommenders: BTreeMap<Name<RecommenderName>, Recommender>,
    /// What leads to a few items by a few questions.
    pub finders: BTreeMap<Name<FinderName>, Finder>,
    /// What means the same in searches.
    pub synonyms: Arc<[Synonym]>,
    /// How long an event is kept.
    pub retention: Span,
    /// From which trust on a trait may be used.
    pub trust: Floors,
    /// The shop's own addresses and numbers, which are no customer's.
    pub own: Own,
    /// The hosts of the shop's own sites.
    pub hosts: Hosts,
    /// Whether a page must prove whose account it names.
    pub identity_tokens: IdentityTokens,
}

/// Whether a page, which has only a public key, must prove whose account it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentityTokens {
    /// It is believed.
    #[default]
    Optional,
    /// Without a token that the shop's server had signed, the account is only probable, and selects nobody.
    Required,
}

/// How long an event is kept unless the shop says otherwise: 25 months, the longest that CNIL allows for audience data.
pub const RETENTION: Span = Span::DAY.times(760);

impl Plan {
    /// The rules of an identifier's namespace.
    pub fn namespace(&self, name: &Name<Namespace>) -> Option<&NamespaceRules> {
        self.namespaces.get(name)
    }

    /// How well an identifier of that namespace tells persons apart by itself.
    pub fn strength(&self, name: &Name<Namespace>) -> Option<Strength> {
        self.namespaces.get(name).map(|rules| rules.strength)
    }
}
