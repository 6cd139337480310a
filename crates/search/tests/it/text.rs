//! Which words find which.

use model::synonym::Synonym;
use search::{Exact, Grade, Language, Part, Synonyms};

use crate::shop::{ITEM, Item, begun, catalog, english, found, found_in, french, index, search};

#[test]
fn french_words_are_found_in_any_form_and_without_accents() {
    let shop = catalog(&[
        french(1, "Chaussures de randonnée imperméables"),
        french(2, "Gourde pour l'eau"),
        french(3, "Sac à dos"),
    ]);
    for (text, expected) in [
        ("chaussure", 1),
        ("CHAUSSURES", 1),
        ("impermeable", 1),
        ("imperméable", 1),
        ("randonnees", 1),
        ("eau", 2),
        ("l'eau", 2),
        ("l’eau", 2),
        ("gourdes d'eau", 2),
        ("sacs a dos", 3),
        ("les sacs", 3),
    ] {
        assert_eq!(found(&shop, text), [expected], "{text}");
    }
}

#[test]
fn words_are_found_across_languages_where_the_own_one_has_none() {
    let shop = catalog(&[english(1, "Running batteries"), french(2, "Chaussures légères")]);
    assert_eq!(found(&shop, "battery"), [1]);
    assert_eq!(found_in(&shop, "chaussure", Language::English), [2]);
    assert_eq!(found_in(&shop, "battery", Language::Any), [1]);
    assert_eq!(found_in(&shop, "chaussure", Language::Any), [2]);
}

#[test]
fn words_with_hyphens_are_found_in_all_ways_to_write_them() {
    let shop = catalog(&[french(1, "Porte-monnaie cuir"), french(2, "Portemonnaie toile"), french(3, "Porte bois")]);
    for text in ["porte-monnaie", "portemonnaie", "porte monnaie"] {
        let mut found = found(&shop, text);
        found.sort_unstable();
        assert_eq!(found, [1, 2], "{text}");
    }
}

#[test]
fn two_words_are_found_by_one_and_one_by_two() {
    let shop = catalog(&[french(1, "note book"), english(2, "lunchbox")]);
    assert_eq!(found(&shop, "notebook"), [1]);
    assert_eq!(found(&shop, "lunch box"), [2]);
}

#[test]
fn numbers_and_sizes_are_kept() {
    let shop = catalog(&[
        french(1, "Sac 10 litres"),
        french(2, "Sac 20L"),
        english(3, "Display 15.6\" glossy"),
        english(4, "Display 17 inches"),
        Item { attributes: &[("size", "42")], ..french(5, "Botte") },
        Item { attributes: &[("size", "43")], ..french(6, "Botte") },
    ]);
    for (text, expected) in [
        ("sac 10l", &[1][..]),
        ("sac 20 l", &[2]),
        ("sac 20 litres", &[2]),
        ("display 15,6", &[3]),
        ("display 15.6 pouces", &[3]),
        ("17\" display", &[4]),
        ("botte 42", &[5]),
        ("bottes 43", &[6]),
    ] {
        assert_eq!(found(&shop, text), expected, "{text}");
    }
}

#[test]
fn a_mistyped_word_is_found_behind_the_right_one() {
    let shop = catalog(&[french(1, "Chaussure trail"), french(2, "Chaussette laine"), french(3, "Veste laine")]);
    for (text, expected) in [("chausure", 1), ("chausssure", 1), ("cahussette", 2), ("vetse", 3), ("chaussettte", 2)] {
        let reading = search(&shop, text).reading;
        assert_eq!(found(&shop, text)[0], expected, "{text}");
        assert_eq!(reading.corrected.len(), 1, "{text}");
        assert!(reading.did_you_mean.is_some(), "{text}");
    }
    let shop = catalog(&[french(1, "Gants"), french(2, "Gangs"), french(3, "Gants rouges")]);
    let both = search(&shop, "gangs");
    let grades: Vec<(u32, Grade)> = both.hits.iter().map(|hit| (hit.number, hit.grade)).collect();
    assert_eq!(grades[0], (2, Grade::Exact));
    let shop = catalog(&[french(1, "Gants bleus"), french(2, "Gangs verts"), french(3, "Gants rouges")]);
    let both = search(&shop, "gangs");
    let grades: Vec<(u32, Grade)> = both.hits.iter().map(|hit| (hit.number, hit.grade)).collect();
    assert_eq!(grades, [(2, Grade::AllWords), (1, Grade::Corrected), (3, Grade::Corrected)]);
}

#[test]
fn short_words_and_numbers_are_not_corrected() {
    let shop = catalog(&[french(1, "Sac 42litres"), french(2, "Pull 4200")]);
    for text in ["sec", "4300", "43litres"] {
        assert!(found(&shop, text).is_empty(), "{text}");
    }
}

#[test]
fn a_word_that_is_begun_stands_for_all_that_begin_so() {
    let shop = catalog(&[french(1, "Imperméable long"), french(2, "Chaussures"), french(3, "Veste longue")]);
    for (text, expected) in [("imperm", &[1][..]), ("IMPERMÉ", &[1]), ("chauss", &[2]), ("veste lon", &[3])] {
        assert_eq!(begun(&shop, text), expected, "{text}");
    }
    assert!(begun(&shop, "chauss ").is_empty(), "a space makes it a whole word");
}

#[test]
fn codes_are_found_however_they_are_written_and_come_first() {
    let mut items = vec![Item { codes: &["006R-90321", "0095205603217"], ..english(1, "Toner black") }];
    items.extend((2..30).map(|number| english(number, "Toner 006R cartridge")));
    let shop = catalog(&items);
    for text in ["006R90321", "006r-90321", "006R 90321", "95205603217", "0095205603217", "id-1-x"] {
        let found = search(&shop, text);
        assert_eq!(found.reading.exact, Some(Exact::Code), "{text}");
        assert_eq!((found.hits[0].number, found.hits[0].grade), (1, Grade::Exact), "{text}");
    }
    assert_eq!(found(&shop, "toner 006r90321"), [1], "a code is a word among others too");
    let shop = catalog(&[Item { codes: &["AB12CD34"], ..english(1, "Toner") }, english(2, "Ink")]);
    assert_eq!(found(&shop, "ab 12 cd 34"), [1], "the parts of a code are no words");
}

#[test]
fn an_exact_name_comes_first() {
    let shop = catalog(&[
        english(1, "Renegade GTX Renegade GTX Renegade GTX set"),
        Item { brand: "Lowa", ..english(2, "Lowa Renegade GTX mid cut hiking boots for men") },
        Item { brand: "Lowa", ..english(3, "Lowa Renegade GTX") },
    ]);
    for text in ["lowa renegade gtx", "Renegade GTX", "renegade-gtx"] {
        let found = search(&shop, text);
        assert_eq!(found.reading.exact, Some(Exact::Name), "{text}");
        assert_eq!(found.hits[0].number, 3, "{text}");
    }
    assert_eq!(search(&shop, "gtx renegade").reading.exact, None);
}

#[test]
fn a_common_word_is_no_name_though_an_item_is_called_so() {
    let mut items: Vec<Item> = (2..30).map(|number| french(number, "Chaussures de marche")).collect();
    items.push(french(1, "Chaussures"));
    assert_eq!(search(&catalog(&items), "chaussures").reading.exact, None);
}

#[test]
fn synonyms_find_one_way_or_both_ways_and_come_behind_the_word_itself() {
    let mut index = index(&[french(1, "Baskets rouges"), french(2, "Tennis rouges"), french(3, "Sandales gore tex")]);
    index.set_synonyms(Synonyms::of(&[
        Synonym::Same(vec!["baskets".into(), "tennis".into()]),
        Synonym::Includes { sought: "chaussures".into(), found: vec!["baskets".into(), "sandales".into()] },
        Synonym::Same(vec!["gtx".into(), "gore-tex".into()]),
    ]));
    let shop = index.commit().expect("memory takes it");
    assert_eq!(found(&shop, "basket"), [1, 2]);
    assert_eq!(found(&shop, "tennis"), [2, 1]);
    assert_eq!(found(&shop, "chaussure"), [1, 3]);
    assert_eq!(found(&shop, "sandales"), [3]);
    assert_eq!(found(&shop, "sandales gtx"), [3]);
}

#[test]
fn pictures_and_other_scripts_are_words_too() {
    let shop = catalog(&[french(1, "Botte 🥾"), english(2, "שָׁלוֹם mug"), english(3, "登山靴"), english(4, "قَهْوَة")]);
    for (text, expected) in [("🥾", 1), ("🥾🏽", 1), ("שלום", 2), ("登山", 3), ("قهوة", 4)] {
        assert_eq!(found(&shop, text), [expected], "{text}");
    }
}

#[test]
fn a_hit_says_where_the_words_stand() {
    let shop = catalog(&[
        Item { brand: "Lowa", tags: &["cuir"], description: "Une botte de Lowa", ..french(1, "Botte haute") },
        Item {
            attributes: &[("matière", "cuir")], category: &["Bottes"], codes: &["LOWA-1"], ..french(2, "Renegade")
        },
        ITEM,
    ]);
    let found = search(&shop, "botte lowa cuir");
    let matched = shop.matched(&found).expect("memory can be read");
    let of = |number| {
        let at = found.hits.iter().position(|hit| hit.number == number).expect("it was found");
        matched[at].clone()
    };
    assert_eq!(of(1), [Part::Title, Part::Brand, Part::Tag, Part::Description]);
    assert_eq!(of(2), [Part::Category, Part::Code, Part::Attribute]);
}
