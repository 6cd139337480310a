//! What conditions ask of an item: `price`, `in_stock`, `stock.paris`, `attribute.width`.

use std::sync::Arc;

use model::{
    time::{Span, Timestamp},
    value::{Finite, Value},
};

use crate::{item::Attribute, item::Usage, view::ItemView};

/// One fact of an item. Made once of its name, asked of many items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `id`: a text.
    Id,
    /// `group`: a text.
    Group,
    /// `brand`: a text.
    Brand,
    /// `category`: a list of texts: every category that it stands in or below, its names from the root down with ` > `
    /// between them.
    Category,
    /// `tags`: a list of texts.
    Tags,
    /// `languages`: a list of texts.
    Languages,
    /// `price`: a number, at the moment, reduced if it is.
    Price,
    /// `usual_price`: a number, never reduced.
    UsualPrice,
    /// `on_sale`: whether its price is reduced at the moment.
    OnSale,
    /// `discount`: the share of the usual price that is taken off, from 0 to 1.
    Discount,
    /// `currency`: a text of three capital letters.
    Currency,
    /// `margin`: the share of the price that the shop keeps; negative below cost.
    Margin,
    /// `in_stock`: whether it can be had at once.
    InStock,
    /// `availability`: `in_stock`, `out_of_stock`, `preorder`, `backorder`.
    Availability,
    /// `stock`: how many there are, a whole number.
    Stock,
    /// `stock.STORE`: how many are in one store, a whole number.
    StockIn(Arc<str>),
    /// `sizes`: a list of the sizes that can be had at once.
    Sizes,
    /// `colors`: a list of the colors that can be had at once.
    Colors,
    /// `condition`: `new`, `refurbished`, `used`.
    Condition,
    /// `consumable`: whether it is used up.
    Consumable,
    /// `expected_life_days`: a whole number.
    ExpectedLifeDays,
    /// `age_days`: whole days since it is offered; 0 of what will be.
    AgeDays,
    /// `attribute.NAME`: a text, a number, a bool, or a list of texts.
    Attribute(Arc<str>),
}

/// The facts without a name of their own behind a point.
const PLAIN: &[(&str, Fact)] = &[
    ("id", Fact::Id),
    ("group", Fact::Group),
    ("brand", Fact::Brand),
    ("category", Fact::Category),
    ("tags", Fact::Tags),
    ("languages", Fact::Languages),
    ("price", Fact::Price),
    ("usual_price", Fact::UsualPrice),
    ("on_sale", Fact::OnSale),
    ("discount", Fact::Discount),
    ("currency", Fact::Currency),
    ("margin", Fact::Margin),
    ("in_stock", Fact::InStock),
    ("availability", Fact::Availability),
    ("stock", Fact::Stock),
    ("sizes", Fact::Sizes),
    ("colors", Fact::Colors),
    ("condition", Fact::Condition),
    ("consumable", Fact::Consumable),
    ("expected_life_days", Fact::ExpectedLifeDays),
    ("age_days", Fact::AgeDays),
];

impl Fact {
    /// The fact of a name, such as `stock.paris`; `None` if there is none.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.split_once('.') {
            Some(("stock", store)) if !store.is_empty() => Some(Self::StockIn(store.into())),
            Some(("attribute", attribute)) if !attribute.is_empty() => Some(Self::Attribute(attribute.into())),
            _ => PLAIN.iter().find(|(known, _)| *known == name).map(|(_, fact)| fact.clone()),
        }
    }

    /// The names of all facts, for error messages; `stock.STORE` and `attribute.NAME` aside.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PLAIN.iter().map(|(name, _)| *name)
    }

    /// What it is of an item at a moment; `None` if nobody said.
    pub fn of(&self, item: &ItemView<'_>, now: Timestamp) -> Option<Value> {
        let text = |text: &str| Some(Value::text(text));
        let whole = |number: i64| Some(Value::Int(number));
        match self {
            Self::Id => text(item.id()),
            Self::Group => item.group().and_then(text),
            Self::Brand => item.brand().and_then(text),
            Self::Category => some_list(categories(item)),
            Self::Tags => some_list(item.tags().map(Value::text).collect()),
            Self::Languages => some_list(item.texts().map(|texts| Value::text(texts.language)).collect()),
            Self::Price => amount(item.prices(now)?.cents_at(now)),
            Self::UsualPrice => amount(item.prices(now)?.price_cents),
            Self::OnSale => Some(Value::Bool(item.prices(now)?.sale_at(now).is_some())),
            Self::Discount => {
                let prices = item.prices(now)?;
                share(prices.price_cents as f64 - prices.cents_at(now) as f64, prices.price_cents)
            }
            Self::Currency => text(item.prices(now)?.currency.as_str()),
            Self::Margin => share(item.margin_cents(now)? as f64, item.prices(now)?.cents_at(now)),
            Self::InStock => Some(Value::Bool(item.stock().is_in())),
            Self::Availability => text(item.stock().availability.word()),
            Self::Stock => whole(item.stock().count?.into()),
            Self::StockIn(store) => whole(item.stock_in(store)?.count.into()),
            Self::Sizes => some_list(each_once(in_stock(item).filter_map(|variant| variant.size()))),
            Self::Colors => some_list(each_once(in_stock(item).filter_map(|variant| variant.color()))),
            Self::Condition => text(item.condition().word()),
            Self::Consumable => Some(Value::Bool(item.usage()? == Usage::Consumable)),
            Self::ExpectedLifeDays => whole(item.expected_life_days()?.into()),
            Self::AgeDays => whole((now.since(item.offered_since()).as_millis() / Span::DAY.as_millis()).max(0)),
            Self::Attribute(name) => item.attribute(name).map(value),
        }
    }
}

/// The fact of a name, of an item at a moment; `None` if there is no such fact or nobody said.
pub fn fact(item: &ItemView<'_>, name: &str, now: Timestamp) -> Option<Value> {
    Fact::of_name(name)?.of(item, now)
}

fn categories(item: &ItemView<'_>) -> Vec<Value> {
    let catalog = item.catalog();
    let mut all = Vec::new();
    for category in item.categories().iter().flat_map(|own| catalog.vocabulary.categories.upwards(*own)) {
        let name = Value::text(catalog.category_path(category).collect::<Vec<_>>().join(" > "));
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn in_stock<'c>(item: &ItemView<'c>) -> impl Iterator<Item = crate::view::VariantView<'c>> {
    let of_members = item.members().flat_map(|member| member.variants());
    item.variants().chain(of_members).filter(|variant| variant.stock().is_in())
}

fn each_once<'c>(texts: impl Iterator<Item = &'c str>) -> Vec<Value> {
    let mut seen = Vec::new();
    texts.for_each(|text| {
        if !seen.contains(&text) {
            seen.push(text);
        }
    });
    seen.into_iter().map(Value::text).collect()
}

/// An empty list is a fact: it stands in no category.
fn some_list(values: Vec<Value>) -> Option<Value> {
    Some(Value::List(values.into()))
}

fn amount(cents: u64) -> Option<Value> {
    Finite::new(cents as f64 / 100.0).map(Value::Float)
}

/// A share of a price; of nothing there is no share.
fn share(part: f64, price_cents: u64) -> Option<Value> {
    (price_cents > 0).then(|| Finite::new(part / price_cents as f64).map(Value::Float))?
}

fn value(attribute: Attribute) -> Value {
    match attribute {
        Attribute::Text(text) => Value::text(text),
        Attribute::Number(number) => Value::Float(number),
        Attribute::Flag(yes) => Value::Bool(yes),
        Attribute::List(values) => Value::List(values.into_iter().map(Value::text).collect()),
    }
}
