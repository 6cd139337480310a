//! Reusable pieces of content in their languages.

use std::{collections::BTreeMap, sync::Arc};

use condition::Condition;
use model::{
    journey::{Intent, Stage},
    language::best,
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
    /// For whom it is: where on their way to and with the shop they stand. Sorted; at least one.
    pub stages: Vec<Stage>,
    /// What it is for.
    pub intent: Intent,
    /// From when on it is never shown any more.
    pub expires: Option<Timestamp>,
    /// Its labels, sorted.
    pub tags: Vec<Arc<str>>,
    /// It is shown only to those for whom this holds.
    pub suits: Option<Condition>,
    /// Those for whom this holds get it before others; one need not be as sure as for showing.
    pub prefer: Option<Condition>,
    /// What it shows beside what it says.
    pub items: Option<Items>,
}

/// Products that a content shows, different for each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Items {
    /// Those of one category that the person looked at lately. Whoever looked at fewer than two is not shown the content.
    Viewed,
}

/// What a content says in one language.
pub type Version = Arc<Payload>;

impl Content {
    /// The version for somebody who reads these languages, best first, and its language; else the fallback.
    pub fn version(&self, languages: &[Arc<str>]) -> (&Arc<str>, &Version) {
        best(languages, &self.versions).unwrap_or_else(|| {
            let fallback = self.versions.get_key_value(&self.fallback);
            fallback.or_else(|| self.versions.first_key_value()).expect("a content has a version")
        })
    }

    /// Whether it may be shown at a moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}
