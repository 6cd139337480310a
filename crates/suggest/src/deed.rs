//! What one event says that a person did with items. Trails and training read events in the same way.

use std::{collections::BTreeMap, sync::Arc};

use condition::{EventNeed, PropertyPath, Window};
use model::{
    time::Span,
    value::{Fields, Value},
};

/// What somebody did with items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Looked at it.
    Viewed,
    /// Put it into the cart.
    Carted,
    /// Took it out of the cart.
    Uncarted,
    /// Put it on the wish list.
    Wished,
    /// Took it off the wish list.
    Unwished,
    /// Ordered it.
    Ordered,
}

/// The event by which clients say what was searched for, in [`QUERY`].
pub(crate) const SEARCHED: &str = "Products Searched";
/// The property that says what was searched for.
pub(crate) const QUERY: &str = "query";

/// The property that says which item an event or a line of an order is about.
const ITEM: &str = "product_id";
/// The lines of an order.
const LINES: &str = "products";
/// The marks of what is bought for somebody else, as `segment` knows them too.
const GIFT: [&str; 3] = ["gift", "is_gift", "gift_wrap"];

/// For how long it is remembered what was looked at, searched for, and in a cart.
const LATELY: Span = Span::DAY.times(90);
/// For how long a wish list is.
const WISHED: Span = Span::DAY.times(365);

/// Events and what they say, with how much of them must be kept.
const EVENTS: [(&str, Deed, Window); 7] = [
    ("Product Viewed", Deed::Viewed, Window::Within(LATELY)),
    ("Product Added", Deed::Carted, Window::Within(LATELY)),
    ("Wishlist Product Added to Cart", Deed::Carted, Window::Within(LATELY)),
    ("Product Removed", Deed::Uncarted, Window::Within(LATELY)),
    ("Product Added to Wishlist", Deed::Wished, Window::Within(WISHED)),
    ("Product Removed from Wishlist", Deed::Unwished, Window::Within(WISHED)),
    ("Order Completed", Deed::Ordered, Window::Lifetime),
];

/// The events that say what a person did with items, and how much of them must be kept in trails.
pub fn needs() -> BTreeMap<Arc<str>, EventNeed> {
    let path = |names: &[&str]| PropertyPath::new(names.iter().map(|name| Arc::from(*name)).collect::<Vec<_>>());
    let need =
        |paths: Vec<Option<PropertyPath>>, window| EventNeed { paths: paths.into_iter().flatten().collect(), window };
    let mut needs = BTreeMap::new();
    for (name, deed, window) in EVENTS {
        let paths = if deed == Deed::Ordered {
            let gifts = GIFT.iter().flat_map(|gift| [path(&[gift]), path(&[LINES, gift])]);
            gifts.chain([path(&[LINES, ITEM])]).collect()
        } else {
            vec![path(&[ITEM])]
        };
        needs.insert(Arc::from(name), need(paths, window));
    }
    needs.insert(Arc::from(SEARCHED), need(vec![path(&[QUERY])], Window::Within(LATELY)));
    needs
}

/// What an event of a name says; `None` if it says nothing of what somebody did with items.
pub fn deed_of(event: &str) -> Option<Deed> {
    EVENTS.iter().find(|(name, ..)| *name == event).map(|(_, deed, _)| *deed)
}

/// The events that say that something was done.
pub(crate) fn events_of(deed: Deed) -> impl Iterator<Item = &'static str> {
    EVENTS.iter().filter(move |(_, said, _)| *said == deed).map(|(name, ..)| *name)
}

/// The ids of the items that an event is about. What is marked as a gift is left out: it is about somebody else.
pub fn ids(deed: Deed, properties: &Fields) -> Vec<Arc<str>> {
    if is_gift(properties) {
        return Vec::new();
    }
    if deed != Deed::Ordered {
        return id(properties).into_iter().collect();
    }
    let lines = match properties.get(LINES) {
        Some(Value::List(lines)) => &lines[..],
        _ => &[],
    };
    let own = lines.iter().filter_map(|line| match line {
        Value::Map(line) if !is_gift(line) => id(line),
        _ => None,
    });
    own.collect()
}

fn id(fields: &Fields) -> Option<Arc<str>> {
    match fields.get(ITEM)? {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        Value::Int(number) => Some(number.to_string().into()),
        _ => None,
    }
}

fn is_gift(fields: &Fields) -> bool {
    GIFT.iter().any(|name| match fields.get(name) {
        Some(Value::Bool(is)) => *is,
        Some(Value::Int(number)) => *number != 0,
        Some(Value::Text(text)) => matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "yes" | "1"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
        pairs.into_iter().collect()
    }

    #[test]
    fn an_order_is_about_its_lines_that_are_no_gifts() {
        let line = |id: Value, gift: Value| Value::Map(map([("product_id", id), ("gift_wrap", gift)]));
        let lines = [line("a".into(), false.into()), line("b".into(), "Yes".into()), line(7.into(), Value::Null)];
        let order = map([("products", Value::List(lines.as_slice().into()))]);
        assert_eq!(ids(Deed::Ordered, &order).iter().map(|id| &**id).collect::<Vec<_>>(), ["a", "7"]);
        let gift =
            Fields::new(order.iter().map(|(k, v)| (k.clone(), v.clone())).chain([("gift".into(), 1.into())]).collect());
        assert!(ids(Deed::Ordered, &gift).is_empty());
        assert!(ids(Deed::Viewed, &order).is_empty());
    }

    #[test]
    fn what_is_needed_of_an_event_is_enough_to_read_it() {
        let line = Value::Map(map([("product_id", "a".into()), ("is_gift", true.into()), ("price", 3.into())]));
        let order = map([("products", Value::List([line].as_slice().into())), ("total", 3.into())]);
        let kept = needs()["Order Completed"].project(&order);
        assert!(ids(Deed::Ordered, &kept).is_empty(), "the mark of a gift is kept");
        assert_eq!(kept.get("total"), None);
        assert_eq!(needs().len(), 8);
    }
}
