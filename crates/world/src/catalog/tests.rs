use std::{collections::BTreeSet, sync::OnceLock};

use model::time::Timestamp;

use super::*;

const YEAR_DAYS: u32 = 365;

fn calendar() -> Calendar {
    Calendar { start: Timestamp::from_millis(1_767_225_600_000).unwrap(), days: YEAR_DAYS }
}

fn medium() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::new(Seed(7), Size::M, calendar()))
}

fn share(catalog: &Catalog, is: impl Fn(&Item) -> bool) -> f64 {
    catalog.items.iter().filter(|item| is(item)).count() as f64 / catalog.items.len() as f64
}

fn close(found: f64, stated: f64, by: f64) {
    assert!((found - stated).abs() <= by, "{found} is not {stated} ± {by}");
}

#[test]
fn a_catalog_has_its_size_in_twelve_families_and_eighty_categories() {
    let catalog = medium();
    assert_eq!((catalog.items.len(), catalog.categories.len()), (2_000, 80));
    assert!(Family::ALL.iter().all(|family| catalog.items.iter().any(|item| item.family == *family)));
    assert!(catalog.categories.iter().all(|category| !category.items.is_empty()));
    for (at, item) in catalog.items.iter().enumerate() {
        assert_eq!(item.id.0 as usize, at);
        assert!(catalog.category(item.category).items.contains(&item.id));
        assert_eq!(catalog.category(item.category).family, item.family);
    }
}

#[test]
fn one_seed_gives_one_catalog() {
    let of = |seed| format!("{:?}", Catalog::new(Seed(seed), Size::S, calendar()));
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

#[test]
fn names_are_unique_and_in_two_languages() {
    let catalog = medium();
    let french: BTreeSet<&str> = catalog.items.iter().map(|item| item.name.fr.as_str()).collect();
    let english: BTreeSet<&str> = catalog.items.iter().map(|item| item.name.en.as_str()).collect();
    assert_eq!((french.len(), english.len()), (2_000, 2_000));
    for item in &catalog.items {
        for text in [&item.name.fr, &item.name.en, &item.description.fr, &item.description.en] {
            assert!(text.contains(' ') && !text.contains("  ") && *text == text.trim(), "{text}");
        }
    }
}

#[test]
fn prices_are_log_normal_about_the_median_of_their_category_and_margins_lie_where_stated() {
    let catalog = medium();
    assert!(catalog.items.iter().all(|item| (0.15..=0.60).contains(&item.margin) && item.price >= 200));
    for (family, kind) in Family::ALL.into_iter().zip(&families::KINDS) {
        let of_family = catalog.items.iter().filter(|item| item.family == family);
        let logs: Vec<f64> = of_family
            .map(|item| libm::log(f64::from(item.price) / 100.0 / ROWS[usize::from(item.category.0)].euros))
            .collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let deviation = libm::sqrt(logs.iter().map(|log| (log - mean) * (log - mean)).sum::<f64>() / logs.len() as f64);
        close(mean, 0.0, 0.10);
        close(deviation, kind.price_spread, 0.08);
    }
}

#[test]
fn boots_last_two_years_and_socks_eight_months() {
    let catalog = medium();
    for item in &catalog.items {
        match item.family {
            Family::Boots => assert_eq!(item.lasts, 730),
            Family::Socks => assert_eq!(item.lasts, 243),
            _ => assert!(item.lasts >= 180),
        }
    }
}

#[test]
fn items_come_and_go_at_the_stated_shares() {
    let catalog = medium();
    close(share(catalog, |item| item.arrives > Day(0)), 0.12, 0.02);
    close(share(catalog, |item| item.leaves.is_some()), 0.88 * 0.08, 0.02);
    assert!(
        catalog.items.iter().all(|item| item.arrives.0 < YEAR_DAYS && item.leaves.is_none_or(|end| end > item.arrives))
    );
    for day in [Day(0), Day(200), Day(364)] {
        let sold = catalog.items.iter().filter(|item| item.is_sold_on(day)).count();
        assert_eq!(catalog.on_sale(day).count(), sold);
    }
}

#[test]
fn five_of_a_hundred_rows_of_the_feed_are_wrong_in_three_ways() {
    let catalog = medium();
    close(catalog.bad_rows.len() as f64 / 2_000.0, 0.05, 0.012);
    let of = |is: fn(&BadRow) -> bool| catalog.bad_rows.iter().filter(|row| is(row)).count();
    assert!(of(|row| matches!(row, BadRow::Twice(..))) >= 15);
    assert!(of(|row| matches!(row, BadRow::Price(..))) >= 15);
    assert!(of(|row| matches!(row, BadRow::Category(..))) >= 15);
    for row in &catalog.bad_rows {
        if let BadRow::Price(id, text) = row {
            let price = catalog.item(*id).price;
            assert_ne!(*text, format!("{}.{:02}", price / 100, price % 100));
        }
    }
}

#[test]
fn one_batch_of_one_brand_has_a_defect() {
    for size in [Size::S, Size::M] {
        let catalog = Catalog::new(Seed(7), size, calendar());
        let batch: Vec<&Item> = catalog.items.iter().filter(|item| item.is_defective).collect();
        assert!((1..=12).contains(&batch.len()), "{}", batch.len());
        assert!(batch.iter().all(|item| item.brand == batch[0].brand && item.category == batch[0].category));
    }
}

#[test]
fn one_category_is_cut_for_women_nine_times_of_ten() {
    let catalog = medium();
    let category = catalog.categories.iter().find(|category| category.slug == rows::MOSTLY_WOMEN).unwrap();
    let women = category.items.iter().filter(|id| catalog.item(**id).cut == Cut::Women).count();
    close(women as f64 / category.items.len() as f64, 0.9, 0.1);
}

#[test]
fn items_of_a_category_and_of_a_purpose_lie_near_each_other_among_tastes() {
    let catalog = medium();
    let mean = |is: &dyn Fn(&Item, &Item) -> bool| {
        let pairs = catalog.items.iter().step_by(5).flat_map(|a| catalog.items.iter().step_by(7).map(move |b| (a, b)));
        let (sum, count) = pairs
            .filter(|(a, b)| a.id != b.id && is(a, b))
            .fold((0.0, 0.0), |(sum, count), (a, b)| (sum + taste::fit(&a.latent, &b.latent), count + 1.0));
        sum / count
    };
    let same_both = mean(&|a, b| a.category == b.category && a.purpose == b.purpose);
    let same_purpose = mean(&|a, b| a.category != b.category && a.purpose == b.purpose);
    let nothing = mean(&|a, b| a.category != b.category && a.purpose != b.purpose);
    assert!(same_both > same_purpose + 0.1 && same_purpose > nothing + 0.3, "{same_both} {same_purpose} {nothing}");
    assert!(catalog.items.iter().all(|item| (taste::fit(&item.latent, &item.latent) - 1.0).abs() < 1e-4));
}

#[test]
fn a_pair_of_boots_truly_goes_with_socks_poles_and_wax() {
    let catalog = medium();
    let with = |id: ItemId| catalog.complements[id.0 as usize].iter().map(|other| catalog.item(*other));
    let trek = catalog.categories.iter().find(|category| category.slug == "boots-trek").unwrap();
    for boot in &trek.items {
        let families: Vec<Family> = with(*boot).map(|item| item.family).collect();
        assert_eq!(families, [Family::Socks, Family::Poles, Family::Care]);
    }
    for item in &catalog.items {
        assert!(with(item.id).count() >= 1, "{}", item.name.fr);
        assert!(with(item.id).all(|other| other.id != item.id && other.arrives == Day(0) && other.leaves.is_none()));
    }
}

#[test]
fn a_substitute_is_of_the_same_category_and_near_in_price() {
    let catalog = medium();
    let mut without = 0;
    for item in &catalog.items {
        let others = &catalog.substitutes[item.id.0 as usize];
        without += usize::from(others.is_empty());
        for other in others.iter().map(|id| catalog.item(*id)) {
            assert!(other.id != item.id && other.category == item.category);
            let ratio = f64::from(other.price) / f64::from(item.price);
            assert!((0.62..=1.61).contains(&ratio), "{ratio}");
        }
    }
    assert!(without < 40, "{without}");
}

#[test]
fn appeal_is_long_tailed() {
    let mut shares: Vec<f64> = medium().items.iter().map(|item| f64::from(item.appeal)).map(libm::exp).collect();
    shares.sort_unstable_by(f64::total_cmp);
    let (n, total) = (shares.len() as f64, shares.iter().sum::<f64>());
    let ranked: f64 = shares.iter().enumerate().map(|(at, share)| (at as f64 + 1.0) * share).sum();
    let gini = 2.0 * ranked / (n * total) - (n + 1.0) / n;
    assert!((0.55..0.72).contains(&gini), "{gini}");
}

#[test]
fn lists_show_what_is_sold_in_pages_the_most_popular_first() {
    let catalog = medium();
    let category = CategoryId(0);
    let pages: Vec<Vec<ItemId>> = (0..3).map(|page| catalog.listed(category, Day(100), page).collect()).collect();
    assert_eq!(pages[0].len(), PAGE);
    let all: Vec<ItemId> = pages.concat();
    assert!(all.windows(2).all(|pair| catalog.item(pair[0]).appeal >= catalog.item(pair[1]).appeal));
    assert!(all.iter().all(|id| catalog.item(*id).is_sold_on(Day(100)) && catalog.item(*id).category == category));
}

#[test]
fn the_search_finds_what_people_type() {
    let catalog = medium();
    let slugs = |query: &str, tongue| {
        let found = catalog.found(query, tongue, Day(10));
        let of = |id: &ItemId| catalog.category(catalog.item(*id).category).slug.as_str();
        found.iter().map(of).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(slugs("Chaussures de montagne", Tongue::French), BTreeSet::from(["boots-mountain".to_owned()]));
    assert_eq!(slugs("down jackets", Tongue::English), BTreeSet::from(["kids-down", "winter-down"].map(str::to_owned)));
    assert_eq!(
        slugs("chaussettes en laine merinos randonnee", Tongue::French),
        BTreeSet::from(["socks-hike".to_owned()])
    );
    assert_eq!(slugs("xyzzy", Tongue::French), BTreeSet::new());
    assert_eq!(slugs("", Tongue::French), BTreeSet::new());
    // Nothing has both words: what has one is shown all the same.
    assert!(!slugs("lacets réchaud", Tongue::French).is_empty());
    let item = catalog.items.iter().find(|item| item.arrives == Day(0) && item.leaves.is_none()).unwrap();
    assert!(catalog.found(&item.name.fr, Tongue::French, Day(10)).contains(&item.id));
    let gone = catalog.items.iter().find(|item| item.leaves.is_some()).unwrap();
    assert!(!catalog.found(&gone.name.en, Tongue::English, gone.leaves.unwrap()).contains(&gone.id));
}

#[test]
fn a_season_is_as_strong_as_stated_and_1_on_average() {
    let catalog = medium();
    let item = catalog.items.iter().find(|item| item.family == Family::Camp && item.season.0 == 180).unwrap();
    let factors: Vec<f64> = (0..YEAR_DAYS).map(|day| libm::exp(f64::from(catalog.season(item.id, Day(day))))).collect();
    close(factors.iter().sum::<f64>() / 365.0, 1.0, 0.001);
    close(factors[180], 1.7, 0.001);
    assert!(factors.iter().all(|factor| *factor <= 1.701));
}
