//! What is remembered of earlier publications: the number of each segment, and when its condition last changed.

use std::collections::{BTreeMap, BTreeSet};

use condition::{Condition, Needs};
use engine::plan::Plan;
use model::{
    name::{Name, Segment},
    schema::{TraitSchema, TraitType},
};
use segment::{
    interests::InterestRules,
    model::ModelRule,
    score::ScoreRule,
    set::{SegmentNumber, SegmentRule},
};
use serde::{Deserialize, Serialize};

use crate::{
    belief,
    error::{Fault, code},
    interests,
};

/// The memory of earlier publications. Stored with the documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Published {
    /// The number that the next new segment gets. Never falls, so that no number is given twice.
    next_number: u32,
    /// The plan revision at which the union of the segments' needs last grew.
    pub(crate) needs_revision: u64,
    /// The attributes whose values were topics of interests in the latest publication; `None` if it knew of no interests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<BTreeSet<String>>,
    /// The segments of the latest publication.
    segments: BTreeMap<String, PublishedSegment>,
    /// The models of the latest publication.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    models: BTreeMap<String, PublishedModel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedModel {
    /// The plan revision at which `text` last changed.
    changed: u64,
    /// The canonical text.
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedSegment {
    number: u32,
    /// The plan revision at which `condition`, `traits`, `interests` or `scores` last changed.
    changed: u64,
    /// The canonical text.
    condition: String,
    /// The traits that the condition reads and the rules of each: the same text means something else on another type.
    traits: BTreeMap<String, String>,
    /// What it rests on how far these are believed, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    belief: Option<String>,
    /// The rules of interests, if the condition asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interests: Option<String>,
    /// The scores that the condition asks for, and what each is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    scores: BTreeMap<String, String>,
}

impl PublishedSegment {
    fn is_of(&self, condition: &str, (traits, belief): (&BTreeMap<String, String>, &Option<String>)) -> bool {
        self.condition == condition && self.traits == *traits && self.belief == *belief
    }
}

/// Whether digests of interests hold what they held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topics {
    Unchanged,
    Changed,
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
        let fingerprint = belief::fingerprint(before.trust, &before.own, &before.sources);
        for model in before.segments.models() {
            let seen = || PublishedModel { changed: model.changed, text: model.print() };
            self.models.entry(model.model.word().to_owned()).or_insert_with(seen);
        }
        for rule in before.segments.rules() {
            self.next_number = self.next_number.max(rule.number.0.saturating_add(1));
            let number_is_taken = || self.segments.values().any(|segment| segment.number == rule.number.0);
            if !self.segments.contains_key(rule.name.as_str()) && !number_is_taken() {
                let needs = needs_below(&rule.condition, before.segments.scores());
                let seen = PublishedSegment {
                    number: rule.number.0,
                    changed: rule.changed,
                    condition: rule.condition.print(),
                    belief: (!needs.traits.is_empty()).then(|| fingerprint.clone()),
                    traits: traits_read(&needs, &before.schema),
                    interests: interests_read(&needs, before.segments.interests()),
                    scores: scores_read(&rule.condition, before.segments.scores()),
                };
                self.segments.insert(rule.name.as_str().to_owned(), seen);
            }
        }
    }

    /// Publishes these segments and no others: new ones get a number, changed ones the revision.
    pub(crate) fn publish(
        &mut self,
        conditions: Vec<(Name<Segment>, Condition)>,
        (schema, belief, interests, scores): (&TraitSchema, &str, &InterestRules, &[ScoreRule]),
        revision: u64,
    ) -> Result<(Vec<SegmentRule>, Conditions), Fault> {
        let mut earlier = std::mem::take(&mut self.segments);
        let mut any = Conditions::Unchanged;
        let mut rules = Vec::with_capacity(conditions.len());
        for (name, condition) in conditions {
            let needs = needs_below(&condition, scores);
            let (text, traits) = (condition.print(), traits_read(&needs, schema));
            let belief = (!traits.is_empty()).then(|| belief.to_owned());
            let interests = interests_read(&needs, interests);
            let scores = scores_read(&condition, scores);
            let was = earlier.remove(name.as_str());
            let number = match &was {
                Some(was) => was.number,
                None => self.take_number()?,
            };
            let changed = match was {
                Some(was)
                    if was.is_of(&text, (&traits, &belief)) && was.interests == interests && was.scores == scores =>
                {
                    was.changed
                }
                _ => {
                    any = Conditions::Changed;
                    revision
                }
            };
            let published = PublishedSegment { number, changed, condition: text, traits, belief, interests, scores };
            self.segments.insert(name.as_str().to_owned(), published);
            rules.push(SegmentRule { number: SegmentNumber(number), name, condition, changed });
        }
        Ok((rules, any))
    }

    /// Remembers what digests hold under these rules.
    pub(crate) fn note_topics(&mut self, rules: &InterestRules) -> Topics {
        let attributes = rules.attributes.iter().map(|name| (**name).to_owned()).collect();
        let before = self.attributes.replace(attributes);
        if before == self.attributes { Topics::Unchanged } else { Topics::Changed }
    }

    /// Publishes these models and no others: new and changed ones get the revision.
    pub(crate) fn note_models(&mut self, models: Vec<ModelRule>, revision: u64) -> (Vec<ModelRule>, Conditions) {
        let mut earlier = std::mem::take(&mut self.models);
        let mut any = Conditions::Unchanged;
        let note = |model: ModelRule| {
            let (name, text) = (model.model.word().to_owned(), model.print());
            let changed = match earlier.remove(&name) {
                Some(was) if was.text == text => was.changed,
                _ => {
                    any = Conditions::Changed;
                    revision
                }
            };
            self.models.insert(name, PublishedModel { changed, text });
            ModelRule { changed, ..model }
        };
        (models.into_iter().map(note).collect(), any)
    }

    fn take_number(&mut self) -> Result<u32, Fault> {
        let number = self.next_number;
        self.next_number = number.checked_add(1).ok_or_else(|| {
            Fault::new(code::NUMBERS_USED_UP, "", "This project has published as many segments as there are numbers.")
        })?;
        Ok(number)
    }
}

/// What the scores are that a condition asks for, by themselves and through scores.
fn scores_read(condition: &Condition, scores: &[ScoreRule]) -> BTreeMap<String, String> {
    let (mut read, mut open) = (BTreeMap::new(), condition.needs().scores.clone());
    while let Some(name) = open.pop_first() {
        let Some(score) = scores.iter().find(|score| score.name == name) else { continue };
        if read.insert(name.as_str().to_owned(), score.print()).is_none() {
            open.extend(score.needs().scores);
        }
    }
    read
}

/// What a condition looks at by itself and through scores.
fn needs_below(condition: &Condition, scores: &[ScoreRule]) -> Needs {
    let (mut needs, mut seen) = (condition.needs().clone(), BTreeSet::new());
    while let Some(name) = needs.scores.iter().find(|name| !seen.contains(*name)).cloned() {
        if let Some(score) = scores.iter().find(|score| score.name == name) {
            needs.merge(&score.needs());
        }
        seen.insert(name);
    }
    needs
}

fn interests_read(needs: &Needs, rules: &InterestRules) -> Option<String> {
    (!needs.interests.is_empty()).then(|| interests::canonical(rules))
}

fn traits_read(needs: &Needs, schema: &TraitSchema) -> BTreeMap<String, String> {
    let rules = |name: &str| schema.get(name).map_or_else(|| TraitType::Any.word().to_owned(), belief::of_trait);
    let traits = needs.traits.iter();
    traits.map(|name| (name.as_str().to_owned(), rules(name.as_str()))).collect()
}
