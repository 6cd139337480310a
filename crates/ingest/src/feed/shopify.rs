//! Shopify: the export of products, in which an item has a row for each variant and image, and webhooks.

use catalog::{
    change::{Change, Patch, Target},
    fault::Code,
    item::{Availability, Image, Item, Stock, Variant},
    money::Prices,
};
use serde_json::Value;

use super::{
    Settings, Told, Wrong, checked,
    json::{id, text},
    money::{Writer, Written, amount, moment},
    plain, product,
    table::Row,
};

/// The item of the rows that carry its handle, which is its id there: the export has no other. `None` if it is not
/// offered.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn item(rows: &[Row], settings: &Settings) -> Result<Option<Change>, Wrong> {
    let first = &rows[0].fields;
    let handle =
        first.get("handle").ok_or_else(|| Wrong::of_catalog(Code::WithoutId, "Handle", "It has no handle."))?;
    let is_hidden = first.get("published").is_some_and(|text| text.eq_ignore_ascii_case("false"))
        || first.get("status").is_some_and(|text| !text.eq_ignore_ascii_case("active"));
    if is_hidden {
        return Ok(None);
    }
    let mut item = Item::new(handle);
    product::add_texts(&mut item, &settings.language, first.get("title"), first.get("body_(html)"));
    item.brand = first.get("vendor").map(plain::text);
    let category = first.first(&["product_category", "type"]);
    category.into_iter().for_each(|text| product::add_path(&mut item, product::path(text, '>')));
    first.get("tags").into_iter().flat_map(|all| all.split(',')).for_each(|tag| product::add_tag(&mut item, tag));
    let names = ["option1_name", "option2_name", "option3_name"].map(|name| first.get(name).unwrap_or_default());
    let mut variants = Vec::new();
    for row in rows {
        let fields = &row.fields;
        if let Some(url) = fields.get("image_src") {
            let alt = plain::text(fields.get("image_alt_text").unwrap_or_default());
            item.images.push(Image { url: url.to_owned(), alt });
        }
        let Some(price) = fields.get("variant_price") else { continue };
        let values =
            ["option1_value", "option2_value", "option3_value"].map(|name| fields.get(name).unwrap_or_default());
        let mut variant = variant(names.into_iter().zip(values));
        variant.id =
            fields.get("variant_sku").map_or_else(|| values.join("/").trim_matches('/').to_owned(), str::to_owned);
        variant.prices = Some(prices(price, fields.get("variant_compare_at_price"), settings)?);
        variant.gtin = fields.get("variant_barcode").map(str::to_owned);
        let is_counted =
            fields.get("variant_inventory_tracker").is_some() || fields.get("variant_inventory_qty").is_some();
        let count = fields.get("variant_inventory_qty").filter(|_| is_counted);
        variant.stock = stock(count, fields.get("variant_inventory_policy"))?;
        variants.push(variant);
        if let Some(text) = fields.get("cost_per_item").filter(|_| item.cost_cents.is_none()) {
            item.cost_cents = Some(amount("Cost per item", text, Writer::Anybody, settings)?.0);
        }
    }
    item.variants = Some(variants);
    checked(item).map(Some)
}

/// The changes that a webhook says. A topic about anything but products and stock says none.
///
/// # Errors
/// What is wrong with the body.
pub(crate) fn webhook(topic: &str, body: &Value, settings: &Settings) -> Result<Vec<Told>, Wrong> {
    let as_of = match text(body, "updated_at") {
        Some(at) => moment("updated_at", at, settings)?,
        None => settings.told_at,
    };
    let change = match topic {
        "products/create" | "products/update" => product(body, settings)?,
        "products/delete" => Change::Remove { id: id(body, "id")? },
        "inventory_levels/update" | "inventory_levels/connect" => level(body)?,
        _ => return Ok(Vec::new()),
    };
    // A removal says no moment of its own: it is true when it is told.
    let as_of = if matches!(change, Change::Remove { .. }) { as_of.max(settings.told_at) } else { as_of };
    Ok(vec![Told { record: 1, change, as_of }])
}

fn product(body: &Value, settings: &Settings) -> Result<Change, Wrong> {
    let id_of_item = id(body, "id")?;
    if text(body, "status").is_some_and(|status| status != "active") {
        return Ok(Change::Remove { id: id_of_item });
    }
    let mut item = Item::new(id_of_item);
    product::add_texts(&mut item, &settings.language, text(body, "title"), text(body, "body_html"));
    item.brand = text(body, "vendor").map(plain::text).filter(|brand| !brand.is_empty());
    product::add_path(&mut item, product::path(text(body, "product_type").unwrap_or_default(), '>'));
    text(body, "tags").into_iter().flat_map(|all| all.split(',')).for_each(|tag| product::add_tag(&mut item, tag));
    item.released_at = text(body, "published_at").map(|at| moment("published_at", at, settings)).transpose()?;
    let list = |name: &str| body[name].as_array().map(Vec::as_slice).unwrap_or_default();
    item.images = list("images")
        .iter()
        .filter_map(|image| {
            let alt = plain::text(text(image, "alt").unwrap_or_default());
            Some(Image { url: text(image, "src")?.to_owned(), alt })
        })
        .collect();
    let names: Vec<&str> = list("options").iter().map(|option| text(option, "name").unwrap_or_default()).collect();
    let mut variants = Vec::new();
    for told in list("variants") {
        let values = ["option1", "option2", "option3"].map(|name| text(told, name).unwrap_or_default());
        let mut variant = variant(names.iter().copied().zip(values));
        variant.id = id(told, "id")?;
        let price = text(told, "price").unwrap_or_default();
        variant.prices = Some(prices(price, text(told, "compare_at_price"), settings)?);
        variant.gtin = text(told, "barcode").map(str::to_owned).filter(|gtin| !gtin.is_empty());
        variant.inventory_id = id(told, "inventory_item_id").ok();
        let is_counted = text(told, "inventory_management").is_some();
        let count = told["inventory_quantity"].as_i64().filter(|_| is_counted).map(|count| count.to_string());
        variant.stock = stock(count.as_deref(), text(told, "inventory_policy"))?;
        variants.push(variant);
    }
    item.variants = Some(variants);
    checked(item)
}

/// How many are at one location. What is there altogether comes with the product.
fn level(body: &Value) -> Result<Change, Wrong> {
    let (inventory, location) = (id(body, "inventory_item_id")?, id(body, "location_id")?);
    // Where nobody counts, nothing is said.
    let count = body["available"]
        .as_i64()
        .map_or(Ok(0), |count| product::count("available", &count.to_string(), product::Negative::Oversold))?;
    let target = Target::Inventory { id: inventory };
    Ok(Change::Patch(Patch { stores: vec![(location, count)], ..Patch::of(target) }))
}

/// A variant by its options.
fn variant<'t>(options: impl Iterator<Item = (&'t str, &'t str)>) -> Variant {
    let mut variant = Variant::default();
    for (name, value) in options {
        let value = Some(plain::text(value)).filter(|value| !value.is_empty() && value != "Default Title");
        let name = name.to_lowercase();
        match name.as_str() {
            "size" | "taille" | "pointure" | "größe" => variant.size = value,
            "couleur" | "farbe" => variant.color = value,
            // In both spellings of English.
            _ if name.starts_with("colo") => variant.color = value,
            _ => {}
        }
    }
    variant
}

/// The usual price is the one to compare with, where it is higher.
fn prices(price: &str, compared: Option<&str>, settings: &Settings) -> Result<Prices, Wrong> {
    let (cents, currency) = amount("price", price, Writer::Program, settings)?;
    let usual = compared.map(|text| amount("compare_at_price", text, Writer::Program, settings)).transpose()?;
    let written = match usual.filter(|(usual, _)| *usual > cents) {
        Some(_) => Written { price: compared, sale_price: Some(price), ..Written::default() },
        None => return Ok(Prices::of(currency, cents)),
    };
    written.read(Writer::Program, settings).map(|prices| prices.unwrap_or(Prices::of(currency, cents)))
}

/// Less than none is what was sold beyond; where that is allowed, it can be ordered.
fn stock(count: Option<&str>, policy: Option<&str>) -> Result<Stock, Wrong> {
    let count = count.map(|text| product::count("inventory", text, product::Negative::Oversold)).transpose()?;
    let is_ordered = count == Some(0) && policy.is_some_and(|policy| policy.eq_ignore_ascii_case("continue"));
    Ok(product::stock(is_ordered.then_some(Availability::Backorder), count))
}
