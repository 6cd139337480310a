//! The cart with which somebody comes back: folded from what the person did, priced and stocked as of now.

use std::sync::Arc;

use api::wire::{
    Moment,
    cart::{CartAnswer, CartAvailability, CartLine},
};
use catalog::{catalog::Catalog, item::Availability, money::Prices};
use model::{
    consent::{Granted, Site, Use},
    event::Event,
    identifier::{Identifier, namespace},
    source::LegalBasis,
    time::{Span, Timestamp},
    value::{Fields, Value},
};
use runtime::handle::{Reading, Runtime};
use store::error::StoreError;

use crate::limits;

/// Which of a person's events tell of the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// All: who asks has proven to be the person, or is the shop's server.
    ByAll,
    /// Those of a visitor of whom nothing is proven. Only what named nobody but the visitor puts something in, for
    /// whatever names more may be somebody else's who used the same device; what the device took out is out.
    ByVisitor(Identifier),
}

/// What is in a cart of one item and variant.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    item: Arc<str>,
    variant: Option<Arc<str>>,
    quantity: u64,
    added_at: Timestamp,
    price: Option<f64>,
    currency: Option<Arc<str>>,
}

/// How an event changes a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Add,
    TakeOut,
    /// What is listed is in it, and nothing else.
    Show,
}

/// A person's cart, as events of the last days make it; with prices and stock of now. The token is the person's consent.
/// Blocking: reads the store.
pub fn cart(
    runtime: &Runtime,
    (reading, _granted): (&Reading, &Granted<Site>),
    told: &Told,
    language: Option<&str>,
) -> Result<CartAnswer, StoreError> {
    let events = events(runtime, reading, told)?;
    let lines = fold(events.iter().map(|(event, adds)| (event, *adds)));
    let (catalog, now) = (runtime.catalog(), reading.now);
    let lines = lines.iter().rev().take(limits::CART_LINES).map(|line| line.shown(&catalog, language, now));
    Ok(CartAnswer { lines: lines.collect(), silent_because: None })
}

/// The events that tell of the cart, oldest first, each with whether it may put something in.
fn events(runtime: &Runtime, reading: &Reading, told: &Told) -> Result<Vec<(Event, bool)>, StoreError> {
    let since = reading.now.minus(Span::DAY.times(limits::CART_DAYS));
    let (mut found, mut seen, mut before) = (Vec::new(), 0, None);
    while seen < limits::CART_EVENTS {
        let page = runtime.history(&reading.person, before, limits::CART_PAGE)?;
        let Some(last) = page.last() else { break };
        before = Some((last.event.timestamp, last.tie));
        let is_last = page.len() < limits::CART_PAGE || last.event.timestamp < since;
        seen += page.len();
        let recent = page.into_iter().map(|stored| stored.event).filter(|event| event.timestamp >= since);
        let usable = recent.filter(|event| change(event).is_some() && serves(reading, event));
        found.extend(usable.filter_map(|event| told.adds(&event).map(|adds| (event, adds))));
        if is_last {
            break;
        }
    }
    // At one moment what is put in comes before what is taken out.
    found.sort_by_key(|(event, _): &(Event, bool)| (event.timestamp, change(event) != Some(Change::Add)));
    Ok(found)
}

/// Whether the source's written basis, if it has one, serves what a page shows.
fn serves(reading: &Reading, event: &Event) -> bool {
    reading.plan.sources.get(&event.source).is_none_or(|rules| match &rules.basis {
        LegalBasis::Written { serves, .. } => serves.iter().any(|purpose| purpose.as_str() == Site::PURPOSE),
        LegalBasis::Consent { .. } => true,
    })
}

impl Told {
    /// Whether an event may put something into the cart; `None` if it tells nothing of it at all.
    fn adds(&self, event: &Event) -> Option<bool> {
        let Self::ByVisitor(visitor) = self else { return Some(true) };
        let names_nobody_else =
            event.identifiers.iter().all(|claim| claim.identifier.namespace.as_str() == namespace::ANONYMOUS_ID);
        event.identifiers.iter().any(|claim| claim.identifier == *visitor).then_some(names_nobody_else)
    }
}

fn change(event: &Event) -> Option<Change> {
    match event.name() {
        "Product Added" => Some(Change::Add),
        "Product Removed" | "Order Completed" => Some(Change::TakeOut),
        "Cart Viewed" if products(event).is_some() => Some(Change::Show),
        _ => None,
    }
}

/// Events, oldest first, as what is left in the cart, what was added first first.
fn fold<'e>(events: impl Iterator<Item = (&'e Event, bool)>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (event, adds) in events {
        let Some(change) = change(event) else { continue };
        let list = products(event);
        let told: Vec<&Fields> = list.map_or_else(|| vec![&event.properties], maps);
        match change {
            Change::Add if adds => told.into_iter().for_each(|product| add(&mut lines, product, event)),
            Change::Show if adds => {
                let before = std::mem::take(&mut lines);
                told.into_iter().for_each(|product| add(&mut lines, product, event));
                for line in &mut lines {
                    // What was there before keeps its moment and the price of then.
                    let known = before.iter().find(|known| known.is(&line.item, line.variant.as_deref()));
                    if let Some(known) = known {
                        *line = Line { quantity: line.quantity, ..known.clone() };
                    }
                }
            }
            // An order without its products was of the whole cart.
            Change::TakeOut if event.name() == "Order Completed" && list.is_none() => lines.clear(),
            Change::TakeOut => told.into_iter().for_each(|product| take_out(&mut lines, product)),
            Change::Add | Change::Show => {}
        }
    }
    lines
}

fn add(lines: &mut Vec<Line>, product: &Fields, event: &Event) {
    let Some((item, variant)) = named(product) else { return };
    let more = quantity(product).unwrap_or(1);
    let known = lines.iter().position(|line| line.is(&item, variant.as_deref())).map(|at| lines.remove(at));
    let quantity = known.map_or(0, |line| line.quantity).saturating_add(more).min(limits::CART_QUANTITY);
    let currency = text(product, "currency").or_else(|| text(&event.properties, "currency"));
    let price = product.get("price").and_then(Value::as_number);
    if quantity > 0 {
        lines.push(Line { item, variant, quantity, added_at: event.timestamp, price, currency });
    }
}

/// What is taken out of an item without its variant goes from any of them.
fn take_out(lines: &mut Vec<Line>, product: &Fields) {
    let Some((item, variant)) = named(product) else { return };
    let mut rest = quantity(product).unwrap_or(u64::MAX);
    for line in lines.iter_mut().rev() {
        if line.item == item && (variant.is_none() || line.variant == variant) {
            let taken = line.quantity.min(rest);
            line.quantity -= taken;
            rest -= taken;
        }
    }
    lines.retain(|line| line.quantity > 0);
}

/// The list of products that an event carries.
fn products(event: &Event) -> Option<&[Value]> {
    match event.properties.get("products") {
        Some(Value::List(products)) => Some(products),
        _ => None,
    }
}

/// The item and the variant of a product.
fn named(product: &Fields) -> Option<(Arc<str>, Option<Arc<str>>)> {
    let (id, sku) = (text(product, "product_id"), text(product, "sku"));
    Some((id.or(sku)?, text(product, "variant")))
}

/// A text, or a whole number that some clients write for an id.
fn text(fields: &Fields, name: &str) -> Option<Arc<str>> {
    match fields.get(name)? {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        Value::Int(number) => Some(number.to_string().into()),
        _ => None,
    }
}

fn quantity(product: &Fields) -> Option<u64> {
    let number = product.get("quantity")?.as_number()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within the limit")]
    (number >= 0.0).then(|| number.min(limits::CART_QUANTITY as f64) as u64)
}

/// The fields of each entry of a list.
fn maps(list: &[Value]) -> Vec<&Fields> {
    let mut maps = Vec::with_capacity(list.len());
    for value in list {
        if let Value::Map(fields) = value {
            maps.push(fields);
        }
    }
    maps
}

impl Line {
    fn is(&self, item: &str, variant: Option<&str>) -> bool {
        *self.item == *item && self.variant.as_deref() == variant
    }

    fn shown(&self, catalog: &Catalog, language: Option<&str>, now: Timestamp) -> CartLine {
        let item = catalog.find(&self.item);
        let wanted: Vec<&str> = language.into_iter().collect();
        let variant = item.and_then(|item| self.variant.as_deref().map(|id| item.variant(id)));
        let is_gone = item.is_none() || matches!(variant, Some(None));
        let variant = variant.flatten();
        let prices: Option<Prices> =
            variant.and_then(|variant| variant.prices()).or_else(|| item.and_then(|item| item.prices(now)));
        let prices = prices.filter(|_| !is_gone);
        let stock = variant.map(|variant| variant.stock()).or_else(|| item.map(|item| item.stock()));
        let stock = stock.filter(|_| !is_gone);
        let availability = stock.map_or(CartAvailability::Gone, |stock| match stock.availability {
            Availability::InStock if stock.is_in() => CartAvailability::InStock,
            Availability::InStock | Availability::OutOfStock => CartAvailability::OutOfStock,
            Availability::Preorder => CartAvailability::Preorder,
            Availability::Backorder => CartAvailability::Backorder,
        });
        let now_in = prices.map(|prices| prices.currency.as_str().to_owned());
        let is_same = now_in.as_deref().zip(self.currency.as_deref()).is_none_or(|(now, then)| now == then);
        CartLine {
            item: (*self.item).to_owned(),
            variant: self.variant.as_deref().map(str::to_owned),
            quantity: self.quantity,
            added_at: Moment(self.added_at),
            availability,
            stock: stock.and_then(|stock| stock.count),
            price_cents: prices.map(|prices| prices.cents_at(now)),
            price_then_cents: self.price.filter(|_| is_same).and_then(cents),
            currency: now_in.or_else(|| self.currency.as_deref().map(str::to_owned)),
            title: item.and_then(|item| item.best_texts(&wanted)).map(|texts| texts.title.to_owned()),
            link: item.and_then(|item| item.link()).map(str::to_owned),
            image: item.and_then(|item| item.images().next()).map(|(url, _)| url.to_owned()),
        }
    }
}

/// An amount of an event in hundredths; `None` for one that no shop asks.
fn cents(amount: f64) -> Option<u64> {
    let cents = (amount * 100.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within the limit")]
    (0.0..=catalog::limits::PRICE_CENTS as f64).contains(&cents).then_some(cents as u64)
}
