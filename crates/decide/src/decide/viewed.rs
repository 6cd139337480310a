//! The products that somebody weighs against each other: those of one category that they looked at lately.

use std::{collections::BTreeMap, sync::Arc};

use condition::{EventNeed, PropertyPath, Window};
use model::{
    fact::Occurrence,
    time::{Span, Timestamp},
    value::{Fields, Value},
};

/// The event by which clients say that a product was looked at, with its `product_id` and `category`.
pub(crate) const VIEWED: &str = "Product Viewed";
/// The property that says which product it is.
const PRODUCT: &str = "product_id";
/// The property that says of which category it is.
const CATEGORY: &str = "category";
/// What was looked at longer ago is not being compared any more.
const VIEWED_WITHIN: Span = Span::DAY.times(30);

/// Fewer than two are no comparison.
const LEAST: usize = 2;
/// More than four do not fit beside each other.
const MOST: usize = 4;

/// The ids of the products of the category of which most were looked at (of several, the one looked at last), the last
/// one first; nothing if there is no such category. With the moment from which on, with no new event, it may be others.
pub(super) fn compared(trail: &[Occurrence], now: Timestamp) -> (Vec<Arc<str>>, Option<Timestamp>) {
    let mut by_category = BTreeMap::<&Arc<str>, Vec<(&Arc<str>, Timestamp)>>::new();
    let recent = trail.iter().rev().filter(|viewed| now.since(viewed.at) < VIEWED_WITHIN);
    let mut oldest = None;
    for viewed in recent {
        let (Some(category), Some(product)) = (text(&viewed.properties, CATEGORY), text(&viewed.properties, PRODUCT))
        else {
            continue;
        };
        oldest = Some(viewed.at);
        let products = by_category.entry(category).or_default();
        if !products.iter().any(|(known, _)| *known == product) {
            products.push((product, viewed.at));
        }
    }
    let most = by_category.into_values().max_by_key(|products| (products.len().min(MOST), products[0].1));
    let products = most.filter(|products| products.len() >= LEAST).unwrap_or_default();
    let ids = products.into_iter().take(MOST).map(|(product, _)| product.clone()).collect();
    (ids, oldest.map(|at| at.plus(VIEWED_WITHIN)))
}

/// What has to be kept of views.
pub(crate) fn need() -> EventNeed {
    let paths = [PRODUCT, CATEGORY].map(|name| PropertyPath::new([Arc::from(name)]));
    EventNeed { paths: paths.into_iter().flatten().collect(), window: Window::Within(VIEWED_WITHIN) }
}

fn text<'p>(properties: &'p Fields, name: &str) -> Option<&'p Arc<str>> {
    match properties.get(name) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

    fn compared_of(views: &[(i64, &str, &str)]) -> (Vec<String>, Option<Timestamp>) {
        let viewed = |(tie, (days, category, product)): (u64, &(i64, &str, &str))| Occurrence {
            at: NOW.minus(Span::DAY.times(*days)),
            tie,
            properties: [(CATEGORY, Value::from(*category)), (PRODUCT, Value::from(*product))].into_iter().collect(),
        };
        let trail: Vec<Occurrence> = (0..).zip(views).map(viewed).collect();
        let (ids, until) = compared(&trail, NOW);
        (ids.iter().map(ToString::to_string).collect(), until)
    }

    #[test]
    fn the_products_of_the_category_that_was_looked_at_most_are_compared() {
        let views =
            [(9, "boots", "b1"), (8, "poles", "p1"), (7, "boots", "b2"), (6, "boots", "b3"), (1, "poles", "p1")];
        let (ids, until) = compared_of(&views);
        assert_eq!(ids, ["b3", "b2", "b1"]);
        assert_eq!(until, Some(NOW.plus(Span::DAY.times(21))));
    }

    #[test]
    fn one_product_is_no_comparison_and_five_are_too_many() {
        assert!(compared_of(&[(2, "boots", "b1"), (1, "boots", "b1"), (1, "poles", "p1")]).0.is_empty());
        assert!(compared_of(&[(31, "boots", "b1"), (30, "boots", "b2"), (1, "boots", "b3")]).0.is_empty());
        let five = [(5, "boots", "b1"), (4, "boots", "b2"), (3, "boots", "b3"), (2, "boots", "b4"), (1, "boots", "b5")];
        assert_eq!(compared_of(&five).0, ["b5", "b4", "b3", "b2"]);
    }

    #[test]
    fn of_two_categories_the_one_looked_at_last_is_compared() {
        let views = [(4, "boots", "b1"), (3, "boots", "b2"), (2, "tents", "t1"), (1, "tents", "t2")];
        assert_eq!(compared_of(&views).0, ["t2", "t1"]);
    }
}
