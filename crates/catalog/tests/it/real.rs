//! Real products: 19,406 of electronics with some thirty attributes each.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use catalog::{
    catalog::Catalog,
    item::{Attribute, Item, Texts},
    money::{Currency, Prices},
};
use flate2::read::GzDecoder;
use model::value::Finite;
use serde_json::Value;

use crate::items::put;

const PRODUCTS: &str = "../../../shared/data/catalogue_icecat_en/products.jsonl.gz";

/// The products of the file as items; `None` where the data is not beside the project.
fn items(most: usize) -> Option<Vec<Item>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PRODUCTS);
    let Ok(file) = File::open(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    };
    let lines = BufReader::new(GzDecoder::new(file)).lines().take(most);
    Some(lines.map(|line| item(&serde_json::from_str(&line.unwrap()).unwrap())).collect())
}

fn item(product: &Value) -> Item {
    let text = |name: &str| product[name].as_str().unwrap_or_default().trim().to_owned();
    let mut item = Item::new(text("id"));
    let plain = |name: &str| text(name).replace(char::is_control, " ");
    item.texts.insert("en".into(), Texts { title: plain("title"), description: plain("short_description") });
    item.brand = Some(text("supplier")).filter(|brand| !brand.is_empty());
    item.prices = Some(Prices::of(Currency::EUR, product["price"].as_u64().unwrap_or_default()));
    let attributes = product.as_object().unwrap().iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Bool(yes) => Attribute::Flag(*yes),
            Value::Number(number) => Attribute::Number(Finite::new(number.as_f64()?)?),
            Value::String(text) => Attribute::Text(text.replace(char::is_control, " ")),
            _ => return None,
        };
        name.starts_with("attr_").then(|| (name[7..].to_owned(), value))
    });
    item.attributes = attributes.collect::<BTreeMap<_, _>>();
    item
}

#[test]
fn real_products_are_kept_and_told_again() {
    let Some(items) = items(2_000) else { return };
    let mut catalog = Catalog::default();
    for item in &items {
        put(&mut catalog, item.clone(), 1).unwrap_or_else(|fault| panic!("{}: {fault}", item.id));
    }
    assert_eq!(catalog.len(), 2_000);
    for item in &items {
        assert_eq!(catalog.find(&item.id).unwrap().to_item(), *item);
    }
    let brands = catalog.items().filter(|item| item.brand() == Some("HP")).count();
    assert_eq!(brands, items.iter().filter(|item| item.brand.as_deref() == Some("HP")).count());
    assert!(brands > 50);
}
