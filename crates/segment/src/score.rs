//! Scores: numbers about a person by the shop's own rules.
//!
//! ```text
//! score(now) = bound(  Σ over rules:       cut(Σ over occurrences: points · 2^(−(now − at) / half-life), ±most)
//!                    + Σ over conditions:  points, where it holds                                              )
//! ```
//!
//! `cut(x, ±most)` is the nearest number to x from −most to most, `bound` the nearest from the least to the most of the
//! whole. A rule without half-life does not fade; one with a window counts what is younger than that. What is older than
//! [`FORGOTTEN_AFTER`] half-lives is not counted. A score is calculated from trails whenever somebody asks: so it does
//! not depend on the order in which events arrived, and there is no running sum that could be wrong.

use std::{cell::RefCell, collections::BTreeMap};

use condition::{Bounds, Condition, Facts, Fade, Fading, Needs, Selection, left};
use model::{
    name::{Name, Score},
    time::{Span, Timestamp},
    value::{Fields, Finite},
};

/// Half-lives after which an occurrence counts as nothing: less than 10⁻¹² of it is left.
pub const FORGOTTEN_AFTER: i64 = 40;

/// One published score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRule {
    /// Its name.
    pub name: Name<Score>,
    /// What gives points each time.
    pub rules: Vec<Points>,
    /// What gives points as long as it holds.
    pub bonuses: Vec<Bonus>,
    /// Between what it stays.
    pub bounds: Bounds,
}

/// Points for each occurrence of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// Which occurrences: within [`counts_for`], or for ever.
    pub what: Selection,
    /// How many for each; may be below 0.
    pub points: Finite,
    /// After how long half of them is left; above 0. `None`: they do not fade.
    pub half_life: Option<Span>,
    /// All together count for no more than this, and for no less than its negative.
    pub most: Option<Finite>,
}

/// Points for something that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Bonus {
    /// What holds.
    pub when: Condition,
    /// How many; may be below 0.
    pub points: Finite,
}

/// What one rule, or one condition, comes to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many occurrences count; 1 for a condition that holds, 0 for one that does not.
    pub times: usize,
    /// The points, before they are cut.
    pub fade: Fade,
    /// The first moment at which others count with no new event.
    stands_until: Option<Timestamp>,
}

/// What scores came to for one person at one moment. Each is calculated once, however many conditions ask for it: else
/// five scores of ten conditions, each asking for the next, would be calculated 100,000 times.
#[derive(Debug, Default)]
pub struct Scored(RefCell<BTreeMap<Name<Score>, Fading>>);

/// How long an occurrence counts under a rule; `None`: for ever.
pub fn counts_for(within: Option<Span>, half_life: Option<Span>) -> Option<Span> {
    within.into_iter().chain(half_life.map(|half_life| half_life.times(FORGOTTEN_AFTER))).min()
}

impl ScoreRule {
    /// What must be known of a person.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        self.rules.iter().for_each(|rule| needs.merge(rule.what.needs()));
        self.bonuses.iter().for_each(|bonus| needs.merge(bonus.when.needs()));
        needs
    }

    /// Whether an occurrence of an event with these properties can make any difference, now or later.
    pub fn heeds(&self, event: &str, properties: &Fields) -> bool {
        let bonus =
            |bonus: &Bonus| bonus.when.needs().events.contains_key(event) && bonus.when.heeds(event, properties);
        self.rules.iter().any(|rule| rule.what.heeds(event, properties)) || self.bonuses.iter().any(bonus)
    }

    /// The score at `now`, and how it fades.
    pub fn of(&self, facts: &dyn Facts, now: Timestamp) -> Fading {
        let counted = self.counted(facts, now);
        Fading {
            parts: counted.iter().map(|counted| counted.fade).filter(|fade| fade.amount.get() != 0.0).collect(),
            ease: None,
            bounds: self.bounds,
            steps_at: counted.iter().filter_map(|counted| counted.stands_until).min(),
        }
    }

    /// What each rule comes to at `now`, and behind them each condition.
    pub fn counted(&self, facts: &dyn Facts, now: Timestamp) -> Vec<Counted> {
        let rules = self.rules.iter().map(|rule| rule.counted(facts, now));
        rules.chain(self.bonuses.iter().map(|bonus| bonus.counted(facts, now))).collect()
    }

    /// What it means, in one spelling: two scores of one text are one.
    pub fn print(&self) -> String {
        let number = |number: Option<Finite>| number.map_or_else(String::new, |number| number.get().to_string());
        let rule = |rule: &Points| {
            let half_life = rule.half_life.map_or(0, Span::as_millis);
            format!("{} * {} / {half_life} ± {}", rule.points.get(), rule.what.print(), number(rule.most))
        };
        let bonus = |bonus: &Bonus| format!("{} * ({})", bonus.points.get(), bonus.when.print());
        let parts: Vec<String> = self.rules.iter().map(rule).chain(self.bonuses.iter().map(bonus)).collect();
        format!("[{}, {}] {}", number(self.bounds.least), number(self.bounds.most), parts.join(" + "))
    }
}

impl Scored {
    /// What a score comes to. `facts` and `now` are the same at each call.
    pub fn of(&self, score: &ScoreRule, facts: &dyn Facts, now: Timestamp) -> Fading {
        if let Some(known) = self.0.borrow().get(&score.name) {
            return known.clone();
        }
        // It may ask for others, which are noted meanwhile.
        let fading = score.of(facts, now);
        self.0.borrow_mut().insert(score.name.clone(), fading.clone());
        fading
    }
}

impl Points {
    fn counted(&self, facts: &dyn Facts, now: Timestamp) -> Counted {
        let Self { what, points, half_life, most } = self;
        let selected = what.of(facts, now);
        let weight = |at: &Timestamp| half_life.map_or(1.0, |half_life| left(now.since(*at), half_life));
        let amount = points.get() * selected.at.iter().map(weight).sum::<f64>();
        let fade = Fade { amount: Finite::new(amount).unwrap_or_default(), half_life: *half_life, most: *most };
        Counted { times: selected.at.len(), fade, stands_until: selected.stands_until }
    }
}

impl Bonus {
    fn counted(&self, facts: &dyn Facts, now: Timestamp) -> Counted {
        let verdict = self.when.matches(facts, now);
        let amount = if verdict.value { self.points } else { Finite::default() };
        let fade = Fade { amount, half_life: None, most: None };
        Counted { times: usize::from(verdict.value), fade, stands_until: verdict.valid_until }
    }
}

impl Counted {
    /// The points now.
    pub fn points(&self) -> f64 {
        self.fade.now()
    }
}
