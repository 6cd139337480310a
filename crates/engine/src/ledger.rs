//! What was decided for a person lately: what caps count.

use std::borrow::Cow;

use model::{
    limits::{CAP_MOST, LEDGER_EXPERIENCES},
    name::{Experience, Name},
    time::Timestamp,
};

/// The experiences that won a decision about one side's person, each with the moments, in order of name.
///
/// Of one experience the latest [`CAP_MOST`] moments are kept, of one side the [`LEDGER_EXPERIENCES`] experiences that
/// won last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Won(Vec<(Name<Experience>, Vec<Timestamp>)>);

impl Won {
    /// Builds from stored entries.
    pub fn from_entries(entries: Vec<(Name<Experience>, Vec<Timestamp>)>) -> Self {
        Self(entries)
    }

    /// All entries, in order of name; moments in order of time.
    pub fn iter(&self) -> std::slice::Iter<'_, (Name<Experience>, Vec<Timestamp>)> {
        self.0.iter()
    }

    /// When an experience won, the oldest first.
    pub fn of(&self, experience: &Name<Experience>) -> &[Timestamp] {
        match self.0.binary_search_by(|(name, _)| name.cmp(experience)) {
            Ok(place) => &self.0[place].1,
            Err(_) => &[],
        }
    }

    /// Notes that an experience won.
    pub fn add(&mut self, experience: &Name<Experience>, at: Timestamp) {
        let place = match self.0.binary_search_by(|(name, _)| name.cmp(experience)) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, (experience.clone(), Vec::with_capacity(1)));
                place
            }
        };
        let moments = &mut self.0[place].1;
        moments.insert(moments.partition_point(|moment| *moment <= at), at);
        if moments.len() > usize::from(CAP_MOST) {
            moments.remove(0);
        }
        if self.0.len() > LEDGER_EXPERIENCES {
            let longest_ago = self.0.iter().enumerate().min_by_key(|(_, (_, moments))| moments.last().copied());
            if let Some((place, _)) = longest_ago {
                self.0.remove(place);
            }
        }
    }
}

/// When an experience won over all sides of a person, the oldest first.
pub(crate) fn won_over<'a>(
    mut sides: impl Iterator<Item = &'a Won>,
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

    fn at(ms: i64) -> Timestamp {
        Timestamp::saturating_from_millis(ms)
    }

    #[test]
    fn it_keeps_the_latest_of_each_and_the_experiences_that_won_last() {
        let mut won = Won::default();
        for ms in 0..i64::from(CAP_MOST) + 5 {
            won.add(&"boots".into(), at(ms));
        }
        assert_eq!(won.of(&"boots".into()).len(), usize::from(CAP_MOST));
        assert_eq!(won.of(&"boots".into()).first(), Some(&at(5)));
        for number in 0..LEDGER_EXPERIENCES {
            won.add(&format!("e{number}").as_str().into(), at(1_000 + number as i64));
        }
        assert!(won.of(&"boots".into()).is_empty(), "it won longest ago");
        assert_eq!(won.iter().len(), LEDGER_EXPERIENCES);
        assert_eq!(won.of(&"e0".into()), [at(1_000)]);
    }

    #[test]
    fn sides_are_read_together() {
        let (mut one, mut other) = (Won::default(), Won::default());
        one.add(&"a".into(), at(3));
        other.add(&"a".into(), at(1));
        other.add(&"b".into(), at(2));
        assert_eq!(&*won_over([&one, &other].into_iter(), &"a".into()), [at(1), at(3)]);
        assert_eq!(&*won_over([&one, &other].into_iter(), &"b".into()), [at(2)]);
        assert!(won_over([&one].into_iter(), &"c".into()).is_empty());
    }
}
