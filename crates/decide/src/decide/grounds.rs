//! What conditions rest on: the facts that they need, with segments and scores taken apart.

use std::{cell::RefCell, cmp::Reverse, collections::BTreeMap, rc::Rc};

use condition::{Condition, Evidence};
use model::time::Timestamp;

use super::{Decider, access::Access};
use crate::{experience::Experience, restraint::Ground};

/// What audiences that hold rest on, on this page.
#[derive(Default)]
pub(super) struct Rests(RefCell<BTreeMap<(usize, usize), Rc<Grounds>>>);

/// What one audience looked at, and what it rests on.
pub(super) struct Grounds {
    /// As the audience looked at it.
    pub(super) evidence: Vec<Evidence>,
    pub(super) rested: Rested,
}

/// What one condition rests on: of what was looked at only what it needs, and of two that are each enough the one that
/// costs less discomfort.
pub(super) struct Rested {
    /// Each segment that holds, and each score, taken apart into what it rests on.
    pub(super) all: Vec<Ground>,
    /// The first moment at which with no new event it may be something else.
    pub(super) until: Option<Timestamp>,
}

impl Rested {
    /// When the person did the things among it, each the last time.
    pub(super) fn done(&self) -> impl Iterator<Item = Timestamp> {
        self.all.iter().filter_map(Ground::done)
    }
}

impl Decider<'_> {
    /// What an audience rests on that holds.
    pub(super) fn grounds(&self, rank: usize, experience: &Experience, access: &Access<'_>) -> Rc<Grounds> {
        let key = (rank, access.number());
        if let Some(known) = self.rests.0.borrow().get(&key) {
            return known.clone();
        }
        let evidence = experience.audience.evaluate(&access.facts(self.page), self.now).evidence;
        let rested = self.rested(&experience.audience, access);
        let found = Rc::new(Grounds { evidence, rested });
        self.rests.0.borrow_mut().insert(key, found.clone());
        found
    }

    /// What a condition rests on; nothing if it does not hold.
    pub(super) fn rested(&self, condition: &Condition, access: &Access<'_>) -> Rested {
        let facts = access.facts(self.page);
        let apart = |one: &Evidence| {
            let (mut itself, mut beneath) = (Some(Ground::of(one.clone(), &facts)), Vec::new());
            match one {
                Evidence::Segment { name, member: true } => {
                    beneath = access.beneath(name);
                    itself = itself.filter(|_| beneath.is_empty());
                }
                Evidence::Score { name, .. } => beneath = access.beneath_score(name),
                _ => {}
            }
            beneath.extend(itself);
            beneath
        };
        // The farther from what the person said, and the longer ago, the dearer.
        let cost = |one: &Evidence| {
            let grounds = apart(one);
            let noticed = grounds.iter().filter_map(Ground::noticed).max();
            (grounds.iter().map(Ground::distance).max(), Reverse(noticed))
        };
        let found = condition.rests_on(&facts, self.now, &cost);
        Rested { all: found.evidence.iter().flat_map(apart).collect(), until: found.valid_until }
    }
}
