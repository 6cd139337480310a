//! Autocompletion.

use search::{Filters, Language, Popular, Wanted};

use crate::shop::{Item, french, index};

const ALL: Wanted = Wanted { queries: 3, categories: 3, items: 3 };

#[test]
fn typing_is_completed_to_queries_categories_and_items() {
    let boots: &[&str] = &["Chaussures", "Bottes"];
    let mut index = index(&[
        Item { category: boots, ..french(1, "Botte cuir") },
        Item { category: boots, ..french(2, "Bottine") },
        Item { category: &["Chaussures", "Botanique"], ..french(3, "Sandale") },
        Item { category: &["Vestes"], ..french(4, "Veste") },
    ]);
    index.set_popular(Popular::of([("bottes femme", 90), ("Bottes homme", 10), ("vestes", 100)]));
    let shop = index.commit().expect("memory takes it");
    let complete = |text| shop.complete(text, Language::French, &Filters::NONE, ALL).expect("memory can be read");
    let typed = complete("bot");
    assert_eq!(typed.queries, ["bottes femme", "Bottes homme"]);
    assert_eq!(typed.categories, ["Chaussures > Bottes", "Chaussures > Botanique"]);
    let mut items: Vec<u32> = typed.items.iter().map(|hit| hit.number).collect();
    items.sort_unstable();
    assert_eq!(items, [1, 2, 3]);
    assert_eq!(complete("BOTTES H").queries, ["Bottes homme"]);
    assert_eq!(complete("fem").queries, ["bottes femme"]);
    assert_eq!(complete(" ").items.len(), 0);
    let none = Wanted { queries: 0, categories: 0, items: 0 };
    let nothing = shop.complete("bot", Language::French, &Filters::NONE, none).expect("memory can be read");
    assert_eq!((nothing.queries.len(), nothing.categories.len(), nothing.items.len()), (0, 0, 0));
}

#[test]
fn completed_items_pass_the_filters() {
    let mut index = index(&[french(1, "Botte cuir"), french(2, "Bottine")]);
    let shop = index.commit().expect("memory takes it");
    let allow = |number| number == 2;
    let filters = Filters { allow: Some(&allow), ..Filters::NONE };
    let typed = shop.complete("bott", Language::French, &filters, ALL).expect("memory can be read");
    assert_eq!(typed.items.iter().map(|hit| hit.number).collect::<Vec<_>>(), [2]);
}
