//! The setting `interests`: the numbers by which interests are made.

use std::sync::Arc;

use model::limits::{INTEREST_ATTRIBUTES, NAME_BYTES};
use segment::interests::{FAMILIES, InterestRules, Weights};

use crate::{
    error::{Fault, code},
    shape::{Shape, listed},
    span,
};

/// The heaviest weight, and the greatest ease.
const MOST: f64 = 1_000.0;
/// Days on which there must be evidence, at most.
const MOST_LASTING_DAYS: u16 = 30;
/// How often a signal may count on one day, at most.
const MOST_A_DAY: u16 = 1_000;

/// Reads the setting; what it leaves out is as usual.
pub(crate) fn read(shape: &mut Shape<'_>) -> Result<InterestRules, Fault> {
    let usual = InterestRules::default();
    let busy_events = shape.count_or("busy_day_events", u16::MAX, usual.busy_events as u16)?;
    Ok(InterestRules {
        attributes: attributes(shape)?,
        weights: shape.object("weights")?.map_or(Ok(usual.weights), |shape| weights(shape, usual.weights))?,
        ease_milli: thousandths(shape, "ease", usual.ease_milli as i32, Side::For)? as u32,
        half_life: span::read(shape, "half_life")?.unwrap_or(usual.half_life),
        lasting_days: shape.count_or("lasting_days", MOST_LASTING_DAYS, usual.lasting_days)?,
        most_a_day: shape.count_or("most_a_day", MOST_A_DAY, usual.most_a_day)?,
        busy_events: u32::from(busy_events),
    })
}

/// All that the rules say, in one text: what was published under another has to be evaluated again.
pub(crate) fn canonical(rules: &InterestRules) -> String {
    let InterestRules { attributes, weights, ease_milli, half_life, lasting_days, most_a_day, busy_events } = rules;
    let Weights { view, list, wishlist, cart, purchase, declaration, removal, giving_back, bounce, refusal } = weights;
    let weights = [view, list, wishlist, cart, purchase, declaration, removal, giving_back, bounce, refusal];
    let weights: Vec<String> = weights.iter().map(ToString::to_string).collect();
    let attributes: Vec<&str> = attributes.iter().map(|name| &**name).collect();
    let half_life_ms = half_life.as_millis();
    format!(
        "{} {} {ease_milli} {half_life_ms} {lasting_days} {most_a_day} {busy_events}",
        attributes.join(","),
        weights.join(",")
    )
}

fn attributes(shape: &mut Shape<'_>) -> Result<std::collections::BTreeSet<Arc<str>>, Fault> {
    let names = shape.optional_texts("attributes", NAME_BYTES)?;
    let pointer = shape.pointer_to("attributes");
    if names.len() > INTEREST_ATTRIBUTES {
        let message = format!("`attributes` has at most {INTEREST_ATTRIBUTES} entries; these are {}.", names.len());
        return Err(Fault::new(code::TOO_MANY, pointer, message));
    }
    for (place, name) in names.iter().enumerate() {
        let wrong = match *name {
            name if FAMILIES.contains(&name) || name == "tags" => {
                Some(format!("`{name}` makes interests without being named; these always do: {}.", listed(&FAMILIES)))
            }
            name if name.contains(':') || name.trim() != name => Some(
                "The name of an attribute stands before the `:` of a topic, so it has none, nor blanks around it."
                    .into(),
            ),
            _ => None,
        };
        if let Some(message) = wrong {
            return Err(Fault::new(code::BAD_NAME, format!("{pointer}/{place}"), message));
        }
    }
    Ok(names.into_iter().map(Arc::from).collect())
}

/// Which way a weight counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    For,
    Against,
}

fn weights(mut shape: Shape<'_>, usual: Weights) -> Result<Weights, Fault> {
    let mut read = |name, usual, side| thousandths(&mut shape, name, usual, side);
    let weights = Weights {
        view: read("view", usual.view, Side::For)?,
        list: read("list", usual.list, Side::For)?,
        wishlist: read("wishlist", usual.wishlist, Side::For)?,
        cart: read("cart", usual.cart, Side::For)?,
        purchase: read("purchase", usual.purchase, Side::For)?,
        declaration: read("declaration", usual.declaration, Side::For)?,
        removal: read("removal", usual.removal, Side::Against)?,
        giving_back: read("return", usual.giving_back, Side::Against)?,
        bounce: read("bounce", usual.bounce, Side::Against)?,
        refusal: read("refusal", usual.refusal, Side::Against)?,
    };
    for (less, more, name) in [(weights.view, weights.cart, "cart"), (weights.cart, weights.purchase, "purchase")] {
        if less >= more {
            let message = "A view says less than putting into the cart, and that less than a purchase.";
            return Err(Fault::new(code::CONTRADICTION, shape.pointer_to(name), message));
        }
    }
    shape.finish()?;
    Ok(weights)
}

/// A number as thousandths: from 0.001 to [`MOST`], or the negative of these.
fn thousandths(shape: &mut Shape<'_>, name: &'static str, usual: i32, side: Side) -> Result<i32, Fault> {
    let number = shape.number(name)?.get();
    if !shape.has(name) {
        return Ok(usual);
    }
    let (sign, range) = match side {
        Side::For => (1.0, "from 0.001 to 1000"),
        Side::Against => (-1.0, "from -1000 to -0.001"),
    };
    if !(0.001..=MOST).contains(&(sign * number)) {
        let message = format!("`{name}` is {range}; this is {number}.");
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to(name), message));
    }
    Ok((number * 1_000.0).round() as i32)
}
