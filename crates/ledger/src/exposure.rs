//! Exposures: which contents a side was shown, since when and how often.

use model::{
    limits::LEDGER_CONTENTS,
    name::{Content, Name},
    time::Timestamp,
};

/// One content that was shown to a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The content.
    pub content: Name<Content>,
    /// When it was shown first.
    pub first: Timestamp,
    /// When it was shown last.
    pub last: Timestamp,
    /// How often; the largest number stands for itself and all beyond.
    pub times: u16,
    /// When it was used last: clicked, opened, read.
    pub used: Option<Timestamp>,
}

/// The contents that one side was shown, in order of name: at most [`LEDGER_CONTENTS`]. Beyond, the one whose last
/// showing is longest ago goes first, of several the first by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposures(Vec<Exposure>);

impl Exposures {
    /// Builds from what is stored.
    pub fn from_entries(mut entries: Vec<Exposure>) -> Self {
        entries.sort_by(|a, b| a.content.cmp(&b.content));
        Self(entries)
    }

    /// All of them, in order of name.
    pub fn iter(&self) -> std::slice::Iter<'_, Exposure> {
        self.0.iter()
    }

    /// Whether nothing was shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How a content was shown, if it was.
    pub fn of(&self, content: &Name<Content>) -> Option<&Exposure> {
        self.place(content).ok().map(|place| &self.0[place])
    }

    /// Notes that a content was shown, as the page or whoever sent it tells. A decision may have counted it already.
    pub fn told(&mut self, content: &Name<Content>, at: Timestamp) {
        match self.place(content) {
            Ok(place) => {
                let known = &mut self.0[place];
                known.first = known.first.min(at);
                known.last = known.last.max(at);
            }
            Err(_) => self.note(content, at),
        }
    }

    /// Notes that a content was used.
    pub fn used(&mut self, content: &Name<Content>, at: Timestamp) {
        self.told(content, at);
        if let Ok(place) = self.place(content) {
            let known = &mut self.0[place];
            known.used = known.used.max(Some(at));
        }
    }

    /// Notes that a content was shown.
    pub fn note(&mut self, content: &Name<Content>, at: Timestamp) {
        match self.place(content) {
            Ok(place) => {
                let known = &mut self.0[place];
                known.first = known.first.min(at);
                known.last = known.last.max(at);
                known.times = known.times.saturating_add(1);
            }
            Err(place) => {
                self.0.insert(place, Exposure { content: content.clone(), first: at, last: at, times: 1, used: None });
                if self.0.len() > LEDGER_CONTENTS {
                    let oldest = self.0.iter().enumerate().min_by_key(|(_, exposure)| exposure.last);
                    if let Some((place, _)) = oldest {
                        self.0.remove(place);
                    }
                }
            }
        }
    }

    /// Forgets what was not shown since a day; says whether there was anything.
    pub fn drop_before(&mut self, day: i64) -> bool {
        let known = self.0.len();
        self.0.retain(|exposure| exposure.last.day() >= day);
        known != self.0.len()
    }

    fn place(&self, content: &Name<Content>) -> Result<usize, usize> {
        self.0.binary_search_by(|exposure| exposure.content.cmp(content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::saturating_from_millis(ms)
    }

    #[test]
    fn it_counts_each_content_between_its_first_and_its_last_showing() {
        let mut shown = Exposures::default();
        for ms in [20, 10, 30] {
            shown.note(&"guide".into(), at(ms));
        }
        let known = shown.of(&"guide".into()).unwrap();
        assert_eq!((known.first, known.last, known.times), (at(10), at(30), 3));
        assert_eq!(shown.of(&"banner".into()), None);
    }

    #[test]
    fn what_is_told_of_a_showing_counts_it_once_and_using_is_more() {
        let (mut shown, guide) = (Exposures::default(), Name::from("guide"));
        shown.note(&guide, at(10));
        shown.told(&guide, at(11));
        assert_eq!(shown.of(&guide).map(|known| (known.last, known.times, known.used)), Some((at(11), 1, None)));
        shown.used(&guide, at(20));
        shown.used(&guide, at(15));
        assert_eq!(shown.of(&guide).map(|known| (known.times, known.used)), Some((1, Some(at(20)))));
        shown.told(&"mail".into(), at(5));
        assert_eq!(shown.of(&"mail".into()).map(|known| known.times), Some(1));
    }

    #[test]
    fn the_limit_holds_and_what_was_shown_longest_ago_goes_first() {
        let mut shown = Exposures::default();
        (0..LEDGER_CONTENTS).for_each(|number| shown.note(&format!("c{number}").as_str().into(), at(number as i64)));
        shown.note(&"c0".into(), at(9_999));
        assert_eq!(shown.iter().len(), LEDGER_CONTENTS);
        shown.note(&"one-more".into(), at(10_000));
        assert_eq!(shown.iter().len(), LEDGER_CONTENTS);
        assert!(shown.of(&"c0".into()).is_some() && shown.of(&"c1".into()).is_none());
    }

    #[test]
    fn days_that_retention_takes_are_forgotten() {
        const DAY: i64 = 86_400_000;
        let mut shown = Exposures::default();
        shown.note(&"old".into(), at(DAY));
        shown.note(&"seen-again".into(), at(DAY));
        shown.note(&"seen-again".into(), at(3 * DAY));
        assert!(shown.drop_before(2) && !shown.drop_before(2));
        assert_eq!(shown.iter().map(|exposure| exposure.content.as_str()).collect::<Vec<_>>(), ["seen-again"]);
    }
}
