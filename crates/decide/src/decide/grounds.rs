//! What conditions rest on: the facts that they need, with segments and scores taken apart.

use std::{cell::RefCell, cmp::Reverse, collections::BTreeMap, mem, ptr, rc::Rc};

use condition::{Condition, Evidence};
use model::time::Timestamp;

use super::{Decider, access::Access, horizon::Horizon};
use crate::{
    experience::{Experience, asks_of_the_person},
    restraint::Ground,
    rests::rests_on,
};

/// What conditions that hold rest on, on this page: found out once, however many placements and variants ask.
#[derive(Default)]
pub(super) struct Rests {
    /// Of audiences, by rank and access.
    audiences: RefCell<BTreeMap<(usize, usize), Rc<Grounds>>>,
    /// Of what contents ask.
    conditions: RefCell<BTreeMap<Asked, Rc<Rested>>>,
    /// Whether that holds, and not only by what is too old; and how long that is sure.
    held: RefCell<BTreeMap<Asked, (bool, Horizon)>>,
}

/// A condition, by where the scheme has it, with the access for which it is asked.
type Asked = (*const Condition, usize);

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

impl<'a> Decider<'a> {
    /// What an audience rests on that holds.
    pub(super) fn grounds(&self, rank: usize, experience: &Experience, access: &Access<'_>) -> Rc<Grounds> {
        let key = (rank, access.number());
        if let Some(known) = self.rests.audiences.borrow().get(&key) {
            return known.clone();
        }
        let evidence = experience.audience.evaluate(&access.facts(self.page), self.now).evidence;
        let rested = self.take_apart(&experience.audience, access);
        let found = Rc::new(Grounds { evidence, rested });
        self.rests.audiences.borrow_mut().insert(key, found.clone());
        found
    }

    /// What a condition of a content rests on; nothing if it does not hold.
    pub(super) fn rested(&self, condition: &'a Condition, access: &Access<'_>) -> Rc<Rested> {
        let key = (ptr::from_ref(condition), access.number());
        if let Some(known) = self.rests.conditions.borrow().get(&key) {
            return known.clone();
        }
        let found = Rc::new(self.take_apart(condition, access));
        self.rests.conditions.borrow_mut().insert(key, found.clone());
        found
    }

    /// Whether a condition of a content holds, and not only by what is too old to be a reason.
    pub(super) fn holds(&self, condition: &'a Condition, access: &Access<'_>, horizon: &mut Horizon) -> bool {
        if access.closed().is_some() && asks_of_the_person(condition) {
            return false;
        }
        let key = (ptr::from_ref(condition), access.number());
        let known = self.rests.held.borrow().get(&key).cloned();
        let (holds, until) = known.unwrap_or_else(|| {
            let mut until = Horizon::default();
            let verdict = condition.matches(&access.facts(self.page), self.now);
            until.note(verdict.valid_until);
            let holds = verdict.value && !self.rests_on_old(condition, access, &mut until);
            self.rests.held.borrow_mut().insert(key, (holds, until.clone()));
            (holds, until)
        });
        *horizon = mem::take(horizon).and(&until);
        holds
    }

    fn take_apart(&self, condition: &Condition, access: &Access<'_>) -> Rested {
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
        let found = rests_on(condition, &facts, self.now, &cost);
        Rested { all: found.evidence.iter().flat_map(apart).collect(), until: found.valid_until }
    }
}
