//! What leaves the world: what a real shop's systems would send, and nothing else.

use model::time::Timestamp;

use crate::{
    calendar::Day,
    catalog::ItemId,
    person::{Consents, Date},
};

/// The systems of the shop that send. Each is a source of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// The site, source `web`: a public key.
    Web,
    /// The app, source `app`: a public key.
    App,
    /// The shop's own server, source `server`: orders, accounts.
    Server,
    /// The tills, source `till`.
    Till,
    /// What sends mails, source `mailer`.
    Mailer,
    /// The old customer file, source `old-crm`.
    OldCrm,
    /// A partner, source `partner`.
    Partner,
    /// Service: calls, chats, tickets, source `service`.
    Service,
}

impl Feed {
    /// The product's source of that name.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Server => "server",
            Self::Till => "till",
            Self::Mailer => "mailer",
            Self::OldCrm => "old-crm",
            Self::Partner => "partner",
            Self::Service => "service",
        }
    }
}

/// Who an emission says it is about: what the system knows, which need not be true.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// `anonymous_id`.
    pub device: Option<String>,
    /// `user_id`.
    pub account: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `loyalty_card`.
    pub card: Option<String>,
    /// `phone`.
    pub phone: Option<String>,
}

/// A line of an order or a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The item.
    pub item: ItemId,
    /// How many.
    pub quantity: u8,
    /// The price of one, in cents, after discounts.
    pub price: u32,
    /// Whether it is a gift.
    pub is_gift: bool,
}

/// What is said about somebody: a trait of the product with its value as the system holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// `email`.
    Email(String),
    /// `phone`.
    Phone(String),
    /// `first_name`.
    FirstName(String),
    /// `last_name`.
    LastName(String),
    /// `birth_date`.
    Born(Date),
    /// `gender`: `woman`, `man`.
    Gender(&'static str),
    /// `country`.
    Country(String),
    /// `city`.
    City(String),
    /// `postal_code`.
    PostalCode(String),
    /// `language`.
    Language(&'static str),
    /// `shoe_size`.
    ShoeSize(f32),
    /// `foot_width`.
    FootWidth(String),
}

/// What happened, as the tracking protocol names it.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A choice in the banner.
    Consent(Consents),
    /// A page was seen: its path, the referrer, the search word of an advertisement.
    Page {
        /// `/boots`.
        path: String,
        /// Where it was come from.
        referrer: Option<&'static str>,
        /// What was searched for elsewhere.
        keyword: Option<String>,
    },
    /// Products Searched.
    Searched(String),
    /// Product List Viewed.
    ListViewed(crate::catalog::CategoryId),
    /// Product Viewed.
    Viewed(ItemId),
    /// Product Added.
    Added(Line),
    /// Product Removed.
    Removed(Line),
    /// Product Added to Wishlist.
    Wished(ItemId),
    /// Checkout Started.
    CheckoutStarted(u32),
    /// Order Completed: its number, lines, a coupon.
    Ordered {
        /// The number of the order.
        order: String,
        /// Its lines.
        lines: Vec<Line>,
        /// The coupon.
        coupon: Option<&'static str>,
    },
    /// Order Refunded.
    Refunded {
        /// The number of the order.
        order: String,
        /// The lines that came back.
        lines: Vec<Line>,
    },
    /// Product Reviewed: how many stars.
    Reviewed(ItemId, u8),
    /// Product Shared.
    Shared(ItemId),
    /// Email Delivered, of a campaign.
    MailDelivered(String),
    /// Email Opened; also by machines.
    MailOpened(String),
    /// Email Link Clicked.
    MailClicked(String),
    /// Email Unsubscribed.
    Unsubscribed(String),
    /// A call or a chat with the service: what it was about.
    Served(&'static str),
    /// `identify`: what a system holds about somebody.
    Said(Vec<Attribute>),
    /// Impression of what a decision chose.
    Seen(Reference),
    /// Click on it.
    Clicked(Reference),
    /// Something else in vivo: the name of an event without properties.
    Did(&'static str),
}

/// Which decision an impression or a click is about, in the product's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `dec_…`; none of a decision that left no record.
    pub decision: Option<String>,
    /// The experience.
    pub experience: Option<String>,
    /// The variant.
    pub variant: Option<String>,
    /// The content.
    pub content: String,
}

/// One event on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Emission {
    /// Which system sends it.
    pub feed: Feed,
    /// Unique in its feed; the same for an event that is sent twice.
    pub message: String,
    /// When the system says that it happened, by its own clock.
    pub says_at: Timestamp,
    /// When it is truly sent: late, perhaps. Never before it truly happened.
    pub sent_at: Timestamp,
    /// By how many milliseconds the system's clock is ahead of the truth. `says_at` is by that clock.
    pub skew_ms: i64,
    /// Who it says it is about.
    pub claims: Claims,
    /// A browser's user agent.
    pub user_agent: Option<&'static str>,
    /// What happened.
    pub what: Happening,
    /// The day of the world on which it truly happened; none for history that was brought along.
    pub day: Option<Day>,
}

impl Emission {
    /// What happened truly at `at`, sent at once, by a clock that is right, about somebody named later.
    pub fn new(feed: Feed, message: String, at: Timestamp, day: Day, what: Happening) -> Self {
        let claims = Claims::default();
        Self { feed, message, says_at: at, sent_at: at, skew_ms: 0, claims, user_agent: None, what, day: Some(day) }
    }

    /// The same about somebody.
    #[must_use]
    pub fn about(mut self, claims: Claims) -> Self {
        self.claims = claims;
        self
    }
}
