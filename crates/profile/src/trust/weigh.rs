//! What counts of all that was said.

use std::cmp::Reverse;

use model::{
    fact::{Denial, FactKind, TraitValue},
    source::SourceRules,
    time::{Span, Timestamp},
    value::Value,
};
use smallvec::SmallVec;

use super::{Ground, Role, Statement, same::same};
use crate::doubt::{self, Doubt, Known, SharedBy};

/// How far a source is believed of which nobody says anything any more.
const NOBODYS: f64 = 0.5;

/// One statement, on its way to what it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term<'a> {
    pub(super) said: &'a TraitValue,
    pub(super) role: Role,
    /// What it outweighs.
    pub(super) rank: FactKind,
    /// How far its source is believed, doubts apart.
    pub(super) reliability: f64,
    /// The half-life where it is shorter than that of the trait.
    pub(super) own_half_life: Option<Span>,
    /// Which of the values in question it says, if it counts.
    pub(super) candidate: usize,
    /// Known where it counts.
    pub(super) doubted: Option<Doubt>,
    pub(super) shared: SharedBy,
}

/// All that was said. Those of one source stand together.
pub(super) type Terms<'a> = SmallVec<[Term<'a>; 2]>;

impl<'a> Term<'a> {
    fn of(statement: Statement<'a>, ground: &Ground<'_>) -> Self {
        let Statement { said, source, shared } = statement;
        let own = source.and_then(|source| source.half_life(ground.rules.half_life));
        Self {
            said,
            role: Role::Counts,
            rank: source.map_or(said.kind, |source| source.outweighs_as(said.kind)),
            reliability: source.map_or(NOBODYS, SourceRules::reliability),
            own_half_life: own.filter(|own| ground.rules.half_life != Some(*own)),
            candidate: 0,
            doubted: None,
            shared,
        }
    }

    /// Why it is probably not true.
    pub(super) fn doubt(&self, ground: &Ground<'_>) -> Option<Doubt> {
        let known = Known { own: ground.own, shared: self.shared, as_of: Some(self.said.as_of) };
        doubt::doubt(ground.rules.meaning, &self.said.value, ground.now, &known)
    }

    /// Until when the doubt, or that there is none, stands.
    pub(super) fn doubt_until(&self, ground: &Ground<'_>) -> Option<Timestamp> {
        match self.role {
            Role::Counts => doubt::lasts_until(ground.rules.meaning, &self.said.value, ground.now),
            Role::Outweighed | Role::Replaced | Role::Ended => None,
        }
    }

    fn counts(&self) -> bool {
        self.role == Role::Counts
    }
}

/// Finds what counts, and which values come into question.
pub(super) fn weigh<'a, 'd>(
    said: impl IntoIterator<Item = Statement<'a>>,
    denied: impl IntoIterator<Item = &'d Denial>,
    ground: &Ground<'_>,
) -> Terms<'a> {
    let mut terms: Terms<'a> = said.into_iter().map(|statement| Term::of(statement, ground)).collect();
    for denial in denied {
        end_denied(&mut terms, denial, ground);
    }
    if terms.len() > 1 {
        end_corrected(&mut terms);
        leave_one_voice(&mut terms);
        choose_candidates(&mut terms, ground);
    }
    for term in terms.iter_mut().filter(|term| term.counts()) {
        term.doubted = term.doubt(ground);
    }
    terms
}

/// Ends what a denial says is not true.
fn end_denied(terms: &mut Terms<'_>, denial: &Denial, ground: &Ground<'_>) {
    for term in terms {
        let is_older = term.said.as_of <= denial.as_of;
        let is_denied = match &denial.value {
            None => is_older,
            Some(value) => {
                same(ground.rules.meaning, value, &term.said.value) && (is_older || term.rank != FactKind::Corrected)
            }
        };
        if is_denied {
            term.role = Role::Ended;
        }
    }
}

/// Ends what was said before the last correction, or with it.
fn end_corrected(terms: &mut Terms<'_>) {
    let corrections = terms.iter().filter(|term| term.counts() && term.rank == FactKind::Corrected);
    let last = corrections.map(|term| term.said).max_by_key(|said| (said.as_of, &said.source, &said.value));
    let Some(last) = last else { return };
    for term in terms.iter_mut().filter(|term| term.said.as_of <= last.as_of && term.said != last) {
        term.role = Role::Ended;
    }
}

/// Leaves of each source the last of the firmest kind.
fn leave_one_voice(terms: &mut Terms<'_>) {
    terms.sort_by(|a, b| {
        let firm = |term: &Term<'_>| (term.rank, term.said.as_of);
        let order = a.said.source.cmp(&b.said.source).then(a.role.cmp(&b.role)).then(firm(b).cmp(&firm(a)));
        order.then_with(|| b.said.cmp(a.said))
    });
    let mut voice: Option<&TraitValue> = None;
    for term in terms.iter_mut().filter(|term| term.counts()) {
        match voice {
            Some(first) if first.source == term.said.source => term.role = Role::Replaced,
            _ => voice = Some(term.said),
        }
    }
}

/// Numbers the values of the firmest kind, and takes the votes of all others that say one of them.
fn choose_candidates(terms: &mut Terms<'_>, ground: &Ground<'_>) {
    let Some(firmest) = terms.iter().filter(|term| term.counts()).map(|term| term.rank).max() else { return };
    let mut values = SmallVec::<[&Value; 4]>::new();
    let mut order: SmallVec<[usize; 4]> = (0..terms.len()).filter(|place| terms[*place].counts()).collect();
    order.sort_by_key(|place| Reverse(terms[*place].rank));
    for place in order {
        let term = &mut terms[place];
        let known = values.iter().position(|value| same(ground.rules.meaning, value, &term.said.value));
        match known {
            Some(candidate) => term.candidate = candidate,
            None if term.rank == firmest => {
                term.candidate = values.len();
                values.push(&term.said.value);
            }
            None => term.role = Role::Outweighed,
        }
    }
}
