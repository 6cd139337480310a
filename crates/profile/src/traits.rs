//! The traits of one side: every source's latest value is kept, and one of them is chosen when the trait is read.

use model::{
    fact::TraitValue,
    limits,
    name::{Name, Trait},
};

/// All traits of one side, in order of name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits(Vec<(Name<Trait>, Vec<TraitValue>)>);

/// What became of a value that was recorded.
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
    pub fn from_entries(mut entries: Vec<(Name<Trait>, Vec<TraitValue>)>) -> Self {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Self(entries)
    }

    /// All traits with all their values, in order of name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Name<Trait>, Vec<TraitValue>)> {
        self.0.iter()
    }

    /// All values of one trait, one for each source and kind.
    pub fn values(&self, name: &str) -> &[TraitValue] {
        match self.0.binary_search_by(|(key, _)| key.as_str().cmp(name)) {
            Ok(at) => &self.0[at].1,
            Err(_) => &[],
        }
    }

    /// Takes a value in. Of one source and kind the latest `as_of` stands, the greater value at the same moment, so
    /// that the order of arrival never shows.
    pub fn record(&mut self, name: &Name<Trait>, new: TraitValue) -> Recorded {
        let at = match self.0.binary_search_by(|(key, _)| key.cmp(name)) {
            Ok(at) => at,
            Err(_) if self.0.len() >= limits::PROFILE_TRAITS => return Recorded::Full,
            Err(at) => {
                self.0.insert(at, (name.clone(), Vec::with_capacity(1)));
                at
            }
        };
        let values = &mut self.0[at].1;
        match values.iter().position(|old| old.source == new.source && old.kind == new.kind) {
            Some(place) if (new.as_of, &new.value) > (values[place].as_of, &values[place].value) => {
                values[place] = new;
            }
            Some(_) => return Recorded::Older,
            None if values.len() >= limits::TRAIT_VALUES => return Recorded::Full,
            None => {
                let place = values.partition_point(|old| (&old.source, old.kind) < (&new.source, new.kind));
                values.insert(place, new);
            }
        }
        Recorded::Kept
    }
}

/// The value to believe among all that are known of one trait: declared over observed over inferred, then the most
/// recent, then by source and value, so that the choice never depends on order. A value taken back counts as said:
/// if it is the one to believe, there is none.
pub fn chosen<'a>(values: impl IntoIterator<Item = &'a TraitValue>) -> Option<&'a TraitValue> {
    values
        .into_iter()
        .max_by(|a, b| (a.kind, a.as_of, &a.source, &a.value).cmp(&(b.kind, b.as_of, &b.source, &b.value)))
        .filter(|best| best.value != model::value::Value::Null)
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

    #[test]
    fn conflicting_values_of_two_sources_are_both_kept() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        traits.record(&size, value("web", FactKind::Declared, 1, 38));
        traits.record(&size, value("till", FactKind::Declared, 2, 39));
        assert_eq!(traits.values("size").len(), 2);
        assert_eq!(chosen(traits.values("size")).map(|best| &best.value), Some(&Value::Int(39)));
    }

    #[test]
    fn an_inferred_value_never_outweighs_a_declared_one() {
        let values = [value("web", FactKind::Declared, 1, 38), value("model", FactKind::Inferred, 9, 41)];
        assert_eq!(chosen(&values).map(|best| &best.value), Some(&Value::Int(38)));
    }

    #[test]
    fn a_value_taken_back_is_no_value() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        traits.record(&size, value("web", FactKind::Declared, 1, 38));
        traits.record(&size, TraitValue { value: Value::Null, ..value("web", FactKind::Declared, 2, 0) });
        assert_eq!(chosen(traits.values("size")), None);
    }

    #[test]
    fn the_limits_hold_at_the_limit_and_one_beyond() {
        let (mut traits, size) = (Traits::default(), Name::from("size"));
        for source in 0..limits::TRAIT_VALUES {
            assert_eq!(traits.record(&size, value(&format!("s{source}"), FactKind::Observed, 1, 1)), Recorded::Kept);
        }
        assert_eq!(traits.record(&size, value("one-more", FactKind::Observed, 1, 1)), Recorded::Full);
        for name in 1..limits::PROFILE_TRAITS {
            let name = Name::new(format!("t{name}"));
            assert_eq!(traits.record(&name, value("s", FactKind::Observed, 1, 1)), Recorded::Kept);
        }
        assert_eq!(traits.record(&"one-more".into(), value("s", FactKind::Observed, 1, 1)), Recorded::Full);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_never_shows(
            mut values in prop::collection::vec((0..3u8, 0..3u8, 0..4i64, 0..3i64), 1..12),
            seed in any::<u64>(),
        ) {
            let kinds = [FactKind::Inferred, FactKind::Observed, FactKind::Declared];
            let fold = |values: &[(u8, u8, i64, i64)]| {
                let mut traits = Traits::default();
                for (source, kind, at, number) in values {
                    let new = value(&format!("s{source}"), kinds[*kind as usize], *at, *number);
                    traits.record(&"size".into(), new);
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
