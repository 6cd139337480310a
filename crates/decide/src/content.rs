//! Reusable pieces of content in their languages.

use std::{collections::BTreeMap, sync::Arc};

use condition::Condition;
use model::{
    journey::{Intent, Stage},
    language::best,
    name::{Content as ContentName, Name, Recommender},
    time::Timestamp,
    value::Fields,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// Those of one category that the person looked at lately. Whoever looked at fewer than two is not shown the content.
    Viewed,
    /// Those that a recommender proposes. Whoever gets none is not shown the content; where it is neutral it shows what
    /// the recommender proposes to everybody who asks alike.
    Recommended(Name<Recommender>),
    /// None of its own: the hits of the search, or the items of the category, in the person's order. Whoever has no
    /// tastes is not shown the content.
    PersonalOrder,
}

/// What a content says in one language.
pub type Version = Arc<Payload>;

impl Content {
    /// A content that says nothing but its items, to everybody who is somewhere on their way.
    pub fn of_items(name: Name<ContentName>, items: Items) -> Self {
        let language: Arc<str> = "en".into();
        let says_nothing = Payload::compile(Fields::default()).expect("nothing has no token");
        Self {
            name,
            versions: [(language.clone(), Arc::new(says_nothing))].into(),
            fallback: language,
            stages: Stage::ALL.to_vec(),
            intent: Intent::Help,
            expires: None,
            tags: Vec::new(),
            suits: None,
            prefer: None,
            items: Some(items),
        }
    }

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
