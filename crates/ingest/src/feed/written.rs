//! An item as it would be told again in our own shape (`docs/feeds.md`).

use std::collections::BTreeMap;

use catalog::{
    item::{Attribute, Condition, Image, Item, Role, Stock, StoreStock, Texts, Usage, Variant},
    money::{Prices, Sale},
};
use model::time::Timestamp;
use serde_json::{Map, Number, Value, json};

/// Writes moments: RFC 3339.
pub type WriteMoment<'w> = &'w dyn Fn(Timestamp) -> String;

/// The item in our own shape; what is not said is not there.
pub fn item(item: &Item, moment: WriteMoment<'_>) -> Value {
    let mut said = Said { object: Map::new(), moment };
    said.put("id", Some(item.id.as_str().into()));
    said.put("group", item.group.as_deref().map(Value::from));
    said.put("role", (item.role == Role::Parent).then(|| "parent".into()));
    said.put("title", texts(&item.texts, |texts| &texts.title));
    said.put("description", texts(&item.texts, |texts| &texts.description));
    said.put("brand", item.brand.as_deref().map(Value::from));
    said.put("categories", list(item.categories.iter().map(|path| path.iter().map(String::as_str).collect())));
    said.prices(item.prices.as_ref());
    said.put("cost", item.cost_cents.map(amount));
    said.stock(item.stock, item.stores.as_ref());
    said.put("images", list(item.images.iter().map(image)));
    said.put("link", item.link.as_deref().map(Value::from));
    said.put("tags", list(item.tags.iter().map(|tag| tag.as_str().into())));
    let attributes: Map<String, Value> =
        item.attributes.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    said.put("attributes", (!attributes.is_empty()).then_some(Value::Object(attributes)));
    said.put("gtin", item.gtin.as_deref().map(Value::from));
    said.put("mpn", item.mpn.as_deref().map(Value::from));
    said.put("condition", (item.condition != Condition::New).then(|| item.condition.word().into()));
    said.put("expected_life_days", item.expected_life_days.map(Value::from));
    said.put("consumable", item.usage.map(|usage| (usage == Usage::Consumable).into()));
    let variants = |all: &Vec<Variant>| all.iter().map(|one| variant(one, moment)).collect();
    said.put("variants", item.variants.as_ref().map(variants));
    let of_variants = || item.variants.iter().flatten().find_map(|variant| variant.prices.as_ref());
    let currency = item.prices.as_ref().or_else(of_variants).map(|prices| prices.currency.as_str().into());
    said.put("currency", currency);
    said.put("released_at", item.released_at.map(|at| moment(at).into()));
    Value::Object(said.object)
}

fn image(image: &Image) -> Value {
    let Image { url, alt } = image;
    if alt.is_empty() { url.as_str().into() } else { json!({"url": url, "alt": alt}) }
}

fn variant(variant: &Variant, moment: WriteMoment<'_>) -> Value {
    let mut said = Said { object: Map::new(), moment };
    said.put("id", Some(variant.id.as_str().into()));
    said.put("size", variant.size.as_deref().map(Value::from));
    said.put("color", variant.color.as_deref().map(Value::from));
    said.prices(variant.prices.as_ref());
    said.stock(variant.stock, variant.stores.as_ref());
    said.put("gtin", variant.gtin.as_deref().map(Value::from));
    said.put("inventory_id", variant.inventory_id.as_deref().map(Value::from));
    Value::Object(said.object)
}

/// An object that is being written.
struct Said<'w> {
    object: Map<String, Value>,
    moment: WriteMoment<'w>,
}

impl Said<'_> {
    fn put(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.object.insert(key.to_owned(), value);
        }
    }

    fn prices(&mut self, prices: Option<&Prices>) {
        let Some(Prices { price_cents, sale, .. }) = prices else { return };
        self.put("price", Some(amount(*price_cents)));
        let Some(Sale { price_cents, from, until }) = sale else { return };
        self.put("sale_price", Some(amount(*price_cents)));
        self.put("sale_from", (*from != Timestamp::MIN).then(|| (self.moment)(*from).into()));
        self.put("sale_until", (*until != Timestamp::MAX).then(|| (self.moment)(*until).into()));
    }

    fn stock(&mut self, stock: Stock, stores: Option<&BTreeMap<String, StoreStock>>) {
        self.put("availability", Some(stock.availability.word().into()));
        self.put("stock", stock.count.map(Value::from));
        let store = |(id, known): (&String, &StoreStock)| {
            (id.clone(), json!({"count": known.count, "as_of": (self.moment)(known.as_of)}))
        };
        let stores = stores.map(|stores| Value::Object(stores.iter().map(store).collect()));
        self.put("stores", stores);
    }
}

/// An amount in the currency's unit, exact: `129.9` of 12990 hundredths.
fn amount(cents: u64) -> Value {
    let (whole, rest) = (cents / 100, cents % 100);
    if rest == 0 {
        return whole.into();
    }
    // Within `limits::PRICE_CENTS` a double has fifteen digits, so its shortest form is what was meant.
    Number::from_f64(cents as f64 / 100.0).map_or(Value::Null, Value::Number)
}

fn texts(all: &BTreeMap<String, Texts>, of: impl Fn(&Texts) -> &String) -> Option<Value> {
    let written: Map<String, Value> = all
        .iter()
        .filter(|(_, texts)| !of(texts).is_empty())
        .map(|(language, texts)| (language.clone(), of(texts).as_str().into()))
        .collect();
    (!written.is_empty()).then_some(Value::Object(written))
}

fn list(all: impl Iterator<Item = Value>) -> Option<Value> {
    let written: Vec<Value> = all.collect();
    (!written.is_empty()).then_some(Value::Array(written))
}

fn attribute(value: &Attribute) -> Value {
    match value {
        Attribute::Text(text) => text.as_str().into(),
        Attribute::Number(number) => Number::from_f64(number.get()).map_or(Value::Null, Value::Number),
        Attribute::Flag(flag) => (*flag).into(),
        Attribute::List(words) => words.iter().map(String::as_str).collect(),
    }
}
