//! The e-commerce vocabulary: version 2 of Segment's spec, with the names of version 1 as aliases.

use std::sync::Arc;

use model::value::{Fields, Finite, Value};

use super::value::Pairs;

/// The names of version 1 and what they are called now.
const ALIASES: &[(&str, &str)] = &[
    ("Searched Products", "Products Searched"),
    ("Viewed Product Category", "Product List Viewed"),
    ("Viewed Product List", "Product List Viewed"),
    ("Filtered Product List", "Product List Filtered"),
    ("Viewed Promotion", "Promotion Viewed"),
    ("Clicked Promotion", "Promotion Clicked"),
    ("Clicked Product", "Product Clicked"),
    ("Viewed Product", "Product Viewed"),
    ("Added Product", "Product Added"),
    ("Removed Product", "Product Removed"),
    ("Viewed Cart", "Cart Viewed"),
    ("Started Checkout", "Checkout Started"),
    ("Viewed Checkout Step", "Checkout Step Viewed"),
    ("Completed Checkout Step", "Checkout Step Completed"),
    ("Entered Payment Info", "Payment Info Entered"),
    ("Updated Order", "Order Updated"),
    ("Completed Order", "Order Completed"),
    ("Refunded Order", "Order Refunded"),
    ("Cancelled Order", "Order Cancelled"),
    ("Entered Coupon", "Coupon Entered"),
    ("Applied Coupon", "Coupon Applied"),
    ("Denied Coupon", "Coupon Denied"),
    ("Removed Coupon", "Coupon Removed"),
    ("Added Product to Wishlist", "Product Added to Wishlist"),
    ("Removed Product from Wishlist", "Product Removed from Wishlist"),
    ("Added Wishlist Product to Cart", "Wishlist Product Added to Cart"),
    ("Shared Product", "Product Shared"),
    ("Shared Cart", "Cart Shared"),
    ("Reviewed Product", "Product Reviewed"),
];

/// How the names of version 2 that carry amounts begin.
const FAMILIES: &[&str] =
    &["Product", "Promotion ", "Cart ", "Checkout ", "Payment Info ", "Order ", "Coupon ", "Wishlist "];

/// The fields that hold numbers, whatever clients write.
const NUMERIC: &[&str] =
    &["discount", "position", "price", "quantity", "revenue", "shipping", "subtotal", "tax", "total", "value"];

/// Today's name of an event that was sent under its old one.
pub(super) fn canonical(name: &str) -> Option<&'static str> {
    ALIASES.iter().find(|(old, _)| *old == name).map(|(_, new)| *new)
}

/// Turns texts into numbers where the vocabulary says number: `"25.00"`, `quantity: "1"`. Other texts stay as they
/// are: `"25,00"` is not guessed at. Returns JSON pointers to what was changed.
pub(super) fn coerce(event: &str, properties: &mut Pairs) -> Vec<Value> {
    if !FAMILIES.iter().any(|family| event.starts_with(family)) {
        return Vec::new();
    }
    let mut coerced = Vec::new();
    for (name, value) in properties {
        if let Some(number) = number(name, value) {
            coerced.push(Value::text(format!("/properties/{name}")));
            *value = number;
        } else if let (Value::List(products), "products") = (&*value, &**name)
            && let Some(numbers) = coerce_products(products, &mut coerced)
        {
            *value = Value::List(numbers);
        }
    }
    coerced
}

fn coerce_products(products: &[Value], coerced: &mut Vec<Value>) -> Option<Arc<[Value]>> {
    let before = coerced.len();
    let mut coerce_one = |(index, product): (usize, &Value)| {
        let Value::Map(fields) = product else { return product.clone() };
        if !fields.iter().any(|(name, value)| number(name, value).is_some()) {
            return product.clone();
        }
        let pairs = fields.iter().map(|(name, value)| {
            let number = number(name, value);
            if number.is_some() {
                coerced.push(Value::text(format!("/properties/products/{index}/{name}")));
            }
            (name.clone(), number.unwrap_or_else(|| value.clone()))
        });
        Value::Map(Fields::new(pairs.collect()))
    };
    let numbers: Vec<Value> = products.iter().enumerate().map(&mut coerce_one).collect();
    (coerced.len() > before).then(|| numbers.into())
}

/// The number in a text, if the field should hold one.
fn number(name: &str, value: &Value) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    if !NUMERIC.contains(&name) {
        return None;
    }
    let text = text.trim();
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    text.parse().ok().map(Value::Int).or_else(|| Finite::new(text.parse().ok()?).map(Value::Float))
}
