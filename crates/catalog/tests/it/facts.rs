//! What conditions see of an item, and which store is nearest.

use catalog::{
    catalog::Catalog,
    facts::{Fact, fact},
    fault::Code,
    item::{Item, StoreStock, Variant},
    money::Prices,
    place::{Address, InStore, Nearby, Place, Seeker, Store, nearest, stores_with},
};
use model::{
    time::{Span, Timestamp},
    value::Value,
};

use crate::items::{at, boot, euros, plain, put, variant};

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

/// Paris and Lyon, Lille without a postcode, and a store that is nowhere.
fn with_stores() -> Catalog {
    let mut catalog = Catalog::default();
    let store = |id: &str, place: Option<(f64, f64)>, postcode: Option<&str>| Store {
        id: id.into(),
        name: id.to_uppercase(),
        place: place.map(|(north, east)| Place::new(north, east).unwrap()),
        address: postcode.map(|postcode| Address::new("fr", postcode).unwrap()),
    };
    let stores = [
        store("paris", Some((48.86, 2.35)), Some("75 011")),
        store("lyon", Some((45.76, 4.84)), Some("69002")),
        store("lille", Some((50.63, 3.07)), None),
        store("web", None, None),
    ];
    catalog.set_stores(stores.into()).unwrap();
    catalog
}

#[test]
fn the_nearest_store_is_the_nearest_that_has_some_for_sure() {
    let mut catalog = with_stores();
    let fresh_since = at(700_000);
    let in_store = |count, ms| StoreStock { count, as_of: at(ms) };
    let mut item = plain("a");
    let mut found = |stores: &[(&str, StoreStock)], ms| {
        item.stores = Some(stores.iter().map(|(store, stock)| ((*store).to_owned(), *stock)).collect());
        put(&mut catalog, item.clone(), ms).unwrap();
        let with = stores_with(&catalog.find("a").unwrap(), None, fresh_since);
        let near = nearest(&with, &Seeker::At(Place::new(48.8, 2.3).unwrap()), 2);
        let shown = |near: &Nearby<'_>| (near.store.id.clone(), near.distance_m.unwrap().round(), near.stock);
        near.iter().map(shown).collect::<Vec<_>>()
    };
    let available = |count, ms| InStore::Available { count, as_of: at(ms) };
    let unknown = |ms| InStore::Unknown { as_of: at(ms) };
    let (paris, lille, lyon) =
        (("paris", in_store(2, 999_000)), ("lille", in_store(1, 700_000)), ("lyon", in_store(4, 1)));
    let web = ("web", in_store(9, 999_000));
    let all =
        [("paris".to_owned(), 7_610.0, available(2, 999_000)), ("lille".to_owned(), 210_880.0, available(1, 700_000))];
    assert_eq!(found(&[paris, lille, lyon, web], 1), all);
    let stale = ("paris", in_store(2, 999_001));
    let other = found(&[stale, ("lille", in_store(1, 699_999)), lyon], 2);
    assert_eq!(other[1].2, available(1, 700_000), "an older word changes nothing");
    let sold_out = ("paris", in_store(0, 999_500));
    let left = found(&[sold_out, lille, lyon], 3);
    assert_eq!((&*left[0].0, &*left[1].0, left[1].2), ("lille", "lyon", unknown(1)), "what Lyon said is too old");
    let none_left = ("lille", in_store(0, 999_500));
    assert_eq!(found(&[sold_out, none_left, lyon], 4).len(), 1);
}

#[test]
fn stock_of_variants_is_added_up_as_far_as_it_is_fresh() {
    let mut catalog = with_stores();
    let sized = |id: &str, count, ms| Variant {
        stores: Some([("paris".to_owned(), StoreStock { count, as_of: at(ms) })].into()),
        ..variant(id, id, 1)
    };
    let mut item = plain("a");
    item.variants = Some(vec![sized("s", 2, 900), sized("m", 3, 950), sized("l", 4, 10)]);
    put(&mut catalog, item, 1).unwrap();
    let view = catalog.find("a").unwrap();
    let stock = |variant: Option<&str>| {
        let variant = variant.map(|id| view.variant(id).unwrap());
        stores_with(&view, variant.as_ref(), at(900)).first().map(|(_, stock)| *stock)
    };
    assert_eq!(stock(None), Some(InStore::Available { count: 5, as_of: at(900) }));
    assert_eq!(stock(Some("m")), Some(InStore::Available { count: 3, as_of: at(950) }));
    assert_eq!(stock(Some("l")), Some(InStore::Unknown { as_of: at(10) }));
}

#[test]
fn a_postcode_finds_stores_that_begin_alike_in_its_country() {
    let mut catalog = with_stores();
    let mut item = plain("a");
    let stock = StoreStock { count: 1, as_of: at(1_000) };
    item.stores = Some(["paris", "lyon", "lille"].map(|store| (store.to_owned(), stock)).into());
    put(&mut catalog, item, 1).unwrap();
    let view = catalog.find("a").unwrap();
    let near = |country, postcode| {
        let seeker = Seeker::Near(Address::new(country, postcode).unwrap());
        let near = nearest(&stores_with(&view, None, at(0)), &seeker, 5);
        near.iter().map(|near| near.store.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!((near("FR", "75011"), near("FR", "69-100")), (vec!["paris".to_owned()], vec!["lyon".to_owned()]));
    assert!(near("FR", "13001").is_empty() && near("US", "75011").is_empty());
    for (country, postcode) in
        [("France", "75011"), ("F1", "75011"), ("FR", "-"), ("FR", "7"), ("FR", "7501\u{e9}"), ("FR", "1234567890123")]
    {
        assert_eq!(Address::new(country, postcode).unwrap_err().code, Code::BadPlace, "{country} {postcode}");
    }
}
