//! What no shop can see, written down as it happens. The product never reads it; a grader does.

use model::time::Timestamp;

use crate::{
    catalog::{CategoryId, ItemId},
    content::Stage,
    person::PersonId,
    rule::RuleId,
};

/// What a visit is for. The same words as the product's `aim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Intent {
    /// To learn.
    Learn,
    /// To compare.
    Compare,
    /// To buy.
    Buy,
    /// To find a gift.
    Gift,
    /// To have something mended or explained.
    Fix,
    /// To send something back.
    Return,
}

/// A visit as it truly was.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitTruth {
    /// Who.
    pub person: PersonId,
    /// From when.
    pub begins: Timestamp,
    /// Until when: its last event.
    pub ends: Timestamp,
    /// The device, by its id.
    pub device: String,
    /// What for.
    pub intent: Intent,
    /// Where the person stood at its end.
    pub stage: Stage,
    /// Pages seen.
    pub pages: u16,
    /// What was needed most as it began, and for whom; none if nothing was.
    pub needed: Option<(CategoryId, PersonId)>,
    /// The category that it was about.
    pub about: CategoryId,
    /// The items that were looked at, with the moments, in order of time.
    pub viewed: Vec<(Timestamp, ItemId)>,
    /// What was ordered.
    pub bought: Vec<ItemId>,
    /// Whether something was put into a cart.
    pub has_cart: bool,
    /// What was bought, in cents; 0 if nothing.
    pub spent: u32,
    /// What the shop earned by it after its costs and before returns, in cents.
    pub profit: i64,
    /// How likely it was to buy, with what was shown.
    pub chance: f32,
    /// How likely it had been with everything neutral. The draw behind both is the same.
    pub chance_neutral: f32,
    /// The draw that both chances are held against: it orders if this is less.
    pub draw: f64,
    /// What the shop would earn by the order before what rules cost, in cents, whether it was made or not.
    pub worth_neutral: i64,
    /// The rules whose treatment was seen.
    pub treated: Vec<RuleId>,
    /// The rules whose control was seen.
    pub controlled: Vec<RuleId>,
}

/// What happened in truth.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// Somebody came to stand in another stage.
    Stage(PersonId, Timestamp, Stage),
    /// A visit, when it ended.
    Visit(VisitTruth),
    /// An order outside the site, with its profit in cents.
    TillOrder(PersonId, Timestamp, i64),
    /// A return, with what it cost in cents.
    Return(PersonId, Timestamp, i64),
    /// Somebody refuses from now on what was agreed to before: mails, or everything; for being bothered, or by oneself.
    OptOut(PersonId, Timestamp),
    /// Somebody leaves for ever, for being bothered.
    Churn(PersonId, Timestamp),
}
