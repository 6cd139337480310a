//! One person on the site: page after page, in answer to what is shown.
//!
//! A visit proposes a [`Page`]; whoever drives it sends what the page emits, asks the product (or a policy, or nobody)
//! what to show, and tells the visit what was [`Shown`]; the visit goes on from there.

use model::time::Timestamp;

use crate::{
    World,
    calendar::Day,
    content::ContentId,
    emission::{Claims, Emission, Feed},
    life::Life,
    person::PersonId,
    rule::{Place, RuleId},
    truth::Truth,
};

/// A visit that will begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitPlan {
    /// Who.
    pub person: PersonId,
    /// On which day.
    pub day: Day,
    /// Its number among the person's visits of the day.
    pub number: u16,
    /// When it begins.
    pub begins: Timestamp,
}

/// A visit under way.
#[derive(Debug)]
pub struct Visit {
    plan: VisitPlan,
}

impl Visit {
    /// Begins a visit.
    pub fn open(_world: &World, _life: &mut Life, plan: &VisitPlan) -> Self {
        Self { plan: *plan }
    }

    /// The next page; none once the visit is over, which writes down what it truly was.
    pub fn next(&mut self, _world: &World, _life: &mut Life, _truths: &mut Vec<Truth>) -> Option<Page> {
        let _ = self.plan;
        None
    }

    /// Reacts to what the page showed, before the next page: impressions and clicks.
    pub fn react(&mut self, _world: &World, _life: &mut Life, _shown: &[Shown], _emissions: &mut Vec<Emission>) {}
}

/// What a page asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// When.
    pub at: Timestamp,
    /// What is sent with it, in order; before the asking.
    pub emits: Vec<Emission>,
    /// Which places it has; empty if it asks nothing.
    pub asks: Vec<Place>,
    /// By which door it asks: [`Feed::Web`] or [`Feed::App`].
    pub feed: Feed,
    /// Who the page can say it is.
    pub claims: Claims,
    /// `/boots`.
    pub path: String,
    /// What was searched for elsewhere, on a landing page.
    pub keyword: Option<String>,
    /// `fr` or `en`.
    pub language: &'static str,
    /// The browser.
    pub user_agent: &'static str,
    /// Kept in the page's memory through the visit.
    pub nonce: String,
}

/// What a place showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The place.
    pub place: Place,
    /// The rule and whether its treatment was shown (`false`: its control); none if it is neutral for another reason.
    pub rule: Option<(RuleId, bool)>,
    /// What was shown, where it is one of ours; the neutral content is none.
    pub content: Option<ContentId>,
    /// The decision, for impressions and clicks.
    pub decision: Option<String>,
}
