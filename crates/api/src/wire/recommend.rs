//! Recommenders: defined, asked alone, trained; and items as they are shown to somebody.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, Value};
use utoipa::ToSchema;

use super::{Moment, collect::RejectedItem, decision::DecideRequest, experience::OneOrMore};
use crate::json::JsonFields;

/// What proposes items to somebody: an algorithm, those that fill what it leaves empty, what may be shown, how varied it
/// is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecommenderDocument {
    /// `also_bought`, `bought_together`, `viewed_together`, `similar`, `session`, `personal`, `hybrid`, `trending`, `new`,
    /// `recently_viewed`, `complements`, `back_in_stock`, `replenishment`, `popular`: one, or several, of which the later
    /// ones fill what the earlier ones leave empty.
    pub algorithms: OneOrMore,
    /// How many items, at most 48.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u16>,
    /// With fewer nothing is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<u16>,
    /// Whether only what can be had at once is shown; true, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_stock: Option<bool>,
    /// When what the person bought is shown: `used_up` (when it is, or its expected life is over), `always`, or `never`;
    /// `used_up`, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought: Option<String>,
    /// What an item must be like: a condition on its facts, `price < 100 && brand == "Lowa"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// The trait that says the person's size: of what comes in sizes only what can be had in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_of: Option<String>,
    /// The trait that says the person's store: only what can be had there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_of: Option<String>,
    /// The least share of its price that the shop keeps, where the cost of an item is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_margin: Option<f64>,
    /// Whether only items of the category that the request names are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_category: Option<bool>,
    /// Between which shares of the price of the items in question: `{"from": 0.5, "to": 2}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceShares>,
    /// The ids of items that are never shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// What stands where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<PinDocument>,
    /// What is raised or lowered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boosts: Vec<BoostDocument>,
    /// The most items of one brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_brand: Option<u16>,
    /// The most items of one category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_category: Option<u16>,
    /// The share of the list that is outside of what is usual for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery: Option<f64>,
    /// What scores less than this share of the best is not shown, however much room there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// The purpose for which it is asked alone; that of web pages, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What the customer has of it, by language. Without it, asked alone, it proposes the same to everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<BTreeMap<String, String>>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Shares of a price.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceShares {
    /// From this share on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Up to this share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

/// An item at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinDocument {
    /// The place, the first being 1.
    pub place: u16,
    /// The id of the item.
    pub item: String,
}

/// Items that are raised or lowered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoostDocument {
    /// Of what items are like: a condition on their facts.
    pub only: String,
    /// By what their scores are multiplied, from 0.01 to 100.
    pub by: f64,
}

/// Asks one recommender, for whom. With no identifier, only the request speaks.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecommendRequest {
    /// The public key, where no header can carry it.
    #[serde(alias = "writeKey", skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// Its name.
    pub recommender: String,
    /// The id of the item on the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The ids of the items in the cart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cart: Vec<String>,
    /// The category on the screen: `Shoes > Boots`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What was searched for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The visitor's id.
    #[serde(alias = "anonymousId", skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// The account.
    #[serde(alias = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// With a public key: the token by which the page proves whose account it names.
    #[serde(alias = "identityToken", skip_serializing_if = "Option::is_none")]
    pub identity_token: Option<String>,
    /// Further identifiers by namespace; only with a secret key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub identifiers: BTreeMap<String, String>,
    /// The languages that are read, best first; those of the request, if absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// As for `/v1/decide`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Events of the tracking protocol, to be applied first, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Value>)]
    pub events: Vec<Box<RawValue>>,
    /// The context of the tracking protocol.
    #[serde(skip_serializing_if = "JsonFields::is_empty")]
    #[schema(value_type = serde_json::Map<String, Value>)]
    pub context: JsonFields,
    /// Whether somebody only wants to see it: then nothing is kept. Only with a secret key, and without `events`.
    pub preview: bool,
}

impl RecommendRequest {
    /// The same as a page with the one placement that the recommender has of its own. What is on the screen is told as
    /// the shop's own facts of the request.
    pub fn into_page(self) -> DecideRequest {
        let cart = (!self.cart.is_empty()).then(|| self.cart.into_iter().map(Value::from).collect());
        let attributes = on_screen([
            ("item", self.item.map(Value::from)),
            ("cart", cart),
            ("category", self.category.map(Value::from)),
            ("query", self.query.map(Value::from)),
        ]);
        DecideRequest {
            write_key: self.write_key,
            anonymous_id: self.anonymous_id,
            user_id: self.user_id,
            identity_token: self.identity_token,
            identifiers: self.identifiers,
            placements: vec![format!("recommend/{}", self.recommender)],
            languages: self.languages,
            nonce: self.nonce,
            events: self.events,
            context: self.context,
            attributes,
            preview: self.preview,
            ..DecideRequest::default()
        }
    }
}

/// What is on the screen, as attributes of a request: `request.shop.item`.
pub(crate) fn on_screen<const N: usize>(said: [(&str, Option<Value>); N]) -> JsonFields {
    let said = said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let fields = Value::Object(said.collect());
    serde_json::from_value(fields).unwrap_or_default()
}

/// What a recommender proposes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecommendAnswer {
    /// `dec_…`: impressions and clicks carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The items, best first.
    pub items: Vec<RecommendedItem>,
    /// Whether it was made for the person, and not for everybody who asks alike.
    pub is_personal: bool,
    /// Why it was or was not: a word of the glossary, such as `TARGETING_MATCH` or `NO_CONSENT`.
    pub reason: String,
    /// What the customer has of it, in their language. Absent where it is the same for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<String>,
    /// For how many seconds the answer stands if nothing new happens.
    pub ttl_s: u32,
    /// The plan's revision.
    pub revision: u64,
    /// The events of the call that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RejectedItem>,
}

/// One item that is shown, with what speaks for it, and as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecommendedItem {
    /// The item's id.
    pub id: String,
    /// What speaks for it: `also_bought`, `session`, `pinned`… Absent where no recommender proposed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub why: Option<Cow<'static, str>>,
    /// The id of the item that it goes with, where that is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The same in words for the person, by language.
    #[serde(default, skip_serializing_if = "Because::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub because: Because,
    /// The item as it is now; absent if it is not in the catalog any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemShown>,
}

/// What speaks for an item, in words for the person, by language. The items of a list for which it is the same share it,
/// as JSON that is written once.
#[derive(Debug, Clone, Default)]
pub struct Because(Option<Arc<RawValue>>);

impl Because {
    /// What is said, by language.
    pub fn new(said: &BTreeMap<String, String>) -> Self {
        let written = serde_json::value::to_raw_value(said).expect("texts by text are JSON");
        Self((!said.is_empty()).then(|| written.into()))
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl PartialEq for Because {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_deref().map(RawValue::get) == other.0.as_deref().map(RawValue::get)
    }
}

impl Serialize for Because {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Because {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|said| Self::new(&said))
    }
}

/// An item as a page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemShown {
    /// The item's id.
    pub id: String,
    /// Its name in the language that suits best.
    pub title: String,
    /// Its brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// What it costs now, in hundredths of its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<u64>,
    /// What it usually costs, if that is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_price_cents: Option<u64>,
    /// The currency (ISO 4217).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Whether it can be had now.
    pub in_stock: bool,
    /// The address of its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The address of its main image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// What is foretold of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PredictionsAnswer {
    /// Items, the likeliest first. Of whoever is believed to be a minor none.
    pub items: Vec<PredictedItem>,
    /// How many days ahead a chance looks; absent where nothing was trained, or nothing is foretold of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead_days: Option<f64>,
    /// Which training foretells it: the moment of it, in milliseconds since 1970; 0 where nothing was trained.
    pub model: u64,
    /// The moment.
    pub as_of: Moment,
}

/// What is foretold of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PredictedItem {
    /// The item, with what speaks for it.
    #[serde(flatten)]
    pub item: RecommendedItem,
    /// The probability that the person takes it within `ahead_days`, from 0 to 1.
    pub chance: f64,
    /// How often the person took it.
    pub times: u32,
    /// When the person will need it again: only of what they took, where anything was ever taken twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_need: Option<NextNeedShown>,
}

/// A window that holds a moment in some six of seven cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NextNeedShown {
    /// Hardly before.
    pub earliest: Moment,
    /// As often before as after.
    pub likely: Moment,
    /// Hardly after.
    pub latest: Moment,
}

/// What a recommender looked at for a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecommendedFrom {
    /// Its name.
    pub recommender: String,
    /// Which training proposed it: the moment of it, in milliseconds since 1970; 0 where nothing was trained.
    pub model: u64,
    /// The best candidates, shown or not.
    pub candidates: Vec<RecommendCandidate>,
}

/// An item that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecommendCandidate {
    /// Its id.
    pub id: String,
    /// As its model gave it, comparable within one list.
    pub score: f64,
}

/// How the models of recommenders are trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingAnswer {
    /// The last training; absent if there was none since the program started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<TrainingDone>,
    /// The last refresh since then; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed: Option<RefreshDone>,
    /// How much of the persons a training or refresh that is under way has read, from 0 to 1; at 1 models are being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<f64>,
}

/// What a training came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingDone {
    /// The number of its models: as in `model` of what a decision looked at.
    pub model: u64,
    /// When it began to read.
    pub at: Moment,
    /// How many milliseconds it took, resting included.
    pub took_ms: u64,
    /// From how many persons it learned.
    pub persons: u64,
    /// From how many of their deeds: views, carts, wishes, orders of an item.
    pub deeds: u64,
    /// Bytes of memory that the models hold, about, and the history that is kept to refresh them.
    pub bytes: u64,
}

/// What a refresh came to: models that know what is new, made from those before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RefreshDone {
    /// The number of its models: as in `model` of what a decision looked at.
    pub model: u64,
    /// When it began to read.
    pub at: Moment,
    /// How many milliseconds it took, resting included.
    pub took_ms: u64,
    /// How many persons it reread: those of whom anything was stored since models were made before.
    pub persons: u64,
    /// How many of their deeds are new.
    pub came: u64,
    /// How many were known and are no longer learned from: of who withdrew, was erased, or is a minor; and what expired.
    pub went: u64,
    /// Bytes of memory that the models hold, about, and the history that is kept to refresh them.
    pub bytes: u64,
}

/// Products that a content shows: a word, or a recommender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ContentItems {
    /// `viewed`: those of one category that the person looked at lately; `personal_order`: none, but the hits of a search
    /// come in the person's order.
    Word(String),
    /// What a recommender proposes.
    From {
        /// Its name.
        recommender: String,
    },
}
