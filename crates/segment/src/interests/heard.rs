//! What one event says about topics.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    event::{Event, EventKind},
    limits::TOPIC_BYTES,
    sensitive::category_in,
    value::{Fields, Value},
    wish::{INTEREST_DECLARED, INTEREST_REFUSED},
};

use super::{EventMark, FAMILIES, InterestRules, Signal, Stance, parts};

/// A page that a search led to was left within seconds: `topic`, `topics`, or the properties of a product. A reserved
/// name.
pub const BOUNCED: &str = "Landing Bounced";

/// What an event says about topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The name of the event.
    pub event: EventMark,
    /// Topics with a signal, and how often: a line of an order is one time, whatever its quantity.
    pub signals: BTreeMap<(String, Signal), u16>,
    /// Topics of which the person speaks.
    pub stances: BTreeMap<String, Stance>,
}

impl Heard {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.signals.is_empty() && self.stances.is_empty()
    }

    /// The topics that it is about; one may come more than once.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.signals.keys().map(|(topic, _)| topic).chain(self.stances.keys()).map(String::as_str)
    }

    fn count(&mut self, topics: BTreeSet<String>, signal: Signal) {
        for topic in topics {
            let times = self.signals.entry((topic, signal)).or_default();
            *times = times.saturating_add(1);
        }
    }
}

/// Where an event has the properties of the products that it is about.
enum Products {
    /// Beside its own.
    Own,
    /// In the lines of `products`.
    Lines,
}

/// What an event says. A bot says nothing but that somebody refuses, and neither does what is marked as a gift: it is about somebody else.
pub fn heard(rules: &InterestRules, event: &Event) -> Heard {
    let mut heard = Heard { event: EventMark::of(event.name()), signals: BTreeMap::new(), stances: BTreeMap::new() };
    let properties = &event.properties;
    let name = match &event.kind {
        EventKind::Track { name } => &**name,
        EventKind::Page { .. } | EventKind::Screen { .. } => "",
        EventKind::Identify | EventKind::Group { .. } | EventKind::Alias => return heard,
    };
    // Who refuses is heeded, whatever sends it: to be wrong about that costs a person more than the shop.
    if (event.is_of_a_bot() && name != INTEREST_REFUSED) || is_gift(properties) {
        return heard;
    }
    match name {
        INTEREST_DECLARED | INTEREST_REFUSED => {
            let stance = if name == INTEREST_DECLARED { Stance::Declared } else { Stance::Refused };
            let topics = named(rules, properties);
            heard.stances = topics.iter().map(|topic| (topic.clone(), stance)).collect();
            if stance == Stance::Declared {
                heard.count(topics, Signal::Declaration);
            }
        }
        BOUNCED => {
            let mut topics = of_product(rules, properties);
            topics.extend(named(rules, properties));
            heard.count(topics, Signal::Bounce);
        }
        _ => match signal_of(name) {
            Some((signal, Products::Own)) => heard.count(of_product(rules, properties), signal),
            Some((signal, Products::Lines)) => {
                for line in lines(properties).filter(|line| !is_gift(line)) {
                    heard.count(of_product(rules, line), signal);
                }
            }
            // What the shop tags itself: an action, a page. Other properties of such an event mean anything.
            None => heard.count(tags(properties), Signal::View),
        },
    }
    heard
}

/// Whether [`heard`] may hear anything in an event: quick, and only ever wrong by saying yes.
pub(crate) fn may_be_heard(event: &Event) -> bool {
    let has = |name| event.properties.get(name).is_some();
    match &event.kind {
        EventKind::Track { name } => {
            let is_known =
                signal_of(name).is_some() || matches!(&**name, INTEREST_DECLARED | INTEREST_REFUSED | BOUNCED);
            is_known || has(TAG) || has(TAGS)
        }
        EventKind::Page { .. } | EventKind::Screen { .. } => has(TAG) || has(TAGS),
        EventKind::Identify | EventKind::Group { .. } | EventKind::Alias => false,
    }
}

fn signal_of(event: &str) -> Option<(Signal, Products)> {
    Some(match event {
        "Product Viewed" | "Product Clicked" => (Signal::View, Products::Own),
        // Of a list what it is a list of, and not each thing that happened to be in it.
        "Product List Viewed" | "Product List Filtered" | "Products Searched" => (Signal::List, Products::Own),
        "Product Added to Wishlist" => (Signal::Wishlist, Products::Own),
        "Product Added" | "Wishlist Product Added to Cart" => (Signal::Cart, Products::Own),
        "Order Completed" => (Signal::Purchase, Products::Lines),
        "Product Removed" | "Product Removed from Wishlist" => (Signal::Removal, Products::Own),
        "Order Refunded" | "Order Cancelled" => (Signal::GivingBack, Products::Lines),
        _ => return None,
    })
}

fn lines(properties: &Fields) -> impl Iterator<Item = &Fields> {
    let products = match properties.get("products") {
        Some(Value::List(products)) => &products[..],
        _ => &[],
    };
    products.iter().filter_map(|product| match product {
        Value::Map(fields) => Some(fields),
        _ => None,
    })
}

/// The marks of what is bought for somebody else, as shops send them.
const GIFT: [&str; 3] = ["gift", "is_gift", "gift_wrap"];

fn is_gift(fields: &Fields) -> bool {
    GIFT.iter().any(|name| match fields.get(name) {
        Some(Value::Bool(is)) => *is,
        Some(Value::Int(number)) => *number != 0,
        Some(Value::Text(text)) => matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "yes" | "1"),
        _ => false,
    })
}

const TAG: &str = "tag";
const TAGS: &str = "tags";

/// The topics of a product, each once.
fn of_product(rules: &InterestRules, fields: &Fields) -> BTreeSet<String> {
    let mut topics = tags(fields);
    let families = FAMILIES.into_iter().filter(|family| *family != TAG);
    for family in families.chain(rules.attributes.iter().map(|name| &**name)) {
        if let Some(value) = fields.get(family) {
            add(&mut topics, family, value);
        }
    }
    topics
}

fn tags(fields: &Fields) -> BTreeSet<String> {
    let mut topics = BTreeSet::new();
    for value in [TAG, TAGS].into_iter().filter_map(|name| fields.get(name)) {
        add(&mut topics, TAG, value);
    }
    topics
}

/// The topics that are named as such, in `topic` and `topics`.
fn named(rules: &InterestRules, fields: &Fields) -> BTreeSet<String> {
    let named = ["topic", "topics"].into_iter().filter_map(|name| fields.get(name)).flat_map(each);
    let topics = named.filter_map(|value| {
        let (family, value) = parts(value.as_text()?)?;
        topic(family.trim(), value).filter(|_| rules.has_family(family.trim()))
    });
    topics.collect()
}

fn add(topics: &mut BTreeSet<String>, family: &str, value: &Value) {
    topics.extend(each(value).iter().filter_map(|value| match value {
        Value::Text(text) => topic(family, text),
        Value::Int(number) => topic(family, &number.to_string()),
        Value::Bool(is) => topic(family, if *is { "true" } else { "false" }),
        _ => None,
    }));
}

/// The values of a list, or the one that is none.
fn each(value: &Value) -> &[Value] {
    match value {
        Value::List(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// A topic, unless it is about a special category of personal data (GDPR article 9): of such a thing no interest is
/// made (requirements GOV-08).
fn topic(family: &str, value: &str) -> Option<String> {
    let value = value.trim();
    let is_good = !value.is_empty() && family.len() + 1 + value.len() <= TOPIC_BYTES;
    let topic = is_good.then(|| format!("{family}:{value}"));
    topic.filter(|topic| category_in(topic).is_none())
}
