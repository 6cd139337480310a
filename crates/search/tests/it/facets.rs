//! Filters, counts and sorts.

use search::{Counted, Facet, Filters, Index, Language, Page, Request, Snapshot, Sort, Stock, limits};

use crate::shop::{Item, catalog, filtered, french, numbers, put_with};

fn shop() -> Snapshot {
    let boots: &[&str] = &["Chaussures", "Bottes"];
    catalog(&[
        Item {
            brand: "Lowa",
            category: boots,
            price_cents: 9_000,
            attributes: &[("color", "Rouge")],
            popularity: 1.0,
            listed_ms: 30,
            ..french(1, "Botte cuir")
        },
        Item {
            brand: "LOWA",
            category: boots,
            price_cents: 15_000,
            attributes: &[("color", "Noir")],
            popularity: 5.0,
            listed_ms: 10,
            ..french(2, "Botte toile")
        },
        Item {
            brand: "Meindl",
            category: boots,
            price_cents: 20_000,
            in_stock: false,
            attributes: &[("color", "Rouge")],
            popularity: 3.0,
            listed_ms: 20,
            ..french(3, "Botte haute")
        },
        Item {
            brand: "Meindl",
            category: &["Vestes"],
            price_cents: 5_000,
            popularity: 9.0,
            listed_ms: 40,
            ..french(4, "Veste")
        },
    ])
}

fn counts(facets: &[Facet<'_>], filters: &Filters<'_>) -> Vec<Vec<(String, u64)>> {
    let found = shop().search(&Request { facets, filters, ..Request::of("botte", Language::French) });
    let facets = found.expect("memory can be read").facets;
    let pair = |counted: Counted| (counted.value, counted.hits);
    facets.into_iter().map(|counted| counted.into_iter().map(pair).collect()).collect()
}

fn pairs(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(value, hits)| ((*value).to_owned(), *hits)).collect()
}

#[test]
fn facets_count_the_hits_of_the_text() {
    let facets = [
        Facet::Family("brand"),
        Facet::Family("path"),
        Facet::Family("category"),
        Facet::Family("color"),
        Facet::Price(&[10_000, 20_000]),
        Facet::InStock,
        Facet::Family("unheard-of"),
    ];
    let expected = [
        pairs(&[("LOWA", 2), ("Meindl", 1)]),
        pairs(&[("Chaussures", 3), ("Chaussures > Bottes", 3)]),
        pairs(&[("Bottes", 3), ("Chaussures", 3)]),
        pairs(&[("Rouge", 2), ("Noir", 1)]),
        pairs(&[("0", 1), ("10000", 1), ("20000", 1)]),
        pairs(&[("true", 2)]),
        pairs(&[]),
    ];
    assert_eq!(counts(&facets, &Filters::NONE), expected);
}

#[test]
fn a_filter_narrows_all_facets_but_its_own() {
    let facets = [Facet::Family("brand"), Facet::Family("color"), Facet::Price(&[10_000]), Facet::InStock];
    let topics: [(&str, &[&str]); 1] = [("brand", &["lowa"])];
    let filters = Filters { topics: &topics, ..Filters::NONE };
    let expected = [
        pairs(&[("LOWA", 2), ("Meindl", 1)]),
        pairs(&[("Noir", 1), ("Rouge", 1)]),
        pairs(&[("0", 1), ("10000", 1)]),
        pairs(&[("true", 2)]),
    ];
    assert_eq!(counts(&facets, &filters), expected);
    let filters = Filters { topics: &topics, price_cents: Some((0, 10_000)), ..Filters::NONE };
    let expected =
        [pairs(&[("Lowa", 1)]), pairs(&[("Rouge", 1)]), pairs(&[("0", 1), ("10000", 1)]), pairs(&[("true", 1)])];
    assert_eq!(counts(&facets, &filters), expected);
    let filters = Filters { stock: Stock::InStock, ..Filters::NONE };
    assert_eq!(counts(&[Facet::Family("brand")], &filters), [pairs(&[("LOWA", 2)])]);
}

#[test]
fn what_the_caller_forbids_is_not_counted_anywhere() {
    let allow = |number| number != 3;
    let filters = Filters { allow: Some(&allow), ..Filters::NONE };
    let facets = [Facet::Family("brand"), Facet::InStock];
    assert_eq!(counts(&facets, &filters), [pairs(&[("LOWA", 2)]), pairs(&[("true", 2)])]);
}

#[test]
fn filters_hold_together() {
    let shop = shop();
    let colors: [(&str, &[&str]); 2] = [("color", &["rouge", "vert"]), ("path", &["Chaussures > Bottes"])];
    for (filters, expected) in [
        (Filters::NONE, &[2, 3, 1][..]),
        (Filters { topics: &colors, ..Filters::NONE }, &[3, 1]),
        (Filters { topics: &colors, stock: Stock::InStock, ..Filters::NONE }, &[1]),
        (Filters { price_cents: Some((9_000, 15_000)), ..Filters::NONE }, &[1]),
        (Filters { topics: &[("brand", &[])], ..Filters::NONE }, &[]),
        (Filters { topics: &[("brand", &["Hanwag"])], ..Filters::NONE }, &[]),
    ] {
        assert_eq!(filtered(&shop, "botte", &filters), expected);
    }
}

#[test]
fn hits_are_sorted_as_asked_with_equals_by_popularity() {
    let shop = shop();
    let sorted = |text, sort| {
        numbers(&shop.search(&Request { sort, ..Request::of(text, Language::French) }).expect("memory can be read"))
    };
    assert_eq!(sorted("botte", Sort::Relevance), [2, 3, 1]);
    assert_eq!(sorted("botte", Sort::Cheapest), [1, 2, 3]);
    assert_eq!(sorted("botte", Sort::Dearest), [3, 2, 1]);
    assert_eq!(sorted("botte", Sort::Newest), [1, 3, 2]);
    assert_eq!(sorted("botte", Sort::Popularity), [2, 3, 1]);
    assert_eq!(sorted("", Sort::Relevance), [4, 2, 3, 1]);
}

#[test]
fn pages_neither_overlap_nor_leave_gaps() {
    let mut index = crate::shop::index(&[]);
    index.set_popularity((0..300_u16).map(|number| f32::from(number % 7)).collect());
    for number in (0..300).rev() {
        let title = if number % 3 == 0 { "Botte cuir" } else { "Botte" };
        crate::shop::put(&mut index, &french(number, title));
        if number % 50 == 0 {
            index.commit().expect("memory takes it");
        }
    }
    let shop = index.commit().expect("memory takes it");
    for sort in [Sort::Relevance, Sort::Cheapest, Sort::Popularity] {
        let page = |offset, size| {
            let request = Request { sort, page: Page { offset, size }, ..Request::of("botte", Language::French) };
            numbers(&shop.search(&request).expect("memory can be read"))
        };
        let all = [page(0, 200), page(200, 200)].concat();
        let small: Vec<u32> = (0..30).flat_map(|at| page(at * 10, 10)).collect();
        assert_eq!(all, small, "{sort:?}");
        let mut every = all.clone();
        every.sort_unstable();
        every.dedup();
        assert_eq!(every.len(), 300, "{sort:?}");
    }
}

#[test]
fn facets_and_their_values_end_at_their_limits() {
    let most = limits::FACETS;
    assert_eq!(counts(&vec![Facet::InStock; most], &Filters::NONE).len(), most);
    assert_eq!(counts(&vec![Facet::InStock; most + 1], &Filters::NONE).len(), most);
    let values = |many: usize| {
        let tags: Vec<String> = (0..many).map(|tag| format!("t{tag}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let mut index = Index::in_memory().expect("memory is there");
        put_with(&mut index, &french(1, "Botte"), &tags);
        let shop = index.commit().expect("memory takes it");
        let facets = [Facet::Family("tag")];
        let request = Request { facets: &facets, ..Request::of("botte", Language::French) };
        shop.search(&request).expect("memory can be read").facets[0].len()
    };
    assert_eq!(values(limits::FACET_VALUES), limits::FACET_VALUES);
    assert_eq!(values(limits::FACET_VALUES + 1), limits::FACET_VALUES);
}
