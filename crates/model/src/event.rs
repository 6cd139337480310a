//! Events: facts in the past about one person, as the tracking spec names them.

use std::sync::Arc;

use crate::{
    consent::ConsentSignal,
    identifier::Identifier,
    name::{Name, Source},
    time::Timestamp,
    value::{Fields, Value},
    wish::{TRAIT_CORRECTED, TRAIT_DENIED},
};

/// One event, parsed, bounded by [`crate::limits`] and with its clock corrected. What the log keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it says.
    pub kind: EventKind,
    /// Unique within its source for as long as the event is kept. At most [`crate::limits::MESSAGE_ID_BYTES`].
    pub message_id: Arc<str>,
    /// The source that sent it.
    pub source: Name<Source>,
    /// When it happened: `received_at − (sent_at − original timestamp)`.
    pub timestamp: Timestamp,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Whom it is about, each namespace at most once for a browser event, strongest first.
    pub identifiers: Vec<Claim>,
    /// The properties of a track, page or screen; the traits of an identify or group.
    pub properties: Fields,
    /// The context that the client sent: page, campaign, device, locale, time zone.
    pub context: Fields,
    /// What the event itself says about consent, if anything.
    pub consent: Option<ConsentSignal>,
}

/// One identifier on an event, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The identifier claimed for the event's person.
    pub identifier: Identifier,
    /// Why we should believe it.
    pub evidence: Evidence,
}

/// How an identifier came to be on an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// It rode on a link, which may have been forwarded: probable only, never merges, never claims.
    Link,
    /// The client stated it.
    Stated,
    /// The source says that it verified it (a confirmed e-mail address, a login at the shop's server).
    Verified,
}

/// The six types of the tracking spec.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The person did something.
    Track {
        /// What, in the e-commerce vocabulary's words where it has one: `Order Completed`.
        name: Arc<str>,
    },
    /// Says who the person is; the properties are traits.
    Identify,
    /// A page was seen.
    Page {
        /// The page's name, if the client gave one.
        name: Option<Arc<str>>,
    },
    /// A screen of an app was seen.
    Screen {
        /// The screen's name, if the client gave one.
        name: Option<Arc<str>>,
    },
    /// The person belongs to a group; the properties are the group's traits.
    Group {
        /// The group's id.
        group_id: Arc<str>,
    },
    /// Two identifiers are the same person. Both are among the event's identifiers.
    Alias,
}

impl EventKind {
    /// The spec's word: `track`, `identify`, `page`, `screen`, `group`, `alias`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Track { .. } => "track",
            Self::Identify => "identify",
            Self::Page { .. } => "page",
            Self::Screen { .. } => "screen",
            Self::Group { .. } => "group",
            Self::Alias => "alias",
        }
    }
}

/// The name of the event by which a choice stands in a history: of a call that tells it, and of any other event of which
/// nothing else is kept.
pub const CONSENT_UPDATED: &str = "Consent Updated";

/// The field of [`Event::context`] that says whether a bot sent it.
pub const BOT: &str = "bot";

impl Event {
    /// The name by which conditions ask for the event: a track's own name; `page`, `screen`, `identify`… else.
    pub fn name(&self) -> &str {
        match &self.kind {
            EventKind::Track { name } => name,
            other => other.word(),
        }
    }

    /// Whether it says something of the person's traits: what they are, what is right of them, what is not.
    pub fn tells_traits(&self) -> bool {
        match &self.kind {
            EventKind::Identify => true,
            EventKind::Track { name } => **name == *TRAIT_CORRECTED || **name == *TRAIT_DENIED,
            EventKind::Page { .. } | EventKind::Screen { .. } | EventKind::Group { .. } | EventKind::Alias => false,
        }
    }

    /// Whether a program without a person sent it, as the server recognized, or as the client says of itself.
    pub fn is_of_a_bot(&self) -> bool {
        self.context.get(BOT) == Some(&Value::Bool(true))
    }

    /// The identifier of that namespace, if the event carries one.
    pub fn identifier(&self, namespace: &str) -> Option<&Identifier> {
        self.identifiers.iter().map(|claim| &claim.identifier).find(|id| id.namespace.as_str() == namespace)
    }
}
