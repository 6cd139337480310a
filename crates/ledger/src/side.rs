//! What is kept of the decisions about a side: what won lately, which caps count, what was shown, and on which days
//! there were any.

use std::borrow::Cow;

use decide::{INTRUSION_PERIOD, Showing, Stay};
use model::{
    limits::{CAP_MOST, LEDGER_EXPERIENCES, LEDGER_SPENT},
    name::{Content, Experience, Name, Placement},
    time::Timestamp,
};

use crate::{
    exposure::Exposures,
    landing::Landing,
    visit::{Stayed, Visit},
};

/// What a page or whoever sent it tells of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It was displayed.
    Shown,
    /// It was clicked, opened, read.
    Used,
}

/// The decisions about one side, without what was decided.
///
/// Of one experience the latest [`CAP_MOST`] moments are kept, of one side [`LEDGER_EXPERIENCES`] experiences: those with
/// caps before those without, then those that won last. No more than that may have caps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    won: Vec<(Name<Experience>, Vec<Timestamp>)>,
    days: Vec<i64>,
    shown: Exposures,
    visit: Option<Visit>,
    spent: Vec<(Timestamp, u16)>,
}

impl Ledger {
    /// Builds from what is stored: experiences in order of name, each with its moments in order of time; days in order.
    pub fn from_parts(
        won: Vec<(Name<Experience>, Vec<Timestamp>)>,
        days: Vec<i64>,
        shown: Exposures,
        visit: Option<Visit>,
    ) -> Self {
        Self { won, days, shown, visit, spent: Vec::new() }
    }

    /// The same with the points of intrusion that decisions cost, in order of time.
    #[must_use]
    pub fn with_spent(self, spent: Vec<(Timestamp, u16)>) -> Self {
        Self { spent, ..self }
    }

    /// The points of intrusion that decisions cost lately, in order of time.
    pub fn spent(&self) -> &[(Timestamp, u16)] {
        &self.spent
    }

    /// The contents that were shown.
    pub fn shown(&self) -> &Exposures {
        &self.shown
    }

    /// The last visit.
    pub fn visit(&self) -> Option<&Visit> {
        self.visit.as_ref()
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
    pub fn first_day(&self) -> Option<i64> {
        let won = self.won.iter().filter_map(|(_, moments)| moments.last()).map(|at| at.day());
        let shown = self.shown.iter().map(|exposure| exposure.last.day());
        let visit = self.visit.iter().map(|visit| visit.last.day());
        let spent = self.spent.last().map(|(at, _)| at.day());
        won.chain(shown).chain(visit).chain(spent).chain(self.days.first().copied()).min()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.won.is_empty()
            && self.days.is_empty()
            && self.shown.is_empty()
            && self.visit.is_none()
            && self.spent.is_empty()
    }

    /// When an experience won, the oldest first.
    pub fn of(&self, experience: &Name<Experience>) -> &[Timestamp] {
        match self.won.binary_search_by(|(name, _)| name.cmp(experience)) {
            Ok(place) => &self.won[place].1,
            Err(_) => &[],
        }
    }

    /// Notes that a page was decided and what won on it. Says whether that changed anything.
    pub fn note(
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

    /// Notes the points of intrusion that a page cost, and forgets those that do not count any more. Beyond
    /// [`LEDGER_SPENT`] pages the oldest two count as one, of the later moment: so never fewer points than there are.
    pub fn spend(&mut self, points: u16, at: Timestamp) {
        if points == 0 {
            return;
        }
        self.spent.retain(|(old, _)| *old > at.minus(INTRUSION_PERIOD));
        self.spent.insert(self.spent.partition_point(|(moment, _)| *moment <= at), (at, points));
        if self.spent.len() > LEDGER_SPENT {
            let (_, oldest) = self.spent.remove(0);
            self.spent[0].1 = self.spent[0].1.saturating_add(oldest);
        }
    }

    /// Notes that a content was shown.
    pub fn expose(&mut self, content: &Name<Content>, at: Timestamp) {
        self.shown.note(content, at);
    }

    /// Notes what a page or whoever sent it tells of a content.
    pub fn told(&mut self, content: &Name<Content>, how: Told, at: Timestamp) {
        match how {
            Told::Shown => self.shown.told(content, at),
            Told::Used => self.shown.used(content, at),
        }
    }

    /// Notes what personalized the placements of a page, in the visit that is under way or in a new one.
    pub fn visit_with(&mut self, stays: &[(Name<Placement>, Stay)], now: Timestamp) {
        let known = self.visit.take().filter(|visit| visit.is_under_way(now));
        let mut visit = known.unwrap_or_else(|| Visit::beginning(now));
        visit.last = visit.last.max(now);
        stays.iter().for_each(|(placement, stay)| visit.note(placement, stay.clone(), now));
        self.visit = Some(visit);
    }

    /// Notes that something happened.
    pub fn go_on(&mut self, now: Timestamp) {
        if let Some(visit) = self.visit.as_mut().filter(|visit| visit.goes_on(now)) {
            visit.last = now;
        }
    }

    /// Notes a landing in the visit that is under way; `None` if it is only the same page again.
    pub fn land(&mut self, landing: Landing) -> Option<&Landing> {
        let known = &mut self.visit.as_mut()?.landing;
        let is_again = known.as_ref().is_some_and(|known| known.keyword == landing.keyword);
        if is_again { None } else { Some(known.insert(landing)) }
    }

    /// The last landing, if somebody who went back at that moment found nothing there.
    pub fn bounced(&self, at: Timestamp) -> Option<&Landing> {
        self.visit.as_ref()?.landing.as_ref().filter(|landing| landing.is_bounced_at(at))
    }

    /// Forgets the last landing, from which somebody went back.
    pub fn leave(&mut self) {
        if let Some(visit) = &mut self.visit {
            visit.landing = None;
        }
    }

    /// Whether [`Ledger::go_on`] would change anything.
    pub fn goes_on(&self, now: Timestamp) -> bool {
        self.visit.as_ref().is_some_and(|visit| visit.goes_on(now))
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
    pub fn drop_before(&mut self, day: i64) -> bool {
        let is_kept = |at: &Timestamp| at.day() >= day;
        let known = (self.days.len(), self.won.len());
        self.days.retain(|known| *known >= day);
        self.won.retain(|(_, moments)| moments.last().is_some_and(is_kept));
        let forgot_shown = self.shown.drop_before(day);
        let forgot_visit = self.visit.take_if(|visit| visit.last.day() < day).is_some();
        let forgot_points = !self.spent.is_empty() && self.spent.iter().all(|(at, _)| at.day() < day);
        if forgot_points {
            self.spent.clear();
        }
        known != (self.days.len(), self.won.len()) || forgot_shown || forgot_visit || forgot_points
    }

    /// Forgets the days of records that are kept no longer: those made from a moment on. What won and what was shown
    /// stays, for caps.
    pub fn forget_records_since(&mut self, since: Timestamp) {
        self.days.retain(|day| *day <= since.day());
    }
}

/// When an experience won over all sides of a person, the oldest first.
pub fn won_over<'a>(
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

/// The points of intrusion that decisions cost over all sides of a person, the oldest first.
pub fn spent_over<'a>(mut sides: impl Iterator<Item = &'a Ledger>) -> Cow<'a, [(Timestamp, u16)]> {
    let mut all = Cow::Borrowed(sides.next().map_or(&[][..], Ledger::spent));
    for side in sides.filter(|side| !side.spent.is_empty()) {
        let all = all.to_mut();
        all.extend_from_slice(&side.spent);
        all.sort_unstable();
    }
    all
}

/// How a content was shown over all sides of a person.
pub fn shown_over<'a>(sides: impl Iterator<Item = &'a Ledger>, content: &Name<Content>) -> Option<Showing> {
    let known = sides.filter_map(|side| side.shown.of(content));
    let showings = known.map(|exposure| Showing { last: exposure.last, times: exposure.times, used: exposure.used });
    showings.reduce(|one, other| Showing {
        last: one.last.max(other.last),
        times: one.times.saturating_add(other.times),
        used: one.used.max(other.used),
    })
}

/// What personalized a placement last in a visit that is under way, over all sides of a person: somebody who logs in
/// goes on with what the device began.
pub fn stay_over<'a>(
    sides: impl Iterator<Item = &'a Ledger>,
    placement: &Name<Placement>,
    now: Timestamp,
) -> Option<&'a Stay> {
    let visits = sides.filter_map(|side| side.visit.as_ref()).filter(|visit| visit.is_under_way(now));
    let stays = visits.filter_map(|visit| visit.of(placement));
    stays.max_by_key(|stayed| stayed.at).map(|Stayed { stay, .. }| stay)
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
    fn points_count_for_a_week_and_are_never_lost_within_it() {
        let week = INTRUSION_PERIOD.as_millis();
        let mut ledger = Ledger::default();
        for (points, ms) in [(0, 1), (2, 2), (1, 9), (3, week + 1), (1, week + 2)] {
            ledger.spend(points, at(ms));
        }
        assert_eq!(ledger.spent(), [(at(9), 1), (at(week + 1), 3), (at(week + 2), 1)]);
        let mut other = Ledger::default();
        (0..2 * LEDGER_SPENT as i64).for_each(|ms| other.spend(1, at(ms)));
        assert_eq!(other.spent().len(), LEDGER_SPENT);
        assert_eq!(other.spent().iter().map(|(_, points)| usize::from(*points)).sum::<usize>(), 2 * LEDGER_SPENT);
        let both = spent_over([&ledger, &other].into_iter());
        assert!(both.is_sorted() && both.len() == LEDGER_SPENT + 3);
        assert!(ledger.drop_before(8) && ledger.is_empty());
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
    fn a_landing_counts_once_and_bounces_once() {
        let landing =
            |keyword: &str, ms| Landing { at: at(ms), keyword: keyword.into(), contents: ["a".into()].into() };
        let mut ledger = Ledger::default();
        assert_eq!(ledger.land(landing("rain", 1)), None, "there is no visit");
        ledger.visit_with(&[], at(0));
        assert!(ledger.land(landing("rain", 1)).is_some());
        assert!(ledger.land(landing("rain", 5_000)).is_none(), "the same page again");
        assert!(ledger.land(landing("snow", 6_000)).is_some());
        assert!(ledger.bounced(at(16_001)).is_none(), "too late");
        assert_eq!(ledger.bounced(at(16_000)).map(|landing| &*landing.keyword), Some("snow"));
        ledger.leave();
        assert!(ledger.bounced(at(16_000)).is_none());
        assert!(ledger.land(landing("snow", 17_000)).is_some(), "back again");
    }

    #[test]
    fn sides_of_a_person_share_what_was_shown_and_the_visit() {
        let stay = |experience: &str| Stay {
            experience: experience.into(),
            variant: "a".into(),
            contents: vec!["guide".into()],
            reordered: false,
            undrawn: Vec::new(),
        };
        let (mut phone, mut laptop) = (Ledger::default(), Ledger::default());
        phone.visit_with(&[("home".into(), stay("old"))], at(0));
        phone.expose(&"guide".into(), at(0));
        laptop.visit_with(&[("home".into(), stay("new"))], at(60_000));
        laptop.told(&"guide".into(), Told::Used, at(70_000));
        let sides = || [&phone, &laptop].into_iter();
        assert_eq!(stay_over(sides(), &"home".into(), at(61_000)), Some(&stay("new")));
        let half = decide::VISIT_ENDS_AFTER.as_millis();
        assert_eq!(stay_over([&phone].into_iter(), &"home".into(), at(half)), None, "the visit is over");
        let showing = shown_over(sides(), &"guide".into());
        assert_eq!(showing, Some(Showing { last: at(70_000), times: 2, used: Some(at(70_000)) }));
        assert_eq!(shown_over(sides(), &"other".into()), None);
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
