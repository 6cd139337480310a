//! What the shop publishes: its sources, traits and segments as written, its contents and rules as the world has them.

use std::collections::BTreeMap;

use api::wire::key::{KeyCreated, KeyKind, KeyRequest};
use serde_json::{Map, Value, json};
use world::{
    World,
    content::{Aid, Content, ContentId},
    emission::Feed,
    rule::{Audience, Place, Rule},
};

use crate::{
    door::{Door, DoorError},
    wire::{FEEDS, placement},
};

/// What the shop says by itself.
const WRITTEN: &str = include_str!("../shop.toml");

/// The keys by which the shop's systems write, and one for everything.
#[derive(Debug, Clone)]
pub struct Keys {
    /// For everything.
    pub secret: String,
    feeds: Vec<(Feed, String)>,
}

impl Keys {
    /// The key of a feed.
    pub fn of(&self, feed: Feed) -> &str {
        self.feeds.iter().find(|(one, _)| *one == feed).map_or(&self.secret, |(_, key)| key)
    }

    /// The keys of the systems by the names of their sources, to be kept.
    pub fn by_source(&self) -> BTreeMap<String, String> {
        self.feeds.iter().map(|(feed, key)| (feed.source().to_owned(), key.clone())).collect()
    }

    /// Keys that were kept. A system without one writes with the secret key.
    pub fn kept(secret: &str, by_source: &BTreeMap<String, String>) -> Self {
        let key = |feed: Feed| Some((feed, by_source.get(feed.source())?.clone()));
        Self { secret: secret.to_owned(), feeds: FEEDS.into_iter().filter_map(key).collect() }
    }
}

/// Publishes the shop, and makes a key for each of its systems.
pub async fn open(door: &Door, secret: &str, world: &World) -> Result<Keys, DoorError> {
    open_with(door, secret, &documents(world)).await
}

/// The same with these documents, by kind and name.
pub async fn open_with(door: &Door, secret: &str, documents: &Value) -> Result<Keys, DoorError> {
    let path = "/v1/definitions?wait=true&by=the%20shop&why=As%20the%20world%20has%20it";
    door.ask::<Value>("PUT", path, secret, Some(documents)).await?;
    let mut feeds = Vec::new();
    for feed in FEEDS {
        let kind = if matches!(feed, Feed::Web | Feed::App) { KeyKind::Public } else { KeyKind::Secret };
        let (source, title) = (Some(feed.source().to_owned()), format!("the feed {}", feed.source()));
        let request = KeyRequest { kind, source, title, replaces: None, overlap_s: None, lifetime_s: None };
        feeds.push((feed, door.ask::<KeyCreated>("POST", "/v1/keys", secret, Some(&request)).await?.secret));
    }
    Ok(Keys { secret: secret.to_owned(), feeds })
}

/// All definitions by kind and name, as `PUT /v1/definitions` takes them.
pub fn documents(world: &World) -> Value {
    let mut documents = Map::new();
    add_written(&mut documents, WRITTEN);
    for content in &world.contents {
        add(&mut documents, "content", &content.slug, content_document(world, content));
    }
    for rule in &world.rules {
        add(&mut documents, "experience", &rule.name(), rule_document(world, rule));
    }
    Value::Object(documents)
}

/// Adds documents that are written in TOML and read by a test, over those of the same kind and name.
pub(crate) fn add_written(documents: &mut Map<String, Value>, toml: &str) {
    let written: BTreeMap<String, BTreeMap<String, Value>> = toml::from_str(toml).expect("a test reads it");
    for (kind, named) in written {
        named.into_iter().for_each(|(name, document)| add(documents, &kind, &name, document));
    }
}

fn add(documents: &mut Map<String, Value>, kind: &str, name: &str, document: Value) {
    let of_kind = documents.entry(kind).or_insert_with(|| json!({}));
    of_kind.as_object_mut().expect("kinds are tables").insert(name.to_owned(), document);
}

/// The number of a content by its slug.
pub fn content(world: &World, slug: &str) -> Option<ContentId> {
    world.contents.iter().find(|content| content.slug == slug).map(|content| content.id)
}

fn content_document(world: &World, content: &Content) -> Value {
    let mut languages = json!({"fr": {"title": content.title.fr, "text": content.body.fr}});
    if content.has_english {
        languages["en"] = json!({"title": content.title.en, "text": content.body.en});
    }
    let mut document = json!({
        "stage": content.stage.slug(),
        "intent": content.aid.slug(),
        "languages": languages,
    });
    if let Some(family) = content.theme {
        document["tags"] = json!([family.slug()]);
    }
    if let Some(day) = content.expires {
        document["expires"] = json!(api::time::write(world.calendar.at(day, 0)));
    }
    document
}

fn rule_document(world: &World, rule: &Rule) -> Value {
    let contents: Vec<&str> = rule.contents.iter().map(|id| world.contents[usize::from(id.0)].slug.as_str()).collect();
    json!({
        "description": rule.title,
        "placements": placement(rule.place),
        "audience": audience(rule.audience),
        "benefit": benefit(world, rule),
        "worth": worth(world, rule),
        "variants": {"control": {"share": CONTROL}, "treated": {"share": 1.0 - CONTROL, "contents": contents}},
    })
}

/// Who of a rule's people is shown nothing, so that what it earns can be seen: its trial is over, so they are few.
const CONTROL: f64 = 0.2;

/// What an order earns before what rules cost, in cents: the shop's own figure.
const ORDER_EARNS: f64 = 2_700.0;

/// What the shop reckons that a showing brings and costs, in whole cents: by a trial of its own ([`Rule::pilot`]), and
/// by how many of those who see the place order anyway. Who orders anyway cannot be won.
fn worth(world: &World, rule: &Rule) -> Value {
    let ordering = match rule.place {
        Place::HomeHero | Place::HomeRow | Place::Landing | Place::CategoryTop => 0.025,
        Place::ProductSide => 0.04,
        Place::CartNote => 0.30,
        Place::CheckoutNote => 0.60,
    };
    let pilot = rule.pilot(world.seed);
    let gain = |share: f32| (f64::from(share) * ordering * (1.0 - ordering) * ORDER_EARNS).max(0.0);
    let (low, expected) = (gain(pilot.low) as u64, libm::round(gain(pilot.share)) as u64);
    let cost = libm::ceil(f64::from(rule.cost_cents) * ordering) as u64;
    json!({"gain_cents": {"low": low, "expected": expected.max(low)}, "cost_cents": cost})
}

/// What a customer has of a rule: what its content is there for.
fn benefit(world: &World, rule: &Rule) -> Value {
    let aid = rule.contents.first().map(|id| world.contents[usize::from(id.0)].aid);
    let (fr, en) = match aid {
        Some(Aid::Orient) | None => ("Vous trouvez plus vite.", "You find it sooner."),
        Some(Aid::Inform) => ("Vous savez ce qu’il y a à savoir.", "You know what there is to know."),
        Some(Aid::Help) => ("Vous choisissez sans vous tromper.", "You choose without a mistake."),
        Some(Aid::Reassure) => ("Vous achetez l’esprit tranquille.", "You buy with an easy mind."),
        Some(Aid::Reward) => ("Un merci pour votre fidélité.", "A thank you for your loyalty."),
    };
    json!({"fr": fr, "en": en})
}

/// Whom a rule is for, in the product's language of conditions.
fn audience(audience: Audience) -> String {
    match audience {
        Audience::Everybody => "true".to_owned(),
        Audience::Viewed(family) => {
            let prefix = family.slug();
            format!(r#"events("Product Viewed").where(category.startsWith("{prefix}")).within("14d").count() >= 2"#)
        }
        Audience::Bought(family) => {
            let prefix = family.slug();
            format!(
                r#"events("Order Completed").where(products.exists(p, p.category.startsWith("{prefix}"))).within("365d").count() > 0"#
            )
        }
        Audience::LeftCart => {
            r#"events("Product Added").within("3d").not_followed_by(events("Order Completed")).count() > 0"#.to_owned()
        }
        Audience::New => r#"events("Order Completed").count() == 0 && events("page").days() == 1"#.to_owned(),
        Audience::Loyal => r#"events("Order Completed").within("365d").count() >= 2"#.to_owned(),
        Audience::Gift => r#"aim() == "gift""#.to_owned(),
        Audience::Stage(of) => format!(r#"stage() == "{}""#, of.slug()),
    }
}
