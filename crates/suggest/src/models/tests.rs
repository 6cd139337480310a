//! A refresh against a training on everything.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{catalog::Catalog, change::Change as Told, item::Item as Sold, money};
use model::{
    time::{Span, Timestamp},
    value::{Fields, Value},
};
use proptest::{collection::vec, prelude::*};
use recommend::scored::Scored;
use rustc_hash::FxHashSet;

use super::*;
use crate::gather::{Gatherer, Surroundings, Who};

const ITEMS: u32 = 12;
const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

/// A deed: how many minutes before [`NOW`], with which item, and whether it was ordered.
type Did = (i64, u32, bool);

/// Everybody by number, with what they did.
type People = BTreeMap<u64, Vec<Did>>;

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for item in 0..ITEMS {
        let categories = vec![vec![format!("c{}", item % 3)]];
        let prices = Some(money::Prices::of(money::Currency::EUR, 100));
        let texts = catalog::item::Texts { title: "x".into(), description: String::new() };
        let told =
            Sold { prices, categories, texts: [("en".to_owned(), texts)].into(), ..Sold::new(format!("i{item}")) };
        catalog.apply(&Told::Put(Box::new(told)), Timestamp::EPOCH).expect("a good item");
    }
    catalog
}

fn gathered(catalog: &Catalog, people: &People) -> Gathered {
    let mut gatherer = Gatherer::new(catalog);
    for (number, did) in people {
        gatherer.person(Who(*number));
        for (minutes, item, is_order) in did {
            let line: Fields = [("product_id", Value::from(&*format!("i{item}")))].into_iter().collect();
            let order =
                || [("products", Value::List([Value::Map(line.clone())].as_slice().into()))].into_iter().collect();
            let (name, properties) =
                if *is_order { ("Order Completed", order()) } else { ("Product Viewed", line.clone()) };
            let country = ["FR", "DE"][(number % 2) as usize];
            let around = Surroundings { country: Some(country), device: None };
            gatherer.event(name, NOW.minus(Span::MINUTE.times(*minutes)), &properties, around);
        }
    }
    gatherer.finish()
}

/// Models of what was, refreshed by what is; and models of what is.
fn both(before: &People, after: &People) -> (Models, Models) {
    let catalog = catalog();
    let mut all = gathered(&catalog, before);
    let trained = Models::train(&all, NOW, 1);
    let whom: BTreeSet<u64> =
        before.keys().chain(after.keys()).copied().filter(|number| before.get(number) != after.get(number)).collect();
    let some = after.iter().filter(|(number, _)| whom.contains(number)).map(|(number, did)| (*number, did.clone()));
    let some = gathered(&catalog, &some.collect());
    let whom: FxHashSet<Who> = whom.into_iter().map(Who).collect();
    let change = all.replace(&whom, &some);
    all.categorize(&catalog);
    let anew = gathered(&catalog, after);
    assert_eq!((all.persons(), all.interactions()), (anew.persons(), anew.interactions()));
    let refreshed = trained.refreshed(&all, &change, NOW, 2);
    (refreshed, Models::train(&anew, NOW, 2))
}

/// The lists of what stands near an item, and what comes next after it.
fn lists(models: &Models, item: Item) -> [Vec<Scored>; 4] {
    let sessions = models.sessions.as_ref();
    let next = sessions.map(|known| models.with_memory(|memory| known.next(&[item], 99, &mut memory.session)));
    let [also, bought, viewed] = [&models.also_bought, &models.bought_together, &models.viewed_together];
    [also.of(item).to_vec(), bought.of(item).to_vec(), viewed.of(item).to_vec(), next.unwrap_or_default()]
}

fn names(lists: &[Vec<Scored>; 4]) -> [BTreeSet<u32>; 4] {
    lists.each_ref().map(|list| list.iter().map(|one| one.item.0).collect())
}

fn deeds(minutes: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Did>> {
    vec((minutes, 0..ITEMS, any::<bool>()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Who did more, earlier or later, who did less, who came and who went: what is counted is as if it had always been;
    /// and nobody stands near, or comes next, who should not, or is missing. The scores of items that nothing was done
    /// with may lag.
    #[test]
    fn a_refresh_knows_what_a_training_knows(
        before in vec(deeds(0..9_000), 1..16),
        changed in vec((0..20_u64, prop::option::of(deeds(0..9_000)), any::<bool>()), 1..8),
    ) {
        let mut before: People = (0..).zip(before).collect();
        // Items beyond the last one that is known are counted as 0, or not at all.
        before.insert(99, vec![(9_500, ITEMS - 1, false)]);
        let mut after = before.clone();
        for (number, did, adds) in changed {
            match did {
                Some(did) if adds => after.entry(number).or_default().extend(did),
                Some(did) => drop(after.insert(number, did)),
                None => drop(after.remove(&number)),
            }
        }
        let (refreshed, trained) = both(&before, &after);
        prop_assert_eq!(&refreshed.counted, &trained.counted);
        for item in (0..ITEMS).map(Item) {
            prop_assert_eq!(names(&lists(&refreshed, item)), names(&lists(&trained, item)), "{:?}", item);
        }
    }

    /// What is done with every item after all that was known: neighbors and sessions are as if it had always been, to the
    /// last bit.
    #[test]
    fn what_comes_later_is_known_as_if_it_had_always_been(
        before in vec(deeds(500..9_000), 1..16),
        later in vec(deeds(0..500), 1..6),
    ) {
        let before: People = (0..).zip(before).collect();
        let mut after = before.clone();
        for (number, did) in (3..).zip(later) {
            after.entry(number).or_default().extend(did);
        }
        // Somebody looks at everything, and somebody orders everything.
        after.insert(90, (0..ITEMS).map(|item| (1, item, false)).collect());
        after.insert(91, (0..ITEMS).map(|item| (1, item, true)).collect());
        let (refreshed, trained) = both(&before, &after);
        for item in (0..ITEMS).map(Item) {
            prop_assert_eq!(lists(&refreshed, item), lists(&trained, item), "{:?}", item);
        }
    }
}

#[test]
fn everybody_may_go_and_somebody_may_come_where_nobody_was() {
    let people: People = (0..5).map(|number| (number, vec![(9, 1, false), (8, 2, false)])).collect();
    let (refreshed, _) = both(&people, &People::new());
    assert_eq!((refreshed.persons(), refreshed.interactions(), refreshed.version()), (0, 0, 2));
    assert!(refreshed.sessions.is_none() && refreshed.popularities().is_empty());
    let (refreshed, trained) = both(&People::new(), &people);
    assert_eq!(lists(&refreshed, Item(1)), lists(&trained, Item(1)));
    assert_eq!((refreshed.persons(), lists(&refreshed, Item(1))[3][0].item), (5, Item(2)));
}

#[test]
fn what_is_fitted_stays_until_the_next_training() {
    let people: People = (0..30).map(|number| (number, vec![(9, 1, true), (8, 2, true)])).collect();
    let (refreshed, trained) = both(&people, &people.clone().into_iter().chain([(77, vec![(5, 3, true)])]).collect());
    let knows = |models: &Models, item| models.personal.as_ref().map(|known| known.popularity().ever(Item(item)));
    assert_eq!((knows(&refreshed, 3), knows(&trained, 3)), (Some(0.0), Some(1.0)));
    assert!(refreshed.counted.popularity(Item(3)) > 0.0);
}
