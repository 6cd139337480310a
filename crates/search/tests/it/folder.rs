//! The index over time, and in a folder.

use model::time::Timestamp;
use search::{Doc, Index, Language, SearchError, Snapshot, Text, limits};

use crate::shop::{catalog, found, french, index, put};

#[test]
fn changes_are_seen_with_the_commit_and_not_before() {
    let mut index = index(&[french(1, "Chaussures"), french(2, "Veste")]);
    let before = index.commit().expect("memory takes it");
    put(&mut index, &french(1, "Sandales"));
    index.remove(2);
    put(&mut index, &french(3, "Veste"));
    assert_eq!(found(&index.snapshot().expect("memory can be read"), "chaussures"), [1]);
    let after = index.commit().expect("memory takes it");
    assert_eq!(found(&after, "chaussures"), [0_u32; 0]);
    assert_eq!(found(&after, "sandale"), [1]);
    assert_eq!(found(&after, "veste"), [3]);
    assert_eq!(after.items(), 2);
    assert_eq!(found(&before, "veste"), [2], "a snapshot stays as it was");
}

#[test]
fn a_number_put_twice_at_once_is_there_once() {
    let mut index = index(&[french(1, "Chaussures"), french(1, "Chaussures"), french(1, "Sandales")]);
    let shop = index.commit().expect("memory takes it");
    assert_eq!(found(&shop, "chaussures"), [0_u32; 0]);
    assert_eq!(found(&shop, "sandales"), [1]);
}

#[test]
fn a_catalog_is_searched_until_the_new_one_is_complete() {
    let mut index = index(&[french(1, "Chaussures")]);
    index.commit().expect("memory takes it");
    index.clear().expect("memory takes it");
    put(&mut index, &french(2, "Chaussures"));
    assert_eq!(found(&index.snapshot().expect("memory can be read"), "chaussures"), [1]);
    assert_eq!(found(&index.commit().expect("memory takes it"), "chaussures"), [2]);
}

#[test]
fn what_is_in_as_it_is_need_not_be_put_in_again() {
    let texts = [Text { language: Language::French, title: "Chaussures", description: "" }];
    let doc = Doc {
        number: 1,
        id: "boot",
        texts: &texts,
        brand: "",
        category: &[],
        tags: &[],
        attributes: &[],
        codes: &[],
        price_cents: 9_900,
        in_stock: true,
        listed_at: Timestamp::MIN,
    };
    let folder = tempfile::tempdir().expect("there is room");
    let mut index = Index::open(folder.path()).expect("it is empty");
    index.put(&doc).expect("there is room");
    put(&mut index, &french(2, "Veste"));
    let shop = index.commit().expect("there is room");
    let holds = |shop: &Snapshot, doc: &Doc<'_>| shop.holds(doc).expect("it can be read");
    assert!(holds(&shop, &doc));
    assert!(!holds(&shop, &Doc { number: 3, ..doc }));
    let cheaper = Doc { price_cents: 8_900, ..doc };
    for other in [cheaper, Doc { in_stock: false, ..doc }, Doc { tags: &["new"], ..doc }, Doc { texts: &[], ..doc }] {
        assert!(!holds(&shop, &other), "{other:?}");
    }
    index.put(&cheaper).expect("there is room");
    index.remove(2);
    index.commit().expect("there is room");
    index.close().expect("there is room");
    let shop = Index::open(folder.path()).and_then(|index| index.snapshot()).expect("it is an index");
    assert!(holds(&shop, &cheaper) && !holds(&shop, &doc));
    assert_eq!([1, 2].map(|number| shop.has(number).expect("it can be read")), [true, false]);
}

#[test]
fn a_folder_keeps_what_was_committed() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut index = Index::open(folder.path()).expect("it is empty");
    put(&mut index, &french(1, "Chaussures"));
    index.commit().expect("there is room");
    put(&mut index, &french(2, "Chaussures"));
    index.close().expect("there is room");
    let index = Index::open(folder.path()).expect("it is an index");
    assert_eq!(found(&index.snapshot().expect("it can be read"), "chaussures"), [1]);
    let second = Index::open(folder.path()).err();
    assert_eq!(second.map(|error| error.code()), Some("search_in_use"));
}

#[test]
fn a_folder_that_is_not_there_or_damaged_is_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let gone = Index::open(&folder.path().join("gone")).err();
    assert_eq!(gone.map(|error| error.code()), Some("search_unusable"));
    std::fs::write(folder.path().join("meta.json"), "{").expect("there is room");
    let damaged = Index::open(folder.path()).err();
    assert!(matches!(damaged, Some(SearchError::Unusable(_))), "{damaged:?}");
}

#[test]
fn documents_of_any_size_and_content_are_taken() {
    let mut index = index(&[]);
    let description = "mot ".repeat(3_000_000);
    let title = "x".repeat(100_000);
    let text = Text { language: Language::Any, title: &title, description: &description };
    let late = format!("{} fin", "mot ".repeat(limits::DESCRIPTION_CHARS / 4));
    let cut = Text { language: Language::French, title: "<b>Gras</b> & <script>alert(1)</script>", description: &late };
    fn doc<'a>(number: u32, texts: &'a [Text<'a>]) -> Doc<'a> {
        Doc {
            number,
            id: "",
            texts,
            brand: "",
            category: &[],
            tags: &[],
            attributes: &[],
            codes: &[],
            price_cents: u64::MAX,
            in_stock: false,
            listed_at: Timestamp::MIN,
        }
    }
    index.put(&doc(u32::MAX, &[text])).expect("memory takes it");
    index.put(&doc(0, &[cut])).expect("memory takes it");
    index.put(&doc(1, &[])).expect("memory takes it");
    let shop = index.commit().expect("memory takes it");
    assert_eq!(found(&shop, "gras"), [0]);
    assert_eq!(found(&shop, "fin"), [0_u32; 0]);
    assert_eq!(shop.items(), 3);
    assert_eq!(catalog(&[]).items(), 0);
}
