//! Items to test with.

use catalog::{
    catalog::Catalog,
    change::{Applied, Change},
    fault::Fault,
    item::{Attribute, Image, Item, Stock, StoreStock, Texts, Usage, Variant},
    money::{Currency, Prices, Sale},
};
use model::{time::Timestamp, value::Finite};

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms).unwrap()
}

pub(crate) fn euros(cents: u64) -> Prices {
    Prices::of(Currency::EUR, cents)
}

/// An item with a title and a price.
pub(crate) fn plain(id: &str) -> Item {
    let mut item = Item::new(id);
    item.texts.insert("en".into(), Texts { title: format!("Item {id}"), description: String::new() });
    item.prices = Some(euros(10_000));
    item
}

pub(crate) fn variant(id: &str, size: &str, count: u32) -> Variant {
    Variant { id: id.into(), size: Some(size.into()), stock: Stock::counted(count), ..Variant::default() }
}

/// An item of which everything is said.
pub(crate) fn boot() -> Item {
    let mut item = plain("boot-42");
    let french = Texts { title: "Chaussures".into(), description: "Imperméables, pour l’été 🥾".into() };
    item.texts.insert("fr".into(), french);
    item.group = Some("boot".into());
    item.brand = Some("Alpina".into());
    item.categories = vec![vec!["Shoes".into(), "Boots".into()], vec!["Sale".into()]];
    item.prices =
        Some(Prices { sale: Some(Sale { price_cents: 8_000, from: at(100), until: at(200) }), ..euros(10_000) });
    item.cost_cents = Some(4_000);
    item.stock = Stock::counted(7);
    item.stores = Some([("paris".into(), StoreStock { count: 3, as_of: at(5) })].into());
    item.images = vec![Image { url: "https://shop.example/b.jpg".into(), alt: "A boot".into() }];
    item.link = Some("https://shop.example/boot-42".into());
    item.tags = vec!["new".into(), "waterproof".into()];
    let list = Attribute::List(vec!["mountain".into(), "snow".into()]);
    item.attributes = [
        ("width".into(), Attribute::Text("wide".into())),
        ("weight".into(), Attribute::Number(Finite::new(950.0).unwrap())),
        ("vegan".into(), Attribute::Flag(false)),
        ("terrain".into(), list),
        ("care".into(), Attribute::Text("Wax them. ".repeat(10).trim().into())),
    ]
    .into();
    item.gtin = Some("0095205603217".into());
    item.mpn = Some("AL-42".into());
    item.expected_life_days = Some(1_000);
    item.usage = Some(Usage::Durable);
    let mut large = variant("b-43", "43", 0);
    large.prices = Some(euros(11_000));
    large.inventory_id = Some("inv-43".into());
    item.variants = Some(vec![variant("b-42", "42", 2), large]);
    item.released_at = Some(at(1));
    item
}

/// Applies a change and says what it did.
pub(crate) fn apply(catalog: &mut Catalog, change: &Change, ms: i64) -> Result<Applied, Fault> {
    catalog.apply(change, at(ms)).map(|(_, applied)| applied)
}

pub(crate) fn put(catalog: &mut Catalog, item: Item, ms: i64) -> Result<Applied, Fault> {
    apply(catalog, &Change::Put(Box::new(item)), ms)
}

pub(crate) fn remove(catalog: &mut Catalog, id: &str, ms: i64) -> Result<Applied, Fault> {
    apply(catalog, &Change::Remove { id: id.into() }, ms)
}
