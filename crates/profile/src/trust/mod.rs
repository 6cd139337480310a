//! How far a value of a trait is believed: the probability that it is true now, given all that was said.
//!
//! The truth is one of `k` values ([`model::schema::TraitType::alternatives`]) and changes: after a half-life `h` it
//! was drawn anew with probability one half. A source of reliability `r` says the truth of that moment with
//! probability `r`, and each of the others with `(1 − r) / (k − 1)`. Sources err independently of each other. Then
//! Bayes' rule, statement by statement in order of `as_of`, from `p(v) = π = 1 / k` on, is exact:
//!
//! ```text
//! time passes   p(v) ← p(v)·f + π·(1 − f)      f = 2^(−Δt / h): all fades towards the prior
//! s says x      p(v) ← p(v)·l(v) / Σ p·l       l(x) = r, l(v ≠ x) = (1 − r) / (k − 1)
//! ```
//!
//! The second line is prior odds × one likelihood ratio per source, the model ACCU of Dong, Berti-Équille and
//! Srivastava ("Integrating Conflicting Data: The Role of Source Dependence", VLDB 2009), after Dawid and Skene
//! (1979); the first is the changing truth of their "Truth Discovery and Copying Detection in a Dynamic World" (VLDB
//! 2009). Two old statements that agree are old together, so their agreement does not make them fresh.
//!
//! What is not probability but policy:
//!
//! - A source has one voice: the last of the firmest kind that it said. That the same source also concluded it, or
//!   said it twice, is no second witness.
//! - Values of the firmest kind only come into question: corrected, else declared, observed, inferred. A value of a
//!   lower kind can agree with one of them, and contradicts none. A third party's is inferred, whatever it says.
//! - A correction ends all that was said before it. A denied value comes back only by a later correction: the calls
//!   with which shops repeat what their systems hold would undo a denial at the next page otherwise.
//! - A doubted value ([`crate::doubt`]) counts as if its source were right one time in ten, and alone it is never
//!   believed more than that.
//! - A third party's statement is half forgotten after [`model::source::THIRD_PARTY_HALF_LIFE`], if not sooner.
//!
//! Since what was said last, whole days count, so trust moves at known moments only. Between two of them, and for ever
//! where nothing fades, an answer stands.

use model::{
    fact::{Denial, TraitValue},
    schema::TraitRules,
    source::SourceRules,
    time::{Span, Timestamp},
    trust::{Floors, Trust, Use},
    value::Value,
};

use self::{
    posterior::Posterior,
    weigh::{Terms, weigh},
};
use crate::doubt::{Doubt, SharedBy, own::Own};

mod posterior;
pub mod same;
mod weigh;

/// One thing that was said of a trait.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// What.
    pub said: &'a TraitValue,
    /// The rules of its source; `None`: the project has no such source any more.
    pub source: Option<&'a SourceRules>,
    /// How many profiles have the value.
    pub shared: SharedBy,
}

/// What a judgement rests on beside what was said.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The rules of the trait.
    pub rules: &'a TraitRules,
    /// The shop's own addresses and numbers.
    pub own: &'a Own,
    /// From which trust on a value may be used.
    pub floors: Floors,
    /// The moment of asking.
    pub now: Timestamp,
}

/// The value that is believed more than any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement<'a> {
    /// The value, as it was said last by those whose kind is firmest. [`Value::Null`]: that there is none.
    pub value: &'a TraitValue,
    /// The probability that it is true.
    pub trust: Trust,
    /// The most that it may be used for; `None`: nothing, as is so of no value.
    pub most: Option<Use>,
    /// The first moment at which, with no new word, it may be used for something else, or another value is believed:
    /// maybe early, never late. `None`: never.
    pub stands_until: Option<Timestamp>,
    /// The same for no more than whether it may be shown.
    pub shown_until: Option<Timestamp>,
    /// The same for any change of the trust.
    pub moves_at: Option<Timestamp>,
}

/// One thing that was said, and what it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed<'a> {
    /// What was said.
    pub said: &'a TraitValue,
    /// What became of it.
    pub role: Role,
    /// How far it would be believed if nothing else had been said.
    pub alone: Trust,
    /// Why it is probably not true.
    pub doubt: Option<Doubt>,
    /// How far its value is believed; `None` if it does not count.
    pub trust: Option<Trust>,
}

/// What becomes of something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It counts.
    Counts,
    /// It contradicts something of a firmer kind.
    Outweighed,
    /// Its source said something else later, or something firmer.
    Replaced,
    /// A correction or a denial ended it.
    Ended,
}

impl Role {
    /// The word for answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Outweighed => "outweighed",
            Self::Replaced => "replaced",
            Self::Ended => "ended",
        }
    }
}

/// Which value is believed, and how far; `None` if nothing counts that was said. The same whatever the order.
pub fn believe<'a, 'd>(
    said: impl IntoIterator<Item = Statement<'a>>,
    denied: impl IntoIterator<Item = &'d Denial>,
    ground: &Ground<'_>,
) -> Option<Judgement<'a>> {
    let terms = weigh(said, denied, ground);
    let posterior = Posterior::of(&terms, ground)?;
    let best = posterior.best(&terms);
    let trust = posterior.trust(best.candidate);
    let nothing = best.said.value == Value::Null;
    let doubt_until = terms.iter().filter_map(|term| term.doubt_until(ground)).min();
    let moves_at = posterior.moves_at(ground.now);
    let stands_until = match (nothing, posterior.is_one_curve()) {
        (true, true) => None,
        (false, true) => posterior.turns_at(best.candidate, &ground.floors),
        (_, false) => moves_at,
    };
    let most = if nothing { None } else { ground.floors.most(trust) };
    // Whoever may only show it is not told when it may be stated no more.
    let shown_until = match most {
        Some(Use::State) if posterior.is_one_curve() => {
            posterior.turns_at(best.candidate, &shown_or_not(&ground.floors))
        }
        _ => stands_until,
    };
    Some(Judgement {
        value: best.said,
        trust,
        most,
        shown_until: shown_until.into_iter().chain(doubt_until).min(),
        stands_until: stands_until.into_iter().chain(doubt_until).min(),
        moves_at: moves_at.into_iter().chain(doubt_until).min(),
    })
}

/// Floors by which nothing but the use to show makes a difference.
fn shown_or_not(floors: &Floors) -> Floors {
    let show = floors.show_permille;
    Floors { sort_permille: show, show_permille: show, state_permille: show }
}

/// Everything that was said, and what each counts, the better believed first.
pub fn explain<'a, 'd>(
    said: impl IntoIterator<Item = Statement<'a>>,
    denied: impl IntoIterator<Item = &'d Denial>,
    ground: &Ground<'_>,
) -> Vec<Weighed<'a>> {
    let terms: Terms<'a> = weigh(said, denied, ground);
    let posterior = Posterior::of(&terms, ground);
    let weighed = terms.iter().map(|term| Weighed {
        said: term.said,
        role: term.role,
        alone: Posterior::alone(term, ground),
        doubt: term.doubt(ground),
        trust: posterior.as_ref().filter(|_| term.role == Role::Counts).map(|all| all.trust(term.candidate)),
    });
    let mut weighed: Vec<_> = weighed.collect();
    weighed.sort_by(|a, b| {
        let order = |of: &Weighed<'a>| (of.trust, of.said.kind, of.said.as_of);
        a.role.cmp(&b.role).then_with(|| order(b).cmp(&order(a))).then_with(|| a.said.cmp(b.said))
    });
    weighed
}

/// Whether two values of a trait say the same, as two sources write it.
pub fn is_same(rules: &TraitRules, a: &Value, b: &Value) -> bool {
    same::same(rules.meaning, a, b)
}

/// Whole days from a moment to a later one; 0 if it is not later.
fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    to.since(from).as_millis().div_euclid(Span::DAY.as_millis()).max(0)
}

#[cfg(test)]
mod calibration;
#[cfg(test)]
mod tests;
