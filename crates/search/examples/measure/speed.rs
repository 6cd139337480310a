//! How long searches take beside `tantivy` alone, on a generated catalog. Each query is asked of both, one after the
//! other, so that a busy machine is busy for both.

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use search::{Blend, Count, Facet, Index, Language, LastWord, Person, Request, Snapshot, Tastes};

use crate::{
    catalog::{Chance, Item, like, read},
    queries::{Kind, query},
    reference::{Layout, Reference},
};

const SEED: u32 = 7;
const QUERIES: usize = 1_000;

pub(crate) fn run(items: u32) -> Result<(), Box<dyn Error>> {
    let real = read()?;
    let generated = || {
        let mut chance = Chance::of_seed(SEED);
        let real = &real;
        (0..items).map(move |_| like(real, &mut chance))
    };
    let (reference, took) = timed(|| Reference::of(generated(), Layout::One));
    let reference = reference?;
    println!("tantivy alone: {items} items indexed in {took:.1?}");
    let folder = tempfile::tempdir()?;
    let (filled, took) = timed(|| fill(generated(), folder.path()));
    filled?;
    let mut index = Index::open(folder.path())?;
    println!("search: {items} items indexed in {took:.1?}, generating them included in both");
    let (shop, took) = timed(|| change(&mut index, &real));
    println!("a hundred items changed and visible in {took:.1?}");
    let shop = shop?;
    let mut chance = Chance::of_seed(SEED);
    let samples: Vec<Item> = generated().step_by(usize::try_from(items)? / 4_000 + 1).collect();
    compare(&shop, &reference, "known items", &texts(&samples, Kind::Title, &mut chance))?;
    compare(&shop, &reference, "title and attribute", &texts(&samples, Kind::TitleAndAttribute, &mut chance))?;
    compare(&shop, &reference, "brand and attributes", &texts(&samples, Kind::Attributes, &mut chance))?;
    compare(&shop, &reference, "one word", &single_words(&samples, &mut chance))?;
    compare(&shop, &reference, "mistyped", &texts(&samples, Kind::Mistyped, &mut chance))?;
    drop(shop);
    index.close()?;
    Ok(())
}

fn texts(samples: &[Item], kind: Kind, chance: &mut Chance) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < QUERIES {
        texts.extend(query(chance.of(samples), kind, chance));
    }
    texts
}

fn single_words(samples: &[Item], chance: &mut Chance) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < QUERIES {
        let words: Vec<&str> = chance.of(samples).title.split_whitespace().filter(|word| word.len() > 3).collect();
        if !words.is_empty() {
            texts.push((*chance.of(&words)).to_owned());
        }
    }
    texts
}

/// A way to ask, and the way to ask `tantivy` that it is set beside.
type Way<'a> = (&'static str, bool, &'a dyn Fn(&str) -> Result<u64, Box<dyn Error>>);

fn compare(shop: &Snapshot, reference: &Reference, name: &str, texts: &[String]) -> Result<(), Box<dyn Error>> {
    let tastes = Tastes {
        interests: ["HP", "Samsung", "Lenovo", "Canon"].map(|brand| (format!("brand:{brand}"), 0.4)).to_vec(),
        searched: vec![("black laser".to_owned(), 0.5)],
        ..Tastes::default()
    };
    let person = Some(Person { tastes: &tastes, blend: &Blend::default() });
    let bands = [5_000, 10_000, 50_000, 100_000];
    let facets = [Facet::Family("brand"), Facet::Family("category"), Facet::Price(&bands), Facet::InStock];
    let ask = |request: &Request<'_>| -> Result<u64, Box<dyn Error>> { Ok(shop.search(request)?.total) };
    fn of(text: &str) -> Request<'_> {
        Request::of(text, Language::English)
    }
    let ways: [Way<'_>; 5] = [
        ("page and count", true, &|text| ask(&of(text))),
        ("page only", false, &|text| ask(&Request { count: Count::Shown, ..of(text) })),
        ("personal, count", true, &|text| ask(&Request { person, ..of(text) })),
        ("four facets", true, &|text| ask(&Request { facets: &facets, ..of(text) })),
        ("being typed", false, &|text| ask(&Request { count: Count::Shown, last_word: LastWord::Begun, ..of(text) })),
    ];
    println!("\n{name}: {} queries", texts.len());
    println!(
        "{:<18}{:>12}{:>12}{:>8}{:>12}{:>12}{:>14}",
        "", "search p50", "alone p50", "ratio", "search p99", "alone p99", "ratio of sums"
    );
    for (way, counts, ask) in ways {
        let (mut own, mut alone) = (Vec::new(), Vec::new());
        for text in texts {
            let (done, took) = timed(|| ask(text));
            done?;
            own.push(took);
            let (done, took) = timed(|| if counts { reference.page_and_count(text) } else { reference.page(text) });
            done?;
            alone.push(took);
        }
        own.sort_unstable();
        alone.sort_unstable();
        let at = |list: &[Duration], percent: usize| list[list.len() * percent / 100];
        let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        let sums = ratio(own.iter().sum(), alone.iter().sum());
        println!(
            "{way:<18}{:>12.1?}{:>12.1?}{:>8.2}{:>12.1?}{:>12.1?}{sums:>14.2}",
            at(&own, 50),
            at(&alone, 50),
            ratio(at(&own, 50), at(&alone, 50)),
            at(&own, 99),
            at(&alone, 99),
        );
    }
    Ok(())
}

fn fill(items: impl Iterator<Item = Item>, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut index = Index::open(folder)?;
    for (number, item) in (0..).zip(items) {
        item.with_doc(number, |doc| index.put(doc))?;
    }
    index.commit()?;
    Ok(index.close()?)
}

fn change(index: &mut Index, real: &[Item]) -> Result<Snapshot, Box<dyn Error>> {
    for (number, item) in (0..).zip(&real[..100]) {
        item.with_doc(number, |doc| index.put(doc))?;
    }
    Ok(index.commit()?)
}

#[expect(clippy::disallowed_methods, reason = "it measures time")]
fn timed<T>(call: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let done = call();
    (done, begin.elapsed())
}
