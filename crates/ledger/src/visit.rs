//! The visit that is under way: since when nothing happened, and what it personalized where.

use decide::{Stay, VISIT_ENDS_AFTER};
use model::{
    limits::PAGE_PLACEMENTS,
    name::{Name, Placement},
    time::{Span, Timestamp},
};

use crate::landing::Landing;

/// By so much the end of a visit may be early: an event that comes sooner after the last one changes nothing, so that
/// not every event of a visit writes a row.
const GRAIN: Span = Span::MINUTE;

/// One visit of one side. A new one begins when something is decided after it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When something was decided or happened last.
    pub last: Timestamp,
    /// What personalized each placement last, in order of name: at most [`PAGE_PLACEMENTS`], those of now first.
    pub stays: Vec<(Name<Placement>, Stayed)>,
    /// The last landing, until somebody goes back.
    pub landing: Option<Landing>,
}

/// What personalized a placement, and when it did last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stayed {
    /// When.
    pub at: Timestamp,
    /// What.
    pub stay: Stay,
}

impl Visit {
    /// One in which nothing was personalized yet.
    pub fn beginning(at: Timestamp) -> Self {
        Self { last: at, stays: Vec::new(), landing: None }
    }

    /// Whether it goes on.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        now.since(self.last) < VISIT_ENDS_AFTER
    }

    /// What personalized a placement last.
    pub fn of(&self, placement: &Name<Placement>) -> Option<&Stayed> {
        self.place(placement).ok().map(|place| &self.stays[place].1)
    }

    /// Whether what happens now prolongs it.
    pub fn goes_on(&self, now: Timestamp) -> bool {
        self.is_under_way(now) && now.since(self.last) >= GRAIN
    }

    /// Notes what personalized a placement.
    pub fn note(&mut self, placement: &Name<Placement>, stay: Stay, at: Timestamp) {
        self.last = self.last.max(at);
        match self.place(placement) {
            Ok(place) => {
                let known = &mut self.stays[place].1;
                let is_same = known.stay.experience == stay.experience && known.stay.variant == stay.variant;
                let reordered = is_same && (known.stay.reordered || known.stay.contents != stay.contents);
                *known = Stayed { at, stay: Stay { reordered, ..stay } };
            }
            Err(place) => {
                self.stays.insert(place, (placement.clone(), Stayed { at, stay }));
                if self.stays.len() > PAGE_PLACEMENTS {
                    let oldest = self.stays.iter().enumerate().min_by_key(|(_, (_, stayed))| stayed.at);
                    if let Some((place, _)) = oldest {
                        self.stays.remove(place);
                    }
                }
            }
        }
    }

    fn place(&self, placement: &Name<Placement>) -> Result<usize, usize> {
        self.stays.binary_search_by(|(name, _)| name.cmp(placement))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::saturating_from_millis(ms)
    }

    fn stay(variant: &str, contents: &[&str]) -> Stay {
        let contents = contents.iter().map(|name| Name::from(*name)).collect();
        Stay { experience: "menu".into(), variant: variant.into(), contents, reordered: false, undrawn: Vec::new() }
    }

    #[test]
    fn it_ends_after_half_an_hour_without_anything() {
        let mut visit = Visit::beginning(at(0));
        let half = VISIT_ENDS_AFTER.as_millis();
        assert!(visit.is_under_way(at(half - 1)) && !visit.is_under_way(at(half)));
        assert!(!visit.goes_on(at(59_999)), "so little changes nothing");
        assert!(visit.goes_on(at(half - 1)));
        visit.last = at(half - 1);
        assert!(visit.is_under_way(at(2 * half - 2)) && !visit.goes_on(at(2 * half - 1)));
    }

    #[test]
    fn another_order_by_the_same_variant_is_a_change() {
        let mut visit = Visit::beginning(at(0));
        let menu = Name::from("menu");
        let reordered = |visit: &Visit| visit.of(&menu).unwrap().stay.reordered;
        visit.note(&menu, stay("a", &["x", "y"]), at(1));
        visit.note(&menu, stay("a", &["x", "y"]), at(2));
        assert!(!reordered(&visit));
        visit.note(&menu, stay("a", &["y", "x"]), at(3));
        visit.note(&menu, stay("a", &["y", "x"]), at(4));
        assert!(reordered(&visit), "and it stays one");
        visit.note(&menu, stay("b", &["x", "y"]), at(5));
        assert!(!reordered(&visit), "another variant begins anew");
    }

    #[test]
    fn the_limit_holds_and_what_was_personalized_longest_ago_goes_first() {
        let mut visit = Visit::beginning(at(0));
        for number in 0..=PAGE_PLACEMENTS {
            visit.note(&format!("p{number}").as_str().into(), stay("a", &[]), at(number as i64));
        }
        assert_eq!(visit.stays.len(), PAGE_PLACEMENTS);
        assert!(visit.of(&"p0".into()).is_none() && visit.of(&"p1".into()).is_some());
    }
}
