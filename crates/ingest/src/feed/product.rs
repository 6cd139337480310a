//! What all formats say in much the same words: availability, condition, counts, categories, texts.

use catalog::{
    fault::Code,
    item::{Availability, CategoryPath, Condition, Item, Stock},
};

use super::{Wrong, plain};
use crate::reason::Reason;

/// Reads whether something can be had, in the words of Google, schema.org and the shops' systems.
///
/// # Errors
/// `NOT_ALLOWED`.
pub(crate) fn availability(text: &str) -> Result<Availability, Wrong> {
    let word = text.rsplit('/').next().unwrap_or(text).to_lowercase().replace([' ', '_', '-'], "");
    Ok(match word.as_str() {
        "instock"
        | "available"
        | "availablefororder"
        | "limitedavailability"
        | "onlineonly"
        | "instoreonly"
        | "1"
        | "true"
        | "yes" => Availability::InStock,
        "outofstock" | "soldout" | "discontinued" | "0" | "false" | "no" => Availability::OutOfStock,
        "preorder" | "presale" | "prelaunch" => Availability::Preorder,
        "backorder" | "onbackorder" | "madetoorder" => Availability::Backorder,
        _ => {
            let known = Availability::ALL.map(Availability::word).join(", ");
            let why = format!("{:?} is none of {known}.", begin(text));
            return Err(Wrong::new(Reason::NotAllowed, "availability", why));
        }
    })
}

/// Reads whether something is new, in the words of Google and schema.org.
///
/// # Errors
/// `NOT_ALLOWED`.
pub(crate) fn condition(text: &str) -> Result<Condition, Wrong> {
    let word = text.rsplit('/').next().unwrap_or(text).to_lowercase();
    Ok(match word.as_str() {
        "new" | "newcondition" => Condition::New,
        "refurbished" | "refurbishedcondition" => Condition::Refurbished,
        "used" | "usedcondition" | "damagedcondition" => Condition::Used,
        _ => {
            let known = Condition::ALL.map(Condition::word).join(", ");
            let why = format!("{:?} is none of {known}.", begin(text));
            return Err(Wrong::new(Reason::NotAllowed, "condition", why));
        }
    })
}

/// What less than none means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Negative {
    /// Nothing sensible.
    Refused,
    /// That more was sold than there was, as shops' systems count it: there is none.
    Oversold,
}

/// Reads a count of pieces; what is behind a point must be nothing.
///
/// # Errors
/// `BAD_STOCK`.
pub(crate) fn count(field: &str, text: &str, negative: Negative) -> Result<u32, Wrong> {
    let bad = |what: &str| Wrong::of_catalog(Code::BadStock, field, format!("{:?} {what}.", begin(text)));
    let whole = text
        .split_once('.')
        .map_or(text, |(whole, zeros)| if zeros.trim_matches('0').is_empty() { whole } else { text });
    let count: i64 = whole.trim().parse().map_err(|_| bad("is no count of pieces"))?;
    match u32::try_from(count) {
        Ok(count) => Ok(count),
        Err(_) if count < 0 && negative == Negative::Oversold => Ok(0),
        Err(_) if count < 0 => Err(bad("is less than none")),
        Err(_) => Err(bad("is more than anybody has")),
    }
}

/// What a count and a word say together: the word, where it is more exact than the count.
pub(crate) fn stock(said: Option<Availability>, count: Option<u32>) -> Stock {
    match (said, count) {
        (None, Some(count)) => Stock::counted(count),
        (said, count) => Stock { availability: said.unwrap_or_default(), count },
    }
}

/// The path in a text such as `Shoes > Boots`.
pub(crate) fn path(text: &str, separator: char) -> CategoryPath {
    text.split(separator).map(plain::text).filter(|name| !name.is_empty()).collect()
}

/// Adds a path, unless it is empty or there.
pub(crate) fn add_path(item: &mut Item, path: CategoryPath) {
    if !path.is_empty() && !item.categories.contains(&path) {
        item.categories.push(path);
    }
}

/// Adds a label, unless it is empty or there.
pub(crate) fn add_tag(item: &mut Item, tag: &str) {
    let tag = plain::text(tag);
    if !tag.is_empty() && !item.tags.contains(&tag) {
        item.tags.push(tag);
    }
}

/// Sets title and description in a language; what is empty stays as it is.
pub(crate) fn add_texts(item: &mut Item, language: &str, title: Option<&str>, description: Option<&str>) {
    let (title, description) = (title.map(plain::text), description.map(plain::text));
    if [&title, &description].into_iter().flatten().all(String::is_empty) {
        return;
    }
    let texts = item.texts.entry(language.to_owned()).or_default();
    title.into_iter().filter(|title| !title.is_empty()).for_each(|title| texts.title = title);
    description.into_iter().filter(|text| !text.is_empty()).for_each(|text| texts.description = text);
}

/// What of a text a sentence quotes.
pub(crate) fn begin(text: &str) -> &str {
    &text[..text.floor_char_boundary(40)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_trade_are_one() {
        for (text, meant) in [
            ("in stock", Availability::InStock),
            ("In_Stock", Availability::InStock),
            ("https://schema.org/OutOfStock", Availability::OutOfStock),
            ("pre-order", Availability::Preorder),
            ("onbackorder", Availability::Backorder),
        ] {
            assert_eq!(availability(text), Ok(meant), "{text}");
        }
        assert_eq!(availability("perhaps").unwrap_err().code, "NOT_ALLOWED");
        assert_eq!(condition("https://schema.org/UsedCondition"), Ok(Condition::Used));
        assert_eq!(condition("wet").unwrap_err().code, "NOT_ALLOWED");
    }

    #[test]
    fn a_count_is_whole_and_not_negative() {
        let read = |text, negative| count("stock", text, negative).map_err(|wrong| wrong.code);
        for (text, count) in [("0", 0), ("12", 12), ("12.0000", 12), (" 7 ", 7)] {
            assert_eq!(read(text, Negative::Refused), Ok(count), "{text}");
        }
        for text in ["-1", "1.5", "many", "", "99999999999"] {
            assert_eq!(read(text, Negative::Refused), Err("BAD_STOCK"), "{text}");
        }
        assert_eq!(read("-3", Negative::Oversold), Ok(0));
    }
}
