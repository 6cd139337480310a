//! What a million items take, and what a change costs: `cargo run --release -p catalog --example catalog_bench [ITEMS] [rich]`.
//!
//! An ordinary item has texts in one language, an image, a link, ten attributes, three tags and stock in two stores; a
//! rich one has a second language and image, and three variants.
//! Prints the bytes that an ordinary item adds to the memory of the process, and beside a clone of the whole catalog's
//! list of items the time of a patch while a reader holds a snapshot.

use std::{collections::BTreeMap, process::ExitCode, time::Duration};

use catalog::{
    catalog::Catalog,
    change::{Change, Patch},
    facts::Fact,
    item::{Attribute, Image, Item, Stock, StoreStock, Texts, Variant},
    money::{Currency, Prices},
};
use model::{time::Timestamp, value::Finite};

const PATCHES: usize = 100_000;
const LOOKUPS: usize = 1_000_000;

fn main() -> ExitCode {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let richness = if std::env::args().nth(2).as_deref() == Some("rich") { Richness::Rich } else { Richness::Ordinary };
    let Some(before) = resident_bytes() else {
        eprintln!("this system does not tell how much memory a process has");
        return ExitCode::FAILURE;
    };
    let mut catalog = Catalog::default();
    let put = cpu(|| (0..count).for_each(|number| apply(&mut catalog, &Change::Put(Box::new(item(number, richness))))));
    let bytes = resident_bytes().unwrap_or(before).saturating_sub(before);
    println!("{count} items: {} bytes each, {} µs to put one", bytes / count, micros(put, count));
    let patches = patches(count);
    let alone = cpu(|| patches.iter().for_each(|patch| apply(&mut catalog, patch)));
    println!("a patch that nobody watches: {} µs", micros(alone, PATCHES));
    let mut snapshots = Vec::with_capacity(1);
    let watched = cpu(|| {
        for patch in &patches {
            // A reader holds the state before each patch, so that nothing can be changed in place.
            snapshots.clear();
            snapshots.push(catalog.clone());
            apply(&mut catalog, patch);
        }
    });
    println!("a patch with a new snapshot before it: {} µs", micros(watched, PATCHES));
    let price = Fact::of_name("price").expect("a fact");
    let ids: Vec<String> = (0..LOOKUPS).map(|turn| id(spread(turn, count))).collect();
    let mut found = 0;
    let looked = cpu(|| {
        found = ids.iter().filter_map(|id| price.of(&catalog.find(id)?, Timestamp::EPOCH)).count();
    });
    println!("an item by its id, and its price: {} µs ({found} found)", micros(looked, LOOKUPS));
    ExitCode::SUCCESS
}

fn apply(catalog: &mut Catalog, change: &Change) {
    catalog.apply(change, Timestamp::EPOCH).expect("an ordinary change");
}

fn patches(count: usize) -> Vec<Change> {
    let patch = |turn: usize| Patch {
        prices: Some(Prices::of(Currency::EUR, 20_000 + turn as u64)),
        stock: Some(Stock::counted(50 + (turn % 7) as u32)),
        ..Patch::of_item(id(spread(turn, count)))
    };
    (0..PATCHES).map(|turn| Change::Patch(patch(turn))).collect()
}

/// Items in no order of memory.
fn spread(turn: usize, count: usize) -> usize {
    turn.wrapping_mul(2_654_435_761) % count
}

fn id(number: usize) -> String {
    format!("item-{number:07}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Richness {
    Ordinary,
    Rich,
}

fn item(number: usize, richness: Richness) -> Item {
    let mut item = Item::new(id(number));
    let words = |language: &str| Texts {
        title: format!("Alpina trekking boot {number} for {language}"),
        description: format!("{number}: leather outside, wool inside. ").repeat(4),
    };
    item.texts = BTreeMap::from([("en".to_owned(), words("en"))]);
    item.group = (number.is_multiple_of(4)).then(|| format!("group-{}", number / 8));
    item.brand = Some(format!("Brand {}", number % 500));
    item.categories = vec![vec!["Shop".into(), format!("Family {}", number % 40), format!("Kind {}", number % 2_000)]];
    item.prices = Some(Prices::of(Currency::EUR, 1_000 + number as u64 % 30_000));
    item.cost_cents = Some(500);
    item.stock = Stock::counted(number as u32 % 100);
    let stock = |store: usize| (format!("store-{store}"), StoreStock { count: 2, as_of: Timestamp::EPOCH });
    item.stores = Some(BTreeMap::from([stock(number % 50), stock(50 + number % 50)]));
    let image =
        |place: usize| Image { url: format!("https://shop.example/images/{number}-{place}.jpg"), alt: String::new() };
    item.images = vec![image(0)];
    item.link = Some(format!("https://shop.example/products/alpina-trekking-boot-{number}"));
    item.tags = (0..3).map(|tag| format!("tag {}", (number + tag * 31) % 300)).collect();
    let attribute = |place: usize| match place % 3 {
        0 => Attribute::Number(Finite::new((number * place) as f64).unwrap_or_default()),
        _ => Attribute::Text(format!("value {}", (number * place) % 1_000)),
    };
    item.attributes = (0..10).map(|place| (format!("attribute {place}"), attribute(place))).collect();
    item.gtin = Some(format!("{:013}", number * 7));
    let variant = |size: usize| Variant {
        id: format!("item-{number:07}-{size}"),
        size: Some(size.to_string()),
        stock: Stock::counted(size as u32 % 5),
        ..Variant::default()
    };
    if richness == Richness::Rich {
        item.texts.insert("fr".to_owned(), words("fr"));
        item.images.push(image(1));
        item.variants = Some((40..43).map(variant).collect());
    }
    item
}

/// The CPU time of the process that something took.
fn cpu(work: impl FnOnce()) -> Duration {
    let before = cpu_time();
    work();
    cpu_time().saturating_sub(before)
}

/// User and system time of this process; the kernel counts hundredths of a second.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? * 1_024)
}

fn micros(time: Duration, count: usize) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e6 / count as f64)
}
