//! What the shop's systems send: emissions of the world as bodies of the tracking protocol.

mod page;
mod properties;

use std::{collections::BTreeMap, sync::Arc};

use api::time::write;
use model::time::{Span, Timestamp};
use serde::{Serialize, Serializer, ser::SerializeMap};
use world::{
    World,
    emission::{Claims, Emission, Feed, Happening},
    person::Consents,
};

use crate::drive::Pace;

pub use page::{ask, placement, shown};

use properties::Properties;

/// Events of one body at most; the protocol takes up to 2,500.
pub const BATCH: usize = 500;

/// All feeds, in the order in which they are sent when several have something.
pub const FEEDS: [Feed; 8] =
    [Feed::OldCrm, Feed::Partner, Feed::Till, Feed::Server, Feed::Web, Feed::App, Feed::Mailer, Feed::Service];

/// What each device was told of consent last: pages say it again with every event, as clients do.
#[derive(Debug, Default)]
pub struct Choices(BTreeMap<Arc<str>, Consents>);

impl Choices {
    /// What was chosen on the device that is claimed; none where nobody chose.
    pub fn of(&self, claims: &Claims) -> Option<Consents> {
        claims.device.as_deref().and_then(|device| self.0.get(device)).copied()
    }

    /// Remembers what is chosen in an emission, for those behind it.
    pub fn hear(&mut self, emission: &Emission) {
        if let (Happening::Consent(consents), Some(device)) = (&emission.what, &emission.claims.device) {
            self.0.insert(device.as_str().into(), *consents);
        }
    }
}

/// One body of `/v1/batch`: events of one feed, in order, sent at a moment of the product, with those of the world as the
/// pace tells them. Hears the choices that are made in it; `sent` is told each event with what was chosen by then.
pub fn batch(
    world: &World,
    emissions: &[Emission],
    moment: (Timestamp, Pace),
    choices: &mut Choices,
    sent: &mut dyn FnMut(&Emission, Option<Consents>),
) -> serde_json::Result<Vec<u8>> {
    let mut body = Vec::with_capacity(emissions.len() * 400);
    body.extend_from_slice(b"{\"batch\":[");
    for (place, emission) in emissions.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        choices.hear(emission);
        let choice = choices.of(&emission.claims);
        serde_json::to_writer(&mut body, &Event::of(world, emission, moment, choice))?;
        sent(emission, choice);
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    message_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    timestamp: Moment,
    sent_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traits: Option<properties::Traits<'a>>,
    context: Context<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Consent>,
    #[serde(skip_serializing_if = "Identifiers::is_empty")]
    identifiers: Identifiers<'a>,
}

/// A moment, written as RFC 3339.
struct Moment(Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&write(self.0))
    }
}

/// The consent object of Segment's clients.
struct Consent(Consents);

impl Serialize for Consent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("categoryPreferences", &Preferences(self.0))?;
        map.end()
    }
}

struct Preferences(Consents);

impl Serialize for Preferences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Consents { site, email, email_open, phone, ads, measurement } = self.0;
        let mut map = serializer.serialize_map(Some(6))?;
        for (purpose, granted) in [
            ("site", site),
            ("email", email),
            ("email_open", email_open),
            ("phone", phone),
            ("ads", ads),
            ("measurement", measurement),
        ] {
            map.serialize_entry(purpose, &granted)?;
        }
        map.end()
    }
}

/// Identifiers that have no field of their own in the protocol.
struct Identifiers<'a>(&'a Claims);

impl Identifiers<'_> {
    fn is_empty(&self) -> bool {
        self.0.email.is_none() && self.0.card.is_none() && self.0.phone.is_none()
    }
}

impl Serialize for Identifiers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Claims { email, card, phone, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (namespace, value) in [("email", email), ("loyalty_card", card), ("phone", phone)] {
            if let Some(value) = value {
                map.serialize_entry(namespace, value)?;
            }
        }
        map.end()
    }
}

impl<'a> Event<'a> {
    fn of(world: &'a World, emission: &'a Emission, (sent, pace): (Timestamp, Pace), choice: Option<Consents>) -> Self {
        let Emission { feed, message, says_at, skew_ms, claims, user_agent, what, .. } = emission;
        let is_page = matches!(feed, Feed::Web | Feed::App);
        // A clock that is wrong is wrong by as much, however fast the world goes.
        let skew = Span::from_millis(*skew_ms);
        Self {
            kind: match what {
                Happening::Page { .. } => "page",
                Happening::Said(_) => "identify",
                _ => "track",
            },
            event: name(what),
            message_id: message,
            anonymous_id: claims.device.as_deref(),
            user_id: claims.account.as_deref(),
            timestamp: Moment(pace.told(says_at.minus(skew)).plus(skew)),
            sent_at: Moment(sent.plus(skew)),
            properties: Properties::of(world, what),
            traits: match what {
                Happening::Said(attributes) => Some(properties::Traits(attributes)),
                _ => None,
            },
            context: Context {
                user_agent: *user_agent,
                consent: choice.filter(|_| is_page).map(Consent),
                identifiers: Identifiers(claims),
            },
        }
    }
}

/// What the protocol calls it; none of a page and of what is said.
fn name(what: &Happening) -> Option<&str> {
    Some(match what {
        Happening::Page { .. } | Happening::Said(_) => return None,
        Happening::Consent(_) => "Segment Consent Preference Updated",
        Happening::Searched(_) => "Products Searched",
        Happening::ListViewed(_) => "Product List Viewed",
        Happening::Viewed(_) => "Product Viewed",
        Happening::Added(_) => "Product Added",
        Happening::Removed(_) => "Product Removed",
        Happening::Wished(_) => "Product Added to Wishlist",
        Happening::CheckoutStarted(_) => "Checkout Started",
        Happening::Ordered { .. } => "Order Completed",
        Happening::Refunded { .. } => "Order Refunded",
        Happening::Reviewed(..) => "Product Reviewed",
        Happening::Shared(_) => "Product Shared",
        Happening::MailDelivered(_) => "Email Delivered",
        Happening::MailOpened(_) => "Email Opened",
        Happening::MailClicked(_) => "Email Link Clicked",
        Happening::Unsubscribed(_) => "Unsubscribed",
        Happening::Served(_) => "Service Contacted",
        Happening::Seen(_) => "Impression",
        Happening::Clicked(_) => "Click",
        Happening::Did(name) => name,
    })
}
