//! WooCommerce: the export of products, in which each variation is a row and an item of its own, and webhooks.

use std::collections::HashMap;

use catalog::{
    change::Change,
    fault::Code,
    item::{Availability, Image, Item, Role},
};
use serde_json::Value;

use super::{
    Settings, Told, Wrong, checked,
    fields::Fields,
    google,
    json::{id, text},
    money::{Writer, Written, moment},
    plain, product,
    table::{RowRead, Rows},
};
use crate::{limits, records::FileError};

/// What is learned before the rows are read: variations name their parent by its SKU, and items are called by their ID.
#[derive(Debug, Default)]
pub(crate) struct Families {
    ids: HashMap<String, String>,
}

impl Families {
    pub(crate) fn learn(mut rows: Rows) -> Result<Self, FileError> {
        let mut families = Self::default();
        if !rows.has("id") {
            return Ok(families);
        }
        loop {
            match rows.read()? {
                RowRead::End => return Ok(families),
                // Told when the rows are read.
                RowRead::Bad(_) => {}
                RowRead::Row(row) => {
                    let is_parent = row.fields.get("type").is_some_and(|kinds| kinds.contains("variable"));
                    let named = row.fields.get("sku").zip(row.fields.get("id")).filter(|_| is_parent);
                    if let Some((sku, id)) = named.filter(|_| families.ids.len() < limits::FAMILIES) {
                        families.ids.insert(sku.to_owned(), id.to_owned());
                    }
                }
            }
        }
    }

    /// The id of a parent, which is named as `id:12` or by its SKU.
    fn parent<'f>(&'f self, named: &'f str) -> &'f str {
        named.strip_prefix("id:").or_else(|| self.ids.get(named).map(String::as_str)).unwrap_or(named)
    }
}

/// The item of a row; `None` if it is not offered.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn item(fields: &Fields, families: &Families, settings: &Settings) -> Result<Option<Change>, Wrong> {
    let id = fields.first(&["id", "sku"]);
    let id = id.ok_or_else(|| Wrong::of_catalog(Code::WithoutId, "ID", "It has neither an ID nor a SKU."))?;
    if fields.get("published").is_some_and(|published| published != "1") {
        return Ok(None);
    }
    let mut item = Item::new(id);
    let kinds = fields.get("type").unwrap_or("simple").to_lowercase();
    family(&mut item, &kinds, fields.get("parent").map(|named| families.parent(named)));
    let description = fields.first(&["description", "short_description"]);
    product::add_texts(&mut item, &settings.language, fields.get("name"), description);
    item.brand = fields.get("brands").map(plain::text);
    listed(fields.get("categories")).for_each(|text| product::add_path(&mut item, product::path(&text, '>')));
    listed(fields.get("tags")).for_each(|tag| product::add_tag(&mut item, &tag));
    item.images = listed(fields.get("images")).map(|url| Image { url, alt: String::new() }).collect();
    item.link = fields.get("external_url").map(str::to_owned);
    item.gtin = fields.get("gtin,_upc,_ean,_or_isbn").map(str::to_owned);
    item.mpn = fields.get("sku").map(str::to_owned);
    let written = Written {
        price: fields.get("regular_price"),
        sale_price: fields.get("sale_price"),
        from: fields.get("date_sale_price_starts"),
        until: fields.get("date_sale_price_ends"),
        sale_writer: None,
    };
    item.prices = written.read(Writer::Anybody, settings)?.filter(|_| item.role == Role::Sold);
    let count =
        fields.get("stock").map(|text| product::count("Stock", text, product::Negative::Oversold)).transpose()?;
    let said = fields.get("in_stock?").map(product::availability).transpose()?;
    item.stock = product::stock(ordered(said, count, fields.get("backorders_allowed?")), count);
    for number in 1.. {
        let Some(name) = fields.get(&format!("attribute_{number}_name")) else { break };
        let values: Vec<String> = listed(fields.get(&format!("attribute_{number}_value(s)"))).collect();
        attribute(&mut item, name, &values);
    }
    checked(item).map(Some)
}

/// The changes that a webhook says. A topic about anything but products says none.
///
/// # Errors
/// What is wrong with the body.
pub(crate) fn webhook(topic: &str, body: &Value, settings: &Settings) -> Result<Vec<Told>, Wrong> {
    let change = match topic {
        "product.created" | "product.updated" | "product.restored" => product(body, settings)?,
        "product.deleted" => Change::Remove { id: id(body, "id")? },
        _ => return Ok(Vec::new()),
    };
    let as_of = match (&change, text(body, "date_modified_gmt")) {
        (Change::Put(_), Some(at)) => moment("date_modified_gmt", at, settings)?,
        _ => settings.told_at,
    };
    Ok(vec![Told { record: 1, change, as_of }])
}

fn product(body: &Value, settings: &Settings) -> Result<Change, Wrong> {
    let mut item = Item::new(id(body, "id")?);
    if text(body, "status").is_some_and(|status| status != "publish") {
        return Ok(Change::Remove { id: item.id });
    }
    let parent = id(body, "parent_id").ok().filter(|parent| parent != "0");
    family(&mut item, text(body, "type").unwrap_or("simple"), parent.as_deref());
    let description = text(body, "description").filter(|text| !text.is_empty()).or(text(body, "short_description"));
    product::add_texts(&mut item, &settings.language, text(body, "name"), description);
    let list = |name: &str| body[name].as_array().map(Vec::as_slice).unwrap_or_default();
    item.brand = list("brands").iter().find_map(|brand| text(brand, "name")).map(plain::text);
    for category in list("categories") {
        let known = id(category, "id").ok().and_then(|id| settings.categories.get(&id)).cloned();
        let alone = || text(category, "name").map(plain::text).into_iter().collect();
        product::add_path(&mut item, known.unwrap_or_else(alone));
    }
    list("tags").iter().filter_map(|tag| text(tag, "name")).for_each(|tag| product::add_tag(&mut item, tag));
    item.images = list("images")
        .iter()
        .filter_map(|image| {
            let alt = plain::text(text(image, "alt").unwrap_or_default());
            Some(Image { url: text(image, "src")?.to_owned(), alt })
        })
        .collect();
    let said = |name: &str| text(body, name).filter(|text| !text.is_empty());
    item.link = said("permalink").map(str::to_owned);
    item.gtin = said("global_unique_id").map(str::to_owned);
    item.mpn = said("sku").map(str::to_owned);
    let written = Written {
        price: said("regular_price").or(said("price")),
        sale_price: said("sale_price"),
        from: said("date_on_sale_from_gmt"),
        until: said("date_on_sale_to_gmt"),
        sale_writer: None,
    };
    item.prices = written.read(Writer::Program, settings)?.filter(|_| item.role == Role::Sold);
    let count = body["stock_quantity"].as_i64().map(|count| count.to_string());
    let count = count.map(|text| product::count("stock_quantity", &text, product::Negative::Oversold)).transpose()?;
    let availability = text(body, "stock_status").map(product::availability).transpose()?;
    item.stock = product::stock(ordered(availability, count, text(body, "backorders")), count);
    for told in list("attributes") {
        let values = told["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        let values = values.iter().filter_map(Value::as_str).chain(text(told, "option"));
        let values: Vec<String> = values.map(str::to_owned).collect();
        if let Some(name) = text(told, "name") {
            attribute(&mut item, name, &values);
        }
    }
    checked(item)
}

/// What is one of what. A parent is in its own group, so that it is found with what is sold of it.
fn family(item: &mut Item, kinds: &str, parent: Option<&str>) {
    if kinds.contains("variable") || kinds.contains("grouped") {
        (item.role, item.group) = (Role::Parent, Some(item.id.clone()));
    } else if let Some(parent) = parent {
        item.group = Some(parent.to_owned());
    }
}

/// Where there is none and orders are taken all the same, it can be ordered.
fn ordered(said: Option<Availability>, count: Option<u32>, backorders: Option<&str>) -> Option<Availability> {
    let is_allowed = matches!(backorders, Some("1" | "yes" | "notify"));
    if count == Some(0) && is_allowed { Some(Availability::Backorder) } else { said }
}

fn attribute(item: &mut Item, name: &str, values: &[String]) {
    let values: Vec<String> = values.iter().map(|value| plain::text(value)).filter(|value| !value.is_empty()).collect();
    let value = match values.as_slice() {
        [] => return,
        [one] => google::attribute(one),
        _ => catalog::item::Attribute::List(values),
    };
    let name = plain::text(name);
    if !name.is_empty() {
        item.attributes.insert(name, value);
    }
}

/// The entries of a list with commas. One that belongs to an entry has a backslash before it.
fn listed(text: Option<&str>) -> impl Iterator<Item = String> {
    const ESCAPED: &str = "\u{1f}";
    let text = text.unwrap_or_default().replace("\\,", ESCAPED);
    let entries: Vec<String> = text.split(',').map(|entry| entry.trim().replace(ESCAPED, ",")).collect();
    entries.into_iter().filter(|entry| !entry.is_empty())
}
