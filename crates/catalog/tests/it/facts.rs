//! What conditions see of an item, and which store is nearest.

use catalog::{
    catalog::Catalog,
    facts::{Fact, fact},
    item::{Item, StoreStock},
    money::Prices,
    place::{Place, Store, nearest},
};
use model::{
    time::{Span, Timestamp},
    value::Value,
};

use crate::items::{at, boot, euros, plain, put};

fn asked(item: Item, name: &str, now: Timestamp) -> Option<String> {
    let (mut catalog, id) = (Catalog::default(), item.id.clone());
    put(&mut catalog, item, 10).unwrap();
    fact(&catalog.find(&id).unwrap(), name, now).map(|value| match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{:?}", number.get()),
        Value::Bool(yes) => yes.to_string(),
        Value::List(values) => values.iter().map(|value| value.as_text().unwrap()).collect::<Vec<_>>().join("|"),
        other => format!("{other:?}"),
    })
}

#[test]
fn facts_of_an_item_of_which_everything_is_said() {
    let day = Span::DAY.as_millis();
    for (name, ms, value) in [
        ("id", 10, "boot-42"),
        ("group", 10, "boot"),
        ("brand", 10, "Alpina"),
        ("category", 10, "Shoes > Boots|Shoes|Sale"),
        ("tags", 10, "new|waterproof"),
        ("languages", 10, "en|fr"),
        ("price", 10, "100.0"),
        ("price", 100, "80.0"),
        ("usual_price", 100, "100.0"),
        ("on_sale", 99, "false"),
        ("on_sale", 100, "true"),
        ("discount", 100, "0.2"),
        ("currency", 10, "EUR"),
        ("margin", 10, "0.6"),
        ("margin", 100, "0.5"),
        ("in_stock", 10, "true"),
        ("availability", 10, "in_stock"),
        ("stock", 10, "2"),
        ("stock.paris", 10, "3"),
        ("sizes", 10, "42"),
        ("colors", 10, ""),
        ("condition", 10, "new"),
        ("consumable", 10, "false"),
        ("expected_life_days", 10, "1000"),
        ("age_days", day, "0"),
        ("age_days", 3 * day + 1, "3"),
        ("age_days", -day, "0"),
        ("attribute.width", 10, "wide"),
        ("attribute.weight", 10, "950.0"),
        ("attribute.vegan", 10, "false"),
        ("attribute.terrain", 10, "mountain|snow"),
    ] {
        assert_eq!(asked(boot(), name, at(ms)).as_deref(), Some(value), "{name} at {ms}");
    }
}

#[test]
fn what_nobody_said_is_missing_and_an_empty_list_is_not() {
    for name in
        ["group", "brand", "margin", "stock", "stock.paris", "consumable", "expected_life_days", "attribute.width"]
    {
        assert_eq!(asked(plain("a"), name, at(10)), None, "{name}");
    }
    for name in ["category", "tags", "sizes"] {
        assert_eq!(asked(plain("a"), name, at(10)).as_deref(), Some(""), "{name}");
    }
    assert_eq!(asked(plain("a"), "in_stock", at(10)).as_deref(), Some("true"));
    let free = Item { prices: Some(Prices { ..euros(0) }), ..plain("a") };
    assert_eq!(asked(free, "discount", at(10)), None);
    for name in ["", "hue", "stock.", "attribute.", "attribute", "price.x"] {
        assert_eq!(Fact::of_name(name), None, "{name}");
    }
    assert!(Fact::names().all(|name| Fact::of_name(name).is_some()));
}

#[test]
fn texts_come_in_the_language_that_suits_best() {
    let mut catalog = Catalog::default();
    put(&mut catalog, boot(), 1).unwrap();
    let view = catalog.find("boot-42").unwrap();
    for (wanted, language) in
        [(&["fr-CH", "en"][..], "fr"), (&["de", "FR"], "fr"), (&["de"], "en"), (&[], "en"), (&["en-GB"], "en")]
    {
        assert_eq!(view.best_texts(wanted).unwrap().language, language, "{wanted:?}");
    }
}

#[test]
fn the_nearest_store_is_the_nearest_that_has_some_for_sure() {
    let mut catalog = Catalog::default();
    let store = |id: &str, latitude, longitude| Store {
        id: id.into(),
        name: id.to_uppercase(),
        place: Some(Place::new(latitude, longitude).unwrap()),
    };
    let nowhere = Store { id: "web".into(), name: "Web".into(), place: None };
    let stores = vec![store("paris", 48.86, 2.35), store("lyon", 45.76, 4.84), store("lille", 50.63, 3.07), nowhere];
    catalog.set_stores(stores).unwrap();
    let (now, fresh) = (at(1_000_000), Span::MINUTE.times(5));
    let in_store = |count, ms| StoreStock { count, as_of: at(ms) };
    let mut item = plain("a");
    let mut found = |stores: &[(&str, StoreStock)], ms| {
        item.stores = Some(stores.iter().map(|(store, stock)| ((*store).to_owned(), *stock)).collect());
        put(&mut catalog, item.clone(), ms).unwrap();
        let view = catalog.find("a").unwrap();
        let near = nearest(&view, Place::new(48.8, 2.3).unwrap(), now, fresh)?;
        Some((near.store.id.clone(), near.distance_m.round(), near.count))
    };
    let (paris, lille, lyon) =
        (("paris", in_store(2, 999_000)), ("lille", in_store(1, 700_000)), ("lyon", in_store(4, 1)));
    assert_eq!(found(&[paris, lille, lyon], 1).unwrap(), ("paris".to_owned(), 7_610.0, 2));
    let sold_out = ("paris", in_store(0, 999_500));
    assert_eq!(found(&[sold_out, lille, lyon], 2).unwrap().0, "lille", "its word is just fresh enough");
    let none_left = ("lille", in_store(0, 999_500));
    assert_eq!(found(&[sold_out, none_left, lyon], 3), None, "what Lyon said is too old");
}
