//! The identifiers of one side, and how firmly it has each.

use std::sync::Arc;

use model::{
    identifier::{Identifier, IdentifierKey, Strength},
    name::{Name, Namespace},
    time::Timestamp,
};

/// One identifier as one side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The identifier.
    pub identifier: Identifier,
    /// Its key, under which its home knows it.
    pub key: IdentifierKey,
    /// How well it tells persons apart, as it was given here.
    pub strength: Strength,
    /// When this side first saw it.
    pub since: Timestamp,
    /// How firmly the side has it.
    pub hold: Hold,
}

/// How firmly a side has an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// It rode on a link that may have been forwarded: kept as a hint, never claimed.
    Probable,
    /// Claimed; its home has not answered yet.
    Claimed,
    /// Another person holds it; both were seen with it.
    Linked,
    /// A device that several persons use; it leads to none of them.
    Shared,
    /// Its home says that too many persons claim it; it leads nowhere.
    Quarantined,
    /// This side has it: the identifier leads here.
    Own,
}

impl Held {
    /// Whether [`Identifiers::add`] of `new` would change anything, this being what is known of the same key.
    pub fn adding_changes(&self, new: &Self) -> bool {
        new.strength > self.strength || new.since < self.since || new.hold > self.hold
    }
}

/// The identifiers of one side, in order of key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identifiers(Vec<Held>);

impl Identifiers {
    /// Builds from stored entries.
    pub fn from_held(mut held: Vec<Held>) -> Self {
        held.sort_by_key(|held| held.key);
        Self(held)
    }

    /// All of them, in order of key.
    pub fn iter(&self) -> std::slice::Iter<'_, Held> {
        self.0.iter()
    }

    /// The entry under that key.
    pub fn get(&self, key: IdentifierKey) -> Option<&Held> {
        self.0.binary_search_by_key(&key, |held| held.key).ok().map(|place| &self.0[place])
    }

    /// Whether the identifier leads to this side.
    pub fn owns(&self, key: IdentifierKey) -> bool {
        self.get(key).is_some_and(|held| held.hold == Hold::Own)
    }

    /// How many values of a namespace there are.
    pub fn count(&self, namespace: &Name<Namespace>) -> usize {
        self.0.iter().filter(|held| held.identifier.namespace == *namespace).count()
    }

    /// Adds an identifier, or strengthens the one already there: strength rises, `since` falls, the firmer hold stands.
    pub fn add(&mut self, new: Held) {
        match self.0.binary_search_by_key(&new.key, |held| held.key) {
            Err(at) => self.0.insert(at, new),
            Ok(at) => {
                let old = &mut self.0[at];
                old.strength = old.strength.max(new.strength);
                old.since = old.since.min(new.since);
                old.hold = old.hold.max(new.hold);
            }
        }
    }

    /// Sets how firmly an identifier is had, if it is here. Answers to claims may come late, by way of where the side was
    /// before: [`Hold::Linked`] never takes away what is owned, and [`Hold::Own`] never takes back what was shared or
    /// quarantined since.
    pub fn set_hold(&mut self, key: IdentifierKey, hold: Hold) {
        if let Ok(place) = self.0.binary_search_by_key(&key, |held| held.key) {
            let held = &mut self.0[place];
            let late = match held.hold {
                Hold::Own => hold == Hold::Linked,
                Hold::Shared | Hold::Quarantined => hold == Hold::Own,
                Hold::Probable | Hold::Claimed | Hold::Linked => false,
            };
            if !late {
                held.hold = hold;
            }
        }
    }

    /// The value of a namespace that is owned here, if there is one.
    pub fn value(&self, namespace: &str) -> Option<&Arc<str>> {
        let own = |held: &&Held| held.identifier.namespace.as_str() == namespace && held.hold == Hold::Own;
        self.0.iter().find(own).map(|held| &held.identifier.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(hold: Hold, since: i64) -> Held {
        Held {
            identifier: Identifier { namespace: "email".into(), value: "a@example.org".into() },
            key: IdentifierKey(7),
            strength: Strength::Weak,
            since: Timestamp::saturating_from_millis(since),
            hold,
        }
    }

    #[test]
    fn adding_twice_keeps_the_firmer_hold_and_the_earlier_time() {
        let mut identifiers = Identifiers::default();
        identifiers.add(held(Hold::Own, 20));
        identifiers.add(Held { strength: Strength::Strong, ..held(Hold::Claimed, 10) });
        let only: Vec<_> = identifiers.iter().collect();
        assert_eq!(only.len(), 1);
        assert_eq!((only[0].hold, only[0].strength, only[0].since.as_millis()), (Hold::Own, Strength::Strong, 10));
    }
}
