//! A catalog by a few words an item.

use model::time::Timestamp;
use search::{Doc, Filters, Found, Index, Language, LastWord, Request, Snapshot, Text};

/// An item; what it does not say is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) number: u32,
    pub(crate) title: &'static str,
    pub(crate) language: Language,
    pub(crate) description: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) category: &'static [&'static str],
    pub(crate) tags: &'static [&'static str],
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    pub(crate) codes: &'static [&'static str],
    pub(crate) price_cents: u64,
    pub(crate) in_stock: bool,
    pub(crate) popularity: f32,
    pub(crate) listed_ms: i64,
}

pub(crate) const ITEM: Item = Item {
    number: 0,
    title: "",
    language: Language::French,
    description: "",
    brand: "",
    category: &[],
    tags: &[],
    attributes: &[],
    codes: &[],
    price_cents: 1_000,
    in_stock: true,
    popularity: 0.0,
    listed_ms: 0,
};

/// An item with a French title.
pub(crate) const fn french(number: u32, title: &'static str) -> Item {
    Item { number, title, ..ITEM }
}

/// An item with an English title.
pub(crate) const fn english(number: u32, title: &'static str) -> Item {
    Item { number, title, language: Language::English, ..ITEM }
}

/// Puts an item in.
pub(crate) fn put(index: &mut Index, item: &Item) {
    put_with(index, item, item.tags);
}

/// Puts an item in with tags that are not its own.
pub(crate) fn put_with(index: &mut Index, item: &Item, tags: &[&str]) {
    let texts = [Text { language: item.language, title: item.title, description: item.description }];
    let id = format!("id-{}-x", item.number);
    let doc = Doc {
        number: item.number,
        id: &id,
        texts: &texts,
        brand: item.brand,
        category: item.category,
        tags,
        attributes: item.attributes,
        codes: item.codes,
        price_cents: item.price_cents,
        in_stock: item.in_stock,
        listed_at: Timestamp::from_millis(item.listed_ms).expect("it is in range"),
    };
    index.put(&doc).expect("memory takes it");
}

/// An index of items, not committed.
pub(crate) fn index(items: &[Item]) -> Index {
    let mut index = Index::in_memory().expect("memory is there");
    items.iter().for_each(|item| put(&mut index, item));
    let last = items.iter().map(|item| item.number).max().unwrap_or_default();
    let mut popularity = vec![0.0; if items.is_empty() { 0 } else { last as usize + 1 }];
    items.iter().for_each(|item| popularity[item.number as usize] = item.popularity);
    index.set_popularity(popularity.into());
    index
}

/// A catalog.
pub(crate) fn catalog(items: &[Item]) -> Snapshot {
    index(items).commit().expect("memory takes it")
}

/// What a French query finds.
pub(crate) fn search(snapshot: &Snapshot, text: &str) -> Found {
    snapshot.search(&Request::of(text, Language::French)).expect("memory can be read")
}

/// The numbers that a query in some language finds, best first.
pub(crate) fn found_in(snapshot: &Snapshot, text: &str, language: Language) -> Vec<u32> {
    numbers(&snapshot.search(&Request::of(text, language)).expect("memory can be read"))
}

/// The numbers that a French query finds, best first.
pub(crate) fn found(snapshot: &Snapshot, text: &str) -> Vec<u32> {
    numbers(&search(snapshot, text))
}

/// The numbers that a French query finds whose last word is begun.
pub(crate) fn begun(snapshot: &Snapshot, text: &str) -> Vec<u32> {
    let request = Request { last_word: LastWord::Begun, ..Request::of(text, Language::French) };
    numbers(&snapshot.search(&request).expect("memory can be read"))
}

/// What a French query finds under filters.
pub(crate) fn filtered(snapshot: &Snapshot, text: &str, filters: &Filters<'_>) -> Vec<u32> {
    numbers(&snapshot.search(&Request { filters, ..Request::of(text, Language::French) }).expect("memory can be read"))
}

/// The numbers of hits.
pub(crate) fn numbers(found: &Found) -> Vec<u32> {
    found.hits.iter().map(|hit| hit.number).collect()
}
