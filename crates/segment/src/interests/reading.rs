//! What follows from digests at a moment: how strong an interest is, and whether it lasts.

use condition::{Fade, Fading, left};
use model::{
    time::{Span, Timestamp},
    value::Finite,
    wish::{INTEREST_DECLARED, INTEREST_REFUSED},
};

use super::{
    EventMark, InterestRules, Signal, Stance,
    digest::{Count, Told, day_of, start_of},
};

/// All that a person did and said about one topic, over all sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The days on which there was anything, in order.
    pub days: Vec<Day>,
    /// What the person last said of it, and when.
    pub stance: Option<(Timestamp, Stance)>,
}

/// What does not count.
pub struct Excluded<'a> {
    /// Whether a program, and no person, must have been at work on a day: it had too many events.
    pub is_busy: &'a dyn Fn(i32) -> bool,
    /// Events that the person took back, by name, and up to which moment. Of the day of that moment all are taken back.
    pub removed: &'a [(EventMark, Timestamp)],
}

impl Excluded<'_> {
    fn is_removed(&self, event: EventMark, at: Timestamp) -> bool {
        self.removed.iter().any(|(removed, until)| *removed == event && at <= *until)
    }

    fn has(&self, count: &Count) -> bool {
        (self.is_busy)(count.day) || self.is_removed(count.event, start_of(count.day))
    }
}

/// What a person did about one topic on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Since 1970-01-01, UTC.
    pub day: i32,
    /// How often each signal came, in order of signal, without those that did not come.
    pub times: Vec<(Signal, u32)>,
}

/// How strong an interest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// From −1 to 1, and how it fades. Below 0 the person would rather see less of it.
    pub strength: Fading,
    /// Whether it lasts.
    pub standing: Standing,
}

impl Interest {
    /// Its strength as conditions may see it: `None` while it is tentative.
    pub fn visible(self) -> Option<Fading> {
        (self.standing != Standing::Tentative).then_some(self.strength)
    }
}

/// Whether an interest lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It rests on too little: one day's doing, which may mean anything. Nobody is told of it and no condition sees it.
    Tentative,
    /// It was declared, or there was something on enough separate days.
    Lasting,
    /// The person said that it is none, and did nothing else since.
    Refused,
}

impl Standing {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tentative => "tentative",
            Self::Lasting => "lasting",
            Self::Refused => "refused",
        }
    }
}

impl Evidence {
    /// What the sides of one person said about a topic, without what does not count. All sides are counted together
    /// before anything else is done, so that it does not matter on which one an event was.
    pub fn of<'a>(sides: impl IntoIterator<Item = &'a Told>, excluded: &Excluded<'_>) -> Self {
        let mut counts: Vec<Count> = Vec::new();
        let mut stance = None;
        let kept = |at: Option<Timestamp>, event: &str, stance| {
            let at = at.filter(|at| !excluded.is_removed(EventMark::of(event), *at))?;
            Some((at, stance))
        };
        for told in sides {
            counts.extend(told.counts.iter().filter(|count| !excluded.has(count)));
            stance = stance.max(kept(told.declared, INTEREST_DECLARED, Stance::Declared));
            stance = stance.max(kept(told.refused, INTEREST_REFUSED, Stance::Refused));
        }
        counts.sort_unstable();
        let mut days: Vec<Day> = Vec::new();
        for Count { day, signal, event: _, times } in counts {
            if days.last().is_none_or(|last| last.day != day) {
                days.push(Day { day, times: Vec::with_capacity(1) });
            }
            let Some(Day { times: known, .. }) = days.last_mut() else { continue };
            match known.last_mut() {
                Some((last, sum)) if *last == signal => *sum += u32::from(times),
                _ => known.push((signal, u32::from(times))),
            }
        }
        Self { days, stance }
    }

    /// The interest that it makes at a moment; `None` if it comes to nothing at all.
    pub fn interest(&self, rules: &InterestRules, now: Timestamp) -> Option<Interest> {
        let refused = self.stance.filter(|(_, stance)| *stance == Stance::Refused).map(|(at, _)| day_of(at));
        // A day is one number, so what follows a refusal on its own day is not told from what came before it.
        let counted = |day: &&Day| refused.is_none_or(|refused| day.day > refused);
        let points: Vec<(i32, i64)> =
            self.days.iter().filter(counted).map(|day| (day.day, points(rules, day))).collect();
        let sum = Sum::of(rules, &points);
        let on = |sign: i64| points.iter().filter(|(_, points)| points.signum() == sign).count();
        let is_enough = |days: usize| days >= usize::from(rules.lasting_days);
        if refused.is_some() && !(sum.at_last > 0.0 && is_enough(on(1))) {
            let amount = thousandths(i64::from(rules.weights.refusal));
            return Some(Interest { strength: fading(rules, amount, None), standing: Standing::Refused });
        }
        let is_declared = self.stance.is_some_and(|(_, stance)| stance == Stance::Declared);
        let lasts = match sum.at_last {
            above if above > 0.0 => is_declared || is_enough(on(1)),
            below if below < 0.0 => is_enough(on(-1)),
            _ => return None,
        };
        let standing = if lasts { Standing::Lasting } else { Standing::Tentative };
        Some(Interest { strength: fading(rules, sum.at(rules, now), Some(rules.half_life)), standing })
    }
}

/// The sum of all days' points, as of the beginning of the last one: so its sign does not depend on when one looks.
struct Sum {
    at_last: f64,
    last: Timestamp,
}

impl Sum {
    fn of(rules: &InterestRules, points: &[(i32, i64)]) -> Self {
        let last = start_of(points.last().map_or(0, |(day, _)| *day));
        let faded =
            |(day, points): &(i32, i64)| thousandths(*points) * left(last.since(start_of(*day)), rules.half_life);
        Self { at_last: points.iter().map(faded).sum(), last }
    }

    fn at(&self, rules: &InterestRules, now: Timestamp) -> f64 {
        self.at_last * left(now.since(self.last), rules.half_life)
    }
}

/// What a day says, in thousandths.
fn points(rules: &InterestRules, day: &Day) -> i64 {
    let most = u32::from(rules.most_a_day);
    let of = |(signal, times): &(Signal, u32)| i64::from(rules.weights.of(*signal)) * i64::from((*times).min(most));
    day.times.iter().map(of).sum()
}

fn fading(rules: &InterestRules, amount: f64, half_life: Option<Span>) -> Fading {
    let amount = Finite::new(amount).unwrap_or_default();
    let ease = Finite::new(thousandths(i64::from(rules.ease_milli)));
    Fading { parts: vec![Fade { amount, half_life, most: None }], ease, ..Fading::default() }
}

fn thousandths(count: i64) -> f64 {
    count as f64 / 1_000.0
}
