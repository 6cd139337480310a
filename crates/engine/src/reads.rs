//! Which traits decisions read, and on which day last.
//!
//! A decision asks for traits itself, and for segments and scores that look at others. Only the day is kept, so what was
//! noted today need not be noted again: a decision pays a look at a set for each name that it asked for.

use std::collections::{BTreeMap, BTreeSet};

use condition::Needs;
use model::{
    name::{Name, Score, Segment, Trait},
    time::Timestamp,
};

use crate::{command::PageRead, guard, plan::Plan, state::State};

/// What is noted already, of one day and one plan.
#[derive(Debug, Default)]
pub struct Reads {
    day: i64,
    revision: u64,
    traits: BTreeSet<Name<Trait>>,
    segments: BTreeSet<Name<Segment>>,
    scores: BTreeSet<Name<Score>>,
}

impl State {
    /// Notes the day on which traits were read: those that were asked for, those that segments and scores look at, and
    /// those that say whether somebody is to be left in peace.
    pub(crate) fn note_reads(&mut self, plan: &Plan, read: &PageRead, now: Timestamp) {
        let day = now.day();
        let reads = &mut self.reads;
        if (reads.day, reads.revision) != (day, plan.revision) || reads.traits.is_empty() {
            *reads = Reads { day, revision: plan.revision, ..Reads::default() };
            let oldest = now.minus(plan.retention).day();
            self.core.trait_reads.retain(|_, read| *read >= oldest);
            guard::traits(plan).for_each(|name| reads.note(&mut self.core.trait_reads, &name.into()));
        }
        let known = &mut self.core.trait_reads;
        read.traits.iter().for_each(|name| reads.note(known, name));
        for name in &read.segments {
            reads.note_segment(plan, known, name);
        }
        for name in &read.scores {
            if !reads.scores.contains(name) {
                reads.scores.insert(name.clone());
                if let Some(score) = plan.segments.score(name) {
                    reads.note_needs(plan, known, &score.needs());
                }
            }
        }
    }
}

impl Reads {
    fn note(&mut self, known: &mut BTreeMap<Name<Trait>, i64>, name: &Name<Trait>) {
        if !self.traits.contains(name) {
            self.traits.insert(name.clone());
            known.insert(name.clone(), self.day);
        }
    }

    fn note_segment(&mut self, plan: &Plan, known: &mut BTreeMap<Name<Trait>, i64>, name: &Name<Segment>) {
        if !self.segments.contains(name) {
            self.segments.insert(name.clone());
            if let Some(place) = plan.segments.place_of(name) {
                self.note_needs(plan, known, plan.segments.needs_of(place));
            }
        }
    }

    /// Segments name others, never themselves; so this ends.
    fn note_needs(&mut self, plan: &Plan, known: &mut BTreeMap<Name<Trait>, i64>, needs: &Needs) {
        needs.traits.iter().for_each(|name| self.note(known, name));
        needs.segments.iter().for_each(|name| self.note_segment(plan, known, name));
    }
}
