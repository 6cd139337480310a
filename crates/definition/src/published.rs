//! What is remembered of earlier publications: the number of each segment, and when its condition last changed.

use std::collections::{BTreeMap, BTreeSet};

use condition::Condition;
use engine::plan::Plan;
use model::{
    name::{Name, Segment},
    schema::{TraitSchema, TraitType},
};
use segment::set::{SegmentNumber, SegmentRule};
use serde::{Deserialize, Serialize};

use crate::error::{Fault, code};

/// The memory of earlier publications. Stored with the documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Published {
    /// The number that the next new segment gets. Never falls, so that no number is given twice.
    next_number: u32,
    /// The plan revision at which the union of the segments' needs last grew.
    pub(crate) needs_revision: u64,
    /// The segments of the latest publication.
    segments: BTreeMap<String, PublishedSegment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedSegment {
    number: u32,
    /// The plan revision at which `condition` or `traits` last changed.
    changed: u64,
    /// The canonical text.
    condition: String,
    /// The traits that the condition reads and the type of each: the same text means something else on another type.
    traits: BTreeMap<String, String>,
}

/// Whether any segment's condition is new or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conditions {
    Unchanged,
    Changed,
}

impl Published {
    /// Checks what was read from storage.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let mut numbers = BTreeSet::new();
        if self.segments.values().all(|segment| segment.number < self.next_number && numbers.insert(segment.number)) {
            return Ok(());
        }
        let message = "The stored definitions give two segments one number.";
        Err(Fault::new(code::UNREADABLE, "/published", message))
    }

    /// Takes over what the plan in force knows and this memory does not, as when the documents were read from files.
    pub(crate) fn learn(&mut self, before: &Plan) {
        for rule in before.segments.rules() {
            self.next_number = self.next_number.max(rule.number.0.saturating_add(1));
            let number_is_taken = || self.segments.values().any(|segment| segment.number == rule.number.0);
            if !self.segments.contains_key(rule.name.as_str()) && !number_is_taken() {
                let seen = PublishedSegment {
                    number: rule.number.0,
                    changed: rule.changed,
                    condition: rule.condition.print(),
                    traits: traits_read(&rule.condition, &before.schema),
                };
                self.segments.insert(rule.name.as_str().to_owned(), seen);
            }
        }
    }

    /// Publishes these segments and no others: new ones get a number, changed ones the revision.
    pub(crate) fn publish(
        &mut self,
        conditions: Vec<(Name<Segment>, Condition)>,
        schema: &TraitSchema,
        revision: u64,
    ) -> Result<(Vec<SegmentRule>, Conditions), Fault> {
        let mut earlier = std::mem::take(&mut self.segments);
        let mut any = Conditions::Unchanged;
        let mut rules = Vec::with_capacity(conditions.len());
        for (name, condition) in conditions {
            let (text, traits) = (condition.print(), traits_read(&condition, schema));
            let was = earlier.remove(name.as_str());
            let number = match &was {
                Some(was) => was.number,
                None => self.take_number()?,
            };
            let changed = match was {
                Some(was) if was.condition == text && was.traits == traits => was.changed,
                _ => {
                    any = Conditions::Changed;
                    revision
                }
            };
            let published = PublishedSegment { number, changed, condition: text, traits };
            self.segments.insert(name.as_str().to_owned(), published);
            rules.push(SegmentRule { number: SegmentNumber(number), name, condition, changed });
        }
        Ok((rules, any))
    }

    fn take_number(&mut self) -> Result<u32, Fault> {
        let number = self.next_number;
        self.next_number = number.checked_add(1).ok_or_else(|| {
            Fault::new(code::NUMBERS_USED_UP, "", "This project has published as many segments as there are numbers.")
        })?;
        Ok(number)
    }
}

fn traits_read(condition: &Condition, schema: &TraitSchema) -> BTreeMap<String, String> {
    let word = |name: &str| schema.get(name).map_or(TraitType::Any.word(), |rules| rules.holds.word());
    let traits = condition.needs().traits.iter();
    traits.map(|name| (name.as_str().to_owned(), word(name.as_str()).to_owned())).collect()
}
