//! What a census taught, published: a setting like any other, with the program as its author and the figures as its
//! reason. A setting that stands by hand is not written; what it would have said is kept with the census.

use std::{collections::BTreeMap, sync::Arc};

use definition::{Author, DefinitionError, Documents, Origin, learned};
use engine::{
    census::{UNHEEDED, Unheeded},
    learning::{Found, Lessons},
    plan::Plan,
};
use ledger::landing::Compared;
use model::{
    limits::{REASON_CHARS, WITHDRAWN},
    name::{Name, Source},
};

use crate::{census::CensusError, handle::Runtime, publishing::Proposal};

/// Who publishes what was learned.
const BY: &str = "prevenance";

/// What a census says that is not published yet.
struct News {
    found: Vec<Found>,
    leaving: Vec<Compared>,
}

impl News {
    fn of(lessons: &Lessons, plan: &Plan, documents: &Documents) -> Self {
        if !learned::is_wanted(documents) {
            return Self { found: Vec::new(), leaving: Vec::new() };
        }
        let defined: BTreeMap<Name<Source>, u16> = learned::defined(documents);
        let room = WITHDRAWN.saturating_sub(plan.decisions.rules().withdrawn.len());
        let mut leaving = lessons.make_leave(plan);
        leaving.truncate(room);
        Self { found: lessons.found(plan, &defined), leaving }
    }

    /// What it says of each setting, with the figures.
    fn said(&self) -> [(&'static str, Vec<String>); 2] {
        [
            (learned::RELIABILITY, self.found.iter().map(of_source).collect()),
            (learned::WITHDRAWN_CONTENTS, self.leaving.iter().map(of_pair).collect()),
        ]
    }
}

impl Runtime {
    /// What a census taught about settings that stand by hand.
    pub(crate) fn unheeded(&self, lessons: &Lessons) -> Vec<Unheeded> {
        let (plan, documents) = self.published();
        let said = News::of(lessons, &plan, &documents).said();
        let by_hand = said.into_iter().filter(|(setting, _)| !learned::is_open(&documents, setting));
        let lesson = |setting: &str, says: String| Unheeded { setting: setting.into(), says: Arc::from(says) };
        by_hand
            .flat_map(|(setting, said)| said.into_iter().map(move |says| lesson(setting, says)))
            .take(UNHEEDED)
            .collect()
    }

    /// Publishes what was learned, if there is anything new and nobody decided otherwise. Blocking.
    pub(crate) fn heed(&self, lessons: &Lessons) -> Result<(), CensusError> {
        let (plan, documents) = self.published();
        let news = News::of(lessons, &plan, &documents);
        let [(_, of_sources), (_, of_pairs)] = news.said();
        self.publish_learned(&of_sources, |documents| learned::note_reliability(documents, &news.found))?;
        self.publish_learned(&of_pairs, |documents| learned::withdraw(documents, &news.leaving))
    }

    /// Publishes one setting. If it stands by hand, nothing changes, and there is no publication.
    fn publish_learned(
        &self,
        said: &[String],
        change: impl FnOnce(&mut Documents) -> Result<(), DefinitionError>,
    ) -> Result<(), CensusError> {
        if said.is_empty() {
            return Ok(());
        }
        let why: String = said.join("; ").chars().take(REASON_CHARS).collect();
        let author = Author { by: BY.to_owned(), key: None, why: Some(why) };
        let publishing = self.publish(Proposal { author, origin: Origin::Learned, seen: None }, change)?;
        publishing.applied.wait()?;
        Ok(())
    }
}

fn of_source(found: &Found) -> String {
    let permille = |permille: u16| f64::from(permille) / 1_000.0;
    let (defined, is) = (permille(found.defined_permille), permille(found.found_permille));
    format!("{}: defined {defined}, found {is} on {} statements", found.source, found.tested)
}

fn of_pair(pair: &Compared) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let (left, neutral) = (percent(pair.landed.share()), percent(pair.neutral.share()));
    format!("{} after \"{}\": {left} of {} left, of neutral {neutral}", pair.content, pair.keyword, pair.landed.shown)
}
