//! PrestaShop's web service: `products`, then `combinations`, then `stock_availables`, each asked for with
//! `display=full`. Prices are as the shop keeps them, without tax.

use std::{collections::BTreeMap, io, path::Path};

use catalog::{
    category::{self, Listed},
    change::{Change, Patch, Target},
    fault::Code,
    item::{CategoryPath, Item, Stock, Variant},
};

use super::{
    Settings, Wrong, checked,
    fields::Fields,
    google,
    money::{Writer, Written, amount},
    plain, product,
    xml::{XmlRead, XmlRecords},
};
use crate::{input::BytesRead, records::FileError};

/// The elements that say something about an item.
pub(crate) const RECORDS: &[&str] = &["product", "combination", "stock_available"];
const CATEGORY: &[&str] = &["category"];
/// The root that nobody sees, and above which nothing is.
const NO_PARENT: &[&str] = &["0", "1"];

/// The path of each category, by id, of the answer for `categories`: for [`Settings::categories`].
///
/// # Errors
/// What is wrong with the file; `InvalidData` for a loop among the categories, and for a file that is cut.
pub fn categories(
    path: &Path,
    settings: &Settings,
    read: BytesRead,
) -> Result<BTreeMap<String, CategoryPath>, FileError> {
    let refused = |why: String| FileError::Io(io::Error::new(io::ErrorKind::InvalidData, why));
    let mut records = XmlRecords::open(path, CATEGORY, read)?;
    let mut listed = Vec::new();
    loop {
        match records.read()? {
            XmlRead::End => break,
            XmlRead::Broken(wrong) | XmlRead::Bad(wrong) => {
                return Err(refused(format!("{}: {}", wrong.code, wrong.message)));
            }
            XmlRead::Record => {}
        }
        let fields = &records.fields;
        let Some(id) = fields.get("id").filter(|id| !NO_PARENT.contains(id)) else { continue };
        let named = texts(fields, "name", settings);
        let name = named.iter().find(|(language, _)| *language == settings.language).or(named.first());
        let parent = fields.get("id_parent").filter(|parent| !NO_PARENT.contains(parent)).map(str::to_owned);
        let name = name.map_or_else(|| id.to_owned(), |(_, name)| plain::text(name));
        listed.push(Listed { id: id.to_owned(), parent, name });
    }
    let paths = category::paths(&listed).map_err(|fault| refused(fault.to_string()))?;
    Ok(paths.into_iter().collect())
}

/// The change that a record says; `None` of a product that is not sold.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn change(record: &str, fields: &Fields, settings: &Settings) -> Result<Option<Change>, Wrong> {
    match record {
        "combination" => combination(fields).map(Some),
        "stock_available" => stock(fields).map(Some),
        _ if fields.get("active") == Some("0") => Ok(None),
        _ => product(fields, settings).map(Some),
    }
}

fn product(fields: &Fields, settings: &Settings) -> Result<Change, Wrong> {
    let mut item = Item::new(required(fields, "id")?);
    for (language, title) in texts(fields, "name", settings) {
        product::add_texts(&mut item, &language, Some(title), None);
    }
    for name in ["description_short", "description"] {
        for (language, text) in texts(fields, name, settings) {
            product::add_texts(&mut item, &language, None, Some(text));
        }
    }
    item.brand = fields.get("manufacturer_name").map(plain::text).filter(|brand| !brand.is_empty());
    let more = fields.all("associations/categories/category/id");
    let paths = fields.get("id_category_default").into_iter().chain(more).filter_map(|id| settings.categories.get(id));
    paths.for_each(|path| product::add_path(&mut item, path.clone()));
    item.prices = Written { price: fields.get("price"), ..Written::default() }.read(Writer::Program, settings)?;
    let cost = fields.get("wholesale_price").map(|text| amount("wholesale_price", text, Writer::Program, settings));
    item.cost_cents = cost.transpose()?.map(|(cents, _)| cents).filter(|cents| *cents > 0);
    item.gtin = fields.first(&["ean13", "upc", "isbn"]).map(str::to_owned);
    item.mpn = fields.first(&["mpn", "supplier_reference", "reference"]).map(str::to_owned);
    item.condition = fields.get("condition").map_or(Ok(item.condition), product::condition)?;
    for name in ["weight", "width", "height", "depth"] {
        if let Some(text) = fields.get(name).filter(|text| text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))) {
            item.attributes.insert(name.to_owned(), google::attribute(text));
        }
    }
    // The number itself comes with the stocks; until then what is sold may be had.
    let count = fields.get("quantity").filter(|text| *text != "0");
    let count = count.map(|text| product::count("quantity", text, product::Negative::Oversold)).transpose()?;
    item.stock = product::stock(None, count);
    checked(item)
}

/// A combination of options of a product: a variant. It says by how much its price differs from the product's and not
/// what it is, so it has the product's; its options are numbers.
fn combination(fields: &Fields) -> Result<Change, Wrong> {
    let mut variant = Variant { id: required(fields, "id")?.to_owned(), ..Variant::default() };
    variant.gtin = fields.first(&["ean13", "upc", "isbn"]).map(str::to_owned);
    let count = fields.get("quantity").filter(|text| *text != "0");
    let count = count.map(|text| product::count("quantity", text, product::Negative::Oversold)).transpose()?;
    variant.stock = product::stock(None, count);
    variant.check("variant")?;
    Ok(Change::Variant { item: required(fields, "id_product")?.to_owned(), variant: Box::new(variant) })
}

fn stock(fields: &Fields) -> Result<Change, Wrong> {
    let item = required(fields, "id_product")?.to_owned();
    let count = product::count("quantity", required(fields, "quantity")?, product::Negative::Oversold)?;
    let target = match fields.get("id_product_attribute").filter(|id| *id != "0") {
        Some(id) => Target::Variant { item, id: id.to_owned() },
        None => Target::Item { id: item },
    };
    // 1: orders are taken though there is none.
    let is_ordered = count == 0 && fields.get("out_of_stock") == Some("1");
    let stock = Stock::counted(count);
    let availability = if is_ordered { catalog::item::Availability::Backorder } else { stock.availability };
    Ok(Change::Patch(Patch { stock: Some(Stock { availability, ..stock }), ..Patch::of(target) }))
}

/// The texts of a field by language: it has an element for each, with the shop's own number of the language.
fn texts<'f>(fields: &'f Fields, name: &str, settings: &Settings) -> Vec<(String, &'f str)> {
    let (element, number) = (format!("{name}/language"), format!("{name}/language@id"));
    let (mut found, mut language) = (Vec::new(), None);
    for (known, text) in fields.iter() {
        if known == number {
            language = settings.languages.get(text);
        } else if known == element {
            found.extend(language.take().map(|language| (language.clone(), text)));
        } else if known == name {
            found.push((settings.language.clone(), text));
        }
    }
    found
}

fn required<'f>(fields: &'f Fields, name: &str) -> Result<&'f str, Wrong> {
    fields.get(name).ok_or_else(|| Wrong::of_catalog(Code::WithoutId, name, format!("It has no `{name}`.")))
}
