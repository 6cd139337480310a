//! Feeds of one JSON object a line: our own shape ([`ItemDocument`], `docs/feeds.md`), or schema.org's.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::Path,
};

use catalog::{
    change::{Change, Patch, Target},
    fault::Code,
    item::{Attribute, CategoryPath, Image, Item, Role, StoreStock, Usage, Variant},
    money::{Currency, Prices},
};
use model::{time::Timestamp, value::Finite};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::{
    Fed, Settings, Told, Wrong, checked,
    money::{Writer, Written, amount, moment},
    plain, product, schema_org,
};
use crate::{
    input::{BytesRead, LineEnd, Lines},
    limits,
    reason::Reason,
    records::FileError,
    text::Decoder,
};

/// Reads one feed of JSON lines.
pub(crate) struct JsonFeed {
    lines: Lines,
    decoder: Decoder,
    settings: Settings,
    /// Further items of a line that has several.
    waiting: VecDeque<Fed>,
}

impl JsonFeed {
    pub(crate) fn open(path: &Path, settings: Settings, read: BytesRead) -> Result<Self, FileError> {
        Ok(Self { lines: Lines::open(path, read)?, decoder: Decoder::new(None), settings, waiting: VecDeque::new() })
    }

    pub(crate) fn read(&mut self) -> io::Result<Fed> {
        loop {
            if let Some(fed) = self.waiting.pop_front() {
                return Ok(fed);
            }
            let Some(line) = self.lines.read()? else { return Ok(Fed::End) };
            let raw = String::from_utf8_lossy(&line.bytes);
            if line.end == LineEnd::Cut {
                return Ok(Fed::Cut(cut().at(line.number, &raw)));
            }
            let wrong = match self.decoder.decode(&line.bytes) {
                None => Wrong::new(Reason::BadEncoding, "", "The line is not in the encoding of those before it."),
                Some(_) if line.end == LineEnd::TooLong => {
                    let why = format!("The line has more than {} bytes.", limits::ROW_BYTES);
                    Wrong::new(Reason::RowTooLong, "", why)
                }
                Some(text) if text.trim().is_empty() => continue,
                Some(text) => match serde_json::from_str::<Value>(&text) {
                    Ok(value) => {
                        self.waiting.extend(told(&value, line.number, &text, &self.settings));
                        continue;
                    }
                    // The last line without an end is half a line.
                    Err(_) if line.end == LineEnd::EndOfFile => return Ok(Fed::Cut(cut().at(line.number, &raw))),
                    Err(error) => Wrong::new(Reason::BadJson, "", format!("The line is no JSON: {error}.")),
                },
            };
            return Ok(Fed::Bad(wrong.at(line.number, &raw)));
        }
    }
}

/// What a value says of items: one object, or a list of them.
pub(super) fn told(value: &Value, record: u64, raw: &str, settings: &Settings) -> Vec<Fed> {
    let fed = |change: Result<(Change, Timestamp), Wrong>| match change {
        Ok((change, as_of)) => Fed::Told(Told { record, change, as_of }),
        Err(wrong) => Fed::Bad(wrong.at(record, raw)),
    };
    match value {
        Value::Array(all) => all.iter().flat_map(|one| told(one, record, raw, settings)).collect(),
        Value::Object(object) if object.keys().any(|key| key.starts_with('@')) => {
            let items = schema_org::items(value, settings);
            items.into_iter().map(|item| fed(item.map(|change| (change, settings.told_at)))).collect()
        }
        Value::Object(_) => vec![fed(own(value, settings))],
        _ => vec![Fed::Bad(Wrong::new(Reason::BadJson, "", "The line is no JSON object.").at(record, raw))],
    }
}

fn cut() -> Wrong {
    Wrong::new(Reason::FileCut, "", "The file stops in the middle of this line.")
}

/// The text of a key.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str().map(str::trim)
}

/// The id of a key, written as a text or a number.
///
/// # Errors
/// `ITEM_WITHOUT_ID`.
pub(crate) fn id(value: &Value, key: &str) -> Result<String, Wrong> {
    match &value[key] {
        Value::String(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Wrong::of_catalog(Code::WithoutId, key, format!("It has no `{key}`."))),
    }
}

/// What a line of our own shape says. A key that is not here is refused, so that a slip shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemDocument {
    id: Option<Scalar>,
    #[serde(default)]
    change: ChangeWord,
    /// Since when it is true.
    as_of: Option<String>,
    /// The variant that a patch is about, or what a stock-keeping system calls it.
    variant: Option<String>,
    inventory_id: Option<Scalar>,
    group: Option<String>,
    #[serde(default)]
    role: RoleWord,
    title: Option<Localized>,
    description: Option<Localized>,
    brand: Option<String>,
    #[serde(default)]
    categories: Vec<PathDocument>,
    #[serde(flatten)]
    offer: OfferDocument,
    currency: Option<String>,
    cost: Option<Scalar>,
    /// The share of the price that the shop keeps, from 0 to 1, where it does not say the cost.
    margin: Option<f64>,
    #[serde(default)]
    images: Vec<ImageDocument>,
    link: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, AttributeDocument>,
    gtin: Option<Scalar>,
    mpn: Option<String>,
    condition: Option<String>,
    expected_life_days: Option<u32>,
    consumable: Option<bool>,
    variants: Option<Vec<VariantDocument>>,
    released_at: Option<String>,
}

/// What an item or a variant costs, and how many there are.
#[derive(Debug, Default, Deserialize)]
struct OfferDocument {
    price: Option<Scalar>,
    sale_price: Option<Scalar>,
    sale_from: Option<String>,
    sale_until: Option<String>,
    availability: Option<String>,
    stock: Option<Scalar>,
    stores: Option<BTreeMap<String, StoreDocument>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantDocument {
    id: Scalar,
    size: Option<Scalar>,
    color: Option<String>,
    gtin: Option<Scalar>,
    inventory_id: Option<Scalar>,
    #[serde(flatten)]
    offer: OfferDocument,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChangeWord {
    #[default]
    Put,
    Patch,
    Remove,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RoleWord {
    #[default]
    Sold,
    Parent,
}

/// A text or a number: shops write ids, sizes and prices as either.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Number(Number),
    Text(String),
}

/// A text, or one by language.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Localized {
    One(String),
    Each(BTreeMap<String, String>),
}

/// `"Shoes > Boots"` or `["Shoes", "Boots"]`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum PathDocument {
    Text(String),
    Names(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum StoreDocument {
    Count(i64),
    Known { count: i64, as_of: Option<String> },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ImageDocument {
    Url(String),
    Known {
        url: String,
        #[serde(default)]
        alt: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AttributeDocument {
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Scalar>),
}

fn own(value: &Value, settings: &Settings) -> Result<(Change, Timestamp), Wrong> {
    let document: ItemDocument = serde_path_to_error::deserialize(value).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner().to_string());
        let field = match path.as_str() {
            // A key that is not known is in no path.
            "." => why.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()).unwrap_or_default(),
            path => path,
        };
        Wrong::new(Reason::BadJson, field, format!("It is not as it should be: {why}."))
    })?;
    let currency = match &document.currency {
        None => settings.currency,
        Some(code) => Some(Currency::new(code).ok_or_else(|| {
            Wrong::new(
                Reason::NoCurrency,
                "currency",
                format!("{:?} is no currency, such as EUR.", product::begin(code)),
            )
        })?),
    };
    let as_of = document.as_of.as_deref().map_or(Ok(settings.told_at), |at| moment("as_of", at, settings))?;
    let settings = &Settings { currency, told_at: as_of, ..settings.clone() };
    let change = match document.change {
        ChangeWord::Put => checked(item(document, settings)?)?,
        ChangeWord::Remove => Change::Remove { id: item_id(document.id.as_ref())? },
        ChangeWord::Patch => {
            let patch = patch(&document, settings)?;
            patch.check()?;
            Change::Patch(patch)
        }
    };
    Ok((change, as_of))
}

fn item(document: ItemDocument, settings: &Settings) -> Result<Item, Wrong> {
    let mut item = Item::new(item_id(document.id.as_ref())?);
    item.group = document.group;
    item.role = match document.role {
        RoleWord::Sold => Role::Sold,
        RoleWord::Parent => Role::Parent,
    };
    for (language, text) in document.title.iter().flat_map(|title| title.texts(settings)) {
        product::add_texts(&mut item, language, Some(text), None);
    }
    for (language, text) in document.description.iter().flat_map(|description| description.texts(settings)) {
        product::add_texts(&mut item, language, None, Some(text));
    }
    item.brand = document.brand.as_deref().map(plain::text).filter(|brand| !brand.is_empty());
    document.categories.iter().for_each(|path| product::add_path(&mut item, path.read()));
    item.prices = document.offer.prices(settings)?;
    item.cost_cents = cost(document.cost.as_ref(), document.margin, item.prices.as_ref(), settings)?;
    item.stock = document.offer.stock()?;
    item.stores = document.offer.stores(settings)?;
    item.images = document.images.into_iter().map(ImageDocument::read).collect();
    item.link = document.link;
    document.tags.iter().for_each(|tag| product::add_tag(&mut item, tag));
    for (name, value) in &document.attributes {
        if let Some(value) = value.read() {
            item.attributes.insert(plain::text(name), value);
        }
    }
    item.gtin = document.gtin.map(Scalar::into_text);
    item.mpn = document.mpn;
    item.condition = document.condition.as_deref().map_or(Ok(item.condition), product::condition)?;
    item.expected_life_days = document.expected_life_days;
    item.usage = document.consumable.map(|is_used_up| if is_used_up { Usage::Consumable } else { Usage::Durable });
    item.released_at = document.released_at.map(|at| moment("released_at", &at, settings)).transpose()?;
    if let Some(told) = document.variants {
        item.variants = Some(told.into_iter().map(|variant| variant.read(settings)).collect::<Result<_, _>>()?);
    }
    Ok(item)
}

fn patch(document: &ItemDocument, settings: &Settings) -> Result<Patch, Wrong> {
    let target = match (&document.inventory_id, &document.variant) {
        (Some(id), _) => Target::Inventory { id: id.clone().into_text() },
        (None, Some(variant)) => Target::Variant { item: item_id(document.id.as_ref())?, id: variant.clone() },
        (None, None) => Target::Item { id: item_id(document.id.as_ref())? },
    };
    let says_stock = document.offer.stock.is_some() || document.offer.availability.is_some();
    let stores = document.offer.stores(settings)?.unwrap_or_default();
    let prices = document.offer.prices(settings)?;
    Ok(Patch {
        target,
        cost_cents: cost(document.cost.as_ref(), document.margin, prices.as_ref(), settings)?,
        prices,
        stock: if says_stock { Some(document.offer.stock()?) } else { None },
        stores: stores.into_iter().map(|(store, stock)| (store, stock.count)).collect(),
    })
}

fn item_id(id: Option<&Scalar>) -> Result<String, Wrong> {
    let id = id.cloned().map(Scalar::into_text).filter(|id| !id.is_empty());
    id.ok_or_else(|| Wrong::of_catalog(Code::WithoutId, "id", "It has no id."))
}

/// What it costs the shop: said, or what the share that it keeps leaves of the usual price.
fn cost(
    cost: Option<&Scalar>,
    margin: Option<f64>,
    prices: Option<&Prices>,
    settings: &Settings,
) -> Result<Option<u64>, Wrong> {
    if let Some(cost) = cost {
        return Ok(Some(cost.amount("cost", settings)?.0));
    }
    let Some(margin) = margin else { return Ok(None) };
    let Some(prices) = prices.filter(|_| (-1.0..=1.0).contains(&margin)) else {
        let why = "It is a share of the price from -1 to 1, and needs one.";
        return Err(Wrong::new(Reason::OutOfRange, "margin", why));
    };
    Ok(Some((prices.price_cents as f64 * (1.0 - margin)).round() as u64))
}

impl OfferDocument {
    fn prices(&self, settings: &Settings) -> Result<Option<Prices>, Wrong> {
        let [price, sale_price] = [&self.price, &self.sale_price].map(|said| said.as_ref().map(Scalar::to_text));
        let written = Written {
            price: price.as_deref(),
            sale_price: sale_price.as_deref(),
            from: self.sale_from.as_deref(),
            until: self.sale_until.as_deref(),
            sale_writer: self.sale_price.as_ref().map(Scalar::writer),
        };
        written.read(self.price.as_ref().map_or(Writer::Anybody, Scalar::writer), settings)
    }

    fn stock(&self) -> Result<catalog::item::Stock, Wrong> {
        let count =
            self.stock.as_ref().map(|said| product::count("stock", &said.to_text(), product::Negative::Refused));
        Ok(product::stock(self.availability.as_deref().map(product::availability).transpose()?, count.transpose()?))
    }

    fn stores(&self, settings: &Settings) -> Result<Option<BTreeMap<String, StoreStock>>, Wrong> {
        let Some(stores) = &self.stores else { return Ok(None) };
        let read = |(store, said): (&String, &StoreDocument)| {
            let (count, as_of) = match said {
                StoreDocument::Count(count) => (count, None),
                StoreDocument::Known { count, as_of } => (count, as_of.as_deref()),
            };
            let field = format!("stores.{store}");
            let count = product::count(&field, &count.to_string(), product::Negative::Refused)?;
            let as_of = as_of.map_or(Ok(settings.told_at), |at| moment(&field, at, settings))?;
            Ok((store.clone(), StoreStock { count, as_of }))
        };
        stores.iter().map(read).collect::<Result<_, _>>().map(Some)
    }
}

impl VariantDocument {
    fn read(self, settings: &Settings) -> Result<Variant, Wrong> {
        let word = |text: String| Some(plain::text(&text)).filter(|text| !text.is_empty());
        Ok(Variant {
            id: self.id.into_text(),
            size: self.size.map(Scalar::into_text).and_then(word),
            color: self.color.and_then(word),
            prices: self.offer.prices(settings)?,
            stock: self.offer.stock()?,
            stores: self.offer.stores(settings)?,
            gtin: self.gtin.map(Scalar::into_text),
            inventory_id: self.inventory_id.map(Scalar::into_text),
        })
    }
}

impl Scalar {
    fn to_text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
        }
    }

    fn writer(&self) -> Writer {
        if matches!(self, Self::Number(_)) { Writer::Program } else { Writer::Anybody }
    }

    fn into_text(self) -> String {
        self.to_text()
    }

    fn amount(&self, field: &str, settings: &Settings) -> Result<(u64, Currency), Wrong> {
        amount(field, &self.to_text(), self.writer(), settings)
    }
}

impl Localized {
    fn texts<'t>(&'t self, settings: &'t Settings) -> Vec<(&'t str, &'t str)> {
        match self {
            Self::One(text) => vec![(&settings.language, text)],
            Self::Each(texts) => texts.iter().map(|(language, text)| (language.as_str(), text.as_str())).collect(),
        }
    }
}

impl PathDocument {
    fn read(&self) -> CategoryPath {
        match self {
            Self::Text(text) => product::path(text, '>'),
            Self::Names(names) => names.iter().map(|name| plain::text(name)).filter(|name| !name.is_empty()).collect(),
        }
    }
}

impl ImageDocument {
    fn read(self) -> Image {
        match self {
            Self::Url(url) => Image { url, alt: String::new() },
            Self::Known { url, alt } => Image { url, alt: plain::text(&alt) },
        }
    }
}

impl AttributeDocument {
    /// The value; `None` if it says nothing.
    fn read(&self) -> Option<Attribute> {
        Some(match self {
            Self::Flag(yes) => Attribute::Flag(*yes),
            Self::Number(number) => Attribute::Number(Finite::new(*number)?),
            Self::Text(text) => Attribute::Text(Some(plain::text(text)).filter(|text| !text.is_empty())?),
            Self::List(values) => {
                let words = values.iter().map(|value| plain::text(&value.to_text())).filter(|word| !word.is_empty());
                Attribute::List(words.collect())
            }
        })
    }
}
