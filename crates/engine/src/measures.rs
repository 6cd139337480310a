//! Scores and what models say of a person, with all that leads there.

use std::sync::Arc;

use condition::Model;
use model::{
    name::{Name, Score},
    time::Timestamp,
    trust::Trust,
};
use segment::{
    membership::WithSegments,
    score::{Counted, ScoreRule},
};

use crate::person::View;

/// A score, and what it is the sum of.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownScore {
    /// Its name.
    pub name: Name<Score>,
    /// How high it is now.
    pub points: f64,
    /// What each rule comes to, and behind them each condition.
    pub parts: Vec<KnownPart>,
}

/// What one rule or condition of a score comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPart {
    /// Which events count, or what has to hold, as conditions write it.
    pub of: String,
    /// How many events count now; 1 or 0 for a condition.
    pub times: usize,
    /// The points now.
    pub points: f64,
}

/// What a model says, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownReading {
    /// The most probable word.
    pub word: &'static str,
    /// How probable it is.
    pub probability: Trust,
    /// Since when it is that word.
    pub since: Timestamp,
    /// The first moment at which it could be another with no new event.
    pub valid_until: Option<Timestamp>,
    /// How probable each word is.
    pub words: Vec<(&'static str, f64)>,
    /// What each feature is.
    pub features: Vec<(Arc<str>, f64)>,
}

pub(crate) fn scores(view: &View<'_>) -> Vec<KnownScore> {
    let (segments, memberships) = (&view.plan().segments, &view.person().memberships);
    let facts = WithSegments::new(view, segments, memberships, view.now());
    let known = |score: &ScoreRule| {
        let names = score.rules.iter().map(|rule| rule.what.print());
        let names = names.chain(score.bonuses.iter().map(|bonus| bonus.when.print()));
        let part = |(of, counted): (String, Counted)| KnownPart { of, times: counted.times, points: counted.points() };
        KnownScore {
            name: score.name.clone(),
            points: score.of(&facts, view.now()).now(),
            parts: names.zip(score.counted(&facts, view.now())).map(part).collect(),
        }
    };
    segments.scores().iter().map(known).collect()
}

pub(crate) fn reading(view: &View<'_>, model: Model) -> Option<KnownReading> {
    let (rule, held) = (view.plan().segments.model(model)?, view.person().memberships.readings.get(model)?);
    let (word, probability) = held.says?;
    let judged = rule.judge(view, view.now()).0?;
    let names = rule.features.iter().map(|feature| feature.name.clone());
    Some(KnownReading {
        word,
        probability,
        since: held.since,
        valid_until: held.valid_until,
        words: judged.words,
        features: names.zip(judged.features).collect(),
    })
}
