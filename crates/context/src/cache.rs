//! Readings of user agents that were made before: a few strings come again and again.

use std::{collections::BTreeMap, sync::Arc};

use crate::{agent::Agent, limits};

/// At most twice [`limits::CACHED_AGENTS`] readings, those asked for lately. Two generations: when the young one is
/// full it becomes the old one and the old one goes; what is asked for again moves back. A tree and not a hash table:
/// no seed to draw, and no key can be made up that slows it down.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    young: BTreeMap<Box<str>, Arc<Agent>>,
    old: BTreeMap<Box<str>, Arc<Agent>>,
}

impl Cache {
    pub(crate) fn get(&mut self, user_agent: &str) -> Option<Arc<Agent>> {
        if let Some(agent) = self.young.get(user_agent) {
            return Some(agent.clone());
        }
        let (user_agent, agent) = self.old.remove_entry(user_agent)?;
        self.keep(user_agent, agent.clone());
        Some(agent)
    }

    pub(crate) fn insert(&mut self, user_agent: &str, agent: Arc<Agent>) {
        self.keep(user_agent.into(), agent);
    }

    fn keep(&mut self, user_agent: Box<str>, agent: Arc<Agent>) {
        if self.young.len() >= limits::CACHED_AGENTS {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(user_agent, agent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_asked_for() {
        let mut cache = Cache::default();
        let agent = Arc::new(Agent::default());
        cache.insert("often", agent.clone());
        for number in 0..10 * limits::CACHED_AGENTS {
            cache.insert(&number.to_string(), agent.clone());
            assert!(cache.get("often").is_some());
            assert!(cache.young.len() + cache.old.len() <= 2 * limits::CACHED_AGENTS);
        }
        assert!(cache.get("0").is_none());
    }
}
