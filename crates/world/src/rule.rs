//! The 24 rules of which it is known what they do to each person.

mod plans;

use self::plans::{INTERACTIONS, PLANS, Plan};
use crate::{
    Seed,
    calendar::{Calendar, Day},
    content::{Content, ContentId},
    draws::{Entity, Purpose},
    person::Sex,
};

/// A rule, by its number.
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
    /// Costs more than it brings: by this share on average, below 0 or worth less than its cost.
    Loses(f32),
    /// Sells more to the ones and less to the others, by this share each.
    Opposite(Split, f32),
    /// Sells more by this share on its first day, then less every day; nothing after three weeks.
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

/// The rate of buying at which a share of more or fewer orders is stated.
pub const BASE: f64 = 0.03;

/// How much stronger an effect is on those on whom it works, so that its mean over all people is the stated one: of all
/// people 70 % react as meant, 5 % the other way and 25 % not at all.
const REACTING: f32 = 0.70 - 0.05;

/// The deviation of an individual effect, as a share of it.
const INDIVIDUAL: f32 = 0.5;

/// A rule takes at most this share of the orders away.
const WORST: f32 = -0.9;

/// Days in which a novelty wears off.
const NOVELTY_DAYS: f32 = 21.0;

/// The standard error of a pilot, as a share of orders: about what half a year of the shop's visits leaves open. Of
/// 750,000 visits 63 % see the home page, of which some 2.5 % order, 46 % a product (5 %), 7.3 % a cart (31 %) and 3.8 %
/// a checkout (60 %; a year of 3,000 people, seed 1). With the rule for one half of each, `sqrt(4 / (n · p · (1 − p)))`
/// is 0.019, 0.016, 0.019 and 0.024.
const PILOT_ERROR: f32 = 0.02;

/// What a shop believes of a rule before it turns it on: the outcome of a trial of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pilot {
    /// More orders, as a share.
    pub share: f32,
    /// What it is at least, with a certainty of 95 % (one-sided).
    pub low: f32,
}

impl Rule {
    /// What a trial said: the true mean over all people, off by chance. Of a rule that is creepy it saw no harm, and of
    /// one with opposite effects no effect: that is what a trial over everybody does not show.
    pub fn pilot(&self, seed: Seed) -> Pilot {
        let truth = match self.nature {
            Nature::Pays(share) | Nature::Loses(share) | Nature::Novelty(share) | Nature::Seasonal(share) => share,
            Nature::Null | Nature::Opposite(..) | Nature::Creepy { .. } => 0.0,
        };
        let mut draws = seed.draws(Entity::Rule(u32::from(self.id.0)), 0, Purpose::Pilot);
        let share = truth + PILOT_ERROR * draws.normal() as f32;
        Pilot { share, low: share - 1.645 * PILOT_ERROR }
    }
}

/// The rules, by number.
///
/// # Panics
///
/// If there is no content of the stage, aid and theme of a rule: the contents are not those of [`crate::content::all`].
pub fn all(contents: &[Content]) -> Vec<Rule> {
    let rule = |(number, plan): (usize, &Plan)| Rule {
        id: RuleId(number as u8),
        title: plan.title.to_owned(),
        place: plan.place,
        audience: plan.audience,
        contents: vec![shown(contents, plan)],
        nature: plan.nature,
        begins: Day(0),
        cost_cents: plan.cost_cents,
        interacts: interaction(number as u8),
    };
    PLANS.iter().enumerate().map(rule).collect()
}

/// What a rule at full strength adds to the log-odds that somebody buys. `noise` is standard normal and the person's
/// own for this rule.
///
/// The mean over people, in which 25 % are cold and 5 % negative, is the stated share of more or fewer orders where
/// [`BASE`] of the visits buy: shares are averaged, so each person's share is drawn and then told in log-odds.
pub fn effect(rule: &Rule, traits: Traits, noise: f32) -> f32 {
    let stated = match rule.nature {
        Nature::Pays(share) | Nature::Loses(share) | Nature::Novelty(share) | Nature::Seasonal(share) => share,
        Nature::Opposite(split, share) if traits.is_among_the_ones(split) => share,
        Nature::Opposite(_, share) => -share,
        Nature::Null | Nature::Creepy { .. } => return 0.0,
    };
    if traits.is_cold {
        return 0.0;
    }
    let sign = if traits.is_negative { -1.0 } else { 1.0 };
    let share = (sign * stated / REACTING * (1.0 + INDIVIDUAL * noise)).clamp(WORST, -WORST);
    log_odds(f64::from(share))
}

/// What rules that were seen in one visit add to the log-odds beyond the sum of their effects.
pub fn together(rules: &[Rule], seen: &[RuleId]) -> f32 {
    let of = |id: &RuleId| {
        let (other, more) = rules.get(usize::from(id.0))?.interacts?;
        // Both rules of a pair know of each other: it counts once.
        (*id < other && seen.contains(&other)).then_some(more)
    };
    seen.iter().filter_map(of).sum()
}

impl Rule {
    /// How the shop calls it, as an experience of the product: its title with its number, which alone tells rules
    /// apart. `back-to-the-cart-that-was-left-02`.
    pub fn name(&self) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric();
        let title = self.title.to_ascii_lowercase();
        let words: Vec<&str> = title.split(|c| !is_plain(c)).filter(|word| !word.is_empty()).collect();
        format!("{}-{:02}", words.join("-"), self.id.0)
    }

    /// How strong it is on a day, as a factor on its effect: less than 1 once a novelty wears off or out of season.
    pub fn strength_on(&self, calendar: Calendar, day: Day) -> f32 {
        match self.nature {
            Nature::Novelty(_) => (1.0 - day.0.saturating_sub(self.begins.0) as f32 / NOVELTY_DAYS).max(0.0),
            Nature::Seasonal(_) => {
                let (_, month, _) = calendar.civil(day);
                if matches!(month, 11 | 12 | 1 | 2) { 1.0 } else { 0.0 }
            }
            _ => 1.0,
        }
    }
}

impl Traits {
    /// Whether a rule with an opposite effect sells more to such a person: women, new customers, who looks at prices.
    fn is_among_the_ones(self, split: Split) -> bool {
        match split {
            Split::Sex => self.sex == Sex::Woman,
            Split::Tenure => !self.is_old_customer,
            Split::Price => self.price_sensitivity > 1.0,
        }
    }
}

/// The log-odds that turn the base rate into one that is larger by a share.
fn log_odds(share: f64) -> f32 {
    let logit = |p: f64| libm::log(p / (1.0 - p));
    (logit(BASE * (1.0 + share)) - logit(BASE)) as f32
}

fn shown(contents: &[Content], plan: &Plan) -> ContentId {
    let is_meant = |content: &&Content| (content.stage, content.aid, content.theme) == plan.shows;
    contents.iter().find(is_meant).map(|content| content.id).expect("the cells name the themes that rules show")
}

fn interaction(number: u8) -> Option<(RuleId, f32)> {
    INTERACTIONS.iter().find_map(|(one, other, more)| match number {
        _ if number == *one => Some((RuleId(*other), *more)),
        _ if number == *other => Some((RuleId(*one), *more)),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
