//! All plans by revision: the log names them, so every one can be had again.
//!
//! A revision is never given up: a block of the log or a decision may name it for as long as it is kept, and the store
//! holds each as one small file. Compiled, only those that were used last are held.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use definition::{Author, DefinitionError, Difference, Documents, Kind, Origin, Publication, learned};
use engine::plan::Plan;
use model::time::Timestamp;
use store::{error::StoreError, substrate::Substrate};

use crate::limits;

/// The plans compiled so far, and the documents of the newest.
#[derive(Debug)]
pub(crate) struct Plans {
    inner: Mutex<Inner>,
    /// Held by whoever publishes, so that compiling and writing keep nobody from the plan in force.
    publishing: Mutex<()>,
}

#[derive(Debug)]
struct Inner {
    /// Plans that were used lately, the last one first; at most [`limits::COMPILED_PLANS`].
    recent: VecDeque<Arc<Plan>>,
    newest: Arc<Plan>,
    documents: Arc<Documents>,
}

/// Why a plan could not be had or published.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The definitions are not right.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log names a revision that is not there.
    #[error("the definitions of revision {0} are missing")]
    Missing(u64),
    /// Documents that the publication changes were published since the revision that was seen.
    #[error("documents were published since revision {seen}; the newest is {newest}")]
    Outdated {
        /// The revision that was seen.
        seen: u64,
        /// The newest revision.
        newest: u64,
        /// The documents; none if that revision is not published yet.
        documents: Vec<(Kind, String)>,
    },
    /// A draft changes documents that were published differently since it was begun.
    #[error("documents of the draft were published differently since it was begun")]
    Conflict(Vec<(Kind, String)>),
    /// There is no such draft.
    #[error("there is no such draft")]
    NoDraft,
    /// There are as many drafts as there may be.
    #[error("there are as many drafts as there may be")]
    TooManyDrafts,
}

/// Who publishes, why, in what way, and on top of what.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Who, and why.
    pub author: Author,
    /// In what way.
    pub origin: Origin,
    /// The revision that was seen: no document that the publication changes may have been published since. `None` takes
    /// any.
    pub seen: Option<u64>,
}

impl Proposal {
    /// A publication on top of whatever is the newest.
    pub fn of(author: Author, origin: Origin) -> Self {
        Self { author, origin, seen: None }
    }
}

/// What the publication of a change comes to, or would come to.
#[derive(Debug)]
pub struct Outlook {
    /// The plan that is in force, or would be.
    pub plan: Arc<Plan>,
    /// The documents that differ from what was in force before. If none does, the plan is the one before.
    pub differences: Vec<Difference>,
}

impl Plans {
    /// The newest published plan; that of a new project if nothing was published yet.
    pub(crate) fn open(substrate: &dyn Substrate) -> Result<Self, PlanError> {
        let revision = substrate.revision();
        let (plan, documents) = compile(substrate, revision)?;
        let newest = Arc::new(plan);
        let inner = Inner { recent: VecDeque::new(), newest, documents: Arc::new(documents) };
        Ok(Self { inner: Mutex::new(inner), publishing: Mutex::default() })
    }

    pub(crate) fn newest(&self) -> Arc<Plan> {
        self.lock().newest.clone()
    }

    /// The newest plan and the documents that it was made of.
    pub(crate) fn current(&self) -> (Arc<Plan>, Arc<Documents>) {
        let inner = self.lock();
        (inner.newest.clone(), inner.documents.clone())
    }

    /// The plan of a revision.
    pub(crate) fn revision(&self, substrate: &dyn Substrate, revision: u64) -> Result<Arc<Plan>, PlanError> {
        if let Some(plan) = self.lock().used(revision) {
            return Ok(plan);
        }
        let plan = Arc::new(compile(substrate, revision)?.0);
        self.lock().keep(plan.clone());
        Ok(plan)
    }

    /// Changes the documents and publishes the result, durably. One at a time; the change is made on the documents
    /// that are in force then.
    pub(crate) fn publish(
        &self,
        substrate: &dyn Substrate,
        (proposal, now): (Proposal, Timestamp),
        change: impl FnOnce(&mut Documents) -> Result<(), PlanError>,
    ) -> Result<Outlook, PlanError> {
        let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, documents, outlook) = self.changed(substrate, (proposal.seen, &proposal.origin), change)?;
        if outlook.differences.is_empty() {
            return Ok(outlook);
        }
        let changes = outlook.differences.iter().map(Difference::changed).collect();
        let publication = Publication { at: now, author: proposal.author, origin: proposal.origin, changes };
        substrate.define(before.revision, &documents.published_as(publication))?;
        let mut inner = self.lock();
        let before = std::mem::replace(&mut inner.newest, outlook.plan.clone());
        inner.keep(before);
        inner.documents = Arc::new(documents);
        Ok(outlook)
    }

    /// What publishing the change would come to now.
    pub(crate) fn preview(
        &self,
        substrate: &dyn Substrate,
        seen: Option<u64>,
        change: impl FnOnce(&mut Documents) -> Result<(), PlanError>,
    ) -> Result<Outlook, PlanError> {
        Ok(self.changed(substrate, (seen, &Origin::Documents), change)?.2)
    }

    /// The plan in force, the changed documents, and what they come to.
    fn changed(
        &self,
        substrate: &dyn Substrate,
        (seen, origin): (Option<u64>, &Origin),
        change: impl FnOnce(&mut Documents) -> Result<(), PlanError>,
    ) -> Result<(Arc<Plan>, Documents, Outlook), PlanError> {
        let (before, current) = self.current();
        let mut documents = (*current).clone();
        change(&mut documents)?;
        learned::settle(&current, &mut documents, origin)?;
        let differences = definition::differences(&current, &documents);
        if let Some(seen) = seen {
            let newest = before.revision;
            let documents = published_since(substrate, (seen, newest), &current, &differences)?;
            if seen > newest || !documents.is_empty() {
                return Err(PlanError::Outdated { seen, newest, documents });
            }
        }
        let plan = if differences.is_empty() {
            before.clone()
        } else {
            let revision = before.revision + 1;
            documents.note_changes(&differences, revision);
            Arc::new(definition::compile(&mut documents, revision, Some(&before))?)
        };
        Ok((before, documents, Outlook { plan, differences }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The plan of a revision, if it is at hand.
    fn used(&mut self, revision: u64) -> Option<Arc<Plan>> {
        if self.newest.revision == revision {
            return Some(self.newest.clone());
        }
        let place = self.recent.iter().position(|plan| plan.revision == revision)?;
        let plan = self.recent.remove(place)?;
        self.recent.push_front(plan.clone());
        Some(plan)
    }

    fn keep(&mut self, plan: Arc<Plan>) {
        self.recent.retain(|known| known.revision != plan.revision);
        self.recent.push_front(plan);
        self.recent.truncate(limits::COMPILED_PLANS);
    }
}

/// Of the documents that are to be changed, those that were published since a revision was seen: changed after it, or
/// taken away.
fn published_since(
    substrate: &dyn Substrate,
    (seen, newest): (u64, u64),
    current: &Documents,
    differences: &[Difference],
) -> Result<Vec<(Kind, String)>, PlanError> {
    if seen >= newest {
        return Ok(Vec::new());
    }
    let is_new = |difference: &Difference| difference.before.is_none();
    let then = if differences.iter().any(is_new) { Some(documents(substrate, seen)?) } else { None };
    let is_overtaken = |Difference { kind, name, .. }: &&Difference| match current.changed_in(*kind, name) {
        Some(changed) => changed > seen,
        None => then.as_ref().is_some_and(|then| then.get(*kind, name).is_some()),
    };
    let overtaken = differences.iter().filter(is_overtaken);
    Ok(overtaken.map(|difference| (difference.kind, difference.name.clone())).collect())
}

/// The documents as of a revision.
pub(crate) fn documents(substrate: &dyn Substrate, revision: u64) -> Result<Documents, PlanError> {
    let mut documents = match revision {
        0 => Documents::defaults(),
        _ => Documents::from_bytes(&substrate.definitions(revision)?.ok_or(PlanError::Missing(revision))?)?,
    };
    documents.note_unrecorded(revision);
    Ok(documents)
}

fn compile(substrate: &dyn Substrate, revision: u64) -> Result<(Plan, Documents), PlanError> {
    let mut documents = documents(substrate, revision)?;
    let plan = definition::compile_published(&mut documents, revision)?;
    Ok((plan, documents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plans_used_last_are_at_hand() {
        let plan = |revision| Arc::new(Plan { revision, ..Plan::default() });
        let documents = Arc::new(Documents::defaults());
        let mut inner = Inner { recent: VecDeque::new(), newest: plan(100), documents };
        let most = limits::COMPILED_PLANS as u64;
        (0..most).for_each(|revision| inner.keep(plan(revision)));
        assert_eq!(inner.used(0).map(|plan| plan.revision), Some(0));
        inner.keep(plan(most));
        assert_eq!(inner.recent.len(), limits::COMPILED_PLANS);
        assert!(inner.used(0).is_some() && inner.used(1).is_none() && inner.used(most).is_some());
        assert!(inner.used(100).is_some(), "the one in force is never let go");
    }
}
