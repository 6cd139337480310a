//! Where the visitor came from.

use std::sync::Arc;

use crate::{
    address::{self, Address},
    campaign::{ClickIds, Tags},
    limits,
    sources::{Service, Sources},
    text,
};

/// Where the visitor came from, as far as the request says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referrer {
    /// The kind.
    pub kind: ReferrerKind,
    /// The service's name, if it is a known one: `Google`, `ChatGPT`, `Instagram`.
    pub name: Option<Arc<str>>,
    /// The host that linked here; `None` when the visitor came directly.
    pub host: Option<Arc<str>>,
    /// What was searched for, in the shop or at an engine that still says so.
    pub keyword: Option<Arc<str>>,
}

/// The kind of a referrer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferrerKind {
    /// None: typed, from a bookmark, or hidden.
    #[default]
    Direct,
    /// Another page of the shop.
    Internal,
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// An assistant that answers in words.
    AiAssistant,
    /// A mail reader in the browser or an app.
    Email,
    /// A link that the shop tagged (`utm_…`) or paid for.
    Campaign,
    /// Another site.
    Other,
}

impl ReferrerKind {
    /// The word that conditions compare with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Internal => "internal",
            Self::Search => "search",
            Self::Social => "social",
            Self::AiAssistant => "ai_assistant",
            Self::Email => "email",
            Self::Campaign => "campaign",
            Self::Other => "other",
        }
    }
}

/// Parameters in which shops' own searches hold what was searched for.
const OWN_SEARCH: &[&str] = &[
    "q",
    "query",
    "s",
    "search",
    "search_query",
    "searchterm",
    "keyword",
    "keywords",
    "k",
    "recherche",
    "controller_search",
];

/// What is known of the page and of the link to it.
pub(crate) struct Link<'a> {
    pub(crate) page: Option<&'a Address<'a>>,
    pub(crate) referrer: Option<&'a Address<'a>>,
    pub(crate) tags: &'a Tags,
    pub(crate) clicks: &'a ClickIds,
}

impl Referrer {
    pub(crate) fn of(link: &Link<'_>, own_hosts: &[String], sources: &Sources) -> Self {
        let host = link.referrer.map(|referrer| &*referrer.host);
        let is_own = host.is_some_and(|host| {
            link.page.is_some_and(|page| address::same_site(host, &page.host))
                || own_hosts.iter().any(|own| address::is_below(host, own))
        });
        let service = host.filter(|_| !is_own).and_then(|host| sources.at(host));
        let keyword = link.referrer.and_then(|referrer| match service {
            Some(service) => referrer.parameter(&service.keywords),
            None if is_own => referrer.parameter(OWN_SEARCH),
            None => None,
        });
        let tagged = tagged_by(link.tags, sources);
        let (kind, service) = match (host, tagged.or(service)) {
            (_, Some(assistant)) if tagged.is_some() => (assistant.kind, Some(assistant)),
            (_, service) if !link.tags.is_empty() || link.clicks.is_paid() => (ReferrerKind::Campaign, service),
            (Some(_), _) if is_own => (ReferrerKind::Internal, None),
            (Some(_), Some(service)) => (service.kind, Some(service)),
            (Some(_), None) => (ReferrerKind::Other, None),
            (None, _) => match link.clicks.network().and_then(|host| sources.at(host)) {
                Some(network) => (network.kind, Some(network)),
                None => (ReferrerKind::Direct, None),
            },
        };
        Self {
            kind,
            name: service.map(|service| service.name.into()),
            host: host.and_then(|host| text::clean(host, limits::HOST_BYTES)),
            keyword,
        }
    }
}

/// Assistants tag the links of their answers with their own host and nothing else; that is no campaign of the shop's.
fn tagged_by<'s>(tags: &Tags, sources: &'s Sources) -> Option<&'s Service> {
    let is_bare = tags.medium.is_none() && tags.name.is_none();
    let service = sources.at(tags.source.as_deref().filter(|_| is_bare)?)?;
    (service.kind == ReferrerKind::AiAssistant).then_some(service)
}
