//! What is kept of the decisions about a side: what won lately, which caps count, what was shown, and on which days
//! there were any.

use std::borrow::Cow;

use model::{
    limits::{CAP_MOST, LEDGER_EXPERIENCES},
    name::{Content, Experience, Name},
    time::Timestamp,
};

use crate::exposure::Exposures;

/// The decisions about one side, without what was decided.
///
/// Of one experience the latest [`CAP_MOST`] moments are kept, of one side [`LEDGER_EXPERIENCES`] experiences: those with
/// caps before those without, then those that won last. No more than that may have caps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    won: Vec<(Name<Experience>, Vec<Timestamp>)>,
    days: Vec<i64>,
    shown: Exposures,
}

impl Ledger {
    /// Builds from what is stored: experiences in order of name, each with its moments in order of time; days in order.
    pub fn from_parts(won: Vec<(Name<Experience>, Vec<Timestamp>)>, days: Vec<i64>, shown: Exposures) -> Self {
        Self { won, days, shown }
    }

    /// The contents that were shown.
    pub fn shown(&self) -> &Exposures {
        &self.shown
    }

    /// The experiences that won, in order of name, with the moments in order of time.
    pub fn won(&self) -> std::slice::Iter<'_, (Name<Experience>, Vec<Timestamp>)> {
        self.won.iter()
    }

    /// The days on which something was decided of which the record is kept, in order: since 1970-01-01, UTC.
    pub fn days(&self) -> &[i64] {
        &self.days
    }

    /// The oldest day that it says something of.
    pub(crate) fn first_day(&self) -> Option<i64> {
        let won = self.won.iter().filter_map(|(_, moments)| moments.last()).map(|at| at.day());
        let shown = self.shown.iter().map(|exposure| exposure.last.day());
        won.chain(shown).chain(self.days.first().copied()).min()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.won.is_empty() && self.days.is_empty() && self.shown.is_empty()
    }

    /// When an experience won, the oldest first.
    pub fn of(&self, experience: &Name<Experience>) -> &[Timestamp] {
        match self.won.binary_search_by(|(name, _)| name.cmp(experience)) {
            Ok(place) => &self.won[place].1,
            Err(_) => &[],
        }
    }

    /// Notes that a page was decided and what won on it. Says whether that changed anything.
    pub(crate) fn note(
        &mut self,
        won: &[Name<Experience>],
        at: Timestamp,
        has_caps: impl Fn(&Name<Experience>) -> bool,
    ) -> bool {
        let day = at.day();
        let is_new = self.days.last().is_none_or(|last| *last < day);
        if is_new {
            self.days.push(day);
        }
        won.iter().for_each(|experience| self.add(experience, at, &has_caps));
        is_new || !won.is_empty()
    }

    /// Notes that a content was shown.
    pub(crate) fn expose(&mut self, content: &Name<Content>, at: Timestamp) {
        self.shown.note(content, at);
    }

    fn add(&mut self, experience: &Name<Experience>, at: Timestamp, has_caps: impl Fn(&Name<Experience>) -> bool) {
        let place = match self.won.binary_search_by(|(name, _)| name.cmp(experience)) {
            Ok(place) => place,
            Err(place) => {
                self.won.insert(place, (experience.clone(), Vec::with_capacity(1)));
                place
            }
        };
        let moments = &mut self.won[place].1;
        moments.insert(moments.partition_point(|moment| *moment <= at), at);
        if moments.len() > usize::from(CAP_MOST) {
            moments.remove(0);
        }
        if self.won.len() > LEDGER_EXPERIENCES {
            let rank = |(name, moments): &(Name<Experience>, Vec<Timestamp>)| (has_caps(name), moments.last().copied());
            let least = self.won.iter().enumerate().min_by_key(|(_, entry)| rank(entry));
            if let Some((place, _)) = least {
                self.won.remove(place);
            }
        }
    }

    /// Forgets what was decided before a day; says whether there was anything.
    pub(crate) fn drop_before(&mut self, day: i64) -> bool {
        let is_kept = |at: &Timestamp| at.day() >= day;
        let known = (self.days.len(), self.won.len());
        self.days.retain(|known| *known >= day);
        self.won.retain(|(_, moments)| moments.last().is_some_and(is_kept));
        let forgot_shown = self.shown.drop_before(day);
        known != (self.days.len(), self.won.len()) || forgot_shown
    }

    /// Forgets the days of records that are kept no longer: those made from a moment on. What won and what was shown
    /// stays, for caps.
    pub(crate) fn forget_records_since(&mut self, since: Timestamp) {
        self.days.retain(|day| *day <= since.day());
    }
}

/// When an experience won over all sides of a person, the oldest first.
pub(crate) fn won_over<'a>(
    mut sides: impl Iterator<Item = &'a Ledger>,
    experience: &Name<Experience>,
) -> Cow<'a, [Timestamp]> {
    let mut all = Cow::Borrowed(sides.next().map_or(&[][..], |won| won.of(experience)));
    for won in sides {
        let more = won.of(experience);
        if all.is_empty() {
            all = Cow::Borrowed(more);
        } else if !more.is_empty() {
            let all = all.to_mut();
            all.extend(more);
            all.sort_unstable();
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &Name<Experience>) -> bool {
        false
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::saturating_from_millis(ms)
    }

    #[test]
    fn it_keeps_the_latest_of_each_and_the_experiences_that_won_last() {
        let mut won = Ledger::default();
        for ms in 0..i64::from(CAP_MOST) + 5 {
            won.add(&"boots".into(), at(ms), none);
        }
        assert_eq!(won.of(&"boots".into()).len(), usize::from(CAP_MOST));
        assert_eq!(won.of(&"boots".into()).first(), Some(&at(5)));
        for number in 0..LEDGER_EXPERIENCES {
            won.add(&format!("e{number}").as_str().into(), at(1_000 + number as i64), none);
        }
        assert!(won.of(&"boots".into()).is_empty(), "it won longest ago");
        assert_eq!(won.won().len(), LEDGER_EXPERIENCES);
        assert_eq!(won.of(&"e0".into()), [at(1_000)]);
    }

    #[test]
    fn what_has_caps_is_forgotten_last() {
        let (mut ledger, capped) = (Ledger::default(), Name::from("capped"));
        ledger.add(&capped, at(1), |name| *name == capped);
        for number in 0..LEDGER_EXPERIENCES {
            ledger.add(&format!("e{number}").as_str().into(), at(1_000), |name| *name == capped);
        }
        assert_eq!((ledger.won().len(), ledger.of(&capped)), (LEDGER_EXPERIENCES, &[at(1)][..]));
    }

    #[test]
    fn sides_are_read_together() {
        let (mut one, mut other) = (Ledger::default(), Ledger::default());
        one.add(&"a".into(), at(3), none);
        other.add(&"a".into(), at(1), none);
        other.add(&"b".into(), at(2), none);
        assert_eq!(&*won_over([&one, &other].into_iter(), &"a".into()), [at(1), at(3)]);
        assert_eq!(&*won_over([&one, &other].into_iter(), &"b".into()), [at(2)]);
        assert!(won_over([&one].into_iter(), &"c".into()).is_empty());
    }

    #[test]
    fn days_come_and_go_with_the_records() {
        let day = 86_400_000;
        let mut ledger = Ledger::default();
        assert!(ledger.note(&[], at(1), none) && !ledger.note(&[], at(2), none));
        assert!(
            ledger.note(&["boots".into()], at(2), none)
                && ledger.note(&[], at(3 * day), none)
                && ledger.note(&[], at(5 * day), none)
        );
        assert_eq!(ledger.days(), [0, 3, 5]);
        ledger.forget_records_since(at(3 * day + 7));
        assert_eq!(ledger.days(), [0, 3]);
        assert!(ledger.drop_before(1) && !ledger.drop_before(1));
        assert_eq!((ledger.days(), ledger.won().len()), (&[3][..], 0));
    }
}
