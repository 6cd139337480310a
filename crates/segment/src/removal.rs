//! What happened and is to count as if it had not: "do not use this any more" (`Evidence Removed`).

use std::{collections::BTreeMap, sync::Arc};

use condition::{EventNeed, PropertyPath, Window, moment_of};
use model::{
    fact::Occurrence,
    time::Timestamp,
    value::{Fields, Value},
    wish::EVIDENCE_REMOVED,
};

/// What has to be kept of removals.
pub fn need() -> (Arc<str>, EventNeed) {
    let paths = ["event", "before"].map(|name| PropertyPath::new([Arc::from(name)]));
    (EVIDENCE_REMOVED.into(), EventNeed { paths: paths.into_iter().flatten().collect(), window: Window::Lifetime })
}

/// The event that a removal names.
pub fn named(removal: &Fields) -> Option<&str> {
    removal.get("event").and_then(Value::as_text)
}

/// Up to which moment, itself included, occurrences of an event do not count; `None`: all do. Nothing is removed before
/// it happens: a removal reaches to its own moment at most.
pub fn until<'r>(removals: impl Iterator<Item = &'r Occurrence>, event: &str) -> Option<Timestamp> {
    removals.filter(|removal| named(&removal.properties) == Some(event)).map(reaches).max()
}

/// The same for every event that is named.
pub fn all<'r>(removals: impl Iterator<Item = &'r Occurrence>) -> BTreeMap<&'r str, Timestamp> {
    let mut all = BTreeMap::new();
    for removal in removals {
        if let Some(event) = named(&removal.properties) {
            let until = all.entry(event).or_insert(Timestamp::MIN);
            *until = reaches(removal).max(*until);
        }
    }
    all
}

fn reaches(removal: &Occurrence) -> Timestamp {
    let before = removal.properties.get("before").and_then(moment_of);
    before.map_or(removal.at, |before| before.min(removal.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_reaches_to_its_own_moment_at_most() {
        let at = Timestamp::saturating_from_millis;
        let removal = |ms: i64, event: &str, before: Option<&str>| {
            let before = before.map(|before| ("before", Value::from(before)));
            let properties = [("event", Value::from(event))].into_iter().chain(before).collect();
            Occurrence { at: at(ms), tie: 0, properties }
        };
        let day = 86_400_000;
        let said = [
            removal(5, "View", None),
            removal(3 * day, "View", Some("1970-01-02")),
            removal(9, "Order", Some("2100-01-01")),
            removal(7, "Order", Some("nonsense")),
        ];
        assert_eq!(until(said.iter(), "View"), Some(at(day)));
        assert_eq!(until(said.iter(), "Order"), Some(at(9)));
        assert_eq!(until(said.iter(), "Search"), None);
        assert_eq!(all(said.iter()), BTreeMap::from([("Order", at(9)), ("View", at(day))]));
    }
}
