//! What a person is interested in, as the API shows it.

use api::wire::interest::{InterestDay, InterestSaid, ProfileInterest};
use engine::{interests::KnownInterest, person::View};
use model::time::{Span, Timestamp};

use crate::person::Reason;

/// Interests that are shown for a purpose, at most.
const SHOWN: usize = 200;

/// The interests of a person, the strongest first.
pub(crate) fn interests(view: &View<'_>, reason: &Reason) -> Vec<ProfileInterest> {
    let mut all: Vec<_> = view.interests().into_iter().map(shown).collect();
    all.sort_by(|a, b| b.strength.abs().total_cmp(&a.strength.abs()).then_with(|| a.topic.cmp(&b.topic)));
    match reason {
        Reason::Purpose(_) => all.truncate(SHOWN),
        Reason::Rights(_) => {}
    }
    all
}

fn shown(known: KnownInterest) -> ProfileInterest {
    let KnownInterest { topic, interest, evidence } = known;
    let days = evidence.days.iter().map(|day| InterestDay {
        day: day_text(day.day),
        times: day.times.iter().map(|(signal, times)| (signal.word().to_owned(), *times)).collect(),
    });
    ProfileInterest {
        topic: topic.to_string(),
        strength: interest.strength.now(),
        standing: interest.standing.word().to_owned(),
        days: days.collect(),
        said: evidence.stance.map(|(at, stance)| InterestSaid { what: stance.word().to_owned(), at: at.into() }),
    }
}

/// The day that begins so many days after 1970-01-01.
fn day_text(day: i32) -> String {
    let mut text = api::time::write(Timestamp::EPOCH.plus(Span::DAY.times(i64::from(day))));
    text.truncate("2026-03-02".len());
    text
}
