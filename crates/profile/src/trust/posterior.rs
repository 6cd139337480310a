//! Bayes' rule over what counts. See the formula in [`super`].

use model::{
    time::{Span, Timestamp},
    trust::{Floors, Trust, Use},
};
use smallvec::SmallVec;

use super::{Ground, Role, days_between, weigh::Term};
use crate::doubt::MOST_TRUST;

/// No source is believed less or more than this. Of two who are certain and contradict each other, Bayes' rule could
/// say nothing: 0 / 0.
const LEAST: f64 = 0.001;
const MOST: f64 = 0.999;

/// A century: what happens after it is nobody's concern.
const HORIZON_DAYS: i64 = 36_525;

/// The probability of each value that comes into question, as of what was said last.
#[derive(Debug)]
pub(super) struct Posterior {
    candidates: SmallVec<[Candidate; 2]>,
    /// What each value fades to.
    prior: f64,
    /// Half-lives in a day; 0: nothing fades.
    rate: f64,
    /// When the last that counts was said.
    since: Timestamp,
    /// Whole days since then.
    age_days: i64,
    /// What fades sooner than the trait moves at this moment; `None` if nothing does, or if it was all that was said.
    moves_early: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    probability: f64,
    is_doubted: bool,
}

impl Posterior {
    /// Of all that counts; `None` if nothing does.
    pub(super) fn of(terms: &[Term<'_>], ground: &Ground<'_>) -> Option<Self> {
        let mut voices: SmallVec<[&Term<'_>; 2]> = terms.iter().filter(|term| term.role == Role::Counts).collect();
        if let [only] = voices[..] {
            return Some(Self::of_one(only, ground));
        }
        voices.sort_by(|a, b| (a.said.as_of, a.said).cmp(&(b.said.as_of, b.said)));
        let since = voices.last()?.said.as_of;
        let values = voices.iter().map(|term| term.candidate).max()? + 1;
        let alternatives = ground.rules.holds.alternatives().max(values) as f64;
        let prior = 1.0 / alternatives;
        let mut posterior = Self {
            candidates: SmallVec::from_elem(Candidate { probability: prior, is_doubted: true }, values),
            prior,
            rate: rate(ground.rules.half_life),
            since,
            age_days: days_between(since, ground.now),
            moves_early: None,
        };
        let mut at = voices.first()?.said.as_of;
        for term in &voices {
            posterior.pass(term.said.as_of.since(at));
            posterior.hear(term, posterior.reliability(term, ground.now), alternatives);
            at = term.said.as_of;
        }
        let early = voices.iter().filter(|term| term.own_half_life.is_some());
        posterior.moves_early = early.map(|term| next_day(term.said.as_of, ground.now)).min();
        Some(posterior)
    }

    /// How far a statement would be believed if nothing else had been said.
    pub(super) fn alone(term: &Term<'_>, ground: &Ground<'_>) -> Trust {
        let doubted = term.doubt(ground);
        Self::of_one(&Term { candidate: 0, doubted, ..*term }, ground).trust(0)
    }

    fn of_one(term: &Term<'_>, ground: &Ground<'_>) -> Self {
        let candidate = Candidate { probability: reliability(term), is_doubted: term.doubted.is_some() };
        let nothing = Candidate { probability: 0.0, is_doubted: true };
        let mut candidates = SmallVec::from_elem(nothing, term.candidate + 1);
        candidates[term.candidate] = candidate;
        Self {
            candidates,
            prior: 1.0 / ground.rules.holds.alternatives() as f64,
            rate: rate(term.own_half_life.or(ground.rules.half_life)),
            since: term.said.as_of,
            age_days: days_between(term.said.as_of, ground.now),
            moves_early: None,
        }
    }

    /// The one to believe: the most probable, the latest of those that are equally so.
    pub(super) fn best<'t, 'a>(&self, terms: &'t [Term<'a>]) -> &'t Term<'a> {
        let by_trust = |a: &&Term<'_>, b: &&Term<'_>| {
            let probability = |term: &Term<'_>| self.candidates[term.candidate].probability;
            let last = |term: &Term<'_>| self.last_of(terms, term.candidate);
            // What differs by rounding only is equal.
            let order = (probability(a) * 1e9).round().total_cmp(&(probability(b) * 1e9).round());
            let order = order.then_with(|| last(a).cmp(&last(b)));
            order.then_with(|| (a.rank, a.said.as_of, a.said).cmp(&(b.rank, b.said.as_of, b.said)))
        };
        let counting = terms.iter().filter(|term| term.role == Role::Counts);
        counting.max_by(by_trust).expect("something counts, or there is no posterior")
    }

    /// When a value was said last, and its greatest spelling.
    fn last_of<'a>(&self, terms: &[Term<'a>], candidate: usize) -> Option<(Timestamp, &'a model::value::Value)> {
        let saying = terms.iter().filter(|term| term.role == Role::Counts && term.candidate == candidate);
        saying.map(|term| (term.said.as_of, &term.said.value)).max()
    }

    /// How far a value is believed now.
    pub(super) fn trust(&self, candidate: usize) -> Trust {
        self.trust_at(candidate, self.age_days)
    }

    /// Whether all values fade along one curve, so that none overtakes another.
    pub(super) fn is_one_curve(&self) -> bool {
        self.moves_early.is_none()
    }

    /// When the trust is another for the first time.
    pub(super) fn moves_at(&self, now: Timestamp) -> Option<Timestamp> {
        let own = (self.rate > 0.0).then(|| next_day(self.since, now));
        own.into_iter().chain(self.moves_early).min()
    }

    /// When a value may be used for something else for the first time, if all fade along one curve.
    pub(super) fn turns_at(&self, candidate: usize, floors: &Floors) -> Option<Timestamp> {
        let most = |days: i64| floors.most(self.trust_at(candidate, days));
        let present = most(self.age_days);
        if self.rate <= 0.0 || present == floors.most(self.trust_after(candidate, 0.0)) {
            return None;
        }
        // It only falls, or only rises, and what it may be used for with it.
        let (mut same, mut other) = (self.age_days, self.age_days.saturating_add(HORIZON_DAYS));
        if let Some(near) = self.reaches(candidate, present, floors) {
            for day in [near, near.saturating_add(1)] {
                if (same + 1..other).contains(&day) {
                    if most(day) == present { same = day } else { other = day }
                }
            }
        }
        if other - self.age_days >= HORIZON_DAYS && most(other) == present {
            return None;
        }
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if most(middle) == present {
                same = middle;
            } else {
                other = middle;
            }
        }
        Some(self.since.plus(Span::DAY.times(other)))
    }

    /// About how many days after it was said a value falls through the floor that it stands on; `None` if it rises.
    fn reaches(&self, candidate: usize, present: Option<Use>, floors: &Floors) -> Option<i64> {
        let floor = floors.of(present?).get();
        let left = (floor - self.prior) / (self.candidates[candidate].probability - self.prior);
        (left > 0.0).then(|| (-libm::log2(left) / self.rate) as i64)
    }

    fn trust_at(&self, candidate: usize, days: i64) -> Trust {
        self.trust_after(candidate, if days == 0 { 1.0 } else { libm::exp2(-(days as f64) * self.rate) })
    }

    fn trust_after(&self, candidate: usize, left: f64) -> Trust {
        let Candidate { probability, is_doubted } = self.candidates[candidate];
        let faded = probability * left + self.prior * (1.0 - left);
        Trust::new(if is_doubted { faded.min(MOST_TRUST) } else { faded })
    }

    /// All fades towards the prior.
    fn pass(&mut self, time: Span) {
        if time.as_millis() == 0 || self.rate <= 0.0 {
            return;
        }
        let left = libm::exp2(-days(time) * self.rate);
        for candidate in &mut self.candidates {
            candidate.probability = candidate.probability * left + self.prior * (1.0 - left);
        }
    }

    /// One more says a value.
    fn hear(&mut self, term: &Term<'_>, reliability: f64, alternatives: f64) {
        let miss = (1.0 - reliability) / (alternatives - 1.0);
        let said = self.candidates[term.candidate].probability;
        let sum = said * reliability + (1.0 - said) * miss;
        for (place, candidate) in self.candidates.iter_mut().enumerate() {
            let likelihood = if place == term.candidate { reliability } else { miss };
            candidate.probability *= likelihood / sum;
        }
        self.candidates[term.candidate].is_doubted &= term.doubted.is_some();
    }

    /// How far a source is believed of what it said; less with time where it fades sooner than the trait.
    fn reliability(&self, term: &Term<'_>, now: Timestamp) -> f64 {
        let fresh = reliability(term);
        if term.own_half_life.is_none() {
            return fresh;
        }
        let days = days_between(term.said.as_of, now) as f64;
        let left = libm::exp2(-days * (rate(term.own_half_life) - self.rate).max(0.0));
        (fresh * left + self.prior * (1.0 - left)).clamp(LEAST, MOST)
    }
}

fn reliability(term: &Term<'_>) -> f64 {
    let most = if term.doubted.is_some() { MOST_TRUST } else { MOST };
    term.reliability.clamp(LEAST, most)
}

/// How many half-lives a day has.
fn rate(half_life: Option<Span>) -> f64 {
    half_life.map_or(0.0, |half_life| 1.0 / days(half_life).max(f64::MIN_POSITIVE))
}

fn days(span: Span) -> f64 {
    span.as_millis() as f64 / Span::DAY.as_millis() as f64
}

/// The next moment at which a whole number of days has passed since a moment; the first of them, if it is to come.
fn next_day(since: Timestamp, now: Timestamp) -> Timestamp {
    since.plus(Span::DAY.times(days_between(since, now) + 1))
}
