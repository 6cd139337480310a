//! Models: small sums of stated features that say where a person stands, and what a visit is for.
//!
//! ```text
//! p(word) = exp(z(word)) / Σ over words: exp(z)          z(word) = bias(word) + Σ over features: weight · feature
//! ```
//!
//! A multinomial logistic model, whose weights the shop reads and changes. Its features count events and nothing else,
//! so all that it says can be told from a person's history. It is read when one of these events happens, and between
//! two of them as its [`Pace`] says: not whenever a window slides over an event.

use std::sync::Arc;

use condition::{Facts, Measure, Model, Needs, Reading, Window};
use model::{
    journey::{Aim, Stage},
    time::{Span, Timestamp},
    trust::Trust,
    value::Finite,
};

/// After a pause of this length a visit is over. The usual length in web analytics.
pub const VISIT: Span = Span::MINUTE.times(30);

/// One published model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRule {
    /// What it says.
    pub model: Model,
    /// What speaks for each word by itself, in the order of [`words`].
    pub bias: Vec<Finite>,
    /// What it looks at.
    pub features: Vec<Feature>,
    /// The plan revision at which it last changed.
    pub changed: u64,
}

/// One thing that a model looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name, for who reads the model.
    pub name: Arc<str>,
    /// What it measures. It looks at events only.
    pub measure: Measure,
    /// It counts for no more than this, and for no less than its negative.
    pub most: Finite,
    /// How much one of it speaks for each word, in the order of [`words`].
    pub weights: Vec<Finite>,
}

/// What a model says, with all that leads there.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The most probable word.
    pub reading: Reading,
    /// Each word with its probability, in the order of [`words`].
    pub words: Vec<(&'static str, f64)>,
    /// What each feature is, in the order of the model.
    pub features: Vec<f64>,
}

/// When a model is read between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// At midnight, UTC: it is about weeks.
    Daily,
    /// Not at all; and [`VISIT`] after the last event it says nothing any more.
    Visit,
}

/// The words that a model can say. Where two are as probable, the first of them is said.
pub fn words(model: Model) -> Vec<&'static str> {
    match model {
        Model::Stage => Stage::ALL.map(Stage::word).to_vec(),
        Model::Aim => Aim::ALL.map(Aim::word).to_vec(),
    }
}

const fn pace(model: Model) -> Pace {
    match model {
        Model::Stage => Pace::Daily,
        Model::Aim => Pace::Visit,
    }
}

impl ModelRule {
    /// What must be known of a person. A little more than the features ask for: between two events they are read as of
    /// the first of them, or of midnight.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        self.features.iter().for_each(|feature| needs.merge(feature.measure.needs()));
        let longer = match pace(self.model) {
            Pace::Daily => Span::DAY,
            Pace::Visit => VISIT,
        };
        for need in needs.events.values_mut() {
            if let Window::Within(span) = need.window {
                need.window = Window::Within(Span::from_millis(span.as_millis().saturating_add(longer.as_millis())));
            }
        }
        needs
    }

    /// What it says at `now`; `None` if it says nothing, and then until when.
    pub fn judge(&self, facts: &dyn Facts, now: Timestamp) -> (Option<Judgement>, Option<Timestamp>) {
        let (last, coming) = self.around(facts, now);
        let as_of = match (pace(self.model), last) {
            (Pace::Daily, last) => last.max(Some(day_of(now))).unwrap_or(now),
            (Pace::Visit, Some(last)) if now < last.plus(VISIT) => last,
            (Pace::Visit, _) => return (None, coming),
        };
        let mut moves_at = None;
        let features = self.features.iter().map(|feature| {
            let measured = feature.measure.of(facts, as_of);
            moves_at = moves_at.into_iter().chain(measured.stands_until).min();
            measured.value.clamp(-feature.most.get(), feature.most.get())
        });
        let features: Vec<f64> = features.collect();
        let over = match pace(self.model) {
            Pace::Daily => moves_at.map(next_midnight),
            Pace::Visit => Some(as_of.plus(VISIT)),
        };
        let valid_until = over.into_iter().chain(coming).min();
        let words = self.probabilities(&features);
        let first = words.iter().rev().max_by(|one, other| one.1.total_cmp(&other.1));
        let says = first.map(|(word, probability)| Judgement {
            reading: Reading { word, probability: Trust::new(*probability), valid_until },
            words: words.clone(),
            features: features.clone(),
        });
        (says, valid_until)
    }

    /// Whether it says something even of somebody of whom nothing is known.
    pub(crate) fn speaks_of_everybody(&self) -> bool {
        pace(self.model) == Pace::Daily
    }

    /// What it means, in one spelling: two models of one text are one.
    pub fn print(&self) -> String {
        let list = |numbers: &[Finite]| numbers.iter().map(|n| n.get().to_string()).collect::<Vec<_>>().join(" ");
        let feature = |f: &Feature| format!("{} ± {} * [{}]", f.measure.print(), f.most.get(), list(&f.weights));
        let features: Vec<String> = self.features.iter().map(feature).collect();
        format!("[{}] + {}", list(&self.bias), features.join(" + "))
    }

    fn probabilities(&self, features: &[f64]) -> Vec<(&'static str, f64)> {
        let sum = |word: usize| {
            let weighted =
                self.features.iter().zip(features).map(|(feature, value)| feature.weights[word].get() * value);
            self.bias[word].get() + weighted.sum::<f64>()
        };
        let words = words(self.model);
        let sums: Vec<f64> = (0..words.len()).map(sum).collect();
        // Of all sums the same may be taken: the largest exponential is 1 then.
        let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let parts: Vec<f64> = sums.iter().map(|sum| libm::exp(sum - most)).collect();
        let all: f64 = parts.iter().sum();
        words.into_iter().zip(parts).map(|(word, part)| (word, part / all)).collect()
    }

    /// The last of its events up to `now`, and the next after that.
    fn around(&self, facts: &dyn Facts, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let (mut last, mut coming) = (None, None);
        for feature in &self.features {
            for event in feature.measure.needs().events.keys() {
                let trail = facts.trail(event);
                let place = trail.partition_point(|occurrence| occurrence.at <= now);
                last = last.max(place.checked_sub(1).map(|before| trail[before].at));
                coming = coming.into_iter().chain(trail.get(place).map(|next| next.at)).min();
            }
        }
        (last, coming)
    }
}

fn day_of(moment: Timestamp) -> Timestamp {
    Timestamp::EPOCH.plus(Span::DAY.times(moment.day()))
}

/// The first midnight from a moment on.
fn next_midnight(moment: Timestamp) -> Timestamp {
    let today = day_of(moment);
    if today == moment { today } else { today.plus(Span::DAY) }
}
