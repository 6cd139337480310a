//! The catalog of electronics, and one of any size in its shape.

use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    io::{BufRead, BufReader},
};

use flate2::read::GzDecoder;
use model::time::Timestamp;
use search::{Doc, Language, Text};
use serde_json::Value;

/// An item, owned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) brand: String,
    pub(crate) kind: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) codes: Vec<String>,
    pub(crate) price_cents: u64,
}

impl Item {
    /// Calls with the item as a document.
    pub(crate) fn with_doc<T>(&self, number: u32, call: impl FnOnce(&Doc<'_>) -> T) -> T {
        let attributes: Vec<(&str, &str)> = self.attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
        let codes: Vec<&str> = self.codes.iter().map(String::as_str).collect();
        let category: &[&str] = if self.kind.is_empty() { &[] } else { &[&self.kind] };
        call(&Doc {
            number,
            id: &self.id,
            texts: &[Text { language: Language::English, title: &self.title, description: &self.description }],
            brand: &self.brand,
            category,
            tags: &[],
            attributes: &attributes,
            codes: &codes,
            price_cents: self.price_cents,
            in_stock: true,
            listed_at: Timestamp::EPOCH,
        })
    }

    /// All of it as one text.
    pub(crate) fn whole(&self) -> String {
        let mut text = format!("{} {} {} {}", self.title, self.description, self.brand, self.kind);
        for (name, value) in &self.attributes {
            let said = if value == "true" { name } else { value };
            if value != "false" {
                text.push(' ');
                text.push_str(said);
            }
        }
        for code in self.codes.iter().chain([&self.id]) {
            text.push(' ');
            text.push_str(code);
        }
        text
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, wanted: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| &**value)
    }
}

/// Reads the catalog.
pub(crate) fn read() -> Result<Vec<Item>, Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/catalogue_icecat_en/products.jsonl.gz");
    let file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
    let mut items = Vec::new();
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        items.push(item(&serde_json::from_str(&line?)?));
    }
    Ok(items)
}

fn item(row: &Value) -> Item {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut attributes = Vec::new();
    let fields: BTreeMap<&String, &Value> = row.as_object().into_iter().flatten().collect();
    for (name, value) in fields {
        let Some(name) = ["attr_t_", "attr_n_", "attr_b_"].iter().find_map(|kind| name.strip_prefix(kind)) else {
            continue;
        };
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
            other => other.to_string(),
        };
        attributes.push((name.replace('_', " "), value));
    }
    let mut codes = vec![text("name")];
    codes.extend(row["ean"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    let kind = ["product type", "type"]
        .iter()
        .find_map(|name| attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.clone()));
    Item {
        id: text("id"),
        title: text("title"),
        description: text("short_description"),
        brand: text("supplier"),
        kind: kind.unwrap_or_default(),
        attributes,
        codes,
        price_cents: row["price"].as_u64().unwrap_or_default(),
    }
}

/// An item in the shape of a real one: its words, with model numbers and codes of its own, and some attributes of
/// another item.
pub(crate) fn like(real: &[Item], chance: &mut Chance) -> Item {
    let mut item = chance.of(real).clone();
    let other = chance.of(real);
    item.title = renamed(&item.title, chance);
    item.description = if chance.below(2) == 0 { other.description.clone() } else { item.description };
    for code in &mut item.codes {
        *code = chance.code(code);
    }
    item.id = chance.code(&item.id);
    for ((_, value), (_, others)) in item.attributes.iter_mut().zip(&other.attributes) {
        if chance.below(4) == 0 {
            value.clone_from(others);
        }
    }
    item.price_cents = 500 + u64::from(chance.below(200_000));
    item
}

/// A title with other model numbers.
fn renamed(title: &str, chance: &mut Chance) -> String {
    let has_digit = |word: &str| word.chars().any(|mark| mark.is_ascii_digit());
    let words = title.split(' ').map(|word| match word.len() > 4 && has_digit(word) {
        true => chance.code(word),
        false => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Numbers from a seed (xorshift64*, Vigna 2016).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of_seed(seed: u32) -> Self {
        Self(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 to before `end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) * u64::from(end);
        u32::try_from(drawn >> 32).expect("it is below `end`")
    }

    /// One of some things.
    pub(crate) fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(u32::try_from(things.len()).expect("there are few")) as usize]
    }

    /// A code that looks like another.
    fn code(&mut self, like: &str) -> String {
        let mut sign = |mark: char| match mark {
            '0'..='9' => char::from_digit(self.below(10), 10).expect("it is a digit"),
            'a'..='z' | 'A'..='Z' => char::from_digit(10 + self.below(26), 36).expect("it is a letter"),
            other => other,
        };
        like.chars().map(&mut sign).collect()
    }
}
