//! What the shops' own systems write: the exports of Shopify, WooCommerce and Magento, PrestaShop's web service; and real
//! catalogs.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use catalog::{
    catalog::Catalog,
    change::{Change, Target},
    item::{Attribute, Availability, Item, Role, Stock},
};
use flate2::read::GzDecoder;
use ingest::{
    feed::{FeedFormat, Settings, prestashop},
    input::BytesRead,
};
use model::time::Timestamp;
use serde_json::{Value, json};

use crate::{
    feeds::{Outcome, read_as, settings},
    folder::Folder,
};

/// The catalog that comes of what was told.
fn catalog(outcome: &Outcome) -> Catalog {
    let mut catalog = Catalog::default();
    for told in &outcome.told {
        catalog.apply(&told.change, told.as_of).unwrap_or_else(|fault| panic!("line {}: {fault}", told.record));
    }
    catalog
}

#[test]
fn shopify_has_a_row_for_each_variant_and_image() {
    let csv = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
        Variant SKU,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Barcode,\
        Image Src,Image Alt Text,Cost per item,Status\n\
        boot,Boot,<p>Warm</p>,Alpina,Boots,\"new, warm\",true,Size,42,Color,Red,B-42,2,deny,100.00,120.00,123,https://a.example/1.jpg,Side,40.00,active\n\
        boot,,,,,,,,43,,Red,B-43,-1,continue,110.00,,,https://a.example/2.jpg,,,\n\
        boot,,,,,,,,,,,,,,,,,https://a.example/3.jpg,,,\n\
        draft,Draft,,,,,true,Title,Default Title,,,D,1,deny,10.00,,,,,,draft\n\
        sock,Sock,,Alpina,Socks,,true,Title,Default Title,,,S,5,deny,10.00,,,,,,active\n\
        bad,Bad,,,,,true,Title,Default Title,,,X,5,deny,ten,,,,,,active\n";
    let (format, outcome) = read_as(settings(), csv);
    assert_eq!((format, outcome.reasons()), (FeedFormat::ShopifyCsv, vec!["7 NOT_A_NUMBER price".to_owned()]));
    let items = outcome.items();
    assert_eq!(items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["boot", "sock"]);
    let (boot, variants) = (items[0], items[0].variants.as_ref().unwrap());
    assert_eq!((boot.images.len(), boot.images[0].alt.as_str(), boot.tags.len()), (3, "Side", 2));
    assert_eq!((boot.cost_cents, boot.texts["en"].description.as_str()), (Some(4_000), "Warm"));
    assert_eq!(
        (variants[0].id.as_str(), variants[0].size.as_deref(), variants[0].color.as_deref()),
        ("B-42", Some("42"), Some("Red"))
    );
    let prices = variants[0].prices.unwrap();
    assert_eq!((prices.price_cents, prices.sale.unwrap().price_cents), (12_000, 10_000));
    assert_eq!((variants[0].stock, variants[1].stock.availability), (Stock::counted(2), Availability::Backorder));
    assert_eq!(items[1].variants.as_ref().unwrap()[0].size, None);
    let catalog = catalog(&outcome);
    assert_eq!(catalog.find("boot").unwrap().prices(Timestamp::EPOCH).unwrap().cents_at(Timestamp::EPOCH), 10_000);
}

#[test]
fn a_bad_row_of_a_shopify_item_spoils_that_item_and_no_other() {
    let header = "Handle,Title,Variant SKU,Variant Price,Status\n";
    let text = format!("{header}a,A,a1,1.00,active\nb,B,b1,1.00,active\nb,,b2\nb,,b3,1.00,\nc,C,c1,1.00,active\n");
    let (_, outcome) = read_as(settings(), text);
    assert_eq!(outcome.items().iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(outcome.reasons(), ["3 GROUP_INCOMPLETE", "4 COLUMN_COUNT", "5 ITEM_WITHOUT_TITLE title"]);
}

#[test]
fn woocommerce_has_variations_as_items_of_their_own() {
    let csv = "ID,Type,SKU,Name,Published,Short description,In stock?,Stock,Backorders allowed?,Sale price,Regular price,\
        Categories,Tags,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n\
        12,variation,T-S,Tee - S,1,,1,0,0,,20,,,,T,Size,S\n\
        13,variation,T-M,Tee - M,1,,1,4,0,15,20,,,,id:11,Size,M\n\
        11,variable,T,Tee,1,<b>Soft</b>,1,,0,,,\"Clothing, Clothing > Tees, Odds\\, ends\",\"new, soft\",\"https://a.example/1.jpg, https://a.example/2.jpg\",,Size,\"S, M\"\n\
        14,\"simple, virtual\",C,Card,1,,backorder,0,1,,10,,,,,,\n\
        15,simple,D,Draft,-1,,1,,0,,10,,,,,,\n";
    let (format, outcome) = read_as(settings(), csv);
    assert_eq!((format, outcome.reasons()), (FeedFormat::WooCommerceCsv, Vec::<String>::new()));
    let catalog = catalog(&outcome);
    assert_eq!(catalog.ids().collect::<Vec<_>>(), ["12", "13", "11", "14"]);
    let parent = catalog.find("11").unwrap();
    assert_eq!((parent.role(), parent.members().count()), (Role::Parent, 2), "by SKU and by ID");
    assert_eq!(
        (parent.stock(), parent.prices(Timestamp::EPOCH).unwrap().cents_at(Timestamp::EPOCH)),
        (Stock::counted(4), 1_500)
    );
    let names = |path: &Item| path.categories.iter().map(|path| path.join("/")).collect::<Vec<_>>();
    assert_eq!(names(&parent.to_item()), ["Clothing", "Clothing/Tees", "Odds, ends"]);
    assert_eq!(parent.attribute("Size"), Some(Attribute::List(vec!["S".into(), "M".into()])));
    assert_eq!(catalog.find("14").unwrap().stock().availability, Availability::Backorder);
}

#[test]
fn magento_names_its_variations_behind_them() {
    let csv = "sku,store_view_code,attribute_set_code,product_type,categories,name,description,weight,product_online,price,\
        special_price,additional_attributes,qty,is_in_stock,base_image,additional_images,configurable_variations\n\
        H-XS,,Top,simple,Default Category/Men,Hoodie XS,<p>Warm</p>,0.5,1,52.000000,40.00,\"color=Red,size=XS,brand=Alpina,climate=Cool|Windy\",100.0000,1,/h/1.jpg,\"/h/1.jpg,/h/2.jpg\",\n\
        H-XS,2,Top,simple,,Sweat XS,<p>Chaud</p>,,,,,,,,,,\n\
        H-S,,Top,simple,Default Category/Men,Hoodie S,,0.5,1,52.000000,,size=S,0.0000,0,,,\n\
        H,,Top,configurable,Default Category/Men,Hoodie,,,1,,,,0.0000,1,,,\"sku=H-XS,size=XS|sku=H-S,size=S\"\n\
        OFF,,Top,simple,,Off,,,2,1,,,,,,,\n\
        ,,Top,simple,,None,,,1,1,,,,,,,\n";
    let (format, outcome) = read_as(settings(), csv);
    assert_eq!((format, outcome.reasons()), (FeedFormat::MagentoCsv, vec![]));
    let catalog = catalog(&outcome);
    assert_eq!(catalog.ids().collect::<Vec<_>>(), ["H-XS", "H-S", "H"]);
    let parent = catalog.find("H").unwrap();
    assert_eq!((parent.role(), parent.members().count(), parent.stock()), (Role::Parent, 2, Stock::counted(100)));
    let child = catalog.find("H-XS").unwrap().to_item();
    assert_eq!((child.texts["en"].title.as_str(), child.texts["fr"].title.as_str()), ("Hoodie XS", "Sweat XS"));
    assert_eq!((child.brand.as_deref(), child.images.len(), child.group.as_deref()), (Some("Alpina"), 2, Some("H")));
    assert_eq!(child.attributes["climate"], Attribute::List(vec!["Cool".into(), "Windy".into()]));
    assert_eq!(child.prices.unwrap().sale.unwrap().price_cents, 4_000);
}

const CATEGORIES: &str = "<prestashop><categories>\
    <category><id>1</id><id_parent>0</id_parent><name><language id='1'>Root</language></name></category>\
    <category><id>2</id><id_parent>1</id_parent><name><language id='1'>Home</language></name></category>\
    <category><id>3</id><id_parent>2</id_parent><name><language id='2'>Vêtements</language>\
    <language id='1'>Clothes</language></name></category></categories></prestashop>";

#[test]
fn prestashop_answers_in_several_files() {
    let folder = Folder::new();
    let categories = prestashop::categories(&folder.write("categories", CATEGORIES), &settings(), BytesRead::default());
    let settings = Settings { categories: categories.unwrap(), ..settings() };
    assert_eq!(settings.categories["3"], ["Home", "Clothes"]);
    let products = "<?xml version='1.0'?><prestashop xmlns:xlink='http://www.w3.org/1999/xlink'><products>\
        <product><id><![CDATA[1]]></id><id_category_default xlink:href='x'><![CDATA[3]]></id_category_default>\
        <manufacturer_name>Alpina</manufacturer_name><ean13>123</ean13><active>1</active><price>23.900000</price>\
        <wholesale_price>10.000000</wholesale_price><weight>0.300000</weight><condition>new</condition>\
        <name><language id='1'>Tee</language><language id='2'>T-shirt</language></name>\
        <description_short><language id='1'>&lt;p&gt;Short&lt;/p&gt;</language></description_short>\
        <associations><categories nodeType='category'><category><id>2</id></category></categories></associations>\
        </product><product><id>2</id><active>0</active></product></products></prestashop>";
    let combinations = "<prestashop><combinations><combination><id>9</id><id_product>1</id_product><ean13>456</ean13>\
        </combination></combinations></prestashop>";
    let stocks = "<prestashop><stock_availables><stock_available><id_product>1</id_product>\
        <id_product_attribute>9</id_product_attribute><quantity>-2</quantity><out_of_stock>1</out_of_stock></stock_available>\
        <stock_available><id_product>1</id_product><id_product_attribute>0</id_product_attribute><quantity>x</quantity>\
        </stock_available></stock_availables></prestashop>";
    let mut all = Outcome::default();
    for xml in [products, combinations, stocks] {
        let (format, outcome) = read_as(settings.clone(), xml);
        assert_eq!(format, FeedFormat::PrestaShopXml);
        all.told.extend(outcome.told);
        all.bad.extend(outcome.bad);
    }
    assert_eq!(all.reasons(), ["2 BAD_STOCK quantity"]);
    let catalog = catalog(&all);
    assert_eq!(catalog.len(), 1, "the second one is not active");
    let item = catalog.find("1").unwrap().to_item();
    assert_eq!((item.texts["en"].title.as_str(), item.texts["fr"].title.as_str()), ("Tee", "T-shirt"));
    assert_eq!((item.texts["en"].description.as_str(), item.cost_cents), ("Short", Some(1_000)));
    assert_eq!(item.categories, [vec!["Home".to_owned(), "Clothes".into()], vec!["Home".into()]]);
    let variant = &item.variants.unwrap()[0];
    assert_eq!((variant.id.as_str(), variant.stock.availability), ("9", Availability::Backorder));
    let patched = all.told.iter().any(|told| {
        matches!(&told.change, Change::Patch(patch) if patch.target == Target::Variant { item: "1".into(), id: "9".into() })
    });
    assert!(patched);
}

#[test]
fn a_category_loop_is_a_clear_error() {
    let folder = Folder::new();
    let looped = CATEGORIES.replace("<id>2</id><id_parent>1</id_parent>", "<id>2</id><id_parent>3</id_parent>");
    let refused = prestashop::categories(&folder.write("loop", looped), &settings(), BytesRead::default());
    let why = refused.unwrap_err().to_string();
    assert!(why.contains("BAD_CATEGORY") && why.contains("2 is below 3 is below 2"), "{why}");
    let cut = &CATEGORIES[..CATEGORIES.len() - 20];
    let refused = prestashop::categories(&folder.write("cut", cut), &settings(), BytesRead::default());
    assert!(refused.unwrap_err().to_string().contains("FILE_CUT"));
}

/// A file of the data beside the project, unpacked; `None`, with a line that says so, where there is none.
fn data(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    let Ok(file) = File::open(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(BufReader::new(file)).read_to_string(&mut text).unwrap();
    Some(text)
}

#[test]
fn a_real_catalog_of_phones_is_read_from_lines() {
    let Some(text) = data("catalogue_bestbuy_en/phones_and_accessories.json.gz") else { return };
    let products: Vec<Value> = serde_json::from_str(&text).unwrap();
    let line = |(place, product): (usize, &Value)| {
        let item = json!({
            "id": place, "title": product["name"], "description": product["description"], "brand": product["brand"],
            "categories": [product["categories"]], "price": product["price"], "currency": "USD",
            "images": [product["image"]],
        });
        format!("{item}\n")
    };
    let lines: String = products.iter().enumerate().map(line).collect();
    let (_, outcome) = read_as(settings(), lines);
    assert_eq!((outcome.items().len(), outcome.reasons()), (products.len(), Vec::<String>::new()));
    let catalog = catalog(&outcome);
    let cases = catalog.categories().filter(|number| {
        let own = catalog.category_path(*number).collect::<Vec<_>>() == ["Cell Phones", "Prepaid Phones"];
        own && catalog.in_category(*number).is_some_and(|items| !items.is_empty())
    });
    assert_eq!(cases.count(), 1);
    let expected = products.iter().filter(|product| product["categories"][1] == "Prepaid Phones").count();
    let prepaid = catalog.category(&["Cell Phones", "Prepaid Phones"]).unwrap();
    assert_eq!(catalog.in_category(prepaid).unwrap().len() as usize, expected);
}

#[test]
fn real_lines_of_another_shape_are_each_refused_with_a_reason() {
    let Some(text) = data("catalogue_icecat_en/products.jsonl.gz") else { return };
    let lines: String = text.split_inclusive('\n').take(300).collect();
    let (format, outcome) = read_as(settings(), lines);
    assert_eq!((format, outcome.told.len(), outcome.bad.len()), (FeedFormat::JsonLines, 0, 300));
    assert!(outcome.bad.iter().all(|bad| bad.code == "BAD_JSON" && bad.message.contains("unknown field")));
}
