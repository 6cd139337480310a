//! The shop that is measured: its segments, and what its visitors do.

use serde_json::{Map, Value, json};

/// How many segments the shop has published.
const SEGMENTS: usize = 200;

/// The countries that persons live in, as traits say; likewise languages and cities.
pub(crate) const COUNTRIES: [&str; 2] = ["FR", "JP"];
/// The languages that they speak.
pub(crate) const LANGUAGES: [&str; 3] = ["fr", "ja", "en"];
/// The cities that they live in.
pub(crate) const CITIES: [&str; 4] = ["Brest", "Quimper", "Kobe", "Nara"];

/// How many categories the products are in.
pub(crate) const CATEGORIES: usize = 25;

/// The shop's segments, by name: a quarter on views of a category, the others on orders, carts, pages, traits and
/// sequences.
pub(crate) fn segments() -> Vec<(String, String)> {
    (0..SEGMENTS).map(|number| (format!("s{number:03}"), condition(number))).collect()
}

/// The same as a file of definitions.
pub(crate) fn definitions() -> Value {
    let bodies = segments().into_iter().map(|(name, condition)| (name, json!({ "condition": condition })));
    json!({ "segment": bodies.collect::<Map<_, _>>() })
}

fn condition(number: usize) -> String {
    let (days, count) = (7 + number, 1 + number % 5);
    let country = COUNTRIES[number % COUNTRIES.len()];
    let city = CITIES[number / 2 % CITIES.len()];
    match number % 8 {
        0 | 1 => {
            let category = number / 4 % CATEGORIES;
            let views = format!(r#"events("Product Viewed").where(category == "c{category:02}")"#);
            format!(r#"{views}.within("{days}d").count() >= {count}"#)
        }
        2 => format!(r#"events("Order Completed").within("{days}d").sum(total) > {}"#, 50 * count),
        3 => format!(r#"events("Product Added").within("{count}h").count() > 0 && profile.country == "{country}""#),
        4 => format!(r#"events("page").within("{count}h").count() >= {}"#, 2 + number % 7),
        5 => {
            let language = LANGUAGES[number / 8 % LANGUAGES.len()];
            format!(
                r#"profile.country == "{country}" && (profile.city == "{city}" || profile.language == "{language}")"#
            )
        }
        6 => format!(r#"events("Order Completed").last() < ago("{days}d") && profile.city == "{city}""#),
        _ => format!(r#"events("Product Added").not_followed_by(events("Order Completed"), "{count}h").count() > 0"#),
    }
}

/// What the event at a place of a batch is: of 20, eight page views, seven product views, three products put into the
/// cart, one order, one identify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A page was seen.
    Page,
    /// A product was looked at.
    View,
    /// A product was put into the cart.
    Add,
    /// An order was placed.
    Order,
    /// The person told about themselves.
    Identify,
}

impl Deed {
    /// The deed at a place of a batch.
    pub(crate) fn at(place: usize) -> Self {
        match place % 20 {
            0..8 => Self::Page,
            8..15 => Self::View,
            15..18 => Self::Add,
            18 => Self::Order,
            _ => Self::Identify,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segments_compile_into_a_plan() {
        let mut documents = definition::Documents::defaults();
        for (name, condition) in segments() {
            let body = json!({ "condition": condition });
            documents.put(definition::Kind::Segment, &name, &body).unwrap();
        }
        let plan = definition::compile(&mut documents, 1, None).unwrap();
        assert_eq!(plan.segments.rules().len(), SEGMENTS);
    }
}
