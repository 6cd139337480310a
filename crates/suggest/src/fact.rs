//! What filters and boosts may ask of an item: the facts of `catalog::facts` by name.

use catalog::facts::Fact;

/// Whether an item has a fact of that name, such as `price`, `stock.paris` or `attribute.width`.
pub fn is_fact(name: &str) -> bool {
    Fact::of_name(name).is_some()
}

/// The names of all facts of an item, for messages.
pub fn facts() -> Vec<&'static str> {
    Fact::names().chain(["stock.STORE", "attribute.NAME"]).collect()
}
