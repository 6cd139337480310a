//! Feeds that all shops can write: Google's in XML and in columns, JSON lines; and what is wrong in them.

use std::{io::Write, path::Path};

use catalog::{
    change::{Change, Patch, Target},
    item::{Attribute, Availability, Condition, Item, Role, Stock, Usage},
    money::{Currency, Prices, Sale},
};
use flate2::{Compression, write::GzEncoder};
use ingest::{
    feed::{BadItem, Fed, Feed, FeedFormat, Settings, Told},
    input::BytesRead,
    limits,
};
use model::{time::Timestamp, value::Finite};
use serde_json::json;

use crate::folder::Folder;

/// What came of a feed.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) told: Vec<Told>,
    pub(crate) bad: Vec<BadItem>,
    pub(crate) cut: Option<BadItem>,
}

impl Outcome {
    pub(crate) fn items(&self) -> Vec<&Item> {
        let put = |told: &'_ Told| matches!(told.change, Change::Put(_));
        let told = self.told.iter().filter(|told| put(told));
        told.filter_map(|told| if let Change::Put(item) = &told.change { Some(&**item) } else { None }).collect()
    }

    fn ids(&self) -> Vec<&str> {
        self.items().into_iter().map(|item| item.id.as_str()).collect()
    }

    /// Each bad item as its record, code and field.
    pub(crate) fn reasons(&self) -> Vec<String> {
        self.bad.iter().map(|bad| format!("{} {} {}", bad.record, bad.code, bad.field).trim().to_owned()).collect()
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        currency: Some(Currency::EUR),
        languages: [("1".into(), "en".into()), ("2".into(), "fr".into())].into(),
        ..Settings::new(Timestamp::from_millis(1_000).unwrap(), "en")
    }
}

fn read_file(path: &Path, settings: Settings) -> (FeedFormat, Outcome) {
    let mut feed = Feed::open(path, None, settings, BytesRead::default()).unwrap();
    let mut outcome = Outcome::default();
    loop {
        match feed.read().unwrap() {
            Fed::Told(told) => outcome.told.push(told),
            Fed::Bad(bad) => outcome.bad.push(bad),
            Fed::Cut(bad) => outcome.cut = Some(bad),
            Fed::End => return (feed.format(), outcome),
        }
        if outcome.cut.is_some() {
            return (feed.format(), outcome);
        }
    }
}

pub(crate) fn read_as(settings: Settings, bytes: impl AsRef<[u8]>) -> (FeedFormat, Outcome) {
    let folder = Folder::new();
    read_file(&folder.write("feed", bytes), settings)
}

fn read(bytes: impl AsRef<[u8]>) -> Outcome {
    read_as(settings(), bytes).1
}

fn at(text: &str) -> Timestamp {
    ingest::moment::Clock::default().read(text).unwrap()
}

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>
<title>The shop</title><link>https://shop.example</link>
<item>
  <g:id>boot-42</g:id>
  <title><![CDATA[Boots <b>for</b> caf&eacute;s & more]]></title>
  <description>&lt;p&gt;Warm &amp;amp; dry&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description>
  <link>https://shop.example/boot?a=1&b=2</link>
  <g:image_link>https://shop.example/1.jpg</g:image_link>
  <g:additional_image_link>https://shop.example/2.jpg</g:additional_image_link>
  <g:additional_image_link>https://shop.example/3.jpg</g:additional_image_link>
  <g:availability>in_stock</g:availability>
  <g:price>129.90 EUR</g:price>
  <g:sale_price>99.90 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-02-24T13:00+0100/2026-03-01T00:00Z</g:sale_price_effective_date>
  <g:cost_of_goods_sold>60 EUR</g:cost_of_goods_sold>
  <g:brand>Alpina</g:brand><g:gtin>3234567890126</g:gtin><g:mpn>A-42</g:mpn>
  <g:condition>new</g:condition><g:item_group_id>boot</g:item_group_id>
  <g:product_type>Shoes &gt; Boots</g:product_type>
  <g:google_product_category>187</g:google_product_category>
  <g:size>42</g:size><g:color>Red</g:color>
  <g:shipping><g:country>FR</g:country><g:price>4.90 EUR</g:price></g:shipping>
  <g:product_detail><g:attribute_name>Width</g:attribute_name><g:attribute_value>wide</g:attribute_value></g:product_detail>
</item>
<item><g:id>pole</g:id><title>Pole</title><g:price>24,90 €</g:price><g:availability>out of stock</g:availability></item>
</channel></rss>"#;

#[test]
fn google_merchant_in_rss_says_everything() {
    let (format, outcome) = read_as(settings(), RSS);
    assert_eq!((format, outcome.bad.len(), outcome.ids()), (FeedFormat::GoogleXml, 0, vec!["boot-42", "pole"]));
    let items = outcome.items();
    let boot = items[0];
    let texts = &boot.texts["en"];
    assert_eq!((texts.title.as_str(), texts.description.as_str()), ("Boots for cafés & more", "Warm & dry"));
    let (from, until) = (at("2026-02-24T12:00:00Z"), at("2026-03-01T00:00:00Z"));
    let sale = Some(Sale { price_cents: 9_990, from, until });
    assert_eq!(boot.prices, Some(Prices { sale, ..Prices::of(Currency::EUR, 12_990) }));
    assert_eq!((boot.cost_cents, boot.stock.availability), (Some(6_000), Availability::InStock));
    assert_eq!(boot.link.as_deref(), Some("https://shop.example/boot?a=1&b=2"));
    assert_eq!((boot.images.len(), boot.categories.clone()), (3, vec![vec!["Shoes".to_owned(), "Boots".into()]]));
    assert_eq!((boot.brand.as_deref(), boot.group.as_deref()), (Some("Alpina"), Some("boot")));
    assert_eq!((boot.gtin.as_deref(), boot.mpn.as_deref()), (Some("3234567890126"), Some("A-42")));
    assert_eq!(boot.attributes["size"], Attribute::Number(Finite::new(42.0).unwrap()));
    assert_eq!(boot.attributes["Width"], Attribute::Text("wide".into()));
    assert!(!boot.attributes.contains_key("shipping/price"));
    assert_eq!(items[1].prices, Some(Prices::of(Currency::EUR, 2_490)));
    assert_eq!(items[1].stock.availability, Availability::OutOfStock);
}

#[test]
fn atom_and_columns_say_the_same_as_rss() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:g='http://base.google.com/ns/1.0'><title>x</title>\
        <entry><g:id>pole</g:id><title>Pole</title><link href='https://shop.example/p?a=1&amp;b=2'/>\
        <g:price>24.90 EUR</g:price><g:availability>in stock</g:availability></entry></feed>";
    let tsv = "id\ttitle\tlink\tprice\tavailability\n\
        pole\tPole\thttps://shop.example/p?a=1&b=2\t24.90 EUR\tin stock\n";
    let csv = "\u{feff}ID;Title;Link;Price;Availability\r\n\
        pole;\"Pole\";https://shop.example/p?a=1&b=2;\"24,90 €\";in_stock\r\n";
    let all = [atom, tsv, csv].map(|text| read(text).items()[0].clone());
    assert_eq!(all[0].link.as_deref(), Some("https://shop.example/p?a=1&b=2"));
    assert_eq!(all[0], all[1]);
    assert_eq!(all[1], all[2]);
}

#[test]
fn columns_may_be_latin_1_and_have_texts_in_languages_and_attributes() {
    let outcome = read(b"id;title_fr;title_en;price;Largeur;quantity\nb;Chauss\xe9e;Boot;24,90 \x80;large;3\n");
    let item = outcome.items()[0];
    assert_eq!((item.texts["fr"].title.as_str(), item.texts["en"].title.as_str()), ("Chaussée", "Boot"));
    assert_eq!(item.attributes["largeur"], Attribute::Text("large".into()));
    assert_eq!(item.stock, Stock::counted(3));
}

#[test]
fn what_is_wrong_goes_to_quarantine_and_the_rest_goes_on() {
    let long = "x".repeat(catalog::limits::DESCRIPTION_BYTES + 1);
    let rows = [
        ("a,Boot,24.90 EUR,in_stock,1,", ""),
        (",Boot,24.90 EUR,in_stock,1,", "3 ITEM_WITHOUT_ID id"),
        ("b,,24.90 EUR,in_stock,1,", "4 ITEM_WITHOUT_TITLE title"),
        ("c,Boot,,in_stock,1,", "5 ITEM_WITHOUT_PRICE price"),
        ("d,Boot,-1 EUR,in_stock,1,", "6 BAD_PRICE price"),
        ("e,Boot,99999999 EUR,in_stock,1,", "7 BAD_PRICE price"),
        ("f,Boot,\"1,234 EUR\",in_stock,1,", "8 NUMBER_AMBIGUOUS price"),
        ("g,Boot,cheap,in_stock,1,", "9 NOT_A_NUMBER price"),
        ("h,Boot,24.90 EUR,perhaps,1,", "10 NOT_ALLOWED availability"),
        ("i,Boot,24.90 EUR,in_stock,-4,", "11 BAD_STOCK quantity"),
        (&format!("j,Boot,24.90 EUR,in_stock,1,{long}"), "12 TEXT_TOO_LONG description.en"),
        ("k,Boot,24.90 EUR", "13 COLUMN_COUNT"),
        ("l,<script>x</script>,24.90 EUR,in_stock,1,", "14 ITEM_WITHOUT_TITLE title"),
        ("m,Boot,24.90 EUR,in_stock,1,", ""),
    ];
    let text: String = rows.iter().map(|(row, _)| format!("{row}\n")).collect();
    let outcome = read(format!("id,title,price,availability,quantity,description\n{text}"));
    assert_eq!(outcome.ids(), ["a", "m"]);
    let expected: Vec<&str> = rows.iter().map(|(_, reason)| *reason).filter(|reason| !reason.is_empty()).collect();
    assert_eq!(outcome.reasons(), expected);
    assert!(
        outcome.bad.iter().all(|bad| bad.raw.len() <= limits::QUARANTINED_BYTES && bad.message.ends_with(['.', '…']))
    );
}

#[test]
fn a_description_of_ten_million_bytes_costs_its_item_and_no_memory() {
    let long = "x".repeat(10_000_000);
    let xml = |body: &str| {
        let item = |id: &str, text: &str| {
            format!("<item><id>{id}</id><title>T</title><price>1</price><description>{text}</description></item>")
        };
        format!("<rss><channel>{}{}</channel></rss>", item("a", body), item("b", "short"))
    };
    for text in [xml(&long), xml(&format!("<![CDATA[{long}]]>")), xml(&format!("{long}&amp;{long}"))] {
        let outcome = read(text);
        assert_eq!((outcome.ids(), outcome.reasons()), (vec!["b"], vec!["1 ROW_TOO_LONG description".to_owned()]));
    }
    let row = |id: &str, text: &str| json!({"id": id, "title": "T", "price": 1, "description": text}).to_string();
    let outcome = read(format!("{}\n{}\n", row("a", &long), row("b", "short")));
    assert_eq!((outcome.ids(), outcome.reasons()), (vec!["b"], vec!["1 ROW_TOO_LONG".to_owned()]));
    let endless = xml(&"x".repeat(limits::XML_PIECE_BYTES + 100_000));
    assert_eq!(read(endless).cut.unwrap().code, "ROW_TOO_LONG", "nobody knows where it ends");
}

#[test]
fn an_xml_bomb_is_refused_and_nothing_is_expanded() {
    let bomb = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>\
        <rss><channel><item><id>1</id><title>&b;</title><price>1</price></item></channel></rss>";
    let outcome = read(bomb);
    assert_eq!((outcome.told.len(), outcome.cut.unwrap().code), (0, "BAD_XML"));
    let outside = bomb.replace("<!ENTITY a 'aaaa'>", "<!ENTITY a SYSTEM 'file:///etc/passwd'>");
    assert_eq!(read(outside).cut.unwrap().code, "BAD_XML");
    let unknown = "<rss><item><id>1</id><title>&b; &nbsp;&lt;3</title><price>1</price></item></rss>";
    assert_eq!(read(unknown).items()[0].texts["en"].title, "&b; <3");
    let deep = format!("<rss>{}", "<a>".repeat(limits::XML_DEPTH));
    assert_eq!(read(deep).cut.unwrap().code, "BAD_XML");
}

#[test]
fn a_feed_that_is_cut_anywhere_says_so() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let end = RSS.trim_end().len();
    for length in (30..end).step_by(17).chain([end - 1]) {
        let Some(text) = RSS.get(..length) else { continue };
        assert_eq!(read(text).cut.map(|bad| bad.code), Some("FILE_CUT"), "{length}: …{:?}", &text[text.len() - 20..]);
    }
    let packed = gzip(RSS.as_bytes());
    assert_eq!(read(&packed[..packed.len() - 9]).cut.unwrap().code, "FILE_CUT");
    assert!(read(&packed).cut.is_none());
    let lines = "{\"id\":\"a\",\"title\":\"T\",\"price\":1}\n{\"id\":\"b\",\"ti";
    let outcome = read(lines);
    assert_eq!((outcome.ids(), outcome.cut.as_ref().unwrap().code), (vec!["a"], "FILE_CUT"));
    assert_eq!(read("id,title,price\na,T,1\nb,T").cut.unwrap().code, "FILE_CUT");
    assert_eq!(read("<rss><item><id>1</id></wrong></item></rss>").cut.unwrap().code, "BAD_XML");
    assert_eq!(read(b"<rss><item><id>\xff</id></item></rss>").cut.unwrap().code, "BAD_ENCODING");
}

#[test]
fn our_own_lines_say_everything_there_is() {
    let line = json!({
        "id": "boot", "group": "boots", "title": {"fr": "Chaussure", "en": "Boot"}, "description": "Warm",
        "brand": "Alpina", "categories": ["Shoes > Boots", ["Sale"]],
        "price": 129.9, "sale_price": "99,90 €", "sale_until": "2026-03-01", "margin": 0.5,
        "availability": "in_stock", "stock": 5, "stores": {"paris": 3, "lyon": {"count": 2, "as_of": "2026-01-01"}},
        "images": ["https://a.example/1.jpg", {"url": "https://a.example/2.jpg", "alt": "Sole"}],
        "link": "https://a.example/boot", "tags": ["new", "new", "warm"],
        "attributes": {"width": "wide", "weight": 950, "vegan": true, "terrain": ["snow", "rock"]},
        "gtin": 3234567890126u64, "mpn": "A", "condition": "used", "expected_life_days": 700, "consumable": false,
        "variants": [{"id": "b-42", "size": 42, "color": "red", "price": 119, "stock": 2, "inventory_id": "i1"}],
        "released_at": "2026-01-02", "as_of": "2026-02-01T00:00:00Z",
    });
    let outcome = read(format!("{line}\n"));
    assert_eq!(outcome.bad, []);
    let (item, told) = (outcome.items()[0], &outcome.told[0]);
    assert_eq!((told.as_of, told.record), (at("2026-02-01"), 1));
    assert_eq!((item.texts["fr"].title.as_str(), item.texts["en"].description.as_str()), ("Chaussure", "Warm"));
    assert_eq!(item.categories, [vec!["Shoes".to_owned(), "Boots".into()], vec!["Sale".into()]]);
    let prices = item.prices.unwrap();
    assert_eq!((prices.price_cents, prices.sale.unwrap().price_cents, item.cost_cents), (12_990, 9_990, Some(6_495)));
    let stores = item.stores.as_ref().unwrap();
    assert_eq!((stores["paris"].as_of, stores["lyon"].as_of), (at("2026-02-01"), at("2026-01-01")));
    assert_eq!((item.tags.len(), item.attributes.len(), item.images[1].alt.as_str()), (2, 4, "Sole"));
    assert_eq!((item.condition, item.usage, item.role), (Condition::Used, Some(Usage::Durable), Role::Sold));
    let variant = &item.variants.as_ref().unwrap()[0];
    assert_eq!((variant.size.as_deref(), variant.prices.unwrap().price_cents), (Some("42"), 11_900));
    assert_eq!((variant.stock, variant.inventory_id.as_deref()), (Stock::counted(2), Some("i1")));
}

#[test]
fn a_line_may_change_a_price_or_remove_an_item() {
    let outcome = read(
        "{\"id\":\"a\",\"change\":\"patch\",\"price\":\"24.90\",\"stores\":{\"paris\":0}}\n\
         {\"id\":\"a\",\"change\":\"patch\",\"variant\":\"v\",\"stock\":2}\n{\"id\":\"a\",\"change\":\"remove\"}\n",
    );
    let price = Patch {
        prices: Some(Prices::of(Currency::EUR, 2_490)),
        stores: vec![("paris".into(), 0)],
        ..Patch::of_item("a")
    };
    let target = Target::Variant { item: "a".into(), id: "v".into() };
    let stock = Patch { stock: Some(Stock::counted(2)), ..Patch::of(target) };
    let changes: Vec<Change> = outcome.told.into_iter().map(|told| told.change).collect();
    assert_eq!(changes, [Change::Patch(price), Change::Patch(stock), Change::Remove { id: "a".into() }]);
}

#[test]
fn lines_that_are_not_as_they_should_be_name_the_field() {
    for (line, reason) in [
        ("not json", "2 BAD_JSON"),
        ("7", "2 BAD_JSON"),
        ("{\"id\":\"a\",\"titel\":\"T\"}", "2 BAD_JSON"),
        ("{\"id\":\"a\",\"title\":\"T\",\"variants\":[{\"id\":1,\"seize\":2}]}", "2 BAD_JSON variants[0]"),
        ("{\"id\":\"a\",\"title\":\"T\",\"tags\":\"new\"}", "2 BAD_JSON tags"),
        ("{\"title\":\"T\",\"price\":1}", "2 ITEM_WITHOUT_ID id"),
        ("{\"id\":\"a\",\"title\":\"T\",\"price\":1,\"currency\":\"euro\"}", "2 NO_CURRENCY currency"),
        ("{\"id\":\"a\",\"title\":\"T\",\"price\":1,\"stock\":-1}", "2 BAD_STOCK stock"),
        ("{\"id\":\"a\",\"title\":\"T\",\"price\":1,\"stores\":{\"paris\":-1}}", "2 BAD_STOCK stores.paris"),
        ("{\"id\":\"a\",\"title\":\"T\",\"price\":1,\"margin\":3}", "2 OUT_OF_RANGE margin"),
        ("{\"id\":\"a\",\"title\":\"T\",\"price\":1,\"as_of\":\"soon\"}", "2 NOT_A_MOMENT as_of"),
    ] {
        let outcome = read(format!("{{\"id\":\"b\",\"title\":\"T\",\"price\":1}}\n{line}\n"));
        let reasons = outcome.reasons();
        assert_eq!(reasons.len(), 1, "{line}: {reasons:?}");
        assert!(reasons[0].starts_with(reason), "{line}: {reasons:?}");
    }
    let fifty_one: serde_json::Map<_, _> = (0..51).map(|n| (format!("l{n}"), json!("T"))).collect();
    let line = json!({"id": "a", "title": fifty_one, "price": 1});
    assert_eq!(read(format!("{line}\n{line}\n")).reasons(), ["1 TOO_MANY texts", "2 TOO_MANY texts"]);
}

#[test]
fn pages_describe_items_as_schema_org_does() {
    let product = json!({
        "@context": "https://schema.org", "@type": "Product", "sku": "boot", "name": "Boot",
        "description": "<b>Warm</b>", "brand": {"@type": "Brand", "name": "Alpina"}, "category": "Shoes > Boots",
        "image": ["https://a.example/1.jpg", {"@type": "ImageObject", "url": "https://a.example/2.jpg"}],
        "gtin13": "3234567890126", "color": "red", "inProductGroupWithID": "boots",
        "additionalProperty": [{"@type": "PropertyValue", "name": "width", "value": "wide"}],
        "offers": [{"@type": "Offer", "price": 129.9, "priceCurrency": "EUR",
            "availability": "https://schema.org/InStock", "itemCondition": "https://schema.org/NewCondition"}],
    });
    let graph = json!({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, {
        "@type": ["Product", "Thing"], "@id": "p2", "name": "Pole",
        "offers": {"@type": "AggregateOffer", "lowPrice": "20.00", "priceCurrency": "EUR"}}]});
    let outcome = read(format!("{product}\n{graph}\n{{\"@type\":\"Person\"}}\n"));
    assert_eq!((outcome.ids(), outcome.reasons()), (vec!["boot", "p2"], vec!["3 NOT_ALLOWED @type".to_owned()]));
    let boot = outcome.items()[0];
    assert_eq!((boot.prices.unwrap().price_cents, boot.stock.availability), (12_990, Availability::InStock));
    assert_eq!((boot.texts["en"].description.as_str(), boot.brand.as_deref()), ("Warm", Some("Alpina")));
    assert_eq!((boot.images.len(), boot.attributes.len(), boot.group.as_deref()), (2, 2, Some("boots")));
    assert_eq!(outcome.items()[1].prices.unwrap().price_cents, 2_000);
}
