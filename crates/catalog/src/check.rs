//! What may be said: every limit, and what no shop means, found before anything is kept.

use std::collections::{BTreeMap, HashSet};

use crate::{
    change::Patch,
    fault::{Code, Fault},
    item::{Attribute, Item, Role, Stock, StoreStock, Variant},
    limits,
    money::Prices,
};

impl Item {
    /// Checks it against every limit.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), Fault> {
        id("id", &self.id)?;
        self.group.as_deref().map_or(Ok(()), |group| id("group", group))?;
        self.check_texts()?;
        self.brand.as_deref().map_or(Ok(()), |brand| word("brand", brand))?;
        self.check_categories()?;
        self.check_prices()?;
        stock("stock", &self.stock)?;
        at_most("tags", self.tags.len(), limits::TAGS)?;
        self.tags.iter().try_for_each(|tag| word("tags", tag))?;
        self.check_attributes()?;
        for (name, text) in [("gtin", &self.gtin), ("mpn", &self.mpn)] {
            text.as_deref().map_or(Ok(()), |text| id(name, text))?;
        }
        if self.expected_life_days.is_some_and(|days| days == 0 || days > limits::EXPECTED_LIFE_DAYS) {
            let most = limits::EXPECTED_LIFE_DAYS;
            return Err(Fault::new(Code::BadText, "expected_life_days", format!("It is not from 1 to {most} days.")));
        }
        let variants = self.variants.as_deref().unwrap_or_default();
        at_most("variants", variants.len(), limits::VARIANTS)?;
        let mut seen = HashSet::new();
        for (place, variant) in variants.iter().enumerate() {
            variant.check(&format!("variants[{place}]"))?;
            if !seen.insert(variant.id.as_str()) {
                let why = format!("The item has two variants called {:?}.", variant.id);
                return Err(Fault::new(Code::Twice, format!("variants[{place}].id"), why));
            }
        }
        stores("stores", self.stores.as_ref())?;
        let listed = variants.iter().filter_map(|variant| variant.stores.as_ref()).map(BTreeMap::len).sum::<usize>();
        at_most("stores", listed + self.stores.as_ref().map_or(0, BTreeMap::len), limits::STORE_STOCKS)
    }

    fn check_texts(&self) -> Result<(), Fault> {
        at_most("texts", self.texts.len(), limits::LANGUAGES)?;
        for (language, texts) in &self.texts {
            let is_tag = language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if language.is_empty() || language.len() > limits::LANGUAGE_BYTES || !is_tag {
                let why = format!("{:?} is no language tag, such as `fr` or `fr-CH`.", begin(language));
                return Err(Fault::new(Code::BadText, "texts", why));
            }
            text(&format!("title.{language}"), &texts.title, limits::TITLE_BYTES)?;
            text(&format!("description.{language}"), &texts.description, limits::DESCRIPTION_BYTES)?;
        }
        if !self.texts.values().any(|texts| !texts.title.is_empty()) {
            return Err(Fault::new(Code::WithoutTitle, "title", "It has no title in any language."));
        }
        at_most("images", self.images.len(), limits::IMAGES)?;
        for image in &self.images {
            address("images", &image.url)?;
            text("images.alt", &image.alt, limits::TITLE_BYTES)?;
        }
        self.link.as_deref().map_or(Ok(()), |link| address("link", link))?;
        let texts = self.texts.values().map(|texts| texts.title.len() + texts.description.len()).sum::<usize>();
        let images = self.images.iter().map(|image| image.url.len() + image.alt.len()).sum::<usize>();
        let attributes = self.attributes.values().map(Attribute::bytes).sum::<usize>();
        let all = texts + images + attributes;
        if all > limits::ITEM_TEXT_BYTES {
            let why = format!("Its texts have {all} bytes together, more than {}.", limits::ITEM_TEXT_BYTES);
            return Err(Fault::new(Code::TextTooLong, "texts", why));
        }
        Ok(())
    }

    fn check_categories(&self) -> Result<(), Fault> {
        at_most("categories", self.categories.len(), limits::CATEGORIES)?;
        for path in &self.categories {
            at_most("categories", path.len(), limits::LEVELS)?;
            path.iter().try_for_each(|name| word("categories", name))?;
            if path.is_empty() {
                return Err(Fault::new(Code::BadText, "categories", "A path without a category."));
            }
        }
        Ok(())
    }

    fn check_prices(&self) -> Result<(), Fault> {
        let variants = self.variants.as_deref().unwrap_or_default();
        let all_have = !variants.is_empty() && variants.iter().all(|variant| variant.prices.is_some());
        if self.prices.is_none() && self.role == Role::Sold && !all_have {
            return Err(Fault::new(Code::WithoutPrice, "price", "Nothing says what it costs."));
        }
        self.prices.as_ref().map_or(Ok(()), |prices| prices.check("price"))?;
        cost(self.cost_cents)
    }

    fn check_attributes(&self) -> Result<(), Fault> {
        at_most("attributes", self.attributes.len(), limits::ATTRIBUTES)?;
        for (name, attribute) in &self.attributes {
            word("attributes", name)?;
            let field = format!("attributes.{name}");
            match attribute {
                Attribute::Number(_) | Attribute::Flag(_) => {}
                Attribute::Text(value) => text(&field, value, limits::ATTRIBUTE_BYTES)?,
                Attribute::List(values) => {
                    at_most(&field, values.len(), limits::LIST)?;
                    values.iter().try_for_each(|value| word(&field, value))?;
                }
            }
        }
        Ok(())
    }
}

impl Attribute {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(values) => values.iter().map(String::len).sum(),
            Self::Number(_) | Self::Flag(_) => 0,
        }
    }
}

impl Variant {
    /// Checks it against every limit; `field` is where it stands.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, field: &str) -> Result<(), Fault> {
        id(&format!("{field}.id"), &self.id)?;
        for (name, text) in [("size", &self.size), ("color", &self.color)] {
            text.as_deref().map_or(Ok(()), |text| word(&format!("{field}.{name}"), text))?;
        }
        for (name, text) in [("gtin", &self.gtin), ("inventory_id", &self.inventory_id)] {
            text.as_deref().map_or(Ok(()), |text| id(&format!("{field}.{name}"), text))?;
        }
        self.prices.as_ref().map_or(Ok(()), |prices| prices.check(&format!("{field}.price")))?;
        stock(&format!("{field}.stock"), &self.stock)?;
        stores(&format!("{field}.stores"), self.stores.as_ref())
    }
}

impl Prices {
    /// Checks that a shop may mean them; `field` is where they stand.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, field: &str) -> Result<(), Fault> {
        if self.price_cents > limits::PRICE_CENTS {
            let most = limits::PRICE_CENTS / 100;
            return Err(Fault::new(Code::BadPrice, field, format!("It is above {most}, the highest price.")));
        }
        let Some(sale) = self.sale else { return Ok(()) };
        if sale.price_cents > self.price_cents {
            return Err(Fault::new(Code::BadPrice, field, "The reduced price is above the usual one."));
        }
        if sale.from >= sale.until {
            return Err(Fault::new(Code::BadPrice, field, "The reduction ends before it begins."));
        }
        Ok(())
    }
}

impl Patch {
    /// Checks it against every limit.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), Fault> {
        self.prices.as_ref().map_or(Ok(()), |prices| prices.check("price"))?;
        cost(self.cost_cents)?;
        self.stock.as_ref().map_or(Ok(()), |said| stock("stock", said))?;
        at_most("stores", self.stores.len(), limits::STORES)?;
        self.stores.iter().try_for_each(|(store, count)| store_stock("stores", store, *count))
    }
}

fn cost(cents: Option<u64>) -> Result<(), Fault> {
    match cents.filter(|cents| *cents > limits::PRICE_CENTS) {
        Some(_) => Err(Fault::new(Code::BadPrice, "cost", "It is above the highest price.")),
        None => Ok(()),
    }
}

fn stock(field: &str, stock: &Stock) -> Result<(), Fault> {
    match stock.count.filter(|count| *count > limits::STOCK) {
        Some(_) => Err(Fault::new(Code::BadStock, field, format!("There are more than {}.", limits::STOCK))),
        None => Ok(()),
    }
}

fn stores(field: &str, stores: Option<&BTreeMap<String, StoreStock>>) -> Result<(), Fault> {
    let Some(stores) = stores else { return Ok(()) };
    at_most(field, stores.len(), limits::STORES)?;
    stores.iter().try_for_each(|(store, stock)| store_stock(field, store, stock.count))
}

fn store_stock(field: &str, store: &str, count: u32) -> Result<(), Fault> {
    word(field, store)?;
    stock(field, &Stock::counted(count))
}

/// An id: not empty, no blank around it.
pub(crate) fn id(field: &str, id: &str) -> Result<(), Fault> {
    if id.is_empty() {
        return Err(Fault::new(Code::WithoutId, field, "It is empty."));
    }
    if id.trim().len() != id.len() {
        return Err(Fault::new(Code::BadText, field, "There is a blank before or behind it."));
    }
    text(field, id, limits::ID_BYTES)
}

/// A word that items may share.
pub(crate) fn word(field: &str, word: &str) -> Result<(), Fault> {
    if word.trim().is_empty() {
        return Err(Fault::new(Code::BadText, field, "One is empty."));
    }
    text(field, word, limits::WORD_BYTES)
}

fn address(field: &str, address: &str) -> Result<(), Fault> {
    if address.is_empty() {
        return Err(Fault::new(Code::WithoutId, field, "The address is empty."));
    }
    text(field, address, limits::URL_BYTES)
}

fn text(field: &str, text: &str, most: usize) -> Result<(), Fault> {
    if text.len() > most {
        let why = format!("It has {} bytes, more than {most}: {:?}…", text.len(), begin(text));
        return Err(Fault::new(Code::TextTooLong, field, why));
    }
    if text.contains(char::is_control) {
        return Err(Fault::new(Code::BadText, field, format!("A control character is in {:?}.", begin(text))));
    }
    Ok(())
}

fn at_most(field: &str, count: usize, most: usize) -> Result<(), Fault> {
    if count <= most {
        return Ok(());
    }
    Err(Fault::new(Code::TooMany, field, format!("There are {count}, more than {most}.")))
}

/// What of a text a sentence quotes.
fn begin(text: &str) -> &str {
    &text[..text.floor_char_boundary(40)]
}
