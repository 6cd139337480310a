//! What a census tells, in the shape of answers and in sentences.

mod sentence;

use api::wire::census::{
    ContentIdentification, FailureAnswer, IdentificationAnswer, IdentificationRate, SourceAlarm, SourceHealth,
    SourcesAnswer, StageIdentification, ThermometerAnswer, TraitFailures, TrendPoint, UnheededLesson, UnreadTrait,
    UnreadTraits,
};
use definition::{Documents, Kind};
use engine::{
    census::{Census, Failures, KnownTally, SourceTally, Unheeded, figures::Figures},
    plan::Plan,
};
use model::{
    name::{Name, Source, Trait},
    time::{Span, Timestamp},
};

use self::sentence::Failure;

/// Traits that the thermometer names, at most.
const TRAITS_SHOWN: usize = 20;

/// The six failures and their trend.
pub(crate) fn thermometer(census: &Census, trend: &[Figures]) -> ThermometerAnswer {
    let Figures { failures, apart, customers, visitors, at } = census.figures();
    let Failures { stale, wrong, without_purchase, assumed, over_contacted } = failures;
    let of = [
        (Failure::Stale, stale),
        (Failure::Wrong, wrong),
        (Failure::WithoutPurchase, without_purchase),
        (Failure::Assumed, assumed),
        (Failure::OverContacted, over_contacted),
        (Failure::NotJoined, apart),
    ];
    let failures = of.map(|(failure, concerned)| FailureAnswer {
        name: failure.word().to_owned(),
        customers: concerned,
        of: customers,
        share: share(concerned, customers),
        text: sentence::failure(failure, concerned, customers),
    });
    let mut traits: Vec<_> = census.traits.iter().filter(|(_, tally)| tally.stale + tally.wrong > 0).collect();
    traits.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.stale.max(tally.wrong)));
    traits.truncate(TRAITS_SHOWN);
    let traits = traits.into_iter().map(|(name, tally)| TraitFailures {
        name: name.to_string(),
        profiles: tally.profiles,
        stale: tally.stale,
        wrong: tally.wrong,
    });
    ThermometerAnswer {
        at: at.into(),
        customers,
        visitors,
        failures: failures.into(),
        traits: traits.collect(),
        trend: trend.iter().map(trend_point).collect(),
        unheeded: census.unheeded.iter().map(unheeded).collect(),
    }
}

fn unheeded(lesson: &Unheeded) -> UnheededLesson {
    UnheededLesson { setting: lesson.setting.to_string(), says: lesson.says.to_string() }
}

fn trend_point(figures: &Figures) -> TrendPoint {
    let Figures { at, customers, failures, apart, .. } = *figures;
    let Failures { stale, wrong, without_purchase, assumed, over_contacted } = failures;
    let at = at.into();
    TrendPoint { at, customers, stale, wrong, without_purchase, assumed, over_contacted, not_joined: apart }
}

/// How the sources are doing. `published` tells when a source was published that never sent anything; `None`: every
/// project has it.
pub(crate) fn sources(
    census: &Census,
    plan: &Plan,
    published: impl Fn(&Name<Source>) -> Option<Timestamp>,
) -> SourcesAnswer {
    let health = |name: &Name<Source>| {
        let tally = census.sources.get(name).copied().unwrap_or_default();
        let is_silent = match tally.last {
            Some(_) => tally.is_silent(census.at),
            None => published(name)?.plus(engine::census::SILENT_AFTER) < census.at,
        };
        Some(source(census, name, &tally, is_silent))
    };
    let mut names: Vec<_> = plan.sources.keys().chain(census.sources.keys()).collect();
    names.sort();
    names.dedup();
    SourcesAnswer {
        at: census.at.into(),
        customers: census.customers,
        sources: names.into_iter().filter_map(health).collect(),
    }
}

fn source(census: &Census, name: &Name<Source>, tally: &SourceTally, is_silent: bool) -> SourceHealth {
    let alarm = |word: &str, customers, text| SourceAlarm {
        name: word.to_owned(),
        customers,
        share_of_customers: share(customers, census.customers),
        text,
    };
    let days = tally.last.map(|last| census.at.since(last).as_millis() / Span::DAY.as_millis());
    let silent = is_silent.then(|| alarm("silent", tally.customers, sentence::silent(name, days, tally.customers)));
    let is_apart = census.is_apart(name);
    let apart = is_apart.then(|| alarm("not_joined", tally.alone, sentence::not_joined(name, tally)));
    SourceHealth {
        name: name.to_string(),
        last_event: tally.last.map(Into::into),
        events_7_days: tally.week,
        events_30_days: tally.month,
        profiles: tally.profiles,
        customers: tally.customers,
        joined: tally.customers - tally.alone,
        share_not_joined: share(tally.alone, tally.customers),
        alarms: silent.into_iter().chain(apart).collect(),
    }
}

/// The sources of the shop's own making: whatever differs from what every project has.
pub(crate) fn is_own_source(documents: &Documents, defaults: &Documents, source: &Name<Source>) -> bool {
    let document = |documents: &Documents| documents.get(Kind::Source, source.as_str());
    document(documents).is_some() && document(documents) != document(defaults)
}

/// The traits that no decision reads.
pub(crate) fn unread_traits(census: &Census, plan: &Plan) -> UnreadTraits {
    let looks_at = |name: &Name<Trait>| {
        let rules = plan.segments.rules().iter().filter(|rule| rule.condition.needs().traits.contains(name));
        rules.map(|rule| rule.name.to_string()).collect::<Vec<_>>()
    };
    let traits = census.unread().map(|(name, tally)| UnreadTrait {
        name: name.to_string(),
        profiles: tally.profiles,
        since: tally.since.into(),
        last_read: tally.read.map(|day| Timestamp::EPOCH.plus(Span::DAY.times(day)).into()),
        defined: plan.schema.get(name.as_str()).is_some(),
        segments: looks_at(name),
        text: sentence::unread(name, tally.profiles),
    });
    UnreadTraits { at: census.at.into(), traits: traits.collect() }
}

/// Which contents make people known, the best one first.
pub(crate) fn identification(census: &Census, plan: &Plan) -> IdentificationAnswer {
    let contents = census.contents.iter().map(|(name, tally)| {
        let stages = plan.decisions.content(name.as_str()).map(|content| content.stages.clone()).unwrap_or_default();
        ContentIdentification {
            content: name.to_string(),
            stages: stages.iter().map(|stage| stage.word().to_owned()).collect(),
            rate: rate(tally),
        }
    });
    let stages = census
        .stages
        .iter()
        .map(|(stage, tally)| StageIdentification { stage: stage.word().to_owned(), rate: rate(tally) });
    IdentificationAnswer {
        at: census.at.into(),
        contents: ranked(contents.collect(), |content| &content.rate),
        stages: ranked(stages.collect(), |stage| &stage.rate),
    }
}

fn rate(tally: &KnownTally) -> IdentificationRate {
    let (share, at_least) = (tally.share(), tally.at_least());
    IdentificationRate { shown: tally.shown, identified: tally.known, waiting: tally.waiting, share, at_least }
}

/// The surest first, then the one with the larger share, then the one shown more often; else as they came.
fn ranked<T>(mut all: Vec<T>, rate: impl Fn(&T) -> &IdentificationRate) -> Vec<T> {
    all.sort_by(|a, b| {
        let (a, b) = (rate(a), rate(b));
        b.at_least.total_cmp(&a.at_least).then(b.share.total_cmp(&a.share)).then(b.shown.cmp(&a.shown))
    });
    all
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}
