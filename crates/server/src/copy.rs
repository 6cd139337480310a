//! Everything held on one person, gathered.

use std::collections::BTreeSet;

use api::wire::profile::ExportAnswer;
use model::{consent::Rights, identifier::IdentifierKey, limits, time::Timestamp};
use runtime::{
    handle::{Reading, Runtime},
    publishing::PlanError,
};

use crate::{
    access, decision,
    person::{self, Reason},
    rejection,
};

/// The whole copy. Blocking: reads the store, and the plans under which decisions were made.
pub(crate) fn everything(runtime: &Runtime, reading: &Reading) -> Result<ExportAnswer, PlanError> {
    let (mut events, mut before) = (Vec::new(), None::<(Timestamp, u64)>);
    loop {
        let page = runtime.history(&reading.person, before, limits::PAGE)?;
        events.extend(page.iter().map(|stored| (&stored.event).into()));
        match page.last() {
            Some(last) if page.len() == limits::PAGE => before = Some((last.event.timestamp, last.tie)),
            _ => break,
        }
    }
    events.reverse();
    let keys: BTreeSet<IdentifierKey> = person::held(reading).iter().map(|held| held.key).collect();
    let own = |keys_of: &[IdentifierKey]| keys_of.iter().any(|key| keys.contains(key));
    let rejected = runtime.refused(None, usize::MAX)?.into_iter().map(|(_, one)| one);
    let sides: BTreeSet<_> = reading.person.sides.iter().map(|side| side.facts.origin).collect();
    let rejected = rejected.filter(|one| own(&one.keys) || one.side.is_some_and(|side| sides.contains(&side)));
    let accesses = runtime.accesses(&reading.person, None, usize::MAX)?;
    let (mut decisions, catalog) = (Vec::new(), runtime.catalog());
    for decided in runtime.decisions_about(&reading.person)? {
        let plan = runtime.plan_of(decided.revision)?;
        decisions
            .extend(decided.decisions.iter().map(|decision| decision::recorded((&plan, &catalog), &decided, decision)));
    }
    Ok(ExportAnswer {
        format: 1,
        exported_at: reading.now.into(),
        profile: person::profile(reading, &Reason::Rights(Rights::of_the_person())),
        events,
        rejected: rejected.map(|one| rejection::shown(&one)).collect(),
        decisions,
        accesses: accesses.iter().map(|(place, access)| access::shown(place.at, access)).collect(),
    })
}
