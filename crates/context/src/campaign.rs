//! The tags of a link: which of the shop's campaigns it belongs to, and which network counted the click.

use std::{fmt, sync::Arc};

use model::{
    consent::{Ads, Granted},
    value::{Fields, Value},
};

use crate::{address::Address, limits, text};

/// How the visitor arrived: the campaign and the ids of ad networks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrival {
    /// The campaign's tags.
    pub tags: Tags,
    /// The ids under which ad networks know the click.
    pub clicks: ClickIds,
}

/// The tags of a campaign (`utm_…`), as the shop wrote them into its link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// `utm_source`: who sends, such as `newsletter`.
    pub source: Option<Arc<str>>,
    /// `utm_medium`: by which means, such as `email`, `cpc`.
    pub medium: Option<Arc<str>>,
    /// `utm_campaign`.
    pub name: Option<Arc<str>>,
    /// `utm_term`: the keyword that was paid for.
    pub term: Option<Arc<str>>,
    /// `utm_content`: which of several links.
    pub content: Option<Arc<str>>,
    /// `utm_id`.
    pub id: Option<Arc<str>>,
}

impl Tags {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The tags with their names in conditions, behind `campaign.`.
    pub(crate) fn named(&self) -> [(&'static str, &Option<Arc<str>>); 6] {
        let Self { source, medium, name, term, content, id } = self;
        [("source", source), ("medium", medium), ("name", name), ("term", term), ("content", content), ("id", id)]
    }
}

/// Ids by which ad networks recognize one click of one person: `gclid`, `fbclid`, `msclkid` and their kind.
///
/// That there is one is known to everybody; the ids themselves only to who holds the person's consent to `ads`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ClickIds(Vec<(&'static str, Arc<str>)>);

/// The parameters, the host of their network, and whether such a click was paid for. Facebook tags every link.
const NETWORKS: &[(&str, &str, Click)] = &[
    ("gclid", "google.com", Click::Paid),
    ("gbraid", "google.com", Click::Paid),
    ("wbraid", "google.com", Click::Paid),
    ("dclid", "google.com", Click::Paid),
    ("msclkid", "bing.com", Click::Paid),
    ("ttclid", "tiktok.com", Click::Paid),
    ("twclid", "x.com", Click::Paid),
    ("li_fat_id", "linkedin.com", Click::Paid),
    ("fbclid", "facebook.com", Click::Any),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Click {
    Paid,
    Any,
}

impl ClickIds {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parameters and the ids, in the order of the URL.
    pub fn ids(&self, _consent: &Granted<Ads>) -> impl Iterator<Item = (&'static str, &Arc<str>)> {
        self.0.iter().map(|(parameter, id)| (*parameter, id))
    }

    /// Whether one of them is of a click that was paid for.
    pub(crate) fn is_paid(&self) -> bool {
        self.networks().any(|(_, click)| click == Click::Paid)
    }

    /// The host of the network that counted the click.
    pub(crate) fn network(&self) -> Option<&'static str> {
        self.networks().next().map(|(host, _)| host)
    }

    fn networks(&self) -> impl Iterator<Item = (&'static str, Click)> {
        let network = |(parameter, _): &(&'static str, Arc<str>)| {
            NETWORKS.iter().find(|(known, ..)| known == parameter).map(|(_, host, click)| (*host, *click))
        };
        self.0.iter().filter_map(network)
    }
}

impl fmt::Debug for ClickIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(parameter, _)| parameter)).finish()
    }
}

impl Arrival {
    /// Reads the page's URL and `context.campaign`; where both name a tag, the latter stands.
    pub(crate) fn read(page: Option<&Address<'_>>, campaign: Option<&Fields>) -> Self {
        let mut arrival = Self::default();
        for (name, value) in page.into_iter().flat_map(Address::parameters) {
            arrival.take(&name, &value);
        }
        for (name, value) in campaign.into_iter().flat_map(Fields::iter).take(limits::PARAMETERS) {
            if let (Some(tag), Some(text)) = (arrival.tags.tag(name), value.as_text().and_then(tag_text)) {
                *tag = Some(text);
            } else if let Value::Text(id) = value {
                arrival.take(name, id);
            }
        }
        arrival
    }

    /// Takes a parameter of the URL; the first of each name stands.
    fn take(&mut self, name: &str, value: &str) {
        let name = name.to_ascii_lowercase();
        if let Some(tag) = name.strip_prefix("utm_").and_then(|name| self.tags.tag(name)) {
            *tag = tag.take().or_else(|| tag_text(value));
            return;
        }
        let Some((parameter, ..)) = NETWORKS.iter().find(|(known, ..)| *known == name) else { return };
        let is_known = self.clicks.0.iter().any(|(known, _)| known == parameter);
        if !is_known && !value.is_empty() && value.len() <= limits::CLICK_ID_BYTES {
            self.clicks.0.push((parameter, value.into()));
        }
    }
}

impl Tags {
    /// The tag of that name, as `utm_` or `context.campaign` has it.
    fn tag(&mut self, name: &str) -> Option<&mut Option<Arc<str>>> {
        match name {
            "source" => Some(&mut self.source),
            "medium" => Some(&mut self.medium),
            "campaign" | "name" => Some(&mut self.name),
            "term" => Some(&mut self.term),
            "content" => Some(&mut self.content),
            "id" => Some(&mut self.id),
            _ => None,
        }
    }
}

fn tag_text(text: &str) -> Option<Arc<str>> {
    text::clean(text, limits::TEXT_BYTES)
}
