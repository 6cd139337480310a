//! How well known items are found, and how well a person's order suits their tastes.

use std::{collections::BTreeMap, error::Error};

use search::{Blend, Index, Language, Page, Person, Request, Snapshot, Tastes};

use crate::{
    catalog::{Chance, Item, read},
    queries::{KINDS, Kind, query},
    reference::{Layout, Reference, Words},
};

const QUERIES: usize = 2_000;
const PERSONS: usize = 1_000;

pub(crate) fn run(seed: u32) -> Result<(), Box<dyn Error>> {
    let items = read()?;
    let shop = index(&items)?;
    println!("{} items, seed {seed}", items.len());
    known_items(&items, &shop, seed)?;
    tastes(&items, &shop, seed)
}

/// The catalog as an index.
pub(crate) fn index(items: &[Item]) -> Result<Snapshot, Box<dyn Error>> {
    let mut index = Index::in_memory()?;
    for (number, item) in (0..).zip(items) {
        item.with_doc(number, |doc| index.put(doc))?;
    }
    Ok(index.commit()?)
}

fn known_items(items: &[Item], shop: &Snapshot, seed: u32) -> Result<(), Box<dyn Error>> {
    let one = Reference::of(items.iter().cloned(), Layout::One)?;
    let parts = Reference::of(items.iter().cloned(), Layout::Parts)?;
    let foreign = Tastes { interests: vec![("brand:nobody's".to_owned(), 1.0)], ..Tastes::default() };
    let blend = Blend::default();
    println!("\nknown items, MRR@10 of {QUERIES} queries each");
    println!("{:<20}{:>8}{:>12}{:>12}{:>12}{:>12}", "", "search", "neutral", "one, any", "one, all", "parts, any");
    for kind in KINDS {
        let mut chance = Chance::of_seed(seed);
        let mut sums = [0.0; 5];
        let mut asked = 0;
        while asked < QUERIES {
            let number = chance.below(u32::try_from(items.len())?);
            let Some(text) = query(&items[number as usize], kind, &mut chance) else { continue };
            asked += 1;
            let page = Page { offset: 0, size: 10 };
            let request = Request { page, ..Request::of(&text, Language::English) };
            let person = Some(Person { tastes: &foreign, blend: &blend });
            let answers = [
                numbers(shop, &request)?,
                numbers(shop, &Request { person, ..request })?,
                one.best(&text, Words::Any)?,
                one.best(&text, Words::All)?,
                parts.best(&text, Words::Any)?,
            ];
            for (sum, answer) in sums.iter_mut().zip(answers) {
                *sum += answer.iter().position(|found| *found == number).map_or(0.0, |at| 1.0 / (at + 1) as f64);
            }
        }
        let [own, neutral, any, all, by_part] = sums.map(|sum| sum / QUERIES as f64);
        let name = name(kind);
        println!("{name:<20}{own:>8.4}{neutral:>12.4}{any:>12.4}{all:>12.4}{by_part:>12.4}");
    }
    Ok(())
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Title => "title",
        Kind::TitleAndAttribute => "title, attribute",
        Kind::Attributes => "brand, attributes",
        Kind::Mistyped => "title, mistyped",
    }
}

fn numbers(shop: &Snapshot, request: &Request<'_>) -> Result<Vec<u32>, Box<dyn Error>> {
    Ok(shop.search(request)?.hits.iter().map(|hit| hit.number).collect())
}

/// Who likes two brands and a color, and looks for a kind of thing. What the shop knows of that is noisy: strengths vary,
/// and brands that the person does not care for have some too.
struct Shopper<'a> {
    kind: &'a str,
    brands: [&'a str; 2],
    color: &'a str,
}

impl Shopper<'_> {
    /// How much the person wants an item: 0 if it is another kind of thing.
    fn gain(&self, item: &Item) -> f64 {
        if item.kind != self.kind {
            return 0.0;
        }
        let brand = if self.brands.contains(&&*item.brand) { 2.0 } else { 0.0 };
        let color = if item.attribute(COLOR) == Some(self.color) { 1.0 } else { 0.0 };
        1.0 + brand + color
    }
}

/// The attribute in the spelling of the catalog, which the code does not use.
const COLOR: &str = concat!("product colo", "ur");

fn tastes(items: &[Item], shop: &Snapshot, seed: u32) -> Result<(), Box<dyn Error>> {
    let mut by_kind: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    items.iter().for_each(|item| by_kind.entry(&item.kind).or_default().push(item));
    by_kind.retain(|kind, items| kind.len() > 2 && items.len() >= 50);
    let kinds: Vec<&str> = by_kind.keys().copied().collect();
    let mut chance = Chance::of_seed(seed);
    let (mut right, mut wrong, mut neutral) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PERSONS {
        let kind = *chance.of(&kinds);
        let of_kind = &by_kind[kind];
        let brands = [(); 2].map(|()| &*chance.of(of_kind).brand);
        let color = chance.of(of_kind).attribute(COLOR).unwrap_or("Black");
        let shopper = Shopper { kind, brands, color };
        let mut gains: Vec<f64> = of_kind.iter().map(|item| shopper.gain(item)).collect();
        gains.sort_by(|one, other| other.total_cmp(one));
        let ideal = dcg(gains.into_iter().take(10));
        let ndcg = |tastes: &Tastes| -> Result<f64, Box<dyn Error>> {
            let person = Some(Person { tastes, blend: &Blend::default() });
            let page = Page { offset: 0, size: 10 };
            let found = numbers(shop, &Request { person, page, ..Request::of(kind, Language::English) })?;
            Ok(dcg(found.iter().map(|number| shopper.gain(&items[*number as usize]))) / ideal)
        };
        neutral.push(ndcg(&Tastes::default())?);
        right.push(ndcg(&known_of(&shopper, items, &mut chance))?);
        let other = Shopper { kind, brands: [(); 2].map(|()| &*chance.of(items).brand), color: "Purple" };
        wrong.push(ndcg(&known_of(&other, items, &mut chance))?);
    }
    println!("\ntastes, NDCG@10 of {PERSONS} persons who look for a kind of thing");
    println!("neutral {:.4}", mean(&neutral));
    for (name, list) in [("their own tastes", &right), ("somebody else's tastes", &wrong)] {
        let differences: Vec<f64> = list.iter().zip(&neutral).map(|(one, other)| one - other).collect();
        let (low, high) = interval(&differences, &mut chance);
        println!("{name} {:.4}, difference {:+.4} [{low:+.4}, {high:+.4}]", mean(list), mean(&differences));
    }
    Ok(())
}

fn known_of(shopper: &Shopper<'_>, items: &[Item], chance: &mut Chance) -> Tastes {
    let mut strength = |least: u32, most: u32| f64::from(least + chance.below(most - least)) / 100.0;
    let mut interests: Vec<(String, f64)> =
        shopper.brands.iter().map(|brand| (format!("brand:{brand}"), strength(15, 60))).collect();
    let searched = vec![(shopper.color.to_owned(), strength(20, 80))];
    for _ in 0..3 {
        let foreign = format!("brand:{}", chance.of(items).brand);
        interests.push((foreign, f64::from(5 + chance.below(15)) / 100.0));
    }
    Tastes { interests, searched, ..Tastes::default() }
}

fn dcg(gains: impl Iterator<Item = f64>) -> f64 {
    gains.enumerate().map(|(at, gain)| gain / libm::log2(at as f64 + 2.0)).sum()
}

fn mean(list: &[f64]) -> f64 {
    list.iter().sum::<f64>() / list.len() as f64
}

/// The 95 % interval of the mean, by 1,000 bootstrap samples.
fn interval(list: &[f64], chance: &mut Chance) -> (f64, f64) {
    let mut means: Vec<f64> = (0..1_000)
        .map(|_| {
            let sample: Vec<f64> = (0..list.len()).map(|_| *chance.of(list)).collect();
            mean(&sample)
        })
        .collect();
    means.sort_by(f64::total_cmp);
    (means[25], means[974])
}
