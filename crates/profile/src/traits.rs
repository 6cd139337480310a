//! The traits of one side: what every source last said of each, and what was denied. Which value is believed is asked
//! when the trait is read ([`crate::trust`]).

use std::cmp::Ordering;

use model::{
    fact::{Denial, TraitValue},
    limits,
    name::{Name, Trait},
};

/// All traits of one side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits {
    /// What was said of each, in order of name.
    said: Vec<(Name<Trait>, Vec<TraitValue>)>,
    /// What was denied of each, in order of name. A trait can be denied before anything is said of it: events arrive
    /// in any order.
    denied: Vec<(Name<Trait>, Vec<Denial>)>,
}

/// What became of something that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It stands beside, or instead of, what was known.
    Kept,
    /// What was known is newer, or the same.
    Older,
    /// The profile is at one of its limits (`limits::PROFILE_TRAITS`, `limits::TRAIT_VALUES`).
    Full,
}

impl Traits {
    /// Builds from stored entries.
    pub fn from_entries(
        mut said: Vec<(Name<Trait>, Vec<TraitValue>)>,
        mut denied: Vec<(Name<Trait>, Vec<Denial>)>,
    ) -> Self {
        said.sort_by(|a, b| a.0.cmp(&b.0));
        denied.sort_by(|a, b| a.0.cmp(&b.0));
        Self { said, denied }
    }

    /// All traits with all their values, in order of name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Name<Trait>, Vec<TraitValue>)> {
        self.said.iter()
    }

    /// All denials, in order of name.
    pub fn denials(&self) -> impl ExactSizeIterator<Item = &(Name<Trait>, Vec<Denial>)> {
        self.denied.iter()
    }

    /// All values of one trait, one for each source and kind.
    pub fn values(&self, name: &str) -> &[TraitValue] {
        of(&self.said, name)
    }

    /// What was denied of one trait, once for each source and value.
    pub fn denied(&self, name: &str) -> &[Denial] {
        of(&self.denied, name)
    }

    /// Takes a value in. Of one source and kind the latest `as_of` stands, the greater value at the same moment, so
    /// that the order of arrival never shows. Where there are too many of one trait, those that outweigh the least go,
    /// the oldest first: so a correction always finds its place.
    pub fn record(&mut self, name: &Name<Trait>, new: TraitValue) -> Recorded {
        let Some(values) = entry(&mut self.said, name) else { return Recorded::Full };
        match values.iter().position(|old| old.source == new.source && old.kind == new.kind) {
            Some(place) if (new.as_of, &new.value) > (values[place].as_of, &values[place].value) => values[place] = new,
            Some(_) => return Recorded::Older,
            None if has_room(values, |old| by_weight(old, &new), by_weight) => {
                let place = values.partition_point(|old| (&old.source, old.kind) < (&new.source, new.kind));
                values.insert(place, new);
            }
            None => return Recorded::Full,
        }
        Recorded::Kept
    }

    /// Takes a denial in. Of one source and value the latest stands; where there are too many, the oldest goes.
    pub fn deny(&mut self, name: &Name<Trait>, new: Denial) -> Recorded {
        let Some(denied) = entry(&mut self.denied, name) else { return Recorded::Full };
        match denied.iter().position(|old| old.source == new.source && old.value == new.value) {
            Some(place) if new.as_of > denied[place].as_of => denied[place] = new,
            Some(_) => return Recorded::Older,
            None if has_room(denied, |old| by_age(old, &new), by_age) => {
                let place = denied.partition_point(|old| (&old.source, &old.value) < (&new.source, &new.value));
                denied.insert(place, new);
            }
            None => return Recorded::Full,
        }
        Recorded::Kept
    }
}

fn of<'a, T>(entries: &'a [(Name<Trait>, Vec<T>)], name: &str) -> &'a [T] {
    match entries.binary_search_by(|(key, _)| key.as_str().cmp(name)) {
        Ok(at) => &entries[at].1,
        Err(_) => &[],
    }
}

/// The entry of a trait, a new one if there is room for it.
fn entry<'a, T>(entries: &'a mut Vec<(Name<Trait>, Vec<T>)>, name: &Name<Trait>) -> Option<&'a mut Vec<T>> {
    let at = match entries.binary_search_by(|(key, _)| key.cmp(name)) {
        Ok(at) => at,
        Err(_) if entries.len() >= limits::PROFILE_TRAITS => return None,
        Err(at) => {
            entries.insert(at, (name.clone(), Vec::with_capacity(1)));
            at
        }
    };
    Some(&mut entries[at].1)
}

/// Whether there is room for one more: if there are as many as there may be, the least goes for it, unless even that is
/// more than the new one.
fn has_room<T>(all: &mut Vec<T>, to_new: impl Fn(&T) -> Ordering, order: impl Fn(&T, &T) -> Ordering) -> bool {
    if all.len() < limits::TRAIT_VALUES {
        return true;
    }
    let least = (0..all.len()).min_by(|a, b| order(&all[*a], &all[*b]));
    match least.filter(|least| to_new(&all[*least]).is_lt()) {
        Some(least) => {
            all.remove(least);
            true
        }
        None => false,
    }
}

fn by_weight(a: &TraitValue, b: &TraitValue) -> Ordering {
    (a.kind, a.as_of, &a.source, &a.value).cmp(&(b.kind, b.as_of, &b.source, &b.value))
}

fn by_age(a: &Denial, b: &Denial) -> Ordering {
    (a.as_of, &a.source, &a.value).cmp(&(b.as_of, &b.source, &b.value))
}

#[cfg(test)]
mod tests {
    use model::{fact::FactKind, time::Timestamp, value::Value};
    use proptest::prelude::*;

    use super::*;

    fn value(source: &str, kind: FactKind, as_of: i64, value: i64) -> TraitValue {
        TraitValue {
            value: Value::Int(value),
            as_of: Timestamp::saturating_from_millis(as_of),
            source: source.into(),
            kind,
        }
    }

    fn denial(source: &str, as_of: i64, value: Option<i64>) -> Denial {
        let as_of = Timestamp::saturating_from_millis(as_of);
        Denial { value: value.map(Value::Int), as_of, source: source.into() }
    }

    #[test]
    fn conflicting_values_of_two_sources_are_both_kept() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        traits.record(&size, value("web", FactKind::Declared, 1, 38));
        traits.record(&size, value("till", FactKind::Declared, 2, 39));
        assert_eq!(traits.values("size").len(), 2);
    }

    #[test]
    fn a_denial_stands_beside_the_values_once_for_each_source_and_value() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        traits.record(&size, value("web", FactKind::Declared, 1, 38));
        for (as_of, denied, expected) in [
            (2, Some(38), Recorded::Kept),
            (3, Some(38), Recorded::Kept),
            (1, Some(38), Recorded::Older),
            (2, Some(39), Recorded::Kept),
            (2, None, Recorded::Kept),
        ] {
            assert_eq!(traits.deny(&size, denial("web", as_of, denied)), expected, "{denied:?} at {as_of}");
        }
        assert_eq!(traits.values("size").len(), 1);
        assert_eq!(
            traits.denied("size"),
            [denial("web", 2, None), denial("web", 3, Some(38)), denial("web", 2, Some(39))]
        );
    }

    #[test]
    fn the_limits_hold_at_the_limit_and_one_beyond() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        for source in 0..limits::TRAIT_VALUES {
            let source = format!("s{source}");
            assert_eq!(traits.record(&size, value(&source, FactKind::Observed, 1, 1)), Recorded::Kept);
            assert_eq!(traits.deny(&size, denial(&source, 1, None)), Recorded::Kept);
        }
        assert_eq!(traits.record(&size, value("one-more", FactKind::Observed, 0, 1)), Recorded::Full);
        assert_eq!(traits.deny(&size, denial("one-more", 0, None)), Recorded::Full);
        assert_eq!(
            (traits.values("size").len(), traits.denied("size").len()),
            (limits::TRAIT_VALUES, limits::TRAIT_VALUES)
        );
        for name in 1..limits::PROFILE_TRAITS {
            let name = Name::new(format!("t{name}"));
            assert_eq!(traits.record(&name, value("s", FactKind::Observed, 1, 1)), Recorded::Kept);
            assert_eq!(traits.deny(&name, denial("s", 1, None)), Recorded::Kept);
        }
        assert_eq!(traits.record(&"one-more".into(), value("s", FactKind::Observed, 1, 1)), Recorded::Full);
        assert_eq!(traits.deny(&"one-more".into(), denial("s", 1, None)), Recorded::Full);
    }

    #[test]
    fn a_correction_finds_its_place_where_there_are_too_many_values() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        for source in 0..limits::TRAIT_VALUES {
            traits.record(&size, value(&format!("s{source}"), FactKind::Observed, 5 + source as i64, 1));
        }
        let correction = value("agent", FactKind::Corrected, 1, 2);
        assert_eq!(traits.record(&size, correction.clone()), Recorded::Kept);
        assert_eq!(traits.values("size").len(), limits::TRAIT_VALUES);
        assert!(traits.values("size").contains(&correction));
        assert!(traits.values("size").iter().all(|value| value.source.as_str() != "s0"), "the oldest goes");
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_never_shows(
            mut values in prop::collection::vec((0..3u8, 0..5u8, 0..4i64, 0..3i64), 1..12),
            more in 0..2usize,
            seed in any::<u64>(),
        ) {
            // Also where there are too many of them.
            values.extend((0..more * 40).map(|n| (100 + n as u8, (n % 5) as u8, (n * 7 % 11) as i64, 1)));
            let kinds = [FactKind::Inferred, FactKind::Observed, FactKind::Declared, FactKind::Corrected];
            let fold = |values: &[(u8, u8, i64, i64)]| {
                let mut traits = Traits::default();
                for (source, kind, at, number) in values {
                    let source = format!("s{source}");
                    match kinds.get(*kind as usize) {
                        Some(kind) => traits.record(&"size".into(), value(&source, *kind, *at, *number)),
                        None => traits.deny(&"size".into(), denial(&source, *at, (*number > 0).then_some(*number))),
                    };
                }
                traits
            };
            let in_order = fold(&values);
            let places = values.len() as u64;
            for place in 0..values.len() {
                values.swap(place, (seed.rotate_left(place as u32 * 7) % places) as usize);
            }
            prop_assert_eq!(in_order, fold(&values));
        }
    }
}
