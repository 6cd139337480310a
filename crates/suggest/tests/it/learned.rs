//! What lists say after training, and without it.

use catalog::item::Item;
use model::time::Span;
use suggest::{Algorithm, Models, WhenBought};

use crate::world::{Draws, NOW, Someone, World, ago, ids, item, minutes_ago, outdoor, recommender, with};

/// towards REC-04: nine of ten planted pairs are in the top five, and stand before the bestseller that is in every basket.
#[test]
fn also_bought_finds_planted_pairs_before_the_bestseller() {
    let mut items = vec![item("best", "Best", &["All"], 10)];
    for number in 0..40 {
        items.push(item(&format!("a{number}"), "A", &["All"], 10));
        items.push(item(&format!("b{number}"), "B", &["All"], 10));
    }
    let (mut world, mut draws) = (World::of(items), Draws(1));
    let person = |_| {
        let mut someone = Someone::new();
        for day in 1..4 {
            let (pair, noise) = (draws.below(40), draws.below(40));
            someone = someone.ordered(&[format!("a{pair}"), "best".to_owned()], ago(day * 20));
            someone = someone.ordered(&[format!("b{pair}"), format!("a{noise}")], ago(day * 20 - 9));
        }
        someone
    };
    let people: Vec<Someone> = (0..500).map(person).collect();
    world.train(&people);
    let row = recommender(&[Algorithm::AlsoBought], 5);
    let mut found = 0;
    for number in 0..40 {
        let list = world.ids(&row, &Someone::new(), &[("shop.item", &format!("a{number}"))]);
        let place = |id: &str| list.iter().position(|one| one == id).unwrap_or(list.len());
        let (pair, bestseller) = (place(&format!("b{number}")), place("best"));
        found += i32::from(pair < list.len() && pair < bestseller);
    }
    assert!(found >= 36, "{found} of 40 pairs");
}

/// towards REC-05 and REC-02: what is like a boot is for the same use, near in price and in stock, and a new one is
/// among it as soon as the catalog knows it, with no training at all.
#[test]
fn similar_items_are_of_the_same_use_near_in_price_and_in_stock_from_their_first_moment() {
    let mut items = Vec::new();
    for number in 0..30 {
        let used = ["alpine", "trail", "city"][number % 3];
        let euros = if number % 2 == 0 { 150 } else { 400 } + number as u64;
        let boot = item(&format!("boot{number}"), &format!("Boot {used} {number}"), &["Shoes", "Boots"], euros);
        items.push(with(boot, "use", used));
        items.push(item(&format!("tent{number}"), "Tent", &["Tents"], 155));
    }
    items[12].stock = catalog::item::Stock::counted(0);
    let mut world = World::of(items);
    let mut row = recommender(&[Algorithm::Similar], 4);
    (row.filters.price_from, row.filters.price_to) = (Some(0.6), Some(1.5));
    let list = world.ids(&row, &Someone::new(), &[("shop.item", "boot0")]);
    assert_eq!(list.len(), 4);
    assert!(!list.contains(&"boot6".to_owned()), "it is out of stock");
    assert!(
        list.iter().all(|id| ["boot12", "boot18", "boot24"].contains(&&**id) || id.starts_with("boot")),
        "{list:?}"
    );
    assert_eq!(list.iter().filter(|id| ["boot12", "boot18", "boot24"].contains(&&***id)).count(), 3, "{list:?}");
    world.put(with(item("fresh", "Boot alpine new", &["Shoes", "Boots"], 152), "use", "alpine"), ago(0));
    assert!(world.ids(&row, &Someone::new(), &[("shop.item", "boot0")]).contains(&"fresh".to_owned()));
    let new = recommender(&[Algorithm::New], 4);
    assert_eq!(world.ids(&new, &Someone::new(), &[])[0], "fresh");
    world.alike.remove(world.catalog.number_of("fresh").unwrap());
    assert!(!world.ids(&row, &Someone::new(), &[("shop.item", "boot0")]).contains(&"fresh".to_owned()));
}

/// towards REC-06: who searched for boots and saw nothing yet is shown a pole and a sock at once.
#[test]
fn a_search_for_boots_brings_a_pole_and_a_sock() {
    let (mut world, people) = outdoor();
    world.train(&people);
    let row = recommender(&[Algorithm::Hybrid], 6);
    for request in [[("shop.query", "Boots")], [("shop.category", "Shop > boot")]] {
        let list = world.ids(&row, &Someone::new(), &request);
        for kind in ["pole", "sock"] {
            assert!(list.iter().any(|id| id.starts_with(kind)), "no {kind} for {request:?}: {list:?}");
        }
    }
    let query = [("query", "boot".into())].into_iter().collect();
    let searched = Someone::new().did("Products Searched", minutes_ago(1), query);
    assert!(world.ids(&row, &searched, &[]).iter().any(|id| id.starts_with("pole")), "the search is in the trail");
}

/// towards REC-07: after boots come care and socks, and no boots for as long as these last.
#[test]
fn complements_go_with_the_last_purchase_and_are_not_of_its_kind() {
    let (mut world, mut people) = outdoor();
    // Some buy a second pair soon, so that boots would be complements of boots.
    for number in 0..300 {
        let (one, other) = (format!("boot{}", number % 10), format!("boot{}", (number + 1) % 10));
        people.push(Someone::new().ordered(&[one], ago(100)).ordered(&[other], ago(90)));
    }
    world.train(&people);
    let row = recommender(&[Algorithm::Complements, Algorithm::Popular], 8);
    let bought = Someone::new().ordered(&["boot3"], ago(2));
    let complements = recommender(&[Algorithm::Complements], 3);
    let list = world.ids(&complements, &bought, &[]);
    assert!(list.contains(&"care3".to_owned()) && list.contains(&"sock3".to_owned()), "{list:?}");
    assert!(!list.iter().any(|id| id.starts_with("boot")), "{list:?}");
    assert!(!world.ids(&row, &bought, &[]).contains(&"boot3".to_owned()));
    let long_ago = Someone::new().ordered(&["boot3"], ago(701));
    let after_its_life = world.ids(&recommender(&[Algorithm::Complements], 9), &long_ago, &[]);
    assert!(after_its_life.iter().any(|id| id.starts_with("boot")), "{after_its_life:?}");
}

/// towards REC-12: who is not known sees what is popular where they are.
#[test]
fn nobody_sees_what_is_popular_in_the_context() {
    let items = (0..20).map(|number| item(&format!("i{number}"), "x", &["All"], 10)).collect();
    let (mut world, mut draws) = (World::of(items), Draws(3));
    let person = |number: u32| {
        let country = if number.is_multiple_of(4) { ("FI", 15) } else { ("FR", 0) };
        let bought = format!("i{}", country.1 + draws.below(5));
        Someone::new().living_in(country.0).ordered(&[bought], ago(20))
    };
    let people: Vec<Someone> = (0..400).map(person).collect();
    world.train(&people);
    let row = recommender(&[Algorithm::Popular], 5);
    let hits = |list: &[String]| list.iter().filter(|id| id[1..].parse::<u32>().unwrap() >= 15).count();
    let here = world.ids(&row, &Someone::new(), &[("country", "FI")]);
    let everywhere = world.ids(&row, &Someone::new(), &[("country", "XX")]);
    assert_eq!((hits(&here), hits(&everywhere)), (5, 0));
    let said = world.ask(&row, &Someone::new(), &[("country", "FI")]);
    assert!(said.items.iter().all(|one| one.why == decide::Why::PopularHere));
    assert_eq!((said.model, said.stands_until), (7, None));
}

/// A new shop's rows are not empty: without orders views say what is popular, without any event the newest items stand.
#[test]
fn a_new_shop_has_full_rows() {
    let mut world = World::of((0..9).map(|number| item(&format!("i{number}"), "x", &["All"], 10)).collect());
    world.put(item("newest", "x", &["All"], 10), ago(1));
    let row = recommender(&[Algorithm::Personal, Algorithm::Popular], 5);
    let list = world.ask(&row, &Someone::new(), &[]);
    assert_eq!((ids(&list).len(), &*ids(&list)[0], list.model), (5, "newest", 0));
    world.train(&[Someone::new().viewed("i3", ago(3)), Someone::new().viewed("i3", ago(3)).viewed("i4", ago(3))]);
    assert_eq!(world.ids(&row, &Someone::new(), &[])[..2], ["i3", "i4"]);
    assert_eq!(Models::none().version(), 0);
}

/// The same history gives the same lists.
#[test]
fn training_is_deterministic() {
    let (mut world, people) = outdoor();
    let asked = Someone::new().ordered(&["boot1"], ago(40)).viewed("tent2", minutes_ago(3));
    let mut lists = || {
        world.train(&people);
        Algorithm::ALL.map(|algorithm| world.ask(&recommender(&[algorithm], 12), &asked, &[("shop.item", "pole1")]))
    };
    assert_eq!(lists(), lists());
    assert!(world.models.bytes() > 10_000 && world.models.persons() == 400 && world.models.interactions() > 2_000);
}

/// towards PRO-16: what is taken again and again is proposed when it is time, of eight in ten at the true moment.
#[test]
fn replenishment_is_proposed_when_it_is_time() {
    let (mut world, _) = outdoor();
    let mut draws = Draws(11);
    let (mut people, mut due) = (Vec::new(), Vec::new());
    for number in 0..300_u32 {
        let (id, mean) = (format!("care{}", number % 10), 20 + 4 * i64::from(number % 10));
        let mut gap = || mean * (80 + i64::from(draws.below(41))) / 100;
        let (next, mut day) = (gap(), 0);
        let mut someone = Someone::new();
        for _ in 0..4 {
            someone = someone.ordered(&[&id], ago(day));
            day += gap();
        }
        due.push((someone.clone(), id, NOW.plus(Span::DAY.times(next))));
        people.push(someone);
    }
    world.train(&people);
    let row = recommender(&[Algorithm::Replenishment], 5);
    let on_time = |(someone, id, at): &&(Someone, String, _)| ids(&world.ask_at(&row, someone, &[], *at)).contains(id);
    let hits = due.iter().filter(on_time).count();
    assert!(hits >= 240, "{hits} of 300");
    let at_once = due.iter().filter(|(someone, id, _)| world.ids(&row, someone, &[]).contains(id)).count();
    assert!(at_once < 15, "{at_once} of 300 on the day of the purchase");
    let list = world.ask(&row, &due[0].0, &[]);
    assert_eq!(list.stands_until.map(|until| until.day()), Some(NOW.day() + 1));
}

/// What sells more than before is trending; what is bought together and looked at together goes together.
#[test]
fn trends_and_company_are_found() {
    let (mut world, mut people) = outdoor();
    people.extend((0..30).map(|_| Someone::new().ordered(&["tent7"], ago(3))));
    world.train(&people);
    assert_eq!(world.ids(&recommender(&[Algorithm::Trending], 3), &Someone::new(), &[])[0], "tent7");
    for algorithm in [Algorithm::BoughtTogether, Algorithm::ViewedTogether, Algorithm::Session] {
        let list = world.ids(&recommender(&[algorithm], 2), &Someone::new(), &[("shop.item", "boot4")]);
        assert!(list.contains(&"sock4".to_owned()) && list.contains(&"pole4".to_owned()), "{algorithm:?}: {list:?}");
    }
}

/// towards REC-03: what is known together is at least as good as the best of its parts, where some go by the visit and
/// others by their past.
#[test]
fn hybrid_lists_are_as_good_as_their_best_part() {
    let (mut draws, kits) = (Draws(21), 15);
    let kit_of = |number: u32| format!("k{}", number / 36);
    let made = |number: u32| {
        let made = item(&format!("i{number}"), &format!("thing {number}"), &["All", &kit_of(number)], 20);
        let usage = (number % 12 < 3).then_some(catalog::item::Usage::Consumable);
        Item { usage, ..made }
    };
    let mut world = World::of((0..kits * 12).map(made).collect());
    let mut asked = Vec::new();
    let mut people = Vec::new();
    for number in 0..900 {
        let favorites = [draws.below(kits), draws.below(kits)];
        let of_kit = |kit: u32, draws: &mut Draws| kit * 12 + (draws.below(12).min(draws.below(12)) * 5 + 3) % 12;
        let mut someone = Someone::new();
        let mut taken = Vec::new();
        for _ in 0..3 + draws.below(4) {
            let kit = favorites[draws.below(2) as usize];
            let at = ago(1 + i64::from(draws.below(200)));
            let items = [of_kit(kit, &mut draws), of_kit(kit, &mut draws)];
            for (minute, item) in (0..).zip(items) {
                someone = someone.viewed(&format!("i{item}"), at.minus(Span::MINUTE.times(9 - minute)));
            }
            someone = someone.ordered(&items.map(|item| format!("i{item}")), at);
            taken.extend(items);
        }
        people.push(someone.clone());
        if number % 2 == 1 {
            continue;
        }
        let intent = if draws.below(10) < 6 { favorites[0] } else { draws.below(kits) };
        for minute in [6, 3] {
            someone = someone.viewed(&format!("i{}", of_kit(intent, &mut draws)), minutes_ago(minute));
        }
        let next = match draws.below(10) {
            0..6 => of_kit(intent, &mut draws),
            6..8 => taken.iter().copied().find(|item| item % 12 < 3).unwrap_or(taken[0]),
            _ => of_kit(favorites[1], &mut draws),
        };
        asked.push((someone, format!("i{next}")));
    }
    world.train(&people);
    let gained = |algorithm: Algorithm| {
        let mut row = recommender(&[algorithm], 10);
        row.filters.bought = WhenBought::Always;
        let gain = |(someone, next): &(Someone, String)| {
            let place = world.ids(&row, someone, &[]).iter().position(|id| id == next);
            place.map_or(0.0, |place| 1.0 / (place as f64 + 2.0).log2())
        };
        asked.iter().map(gain).sum::<f64>() / asked.len() as f64
    };
    let hybrid = gained(Algorithm::Hybrid);
    let parts =
        [Algorithm::Session, Algorithm::Personal, Algorithm::Complements, Algorithm::Similar, Algorithm::Popular];
    let alone = parts.map(|part| (part.word(), gained(part)));
    assert!(alone.iter().all(|(_, gain)| hybrid >= *gain), "hybrid {hybrid:.4}, alone {alone:.4?}");
}
