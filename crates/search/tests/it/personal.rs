//! The personal order.

use model::synonym::Synonym;
use search::{
    Blend, Exact, Found, Grade, Language, Page, Person, Prices, Request, Snapshot, Synonyms, Taste, Tastes, limits,
};

use crate::shop::{ITEM, Item, catalog, french, index, numbers, search};

fn for_person(shop: &Snapshot, text: &str, tastes: &Tastes) -> Found {
    let person = Some(Person { tastes, blend: &Blend::default() });
    shop.search(&Request { person, ..Request::of(text, Language::French) }).expect("memory can be read")
}

fn interested(interests: &[(&str, f64)]) -> Tastes {
    let interests = interests.iter().map(|(topic, strength)| ((*topic).to_owned(), *strength)).collect();
    Tastes { interests, ..Tastes::default() }
}

fn who_searched(text: &str) -> Tastes {
    Tastes { searched: vec![(text.to_owned(), 1.0)], ..Tastes::default() }
}

fn boots() -> Vec<Item> {
    let mut items: Vec<Item> = (0..40).map(|number| french(number, "Chaussures de marche")).collect();
    for (at, brand) in ["Lowa", "Meindl", "Hanwag", "Salomon"].into_iter().cycle().take(40).enumerate() {
        items[at].brand = brand;
        items[at].price_cents = 5_000 + 500 * at as u64;
    }
    items[30].attributes = &[("waterproof", "true")];
    items[33].description = "Imperméables et légères";
    items[35].title = "Chaussures Trek Pro 3";
    items
}

#[test]
fn what_was_searched_before_counts_in_the_next_search() {
    // proves DEC-02
    let mut index = index(&boots());
    index.set_synonyms(Synonyms::of(&[Synonym::Same(vec!["waterproof".into(), "imperméable".into()])]));
    let shop = index.commit().expect("memory takes it");
    let neutral = numbers(&search(&shop, "chaussures"));
    let place = |list: &[u32], number| list.iter().position(|found| *found == number);
    assert!(place(&neutral, 30).is_none_or(|at| at > 10), "{neutral:?}");
    let after = for_person(&shop, "chaussures", &who_searched("waterproof"));
    let first = &numbers(&after)[..2];
    assert!(first.contains(&30) && first.contains(&33), "{:?}", numbers(&after));
    let personal = after.hits[0].personal.as_ref().expect("it is personal");
    assert_eq!(personal.because[0].what, Taste::Searched("waterproof".to_owned()));
    assert_eq!(after.total, search(&shop, "chaussures").total);
}

#[test]
fn an_exact_name_or_code_is_never_reordered() {
    // proves DEC-02
    let mut items = boots();
    items.extend((50..90).map(|number| Item { brand: "Lowa", ..french(number, "Chaussures Trek Pro 3 bis") }));
    items[7].codes = &["1234567890123"];
    let shop = catalog(&items);
    let tastes = interested(&[("brand:Lowa", 1.0), ("brand:Salomon", -1.0)]);
    for (text, exact) in [("chaussures trek pro 3", Exact::Name), ("1234567890123", Exact::Code)] {
        let (neutral, personal) = (search(&shop, text), for_person(&shop, text, &tastes));
        assert_eq!(personal, neutral, "{text}");
        assert_eq!(personal.reading.exact, Some(exact));
        assert_eq!(personal.hits[0].grade, Grade::Exact);
    }
}

#[test]
fn interests_in_any_family_count_and_refusals_too() {
    let shop = catalog(&[
        Item { brand: "Lowa", category: &["Bottes"], ..french(1, "Chaussure basse") },
        Item { brand: "Meindl", tags: &["cuir"], ..french(2, "Chaussure basse") },
        Item { attributes: &[("color", "Rouge")], ..french(3, "Chaussure basse") },
        french(4, "Chaussure basse"),
    ]);
    for (topic, first) in [("brand:LOWA", 1), ("category:bottes", 1), ("tag:cuir", 2), ("color:rouge", 3)] {
        assert_eq!(for_person(&shop, "chaussure", &interested(&[(topic, 0.3)])).hits[0].number, first, "{topic}");
        let refused = for_person(&shop, "chaussure", &interested(&[(topic, -0.3)]));
        assert_eq!(refused.hits[3].number, first, "{topic}");
    }
    let context = Tastes { context: vec![("tag:cuir".to_owned(), 0.5)], ..Tastes::default() };
    assert_eq!(for_person(&shop, "chaussure", &context).hits[0].number, 2);
}

#[test]
fn prices_that_somebody_pays_come_first() {
    let shop = catalog(&[
        Item { price_cents: 30_000, popularity: 9.0, ..french(1, "Chaussure basse") },
        Item { price_cents: 8_000, ..french(2, "Chaussure basse") },
    ]);
    assert_eq!(numbers(&search(&shop, "chaussure")), [1, 2]);
    let price = Some(Prices { from_cents: 5_000, to_cents: 10_000, strength: 0.8 });
    assert_eq!(numbers(&for_person(&shop, "chaussure", &Tastes { price, ..Tastes::default() })), [2, 1]);
}

#[test]
fn who_has_no_tastes_or_irrelevant_ones_sees_the_neutral_order() {
    let shop = catalog(&boots());
    let neutral = numbers(&search(&shop, "chaussures marche"));
    let nothing = Tastes::default();
    let foreign = interested(&[("brand:Nobody", 1.0), ("nothing", 1.0), ("", 1.0), ("brand:", 1.0)]);
    let price = Some(Prices { from_cents: 0, to_cents: u64::MAX, strength: 1.0 });
    let all_alike = Tastes { price, ..who_searched("chaussures de marche") };
    for tastes in [&nothing, &foreign, &all_alike] {
        assert_eq!(numbers(&for_person(&shop, "chaussures marche", tastes)), neutral, "{tastes:?}");
    }
    assert_eq!(for_person(&shop, "chaussures marche", &nothing), search(&shop, "chaussures marche"));
}

#[test]
fn nothing_is_liked_past_what_is_far_more_relevant() {
    let mut items: Vec<Item> = (10..200).map(|number| french(number, "Tente")).collect();
    items.push(french(1, "Chaussures"));
    let description = "Une housse, entre autres pour des chaussures, des vêtements, des cordes, des casques, des gants, \
                       des lunettes, des cartes, des lampes, des gourdes, des couteaux, des sacs et des duvets";
    items.push(Item { description, brand: "Lowa", ..french(2, "Housse de rangement en toile épaisse") });
    let shop = catalog(&items);
    let tastes = interested(&[("brand:Lowa", 1.0)]);
    assert_eq!(numbers(&for_person(&shop, "chaussures", &tastes)), [1, 2]);
}

#[test]
fn a_taste_never_lifts_a_worse_grade() {
    let shop = catalog(&[french(1, "Gangs verts"), Item { brand: "Lowa", ..french(2, "Gants bleus") }, ITEM]);
    let found = for_person(&shop, "gangs", &interested(&[("brand:Lowa", 1.0)]));
    assert_eq!(numbers(&found), [1, 2]);
    assert_eq!(found.hits[1].grade, Grade::Corrected);
}

#[test]
fn personal_pages_neither_overlap_nor_leave_gaps_also_where_the_order_turns_neutral() {
    let brands = ["Lowa", "Meindl", "Hanwag"];
    let items: Vec<Item> =
        (0..1_300).map(|number| Item { brand: brands[number as usize % 3], ..french(number, "Chaussures") }).collect();
    let shop = catalog(&items);
    let tastes = interested(&[("brand:Hanwag", 0.9), ("brand:Lowa", -0.2)]);
    let person = Some(Person { tastes: &tastes, blend: &Blend::default() });
    let mut seen: Vec<u32> = Vec::new();
    for offset in (0..1_400).step_by(90) {
        let page = Page { offset, size: 90 };
        let request = Request { person, page, ..Request::of("chaussures", Language::French) };
        let found = shop.search(&request).expect("memory can be read");
        if offset == 180 {
            let is_liked = |hit: &search::Hit| hit.personal.as_ref().is_some_and(|personal| personal.liking > 0.0);
            assert!(found.hits.iter().all(is_liked), "liked hits go on beyond the first page");
        }
        seen.extend(numbers(&found));
    }
    assert_eq!(seen.len(), 1_300);
    assert_eq!(&seen[1_000..], &(1_000..1_300).collect::<Vec<u32>>(), "behind the first thousand it is neutral");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 1_300);
}

#[test]
fn lists_of_a_category_are_ordered_alike() {
    let mut items = boots();
    items.iter_mut().for_each(|item| item.popularity = 100.0 - item.number as f32);
    let shop = catalog(&items);
    assert_eq!(numbers(&search(&shop, ""))[..3], [0, 1, 2]);
    let found = for_person(&shop, "", &interested(&[("brand:Hanwag", 0.8)]));
    assert_eq!(numbers(&found)[..3], [2, 6, 10]);
}

#[test]
fn tastes_are_looked_at_up_to_their_limit() {
    let shop = catalog(&[french(1, "Chaussure basse"), Item { brand: "Lowa", ..french(2, "Chaussure basse") }]);
    let first = |before: usize| {
        let mut tastes = interested(&[]);
        tastes.interests = vec![("brand:Nobody".to_owned(), 1.0); before];
        tastes.interests.push(("brand:Lowa".to_owned(), 1.0));
        for_person(&shop, "chaussure", &tastes).hits[0].number
    };
    assert_eq!(first(limits::TASTES - 1), 2);
    assert_eq!(first(limits::TASTES), 1);
}
