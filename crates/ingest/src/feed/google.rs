//! An item in the words of Google Merchant, which most feeds speak; further names become attributes.

use catalog::{
    change::Change,
    item::{Attribute, Image, Item},
};

use super::{
    Settings, Wrong, checked,
    fields::Fields,
    money::{Writer, Written, amount, moment},
    plain, product,
};
use crate::{
    number::{Decimal, Writing},
    reason::Reason,
};

/// Names that say something of their own, or nothing about the item. All others are attributes.
const KNOWN: &[&str] = &[
    "id",
    "title",
    "description",
    "link",
    "mobile_link",
    "canonical_link",
    "image_link",
    "additional_image_link",
    "availability",
    "availability_date",
    "expiration_date",
    "price",
    "sale_price",
    "sale_price_effective_date",
    "cost_of_goods_sold",
    "cost",
    "quantity",
    "stock",
    "inventory",
    "brand",
    "gtin",
    "mpn",
    "identifier_exists",
    "condition",
    "item_group_id",
    "product_type",
    "tags",
    "updated",
    "published",
    "summary",
    "author",
    "guid",
    "pubdate",
    "pub_date",
];

/// The item that these fields say.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn item(fields: &Fields, settings: &Settings) -> Result<Change, Wrong> {
    // Atom has an id of its own kind for each entry; Google's own stands first where it is written.
    let id =
        fields.get("id").ok_or_else(|| Wrong::of_catalog(catalog::fault::Code::WithoutId, "id", "It has no id."))?;
    let mut item = Item::new(id);
    item.group = fields.get("item_group_id").map(str::to_owned);
    let description = fields.first(&["description", "summary"]);
    product::add_texts(&mut item, &settings.language, fields.get("title"), description);
    for (name, text) in fields.iter() {
        if let Some(language) = language(name, "title") {
            product::add_texts(&mut item, &language, Some(text), None);
        } else if let Some(language) = language(name, "description") {
            product::add_texts(&mut item, &language, None, Some(text));
        }
    }
    item.brand = fields.get("brand").map(plain::text);
    fields.all("product_type").for_each(|text| product::add_path(&mut item, product::path(text, '>')));
    let named = fields.get("google_product_category").filter(|text| text.parse::<u32>().is_err());
    if let Some(text) = named.filter(|_| item.categories.is_empty()) {
        product::add_path(&mut item, product::path(text, '>'));
    }
    item.prices = written(fields)?.read(Writer::Anybody, settings)?;
    if let Some(text) = fields.first(&["cost_of_goods_sold", "cost"]) {
        item.cost_cents = Some(amount("cost_of_goods_sold", text, Writer::Anybody, settings)?.0);
    }
    let count = fields.first(&["quantity", "stock", "inventory"]);
    let count = count.map(|text| product::count("quantity", text, product::Negative::Refused)).transpose()?;
    item.stock = product::stock(fields.get("availability").map(product::availability).transpose()?, count);
    let more = fields.all("additional_image_link").flat_map(|all| all.split(','));
    let images = fields.all("image_link").chain(more).map(str::trim).filter(|url| !url.is_empty());
    item.images = images.map(|url| Image { url: url.to_owned(), alt: String::new() }).collect();
    item.link = fields.first(&["link", "link@href"]).map(str::to_owned);
    item.gtin = fields.get("gtin").map(str::to_owned);
    item.mpn = fields.get("mpn").map(str::to_owned);
    item.condition = fields.get("condition").map_or(Ok(item.condition), product::condition)?;
    item.released_at =
        fields.get("availability_date").map(|text| moment("availability_date", text, settings)).transpose()?;
    fields.all("tags").flat_map(|all| all.split(',')).for_each(|tag| product::add_tag(&mut item, tag));
    attributes(fields, &mut item);
    checked(item)
}

/// A price with its reduction: `2026-02-24T11:00+0100/2026-02-29T23:00+0100` says when that holds.
fn written(fields: &Fields) -> Result<Written<'_>, Wrong> {
    let period = fields.get("sale_price_effective_date").filter(|_| fields.get("sale_price").is_some());
    let period = match period {
        None => None,
        Some(text) => Some(text.split_once('/').ok_or_else(|| {
            let why = format!("{:?} is no two moments with a slash between them.", product::begin(text));
            Wrong::new(Reason::NotAMoment, "sale_price_effective_date", why)
        })?),
    };
    Ok(Written {
        price: fields.get("price"),
        sale_price: fields.get("sale_price"),
        from: period.map(|(from, _)| from),
        until: period.map(|(_, until)| until),
        sale_writer: None,
    })
}

/// The language of a name such as `title_fr`, `title.fr` or `title[fr-CH]`.
fn language(name: &str, kind: &str) -> Option<String> {
    let tag = name.strip_prefix(kind)?.strip_prefix(['_', '.', '['])?.trim_end_matches(']').replace('_', "-");
    let mut parts = tag.split('-');
    let is_language =
        matches!(parts.next().map(str::len), Some(2 | 3)) && parts.all(|part| (2..=8).contains(&part.len()));
    (is_language && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')).then_some(tag)
}

/// Every further name with its text; and product details, which come as a name and a value.
fn attributes(fields: &Fields, item: &mut Item) {
    let names = fields.all("product_detail/attribute_name");
    let details = names.zip(fields.all("product_detail/attribute_value"));
    let is_own = |name: &str| {
        let is_text = language(name, "title").or_else(|| language(name, "description")).is_some();
        !KNOWN.contains(&name) && !is_text && !name.contains(['/', '@'])
    };
    let others = fields.iter().filter(|(name, _)| is_own(name));
    for (name, text) in details.chain(others) {
        let (name, value) = (plain::text(name), attribute(text));
        match item.attributes.remove(&name) {
            None => _ = item.attributes.insert(name, value),
            Some(first) => _ = item.attributes.insert(name, both(first, value)),
        }
    }
}

/// A number, where a program would write it so; else a text.
pub(crate) fn attribute(text: &str) -> Attribute {
    let is_code = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    let looks_plain =
        !is_code && text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
    let number = || Decimal::read(text, &Writing { decimal: Some(crate::number::DecimalSign::Point), currency: None });
    match looks_plain.then(number).and_then(Result::ok).and_then(|number| model::value::Finite::new(number.as_f64())) {
        Some(number) => Attribute::Number(number),
        None => Attribute::Text(plain::text(text)),
    }
}

/// A name that comes twice has both values, as words.
fn both(first: Attribute, second: Attribute) -> Attribute {
    let mut all = match first {
        Attribute::List(values) => values,
        other => words(other),
    };
    for word in words(second) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    Attribute::List(all)
}

fn words(value: Attribute) -> Vec<String> {
    match value {
        Attribute::Text(text) => vec![text],
        Attribute::Number(number) => vec![number.get().to_string()],
        Attribute::Flag(yes) => vec![yes.to_string()],
        Attribute::List(values) => values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_column_stands_in_its_name() {
        assert_eq!(language("title_fr", "title").as_deref(), Some("fr"));
        assert_eq!(language("title[fr-ch]", "title").as_deref(), Some("fr-ch"));
        assert_eq!(language("description.en", "description").as_deref(), Some("en"));
        assert_eq!(language("title", "title"), None);
        assert_eq!(language("title_short", "title"), None);
    }

    #[test]
    fn numbers_are_told_from_codes_and_words() {
        let number = |text: &str| matches!(attribute(text), Attribute::Number(_));
        assert!(number("950") && number("1.5") && number("-3") && number("0.5") && number("0"));
        assert!(!number("00421") && !number("42 EU") && !number("1-2") && !number(""));
    }
}
