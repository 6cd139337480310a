//! Scores, stage and aim of one person, as the API shows them.

use std::collections::BTreeMap;

use api::wire::{
    measure::{ProfileReading, ProfileScore, ProfileTransition, ScorePart},
    profile::shown,
};
use condition::Model;
use engine::{
    measures::{KnownPart, KnownScore},
    person::View,
};

/// The scores by name.
pub(crate) fn scores(view: &View<'_>) -> BTreeMap<String, ProfileScore> {
    let part = |KnownPart { of, times, points }: KnownPart| ScorePart { of, times: times as u64, points };
    let score = |KnownScore { name, points, parts }: KnownScore| {
        (name.to_string(), ProfileScore { points, parts: parts.into_iter().map(part).collect() })
    };
    view.scores().into_iter().map(score).collect()
}

/// What a model says.
pub(crate) fn said(view: &View<'_>, model: Model) -> Option<ProfileReading> {
    let known = view.says(model)?;
    Some(ProfileReading {
        word: known.word.to_owned(),
        probability: shown(known.probability),
        since: known.since.into(),
        valid_until: known.valid_until.map(Into::into),
        words: known.words.into_iter().map(|(word, probability)| (word.to_owned(), probability)).collect(),
        features: known.features.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
    })
}

/// When models began to say another word, the oldest first.
pub(crate) fn transitions(view: &View<'_>) -> Vec<ProfileTransition> {
    let transitions = view.person().memberships.readings.transitions().iter();
    let shown = transitions.map(|transition| ProfileTransition {
        at: transition.at.into(),
        model: transition.model.word().to_owned(),
        from: transition.from.map(str::to_owned),
        to: transition.to.to_owned(),
        probability: shown(transition.probability),
    });
    shown.collect()
}
