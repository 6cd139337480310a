//! Interests: what a person cares for, from what the person does.
//!
//! An interest is in a *topic*: `family:value`, such as `category:boots`, `brand:Lowa`, `tag:hiking` or `color:red`.
//! What an event says about topics is in [`heard`]; how often a side said it, day by day, in [`digest`]; what follows
//! from that at a moment in [`reading`]:
//!
//! ```text
//! points of a day = Σ over signals: weight · min(times, most a day)
//! s               = Σ over days: points · 2^(−(now − start of the day) / half-life)
//! strength        = s / (|s| + ease)                                                       from −1 to 1
//! ```
//!
//! Days are UTC days, and a digest counts in them. So the order in which events arrive never shows, an interest is the
//! same whether it was followed event by event or counted from all of history, and it fades as one number whose every
//! later value is known.

pub mod digest;
pub mod heard;
pub mod reading;

use std::{collections::BTreeSet, sync::Arc};

use model::time::Span;

/// The families of topics that every project has. Others are the attributes that its rules name.
pub const FAMILIES: [&str; 3] = ["category", "brand", "tag"];

/// The numbers by which interests are made. What a project does not say is as in [`InterestRules::default`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestRules {
    /// Properties of products whose values are topics too, such as `color`. A digest holds nothing of others.
    pub attributes: BTreeSet<Arc<str>>,
    /// How much each signal says.
    pub weights: Weights,
    /// The sum at which an interest is one half, in thousandths; above 0.
    pub ease_milli: u32,
    /// After how long evidence counts for half; above 0.
    pub half_life: Span,
    /// On how many separate days there must be evidence for an interest to last, if it was not declared.
    pub lasting_days: u16,
    /// How often one signal counts for one topic on one day.
    pub most_a_day: u16,
    /// A day on which a person has more events than this makes no interest: no person does that much.
    pub busy_events: u32,
}

impl Default for InterestRules {
    fn default() -> Self {
        Self {
            attributes: BTreeSet::new(),
            weights: Weights::default(),
            ease_milli: EASE_MILLI,
            half_life: HALF_LIFE,
            lasting_days: LASTING_DAYS,
            most_a_day: MOST_A_DAY,
            busy_events: BUSY_EVENTS,
        }
    }
}

/// One purchase makes a little less than a half, a single view a tenth.
const EASE_MILLI: u32 = 10_000;
/// Requirement D1.
const HALF_LIFE: Span = Span::DAY.times(21);
/// Requirement D3.
const LASTING_DAYS: u16 = 2;
/// So many views of one thing are as many as anybody means; a page that loads itself again and again makes no more.
const MOST_A_DAY: u16 = 10;
/// Above what a person does in a long day of shopping, far below what a program does.
const BUSY_EVENTS: u32 = 500;

/// How much each signal says, in thousandths of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// A product was looked at.
    pub view: i32,
    /// A list of products was looked at or searched.
    pub list: i32,
    /// A product was put on a wishlist.
    pub wishlist: i32,
    /// A product was put into the cart.
    pub cart: i32,
    /// A product was bought.
    pub purchase: i32,
    /// The person said so.
    pub declaration: i32,
    /// A product was taken out of the cart, or off a wishlist.
    pub removal: i32,
    /// A product was given back, or its order canceled.
    pub giving_back: i32,
    /// A page that a search led to was left at once.
    pub bounce: i32,
    /// The sum where the person said that it is not so. It does not fade.
    pub refusal: i32,
}

impl Default for Weights {
    /// A view is less than putting into the cart, which is less than a purchase; taking back weighs as much as it takes
    /// back, or a little less where something was liked and not wanted.
    fn default() -> Self {
        Self {
            view: 1_000,
            list: 500,
            wishlist: 3_000,
            cart: 4_000,
            purchase: 8_000,
            declaration: 10_000,
            removal: -3_000,
            giving_back: -8_000,
            bounce: -2_000,
            refusal: -20_000,
        }
    }
}

impl Weights {
    /// How much a signal says.
    pub const fn of(&self, signal: Signal) -> i32 {
        match signal {
            Signal::View => self.view,
            Signal::List => self.list,
            Signal::Wishlist => self.wishlist,
            Signal::Cart => self.cart,
            Signal::Purchase => self.purchase,
            Signal::Declaration => self.declaration,
            Signal::Removal => self.removal,
            Signal::GivingBack => self.giving_back,
            Signal::Bounce => self.bounce,
        }
    }
}

/// What speaks for an interest, or against one, a little each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// A product was looked at.
    View,
    /// A list of products was looked at or searched.
    List,
    /// A product was put on a wishlist.
    Wishlist,
    /// A product was put into the cart.
    Cart,
    /// A product was bought.
    Purchase,
    /// The person said so.
    Declaration,
    /// A product was taken out of the cart, or off a wishlist.
    Removal,
    /// A product was given back, or its order canceled.
    GivingBack,
    /// A page that a search led to was left at once.
    Bounce,
}

impl Signal {
    /// The word in definitions and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::List => "list",
            Self::Wishlist => "wishlist",
            Self::Cart => "cart",
            Self::Purchase => "purchase",
            Self::Declaration => "declaration",
            Self::Removal => "removal",
            Self::GivingBack => "return",
            Self::Bounce => "bounce",
        }
    }
}

/// What a person said of a topic in so many words. Of two said at the same moment the refusal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stance {
    /// It is an interest.
    Declared,
    /// It is not.
    Refused,
}

impl Stance {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Refused => "refused",
        }
    }
}

/// The name of events, in 32 bits (FNV-1a): enough to tell which ones a person took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventMark(pub u32);

impl EventMark {
    /// The mark of a name.
    pub fn of(event: &str) -> Self {
        Self(event.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
    }
}

/// Splits a topic into its family and its value; `None` if either is missing.
pub fn parts(topic: &str) -> Option<(&str, &str)> {
    topic.split_once(':').filter(|(family, value)| !family.is_empty() && !value.is_empty())
}

impl InterestRules {
    /// Whether topics of a family are kept.
    pub fn has_family(&self, family: &str) -> bool {
        FAMILIES.contains(&family) || self.attributes.contains(family)
    }

    /// Whether digests under these rules hold the same as under others, so that history need not be read again.
    pub fn keep_the_same_as(&self, other: &Self) -> bool {
        self.attributes == other.attributes
    }
}

#[cfg(test)]
mod tests;
