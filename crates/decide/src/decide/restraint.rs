//! Whether a candidate that is for the person should stay silent: by where it would be shown, by the age of what it rests
//! on, by what it costs in discomfort, by what it is worth.

use std::{borrow::Cow, cell::Cell};

use condition::{Believed, Condition, Evidence, Facts, Fading, Model, Reading, Verdict};
use model::{
    fact::Occurrence,
    name::{Content as ContentName, Name, Score, Segment},
    time::{Span, Timestamp},
    value::Value,
};

use super::{Decider, access::Access, candidate::Before, grounds::Rested, horizon::Horizon, viewed};
use crate::{
    answer::Rejection,
    content::Items,
    experience::{Experience, asks_of_the_person},
    restraint::{Ground, INTRUSION_PERIOD, Memory, Recall, price, suits_a_checkout},
};

/// The least difference of two moments: what is exactly as old as a limit is not older.
const TICK: Span = Span::from_millis(1);

/// What a candidate takes that nothing holds back.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// The points of intrusion.
    pub(super) points: u16,
    /// What it remembers beyond the usual, if it rests on that.
    pub(super) memory: Option<Memory>,
}

impl<'a> Decider<'a> {
    /// The first content that must not be shown at a checkout, if the placement is one (requirements DEC-10). A pool is
    /// not asked: what does not fit is left out of it.
    pub(super) fn unfit_for_checkout(
        &self,
        experience: &'a Experience,
        before: &Before<'_, 'a>,
    ) -> Option<&'a Name<ContentName>> {
        let is_checkout = before.at.is_checkout;
        let unfit = || experience.unchosen().find(|content| !suits_a_checkout(content.intent));
        is_checkout.then(unfit).flatten().map(|content| &content.name)
    }

    /// Whether the main reason is too old (requirements D2, DEC-15). What is left of that is remembered, if the experience
    /// says so.
    pub(super) fn remembers(
        &self,
        rank: usize,
        experience: &Experience,
        access: &Access<'_>,
        horizon: &mut Horizon,
    ) -> Result<Option<Memory>, Rejection> {
        if !looks_back(&experience.audience) {
            return Ok(None);
        }
        let rested = &self.grounds(rank, experience, access).rested;
        let Some(last) = self.too_old(&experience.audience, rested, access, horizon) else { return Ok(None) };
        match experience.memory {
            Some(memory) if self.holds_lately(&experience.audience, Some(memory), access, horizon) => Ok(Some(memory)),
            _ => Err(Rejection::Stale { last }),
        }
    }

    /// Whether a condition that holds does so only by what the person did too long ago.
    pub(super) fn rests_on_old(&self, condition: &'a Condition, access: &Access<'_>, horizon: &mut Horizon) -> bool {
        looks_back(condition) && self.too_old(condition, &self.rested(condition, access), access, horizon).is_some()
    }

    /// When the person did last what a condition rests on, if that is too long ago: all that the person did for it to
    /// hold is, and without it the condition would not hold.
    fn too_old(
        &self,
        condition: &Condition,
        rested: &Rested,
        access: &Access<'_>,
        horizon: &mut Horizon,
    ) -> Option<Timestamp> {
        let after = self.scheme.rules().restraint.stale_after?;
        horizon.note(rested.until);
        let last = rested.done().max()?;
        let oldest = self.now.minus(after);
        if last >= oldest {
            horizon.note(Some(last.plus(after).plus(TICK)));
            return None;
        }
        (!self.holds_lately(condition, None, access, horizon)).then_some(last)
    }

    /// Whether a condition that holds does so without what is too old, but for what is remembered.
    fn holds_lately(
        &self,
        condition: &Condition,
        memory: Option<Memory>,
        access: &Access<'_>,
        horizon: &mut Horizon,
    ) -> bool {
        let Some(after) = self.scheme.rules().restraint.stale_after else { return true };
        let recall = Recall { now: self.now, after, memory };
        let facts = access.facts(self.page);
        let recent = Recent { facts: &facts, access, recall, turns: Cell::default() };
        let verdict = condition.stands_without(&facts, &recent, self.now);
        horizon.note(verdict.valid_until);
        horizon.note(recent.turns.get());
        verdict.value
    }

    /// What the candidate costs, unless that is more than is left or more than it is worth.
    pub(super) fn cost(
        &self,
        rank: usize,
        experience: &'a Experience,
        before: &Before<'_, 'a>,
        horizon: &mut Horizon,
    ) -> Result<u16, Rejection> {
        let restraint = &self.scheme.rules().restraint;
        // A page that is asked for again in a visit says nothing that the person was not told there already.
        let is_kept = before.stay.is_some_and(|stay| stay.experience == experience.name);
        let points = match (before.access.ledger(), restraint.points, experience.worth) {
            (None, ..) | (_, None, None) => 0,
            _ if is_kept => 0,
            _ => self.points(rank, experience, before, horizon),
        };
        if let Some(most) = restraint.points.filter(|_| points > 0) {
            let left = most.saturating_sub(self.spent(before, horizon));
            if points > left {
                return Err(Rejection::Intrusive { points, left });
            }
        }
        match experience.worth {
            Some(worth) if worth.gain_low_cents <= worth.cost_with(points, restraint.point_cents) => {
                let cost = worth.cost_with(points, restraint.point_cents);
                Err(Rejection::NotWorth { gain: worth.gain_low_cents, cost })
            }
            _ => Ok(points),
        }
    }

    /// The points of intrusion (requirements GOV-06): the same whichever variant is drawn.
    fn points(&self, rank: usize, experience: &'a Experience, before: &Before<'_, 'a>, horizon: &mut Horizon) -> u16 {
        let restraint = &self.scheme.rules().restraint;
        let facts = before.access.facts(self.page);
        let (mut names, mut sensitive) = (false, false);
        for (reference, written) in self.scheme.delicate_tokens(rank) {
            let is_written = facts.writes(reference).is_some();
            names |= is_written && written.names;
            sensitive |= is_written && written.sensitive;
        }
        let audience = self.grounds(rank, experience, before.access);
        let shown = self.shown_for(experience, before, horizon);
        sensitive |= self.orders_by_sensitive(experience, before.access);
        if !asks_of_the_person(&experience.audience) && shown.is_empty() && !names && !sensitive {
            return 0;
        }
        horizon.note(audience.rested.until);
        let grounds = || audience.rested.all.iter().chain(&shown);
        sensitive |= grounds().any(|ground| ground.is_sensitive(restraint));
        let distance = grounds().map(Ground::distance).max().unwrap_or(price::DECLARED);
        let noticed = grounds().filter_map(Ground::noticed).max();
        let old = noticed.is_some_and(|at| self.now.since(at) > price::FRESH);
        if !old {
            horizon.note(noticed.map(|at| at.plus(price::FRESH).plus(TICK)));
        }
        let elsewhere = grounds().any(|ground| ground.is_from_elsewhere(before.at.channel, restraint));
        let extra = [
            (old, price::OLD),
            (sensitive, price::SENSITIVE),
            (names, price::NAMED),
            (self.is_repeated(experience, before, horizon), price::REPEATED),
            (elsewhere, price::ELSEWHERE),
        ];
        distance + extra.into_iter().filter(|(is_so, _)| *is_so).map(|(_, points)| points).sum::<u16>()
    }

    /// What the contents of an experience rest on, whichever variant is drawn: whom they suit, and the products that they
    /// show.
    fn shown_for(&self, experience: &'a Experience, before: &Before<'_, 'a>, horizon: &mut Horizon) -> Vec<Ground> {
        let mut found = Vec::new();
        let facts = before.access.facts(self.page);
        for content in experience.contents() {
            if let Some(suits) = content.suits.as_ref().filter(|suits| asks_of_the_person(suits)) {
                let rested = self.rested(suits, before.access);
                horizon.note(rested.until);
                found.extend(rested.all.iter().cloned());
            }
            // A list that a recommender proposes tells nobody what they did, and what only puts a search in order neither:
            // both cost nothing.
            if content.items == Some(Items::Viewed) {
                let items = self.items(content, before.access, horizon).len();
                let last = facts.trail(viewed::VIEWED).last().map(|viewed| viewed.at);
                let viewed = Evidence::Events { event: viewed::VIEWED.into(), matched: items as u32, last };
                found.extend((items > 0).then(|| Ground::of(viewed, &facts)));
            }
        }
        found
    }

    /// Whether contents are put in order by a trait with a purpose of its own. What else only puts them in order costs
    /// nothing.
    fn orders_by_sensitive(&self, experience: &'a Experience, access: &Access<'_>) -> bool {
        let restraint = &self.scheme.rules().restraint;
        let asks = |condition: &&Condition| !restraint.sensitive.is_empty() && asks_of_the_person(condition);
        let mut orders = experience.contents().filter_map(|content| content.prefer.as_ref()).filter(asks);
        orders.any(|prefer| self.rested(prefer, access).all.iter().any(|ground| ground.is_sensitive(restraint)))
    }

    fn is_repeated(&self, experience: &Experience, before: &Before<'_, '_>, horizon: &mut Horizon) -> bool {
        let Some(ledger) = before.access.ledger() else { return false };
        let last = ledger.won(&experience.name).last().copied();
        let recent = last.filter(|last| *last > self.now.minus(INTRUSION_PERIOD));
        horizon.note(recent.map(|last| last.plus(INTRUSION_PERIOD)));
        recent.is_some() || before.won.contains(&experience.name)
    }

    /// The points that count now, those of this page among them.
    fn spent(&self, before: &Before<'_, '_>, horizon: &mut Horizon) -> u16 {
        let Some(ledger) = before.access.ledger() else { return before.spent };
        let spent = ledger.spent();
        let counted = spent.iter().filter(|(at, _)| *at > self.now.minus(INTRUSION_PERIOD));
        counted.fold(before.spent, |all, (at, points)| {
            horizon.note(Some(at.plus(INTRUSION_PERIOD)));
            all.saturating_add(*points)
        })
    }
}

/// Whether a condition may look at what the person did.
fn looks_back(condition: &Condition) -> bool {
    let needs = condition.needs();
    !(needs.events.is_empty() && needs.segments.is_empty() && needs.scores.is_empty())
}

/// What is known, without what is too old.
struct Recent<'v> {
    facts: &'v dyn Facts,
    access: &'v Access<'v>,
    recall: Recall,
    /// The first moment at which something else is too old.
    turns: Cell<Option<Timestamp>>,
}

impl Facts for Recent<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.facts.trait_value(name)
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        let (trail, turns) = self.recall.cut(self.facts.trail(event));
        self.turns.set(self.turns.get().into_iter().chain(turns).min());
        trail
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        self.access.segment_lately(name, self.recall)
    }

    fn request(&self, name: &str) -> Option<Value> {
        self.facts.request(name)
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        self.facts.interest(topic)
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        self.access.score_lately(name, self.recall)
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        self.facts.reading(model)
    }
}
