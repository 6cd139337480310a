//! Reusable pieces of content in their languages.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    name::{Content as ContentName, Name},
    time::Timestamp,
};

use crate::template::Payload;

/// A reusable piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Its name.
    pub name: Name<ContentName>,
    /// Its versions by language (BCP 47); at least one.
    pub versions: BTreeMap<Arc<str>, Version>,
    /// The language of the version for those who read none of the others. Always one of `versions`.
    pub fallback: Arc<str>,
    /// From when on it is never shown any more.
    pub expires: Option<Timestamp>,
    /// Its labels, sorted.
    pub tags: Vec<Arc<str>>,
}

/// What a content says in one language.
pub type Version = Arc<Payload>;

impl Content {
    /// The version for somebody who reads these languages, best first, and its language: the first that is there as
    /// written, or without its region and script; else the fallback.
    pub fn version(&self, languages: &[Arc<str>]) -> (&Arc<str>, &Version) {
        let found = languages.iter().find_map(|language| self.for_language(language));
        found.unwrap_or_else(|| {
            let fallback = self.versions.get_key_value(&self.fallback);
            fallback.or_else(|| self.versions.first_key_value()).expect("a content has a version")
        })
    }

    /// Whether it may be shown at a moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// `fr-CA` reads `fr-CA`, then `fr`, then another French one.
    fn for_language(&self, language: &str) -> Option<(&Arc<str>, &Version)> {
        let named = |wanted: &str| self.versions.iter().find(|(have, _)| have.eq_ignore_ascii_case(wanted));
        let primary = language.split('-').next().unwrap_or_default();
        let related = || {
            let is_related = |have: &str| have.split('-').next().is_some_and(|have| have.eq_ignore_ascii_case(primary));
            self.versions.iter().find(|(have, _)| is_related(have))
        };
        named(language).or_else(|| named(primary)).or_else(related)
    }
}
