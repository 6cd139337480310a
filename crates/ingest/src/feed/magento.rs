//! Magento and Adobe Commerce: the export of products. A configurable product names its variations, which are rows of
//! their own before it; a row with a store view says texts in another language.

use std::collections::HashMap;

use catalog::{
    change::Change,
    fault::Code,
    item::{Availability, Image, Item, Role},
};

use super::{
    Settings, Wrong, checked,
    fields::Fields,
    google,
    money::{Writer, Written, amount, moment},
    plain, product,
    table::{Row, RowRead, Rows},
};
use crate::{limits, records::FileError};

/// What is learned before the rows are read: of which product each variation is one.
#[derive(Debug, Default)]
pub(crate) struct Families {
    parents: Vec<String>,
    parent_of: HashMap<String, usize>,
}

impl Families {
    pub(crate) fn learn(mut rows: Rows) -> Result<Self, FileError> {
        let mut families = Self::default();
        loop {
            match rows.read()? {
                RowRead::End => return Ok(families),
                // Told when the rows are read.
                RowRead::Bad(_) => {}
                RowRead::Row(row) => families.note(&row.fields),
            }
        }
    }

    /// `sku=A-XS,size=XS|sku=A-S,size=S`
    fn note(&mut self, fields: &Fields) {
        let Some((sku, told)) = fields.get("sku").zip(fields.get("configurable_variations")) else { return };
        self.parents.push(sku.to_owned());
        let pairs = told.split('|').flat_map(|variation| variation.split(','));
        for child in pairs.filter_map(|pair| pair.trim().strip_prefix("sku=")) {
            if self.parent_of.len() < limits::FAMILIES {
                self.parent_of.insert(child.to_owned(), self.parents.len() - 1);
            }
        }
    }

    fn parent(&self, sku: &str) -> Option<&str> {
        self.parent_of.get(sku).map(|at| self.parents[*at].as_str())
    }
}

/// The item of the rows with its SKU; `None` if it is not offered.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn item(rows: &[Row], families: &Families, settings: &Settings) -> Result<Option<Change>, Wrong> {
    let first = &rows[0].fields;
    let sku = first.get("sku").ok_or_else(|| Wrong::of_catalog(Code::WithoutId, "sku", "It has no SKU."))?;
    if first.get("product_online").is_some_and(|online| online != "1") {
        return Ok(None);
    }
    let mut item = Item::new(sku);
    if first.get("product_type") == Some("configurable") {
        (item.role, item.group) = (Role::Parent, Some(sku.to_owned()));
    } else {
        item.group = families.parent(sku).map(str::to_owned);
    }
    for row in rows {
        let language = match row.fields.get("store_view_code").filter(|view| *view != "default") {
            None => Some(&settings.language),
            Some(view) => settings.languages.get(view),
        };
        let description = row.fields.first(&["description", "short_description"]);
        if let Some(language) = language {
            product::add_texts(&mut item, language, row.fields.get("name"), description);
        }
    }
    let paths = first.get("categories").into_iter().flat_map(|all| all.split(','));
    paths.for_each(|path| product::add_path(&mut item, product::path(path, '/')));
    let written = Written {
        price: first.get("price"),
        sale_price: first.get("special_price"),
        from: first.get("special_price_from_date"),
        until: first.get("special_price_to_date"),
        sale_writer: None,
    };
    item.prices = written.read(Writer::Program, settings)?.filter(|_| item.role == Role::Sold);
    let cost = first.get("cost").map(|text| amount("cost", text, Writer::Program, settings)).transpose()?;
    item.cost_cents = cost.map(|(cents, _)| cents);
    let count = first.get("qty").map(|text| product::count("qty", text, product::Negative::Oversold)).transpose()?;
    let is_managed = first.get("manage_stock").is_none_or(|managed| managed != "0") && item.role == Role::Sold;
    let said = first.get("is_in_stock").map(product::availability).transpose()?;
    let is_ordered = count == Some(0) && first.get("allow_backorders").is_some_and(|allowed| allowed != "0");
    let said = if is_ordered && is_managed { Some(Availability::Backorder) } else { said };
    item.stock = product::stock(said, count.filter(|_| is_managed));
    let labels = plain::text(first.get("base_image_label").unwrap_or_default());
    let more = first.get("additional_images").into_iter().flat_map(|all| all.split(','));
    for (place, url) in first.get("base_image").into_iter().chain(more).map(str::trim).enumerate() {
        if !url.is_empty() && !item.images.iter().any(|image| image.url == url) {
            let alt = if place == 0 { labels.clone() } else { String::new() };
            item.images.push(Image { url: url.to_owned(), alt });
        }
    }
    item.link = first.get("url_key").map(str::to_owned);
    item.released_at = first.get("new_from_date").map(|at| moment("new_from_date", at, settings)).transpose()?;
    attributes(first, &mut item);
    checked(item).map(Some)
}

/// `color=Red,size=M`; a part without a sign belongs to the value before it, which has a comma.
fn attributes(fields: &Fields, item: &mut Item) {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in fields.get("additional_attributes").unwrap_or_default().split(',') {
        match part.split_once('=') {
            Some((name, value)) => pairs.push((plain::text(name), value.to_owned())),
            None => {
                if let Some((_, value)) = pairs.last_mut() {
                    value.push(',');
                    value.push_str(part);
                }
            }
        }
    }
    for (name, value) in pairs {
        match name.as_str() {
            "" => {}
            "manufacturer" | "brand" => item.brand = Some(plain::text(&value)).filter(|brand| !brand.is_empty()),
            "gtin" | "ean" | "upc" | "barcode" => {
                item.gtin = Some(value.trim().to_owned()).filter(|gtin| !gtin.is_empty());
            }
            _ => {
                // Several choices stand behind each other.
                let values: Vec<String> = value.split('|').map(plain::text).filter(|value| !value.is_empty()).collect();
                let value = match values.as_slice() {
                    [] => continue,
                    [one] => google::attribute(one),
                    _ => catalog::item::Attribute::List(values),
                };
                item.attributes.insert(name, value);
            }
        }
    }
    if let Some(weight) = fields.get("weight") {
        item.attributes.insert("weight".to_owned(), google::attribute(weight));
    }
}
