//! The two sets with persons and baskets, split by time as `recommending.md` has it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use model::time::{Span, Timestamp};
use recommend::{
    content::{Contents, Feature},
    history::{Deed, Group, History, Interaction, Item, Person},
};

use crate::{
    Failed, Part,
    table::{Numbers, millis, read},
};

/// A set, split.
pub(crate) struct Split {
    pub(crate) name: &'static str,
    /// What happened before the cut, with items that had enough buyers by then: what peers are trained on.
    pub(crate) history: History,
    /// What happened before the cut, with all items, those of `history` having the smaller numbers. A model that fits on
    /// the end of the history must not be told which items will have had enough buyers: it would learn that rare ones rise.
    pub(crate) everything: History,
    /// How many buyers are enough.
    pub(crate) buyers: usize,
    /// The cut.
    pub(crate) now: Timestamp,
    /// What was bought after it, by persons who had bought before.
    pub(crate) wanted: BTreeMap<Person, BTreeSet<Item>>,
    /// What is known of the items.
    pub(crate) contents: Contents,
}

/// One line of a receipt.
struct Line {
    person: String,
    item: String,
    basket: String,
    at: Timestamp,
    features: Vec<String>,
}

/// Online Retail: before and from October 2010; items of at least five buyers.
pub(crate) fn retail(folder: &Path, part: Part) -> Result<Split, Failed> {
    let mut lines = Vec::new();
    let columns = ["Customer ID", "StockCode", "Invoice", "InvoiceDate", "Quantity", "Price", "Description"];
    read(&folder.join("online_retail_y1/transactions.csv.gz"), ',', columns, |row| {
        let [person, item, basket, at, quantity, price, description] = row;
        let is_good = item.len() >= 5 && item.as_bytes()[..5].iter().all(u8::is_ascii_digit);
        let positive = |text: &str| text.parse::<f64>().is_ok_and(|number| number > 0.0);
        if let (true, Some(at)) = (is_good && !person.is_empty() && positive(quantity) && positive(price), millis(at)) {
            let words = description.split_whitespace().map(str::to_lowercase);
            let features = words.chain([format!("code {}", &item[..5])]).collect();
            lines.push(line([person, item, basket], at, features));
        }
    })?;
    split("retail", &lines, "2010-10-01 00:00:00", part, 5)
}

/// Complete Journey: weeks 1 to 36 and 37 to 44; items of at least twenty buyers.
pub(crate) fn journey(folder: &Path, part: Part) -> Result<Split, Failed> {
    let mut kinds = HashMap::new();
    let columns = ["product_id", "product_category", "product_type", "brand", "manufacturer_id"];
    read(&folder.join("completejourney/products.csv.gz"), ',', columns, |row| {
        let [id, category, kind, brand, maker] = row;
        let features = vec![format!("c {category}"), format!("t {kind}"), format!("b {brand}"), format!("m {maker}")];
        kinds.insert(id.to_owned(), features);
    })?;
    let (mut lines, mut cut) = (Vec::new(), String::from("9"));
    let columns = ["household_id", "product_id", "basket_id", "transaction_timestamp", "quantity", "week"];
    read(&folder.join("completejourney/transactions_w01_w44.csv.gz"), ',', columns, |row| {
        let [person, item, basket, at, quantity, week] = row;
        if week.parse::<u32>().is_ok_and(|week| week >= 37) && at < cut.as_str() {
            cut = at.to_owned();
        }
        if let (true, Some(at)) = (quantity.parse::<f64>().is_ok_and(|number| number > 0.0), millis(at)) {
            lines.push(line([person, item, basket], at, kinds.get(item).cloned().unwrap_or_default()));
        }
    })?;
    split("journey", &lines, &cut, part, 20)
}

fn line([person, item, basket]: [&str; 3], at: i64, features: Vec<String>) -> Line {
    let at = Timestamp::saturating_from_millis(at);
    Line { person: person.to_owned(), item: item.to_owned(), basket: basket.to_owned(), at, features }
}

fn split(name: &'static str, lines: &[Line], cut: &str, part: Part, buyers: usize) -> Result<Split, Failed> {
    let cut = Timestamp::saturating_from_millis(millis(cut).ok_or("a cut is no moment")?);
    let (now, end) = match part {
        Part::Test => (cut, Timestamp::MAX),
        Part::Validation => (cut.minus(Span::DAY.times(56)), cut),
        Part::EarlyValidation => (cut.minus(Span::DAY.times(112)), cut.minus(Span::DAY.times(56))),
    };
    let mut takers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.at < now) {
        takers.entry(&line.item).or_default().insert(&line.person);
    }
    takers.retain(|_, persons| persons.len() >= buyers);
    let (mut persons, mut items, mut baskets, mut words) = Default::default();
    // Sorted names, so that ties are broken as the peers break them.
    for item in takers.keys() {
        Numbers::of(&mut items, item);
    }
    let (mut history, mut contents, mut wanted) = (History::default(), Contents::default(), BTreeMap::new());
    let mut of_items: BTreeMap<Item, BTreeSet<u32>> = BTreeMap::new();
    let kept = |line: &Line| line.at < end && takers.contains_key(line.item.as_str());
    let mut everything = History::default();
    for line in lines.iter().filter(|line| line.at < now) {
        let (person, item) = (Person(Numbers::of(&mut persons, &line.person)), Item(items.of(&line.item)));
        let group = Group(Numbers::of(&mut baskets, &line.basket));
        let interaction = Interaction { person, item, deed: Deed::Order, group, at: line.at };
        everything.push(interaction);
        if kept(line) {
            history.push(interaction);
        }
        let features = line.features.iter().map(|feature| Numbers::of(&mut words, feature));
        of_items.entry(item).or_default().extend(features);
    }
    for (item, features) in of_items {
        contents.set(item, &features.into_iter().map(|feature| (Feature(feature), 1.0)).collect::<Vec<_>>());
    }
    let known: BTreeSet<Person> = history.iter().map(|one| one.person).collect();
    for line in lines.iter().filter(|line| line.at >= now && kept(line)) {
        let person = Person(Numbers::of(&mut persons, &line.person));
        if known.contains(&person) {
            wanted.entry(person).or_insert_with(BTreeSet::new).insert(Item(items.of(&line.item)));
        }
    }
    Ok(Split { name, history, everything, buyers, now, wanted, contents })
}
