//! Items as pages describe them to search engines: schema.org's `Product` with its `Offer`, in JSON-LD.

use catalog::{change::Change, item::Image, item::Item};
use serde_json::Value;

use super::{
    Settings, Wrong, checked, google,
    json::{id, text},
    money::{Writer, Written, moment},
    plain, product,
};
use crate::reason::Reason;

/// The products in an object: itself, or those in its graph.
pub(crate) fn items(value: &Value, settings: &Settings) -> Vec<Result<Change, Wrong>> {
    let graph = value["@graph"].as_array().map(Vec::as_slice);
    let all = graph.unwrap_or(std::slice::from_ref(value));
    let products: Vec<_> = all.iter().filter(|node| is(node, "Product")).map(|node| item(node, settings)).collect();
    if products.is_empty() {
        return vec![Err(Wrong::new(Reason::NotAllowed, "@type", "There is no `Product` in it."))];
    }
    products
}

/// Whether a node is of a type, which may stand alone, in a list, or with its address.
fn is(node: &Value, kind: &str) -> bool {
    let named = |name: &Value| name.as_str().is_some_and(|name| name.rsplit('/').next() == Some(kind));
    match &node["@type"] {
        Value::Array(all) => all.iter().any(named),
        one => named(one),
    }
}

fn item(node: &Value, settings: &Settings) -> Result<Change, Wrong> {
    let own = ["productID", "sku", "@id"].into_iter().find_map(|key| id(node, key).ok());
    let mut item = Item::new(own.map_or_else(|| id(node, "url"), Ok)?);
    item.group = id(node, "inProductGroupWithID").ok();
    let language = text(node, "inLanguage").unwrap_or(&settings.language);
    product::add_texts(&mut item, language, text(node, "name"), text(node, "description"));
    item.brand =
        text(node, "brand").or(text(&node["brand"], "name")).map(plain::text).filter(|brand| !brand.is_empty());
    let categories = each(&node["category"]);
    categories.filter_map(Value::as_str).for_each(|path| product::add_path(&mut item, product::path(path, '>')));
    let url = |image: &Value| image.as_str().or(text(image, "url")).or(text(image, "contentUrl")).map(str::to_owned);
    item.images = each(&node["image"]).filter_map(url).map(|url| Image { url, alt: String::new() }).collect();
    item.link = text(node, "url").map(str::to_owned);
    item.gtin = ["gtin", "gtin13", "gtin14", "gtin12", "gtin8", "isbn"].into_iter().find_map(|key| id(node, key).ok());
    item.mpn = id(node, "mpn").ok();
    item.released_at = text(node, "releaseDate").map(|at| moment("releaseDate", at, settings)).transpose()?;
    offer(node, &mut item, settings)?;
    for name in ["color", "size", "material", "pattern"] {
        let said = text(node, name).or(text(&node[name], "name"));
        said.into_iter().for_each(|value| _ = item.attributes.insert(name.to_owned(), google::attribute(value)));
    }
    for property in each(&node["additionalProperty"]) {
        let value = match &property["value"] {
            Value::String(value) => Some(google::attribute(value)),
            Value::Number(number) => Some(google::attribute(&number.to_string())),
            Value::Bool(yes) => Some(catalog::item::Attribute::Flag(*yes)),
            _ => None,
        };
        let named = text(property, "name").map(plain::text).zip(value);
        named.into_iter().for_each(|(name, value)| _ = item.attributes.insert(name, value));
    }
    checked(item)
}

/// Of several offers the first; of a range its lower end.
fn offer(node: &Value, item: &mut Item, settings: &Settings) -> Result<(), Wrong> {
    let Some(offer) = each(&node["offers"]).next() else { return Ok(()) };
    let specified = each(&offer["priceSpecification"]).next().unwrap_or(&Value::Null);
    let price = [(offer, "price"), (offer, "lowPrice"), (specified, "price")];
    let price = price.into_iter().find_map(|(node, key)| id(node, key).ok());
    let currency = text(offer, "priceCurrency").or(text(specified, "priceCurrency")).unwrap_or_default();
    if let Some(price) = price {
        let price = format!("{price} {currency}");
        // Its definition wants a point before decimals and no sign between digits.
        item.prices = Written { price: Some(&price), ..Written::default() }.read(Writer::Program, settings)?;
    }
    let availability = text(offer, "availability").map(product::availability).transpose()?;
    let count = id(&offer["inventoryLevel"], "value").ok();
    let count = count.map(|text| product::count("inventoryLevel", &text, product::Negative::Refused)).transpose()?;
    item.stock = product::stock(availability, count);
    let condition = text(offer, "itemCondition").or(text(node, "itemCondition"));
    item.condition = condition.map_or(Ok(item.condition), product::condition)?;
    Ok(())
}

/// The entries of a list; of what is none, itself; of nothing, nothing.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    let all = match value {
        Value::Array(all) => all.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    all.iter()
}
