//! What events and traits say, in the words of the tracking protocol.

use serde::{Serialize, Serializer, ser::SerializeMap};
use world::{
    World,
    catalog::{ItemId, Text},
    emission::{Attribute, Happening, Line, Reference},
    person::Date,
};

/// The properties of an event.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Properties<'a> {
    Page {
        path: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        referrer: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        keyword: Option<&'a str>,
    },
    Search {
        query: &'a str,
    },
    List {
        category: &'a str,
    },
    Product(Product<'a>),
    Checkout {
        value: f64,
        currency: &'static str,
    },
    Order {
        order_id: &'a str,
        total: f64,
        currency: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        coupon: Option<&'a str>,
        products: Vec<Product<'a>>,
    },
    Review {
        product_id: String,
        rating: u8,
    },
    Mail {
        campaign: &'a str,
        marketing: bool,
    },
    Service {
        about: &'a str,
    },
    Decision {
        #[serde(skip_serializing_if = "Option::is_none")]
        decision_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        experience: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        variant: Option<&'a str>,
        content: &'a str,
    },
}

/// A product of the catalog, alone or as a line.
#[derive(Serialize)]
pub(super) struct Product<'a> {
    product_id: String,
    name: &'a str,
    category: &'a str,
    brand: &'a str,
    price: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u8>,
    #[serde(skip_serializing_if = "is_no_gift")]
    gift: bool,
}

fn is_no_gift(gift: &bool) -> bool {
    !gift
}

/// An amount in euros.
fn euros(cents: u32) -> f64 {
    f64::from(cents) / 100.0
}

impl<'a> Product<'a> {
    fn of(world: &'a World, id: ItemId) -> Self {
        let item = world.catalog.item(id);
        let Text { fr: name, .. } = &item.name;
        Self {
            product_id: id.to_string(),
            name,
            category: &world.catalog.category(item.category).slug,
            brand: item.brand,
            price: euros(item.price),
            quantity: None,
            gift: false,
        }
    }

    fn line(world: &'a World, line: &Line) -> Self {
        Self {
            price: euros(line.price),
            quantity: Some(line.quantity),
            gift: line.is_gift,
            ..Self::of(world, line.item)
        }
    }
}

impl<'a> Properties<'a> {
    pub(super) fn of(world: &'a World, what: &'a Happening) -> Option<Self> {
        Some(match what {
            Happening::Consent(_) | Happening::Said(_) | Happening::Did(_) => return None,
            Happening::Page { path, referrer, keyword } => {
                Self::Page { path, referrer: *referrer, keyword: keyword.as_deref() }
            }
            Happening::Searched(query) => Self::Search { query },
            Happening::ListViewed(category) => Self::List { category: &world.catalog.category(*category).slug },
            Happening::Viewed(item) | Happening::Wished(item) | Happening::Shared(item) => {
                Self::Product(Product::of(world, *item))
            }
            Happening::Added(line) | Happening::Removed(line) => Self::Product(Product::line(world, line)),
            Happening::CheckoutStarted(cents) => Self::Checkout { value: euros(*cents), currency: "EUR" },
            Happening::Ordered { order, lines, coupon } => Self::order(world, order, lines, *coupon),
            Happening::Refunded { order, lines } => Self::order(world, order, lines, None),
            Happening::Reviewed(item, rating) => Self::Review { product_id: item.to_string(), rating: *rating },
            Happening::MailDelivered(campaign)
            | Happening::MailOpened(campaign)
            | Happening::MailClicked(campaign)
            | Happening::Unsubscribed(campaign) => Self::Mail { campaign, marketing: true },
            Happening::Served(about) => Self::Service { about },
            Happening::Seen(reference) | Happening::Clicked(reference) => {
                let Reference { decision, experience, variant, content } = reference;
                Self::Decision {
                    decision_id: decision.as_deref(),
                    experience: experience.as_deref(),
                    variant: variant.as_deref(),
                    content,
                }
            }
        })
    }

    fn order(world: &'a World, order: &'a str, lines: &[Line], coupon: Option<&'a str>) -> Self {
        let cents: u32 = lines.iter().map(|line| line.price * u32::from(line.quantity)).sum();
        let products = lines.iter().map(|line| Product::line(world, line)).collect();
        Self::Order { order_id: order, total: euros(cents), currency: "EUR", coupon, products }
    }
}

/// What is said about somebody, as traits.
pub(super) struct Traits<'a>(pub(super) &'a [Attribute]);

impl Serialize for Traits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for attribute in self.0 {
            match attribute {
                Attribute::Email(text) => map.serialize_entry("email", text),
                Attribute::Phone(text) => map.serialize_entry("phone", text),
                Attribute::FirstName(text) => map.serialize_entry("first_name", text),
                Attribute::LastName(text) => map.serialize_entry("last_name", text),
                Attribute::Born(Date(year, month, day)) => {
                    map.serialize_entry("birth_date", &format!("{year:04}-{month:02}-{day:02}"))
                }
                Attribute::Gender(text) => map.serialize_entry("gender", text),
                Attribute::Country(text) => map.serialize_entry("country", text),
                Attribute::City(text) => map.serialize_entry("city", text),
                Attribute::PostalCode(text) => map.serialize_entry("postal_code", text),
                Attribute::Language(text) => map.serialize_entry("language", text),
                Attribute::ShoeSize(size) => map.serialize_entry("shoe_size", size),
                Attribute::FootWidth(text) => map.serialize_entry("foot_width", text),
            }?;
        }
        map.end()
    }
}
