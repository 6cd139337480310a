//! What a census taught, published: a setting like any other, with the program as its author and the figures as its
//! reason.

use std::collections::BTreeMap;

use definition::{Author, Origin, learned};
use engine::learning::Lessons;
use model::{
    limits::{REASON_CHARS, WITHDRAWN},
    name::{Name, Source},
};

use crate::{census::CensusError, handle::Runtime, publishing::Proposal};

/// Who publishes what was learned.
const BY: &str = "prevenance";

impl Runtime {
    /// Publishes what was learned, if there is anything new and the project does not refuse it. Blocking.
    pub(crate) fn heed(&self, lessons: &Lessons) -> Result<(), CensusError> {
        let (plan, documents) = self.published();
        if !learned::is_wanted(&documents) {
            return Ok(());
        }
        let defined: BTreeMap<Name<Source>, u16> = learned::defined(&documents);
        let found = lessons.found(&plan, &defined);
        if !found.is_empty() {
            let said = found.iter().map(|found| {
                let permille = |permille: u16| f64::from(permille) / 1_000.0;
                let (defined, is) = (permille(found.defined_permille), permille(found.found_permille));
                format!("{}: defined {defined}, found {is} on {} statements", found.source, found.tested)
            });
            self.publish_learned(&said.collect::<Vec<_>>(), |documents| learned::note_reliability(documents, &found))?;
        }
        let room = WITHDRAWN.saturating_sub(plan.decisions.rules().withdrawn.len());
        let mut leaving = lessons.make_leave(&plan);
        leaving.truncate(room);
        if !leaving.is_empty() {
            let said = leaving.iter().map(|pair| {
                let percent = |share: f64| format!("{:.1} %", share * 100.0);
                let (left, neutral) = (percent(pair.landed.share()), percent(pair.neutral.share()));
                format!(
                    "{} after \"{}\": {left} of {} left, of neutral {neutral}",
                    pair.content, pair.keyword, pair.landed.shown
                )
            });
            self.publish_learned(&said.collect::<Vec<_>>(), |documents| learned::withdraw(documents, &leaving))?;
        }
        Ok(())
    }

    fn publish_learned(
        &self,
        said: &[String],
        change: impl FnOnce(&mut definition::Documents) -> Result<(), definition::DefinitionError>,
    ) -> Result<(), CensusError> {
        let why: String = said.join("; ").chars().take(REASON_CHARS).collect();
        let author = Author { by: BY.to_owned(), key: None, why: Some(why) };
        let publishing = self.publish(Proposal { author, origin: Origin::Learned, seen: None }, change)?;
        publishing.applied.wait()?;
        Ok(())
    }
}
