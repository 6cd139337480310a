//! One experience for one placement: how far it comes.

use std::{cell::RefCell, collections::BTreeMap};

use assign::{Share, pick, within};
use condition::Verdict;
use model::{
    id::{Id, Unit},
    name::{Content as ContentName, Experience as ExperienceName, Name},
    time::Timestamp,
};

use super::{Decider, access::Access, horizon::Horizon, restraint::Cost};
use crate::{
    answer::Rejection,
    experience::{Experience, Variant},
    page::{Absent, Explain, Recognized},
    placement::Placement,
    visit::Stay,
};

/// How far a candidate came.
pub(super) enum Outcome<'a> {
    /// All the way, with the variant that is drawn.
    In(&'a Variant, Cost),
    /// All the way but for the draw of its layer or its traffic.
    Drawn(Rejection),
    /// Not all the way, whatever is drawn.
    Out(Rejection),
}

/// For whom a candidate is judged.
pub(super) struct Before<'c, 'a> {
    /// Where it would be shown.
    pub(super) at: &'a Placement,
    /// What may be known.
    pub(super) access: &'c Access<'a>,
    /// What personalized the placement earlier in the same visit.
    pub(super) stay: Option<&'a Stay>,
    /// The experiences that were won earlier on the same page.
    pub(super) won: &'c [Name<ExperienceName>],
    /// The contents that are shown earlier on the same page.
    pub(super) shown: &'c [&'a Name<ContentName>],
    /// The points of intrusion that what was won there costs.
    pub(super) spent: u16,
}

/// What audiences answered on this page: an experience in three placements is asked once.
#[derive(Default)]
pub(super) struct Audiences(RefCell<BTreeMap<(usize, usize), Verdict>>);

impl<'a> Decider<'a> {
    pub(super) fn judge(
        &self,
        rank: usize,
        experience: &'a Experience,
        before: &Before<'_, 'a>,
        horizon: &mut Horizon,
    ) -> Outcome<'a> {
        let access = before.access;
        if let Some(why) = self.out_of_date(experience, horizon) {
            return Outcome::Out(why);
        }
        if let Some(content) = self.unfit_for_checkout(experience, before) {
            return Outcome::Out(Rejection::Checkout { content: content.clone() });
        }
        if let Some(why) = access.closed().filter(|_| experience.is_personal()) {
            return Outcome::Out(match why {
                Absent::NoConsent => Rejection::NoConsent,
                Absent::Unknown => Rejection::NoData,
                Absent::Minor => Rejection::Minor,
            });
        }
        if experience.rewards() && access.recognized() == Recognized::No {
            return Outcome::Out(Rejection::NotRecognized);
        }
        if !self.audience_holds(rank, experience, access, horizon) {
            let evidence = match self.page.explain {
                Explain::Yes => experience.audience.evaluate(&access.facts(self.page), self.now).evidence,
                Explain::No => Vec::new(),
            };
            return Outcome::Out(Rejection::Audience { evidence });
        }
        if let Some(until) = access.refused(self.page, self.now).experience(experience) {
            horizon.note(until);
            return Outcome::Out(Rejection::Refused { until });
        }
        if !self.suits(experience, before, horizon) {
            return Outcome::Out(Rejection::Unsuited);
        }
        let memory = match self.remembers(rank, experience, access, horizon) {
            Ok(memory) => memory,
            Err(stale) => return Outcome::Out(stale),
        };
        let unit = access.unit();
        if access.is_held_out() {
            return Outcome::Out(Rejection::Holdout { variant: drawn(experience, unit).name.clone() });
        }
        if let Some(until) = self.capped_until(experience, before) {
            horizon.note(Some(until));
            return Outcome::Out(Rejection::Capped { until });
        }
        let points = match self.cost(rank, experience, before, horizon) {
            Ok(points) => points,
            Err(too_dear) => return Outcome::Out(too_dear),
        };
        if experience.part.as_ref().is_some_and(|part| !part.holds(unit)) {
            return Outcome::Drawn(Rejection::Layer);
        }
        let traffic = experience.traffic;
        if traffic < Share::ALL && !within(unit, &format!("traffic:{}", experience.salt), traffic) {
            return Outcome::Drawn(Rejection::Traffic { traffic });
        }
        Outcome::In(drawn(experience, unit), Cost { points, memory })
    }

    /// Switch, schedule, expiry: what is so for everybody.
    fn out_of_date(&self, experience: &Experience, horizon: &mut Horizon) -> Option<Rejection> {
        if !experience.enabled {
            return Some(Rejection::Disabled);
        }
        if let Some(starts) = experience.starts.filter(|starts| self.now < *starts) {
            horizon.note(Some(starts));
            return Some(Rejection::NotStarted { starts });
        }
        if let Some(ended) = experience.ends.filter(|ends| *ends <= self.now) {
            return Some(Rejection::Ended { ended });
        }
        horizon.note(experience.ends);
        for variant in &experience.variants {
            let contents = variant.shows.contents().iter();
            let Some(last) = contents.max_by_key(|content| content.expires.unwrap_or(Timestamp::MAX)) else { continue };
            if !last.is_live(self.now) {
                return Some(Rejection::Expired { content: last.name.clone() });
            }
            horizon.note(last.expires);
        }
        None
    }

    fn audience_holds(&self, rank: usize, experience: &Experience, access: &Access<'_>, horizon: &mut Horizon) -> bool {
        let mut known = self.audiences.0.borrow_mut();
        let verdict = known
            .entry((rank, access.number()))
            .or_insert_with(|| experience.audience.matches(&access.facts(self.page), self.now));
        horizon.note(verdict.valid_until);
        verdict.value
    }

    /// When a person who met the experience often enough may meet it again. What is won earlier on the same page
    /// counts.
    fn capped_until(&self, experience: &Experience, Before { access, won, .. }: &Before<'_, '_>) -> Option<Timestamp> {
        if experience.caps.is_empty() {
            return None;
        }
        let here = won.iter().filter(|name| **name == experience.name).count();
        let before = access.ledger().map(|ledger| ledger.won(&experience.name)).unwrap_or_default();
        let reached = experience.caps.iter().filter_map(|cap| {
            let most = usize::from(cap.most);
            let counted: Vec<Timestamp> =
                before.iter().copied().filter(|at| *at > self.now.minus(cap.within)).collect();
            let too_many = (counted.len() + here).checked_sub(most)?;
            // It is free again when one fewer than the cap is left.
            Some(counted.get(too_many).copied().unwrap_or(self.now).plus(cap.within))
        });
        reached.max()
    }
}

/// The variant that a unit draws.
fn drawn(experience: &Experience, unit: Id<Unit>) -> &Variant {
    let shares = experience.variants.iter().map(|variant| (variant.name.as_str(), variant.share));
    let name = pick(unit, &experience.salt, shares);
    let found = name.and_then(|name| experience.variants.iter().find(|variant| variant.name.as_str() == name));
    found.unwrap_or(&experience.variants[0])
}
