//! Each limit of what may be said, at the limit and one beyond; and what no shop means.

use catalog::{
    catalog::Catalog,
    fault::Code,
    item::{Attribute, Image, Item, Stock, Texts},
    limits,
    money::Sale,
    place::Store,
};
use model::time::Timestamp;

use crate::items::{at, boot, euros, plain, put, variant};

fn refused(item: Item) -> Option<Code> {
    put(&mut Catalog::default(), item, 1).err().map(|fault| fault.code)
}

fn many<T>(count: usize, each: impl Fn(usize) -> T) -> Vec<T> {
    (0..count).map(each).collect()
}

#[test]
fn counts_have_a_limit() {
    type Set = fn(&mut Item, usize);
    let sets: [(usize, Set); 8] = [
        (limits::LANGUAGES, |item, count| {
            item.texts = many(count, |n| (format!("l{n}"), Texts { title: "x".into(), description: String::new() }))
                .into_iter()
                .collect();
        }),
        (limits::IMAGES, |item, count| {
            item.images = many(count, |n| Image { url: format!("u{n}"), alt: String::new() });
        }),
        (limits::TAGS, |item, count| item.tags = many(count, |n| n.to_string())),
        (limits::ATTRIBUTES, |item, count| {
            item.attributes = many(count, |n| (n.to_string(), Attribute::Flag(true))).into_iter().collect();
        }),
        (limits::LIST, |item, count| {
            item.attributes = [("x".into(), Attribute::List(many(count, |n| n.to_string())))].into();
        }),
        (limits::CATEGORIES, |item, count| item.categories = many(count, |n| vec![n.to_string()])),
        (limits::LEVELS, |item, count| item.categories = vec![many(count, |n| n.to_string())]),
        (limits::VARIANTS, |item, count| item.variants = Some(many(count, |n| variant(&n.to_string(), "x", 1)))),
    ];
    for (place, (limit, set)) in sets.into_iter().enumerate() {
        let with = |count| {
            let mut item = plain("a");
            set(&mut item, count);
            refused(item)
        };
        assert_eq!((with(limit), with(limit + 1)), (None, Some(Code::TooMany)), "{place}");
    }
    let store = |n: usize| Store { id: n.to_string(), name: String::new(), place: None, address: None };
    assert!(Catalog::default().set_stores(many(limits::STORES, store)).is_ok());
    assert_eq!(Catalog::default().set_stores(many(limits::STORES + 1, store)).unwrap_err().code, Code::TooMany);
    assert_eq!(Catalog::default().set_stores(vec![store(1), store(1)]).unwrap_err().code, Code::Twice);
}

#[test]
fn texts_have_a_limit() {
    type Set = fn(&mut Item, String);
    let sets: [(usize, Set); 8] = [
        (limits::ID_BYTES, |item, text| item.id = text),
        (limits::ID_BYTES, |item, text| item.group = Some(text)),
        (limits::TITLE_BYTES, |item, text| item.texts.get_mut("en").unwrap().title = text),
        (limits::DESCRIPTION_BYTES, |item, text| item.texts.get_mut("en").unwrap().description = text),
        (limits::WORD_BYTES, |item, text| item.brand = Some(text)),
        (limits::WORD_BYTES, |item, text| item.categories = vec![vec![text]]),
        (limits::URL_BYTES, |item, text| item.link = Some(text)),
        (limits::ATTRIBUTE_BYTES, |item, text| item.attributes = [("x".into(), Attribute::Text(text))].into()),
    ];
    for (place, (limit, set)) in sets.into_iter().enumerate() {
        let with = |bytes| {
            let mut item = plain("a");
            set(&mut item, "x".repeat(bytes));
            refused(item)
        };
        assert_eq!((with(limit), with(limit + 1)), (None, Some(Code::TextTooLong)), "{place}");
    }
    let mut item = plain("a");
    item.texts = many(20, |n| {
        (format!("l{n}"), Texts { title: "x".into(), description: "x".repeat(limits::DESCRIPTION_BYTES) })
    })
    .into_iter()
    .collect();
    assert_eq!(refused(item), Some(Code::TextTooLong), "together");
}

#[test]
fn what_no_shop_means_is_refused_with_the_field() {
    type Set = fn(&mut Item);
    let sale = |from, until, price_cents| Some(Sale { price_cents, from: at(from), until: at(until) });
    assert!(boot().check().is_ok());
    let mut reduced = boot();
    reduced.prices.as_mut().unwrap().sale = sale(1, 2, 10_001);
    assert_eq!(refused(reduced), Some(Code::BadPrice));
    let mut backwards = boot();
    backwards.prices.as_mut().unwrap().sale = sale(2, 2, 1);
    assert_eq!(refused(backwards), Some(Code::BadPrice));
    let cases: [(Set, Code, &str); 12] = [
        (|item| item.id.clear(), Code::WithoutId, "id"),
        (|item| item.id = " a".into(), Code::BadText, "id"),
        (|item| item.id = "a\u{7}".into(), Code::BadText, "id"),
        (|item| item.texts.clear(), Code::WithoutTitle, "title"),
        (|item| _ = item.texts.insert("not a tag".into(), Texts::default()), Code::BadText, "texts"),
        (|item| item.prices = Some(euros(limits::PRICE_CENTS + 1)), Code::BadPrice, "price"),
        (|item| item.stock = Stock::counted(limits::STOCK + 1), Code::BadStock, "stock"),
        (|item| item.brand = Some(" ".into()), Code::BadText, "brand"),
        (|item| item.categories = vec![vec![]], Code::BadText, "categories"),
        (|item| item.variants.as_mut().unwrap()[1].id = "b-42".into(), Code::Twice, "variants[1].id"),
        (|item| item.images[0].url.clear(), Code::WithoutId, "images"),
        (|item| item.expected_life_days = Some(0), Code::BadText, "expected_life_days"),
    ];
    for (set, code, field) in cases {
        let mut item = boot();
        set(&mut item);
        let fault = item.check().unwrap_err();
        assert_eq!((fault.code, fault.field.as_str()), (code, field), "{fault}");
    }
}

#[test]
fn numbers_run_out_with_a_reason() {
    let mut catalog = Catalog::default();
    put(&mut catalog, plain("a"), 1).unwrap();
    let said = catalog.apply(&catalog::change::Change::Remove { id: "b".into() }, Timestamp::EPOCH).unwrap_err();
    assert_eq!((said.code, said.field.as_str()), (Code::NoSuchItem, "id"));
    assert!(said.to_string().contains("NO_SUCH_ITEM at id"));
}
