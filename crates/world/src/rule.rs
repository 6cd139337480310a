//! The 24 rules of which it is known what they do to each person.

use crate::{
    calendar::Day,
    content::{Content, ContentId},
    person::Sex,
};

/// A rule, by its number: experience `rule-07` of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u8);

/// How many there are.
pub const RULES: usize = 24;

/// What a rule truly does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nature {
    /// Sells more: by this share on average.
    Pays(f32),
    /// Changes nothing.
    Null,
    /// Costs more than it brings: its share on average, below 0 or below its cost.
    Loses(f32),
    /// Sells more to the ones and less to the others, by this share each.
    Opposite(Split, f32),
    /// Sells more for three weeks from its first day, then nothing.
    Novelty(f32),
    /// Wins clicks and loses customers.
    Creepy {
        /// More clicks, as a share.
        clicks: f32,
        /// More people who leave for ever, as a share of those who see it.
        churn: f32,
    },
    /// Sells more in its season only.
    Seasonal(f32),
}

/// By what an effect is opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Women and men.
    Sex,
    /// New customers and old ones.
    Tenure,
    /// Those who look at prices and those who do not.
    Price,
}

/// Whom a rule is for, as the shop would say it and as the world knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody who agreed.
    Everybody,
    /// Who looked at a family lately.
    Viewed(crate::catalog::Family),
    /// Who owns something of a family.
    Bought(crate::catalog::Family),
    /// Who left a cart.
    LeftCart,
    /// Who came for the first time.
    New,
    /// Who bought twice or more.
    Loyal,
    /// Who searched for a gift.
    Gift,
    /// Who stands in a stage.
    Stage(crate::content::Stage),
}

/// Where a rule shows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// `home-hero`.
    HomeHero,
    /// `home-row`.
    HomeRow,
    /// `category-top`.
    CategoryTop,
    /// `product-side`.
    ProductSide,
    /// `cart-note`.
    CartNote,
    /// `checkout-note`.
    CheckoutNote,
    /// `landing-intro`.
    Landing,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its number.
    pub id: RuleId,
    /// In a few words, for people.
    pub title: String,
    /// Where it shows something.
    pub place: Place,
    /// To whom.
    pub audience: Audience,
    /// What it shows.
    pub contents: Vec<ContentId>,
    /// What it truly does.
    pub nature: Nature,
    /// The first day on which it is shown.
    pub begins: Day,
    /// What it costs, in cents for each order made under it (a discount, a gift).
    pub cost_cents: u32,
    /// The rule that it interacts with, and by how much both together differ from the sum.
    pub interacts: Option<(RuleId, f32)>,
}

/// What of a person decides how a rule works on them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traits {
    /// Sex.
    pub sex: Sex,
    /// Had ordered before day 0.
    pub is_old_customer: bool,
    /// How much a price matters, as [`crate::person::Person::price_sensitivity`].
    pub price_sensitivity: f32,
    /// No treatment changes anything.
    pub is_cold: bool,
    /// Treatments work the other way.
    pub is_negative: bool,
}

/// The rules, by number.
pub fn all(_contents: &[Content]) -> Vec<Rule> {
    Vec::new()
}

/// What a rule at full strength adds to the log-odds that somebody buys. `noise` is standard normal and the person's
/// own for this rule.
pub fn effect(_rule: &Rule, _traits: Traits, _noise: f32) -> f32 {
    0.0
}

/// What rules that were seen in one visit add to the log-odds beyond the sum of their effects.
pub fn together(_rules: &[Rule], _seen: &[RuleId]) -> f32 {
    0.0
}

impl Rule {
    /// How strong it is on a day, as a factor on its effect: less than 1 once a novelty wears off or out of season.
    pub fn strength_on(&self, _calendar: crate::calendar::Calendar, _day: Day) -> f32 {
        1.0
    }
}
