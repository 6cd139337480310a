//! Publishing through the door to the runtime: changes, drafts, revisions. All of it blocks.

use std::sync::{Arc, MutexGuard, PoisonError};

use definition::{DefinitionError, Difference, Documents, Draft, Finding, Kind, Origin, Publication, learned};
use engine::plan::Plan;
use model::limits;

pub use crate::plans::{Outlook, PlanError, Proposal};
use crate::{
    handle::Runtime,
    message::Message,
    plans,
    ticket::{Pending, Ticket},
};

/// A publication on its way to the partitions.
#[derive(Debug)]
pub struct Publishing {
    /// The plan that is in force from now on.
    pub plan: Arc<Plan>,
    /// The documents that it changed; none if it changed nothing, and then there is no new revision.
    pub differences: Vec<Difference>,
    /// Answers once every partition applies the plan.
    pub applied: Pending<()>,
}

/// What publishing a draft would come to.
#[derive(Debug)]
pub struct Check {
    /// The revision that it was checked against.
    pub revision: u64,
    /// What it would change.
    pub differences: Vec<Difference>,
    /// The documents that were published differently since the draft was begun.
    pub conflicts: Vec<(Kind, String)>,
    /// What would be probably not meant in it.
    pub advice: Vec<Finding>,
    /// Why the whole would not compile: the first reason in order of kind and name.
    pub error: Option<DefinitionError>,
}

/// One revision as it was published.
#[derive(Debug)]
pub struct Revision {
    /// Who published it, when and why; `None` for the one that a project begins with.
    pub publication: Option<Publication>,
    /// What it changed.
    pub differences: Vec<Difference>,
}

impl Runtime {
    /// The newest plan and the documents that it was made of.
    pub fn published(&self) -> (Arc<Plan>, Arc<Documents>) {
        self.shared().plans.current()
    }

    /// Publishes changed documents.
    pub fn publish(
        &self,
        proposal: Proposal,
        change: impl FnOnce(&mut Documents) -> Result<(), DefinitionError>,
    ) -> Result<Publishing, PlanError> {
        self.publish_if(proposal, |documents| Ok(change(documents)?))
    }

    /// What publishing changed documents would come to: compiled, and forgotten.
    pub fn preview_publication(
        &self,
        seen: Option<u64>,
        change: impl FnOnce(&mut Documents) -> Result<(), DefinitionError>,
    ) -> Result<Outlook, PlanError> {
        let shared = self.shared();
        shared.plans.preview(shared.substrate.as_ref(), seen, |documents| Ok(change(documents)?))
    }

    /// Who published a revision, when and why. `None` if there is no such revision, or nobody published it: the one that
    /// a project begins with.
    pub fn publication(&self, revision: u64) -> Result<Option<Publication>, PlanError> {
        let stored = self.shared().substrate.definitions(revision)?;
        Ok(stored.map_or(Ok(None), |bytes| Documents::publication(&bytes))?)
    }

    /// A revision with what it changed; `None` if there is no such revision.
    pub fn revision(&self, revision: u64) -> Result<Option<Revision>, PlanError> {
        if revision > self.plan().revision {
            return Ok(None);
        }
        let differences = match revision {
            0 => Vec::new(),
            _ => definition::differences(&self.documents_at(revision - 1)?, &self.documents_at(revision)?),
        };
        Ok(Some(Revision { publication: self.publication(revision)?, differences }))
    }

    /// Publishes the documents of an earlier revision as a new one; `None` if there is no such revision.
    pub fn roll_back(&self, proposal: Proposal, revision: u64) -> Result<Option<Publishing>, PlanError> {
        if revision > self.plan().revision {
            return Ok(None);
        }
        let earlier = self.documents_at(revision)?;
        self.publish_if(proposal, |documents| {
            documents.restore(&earlier);
            Ok(())
        })
        .map(Some)
    }

    /// The names of the drafts, in order.
    pub fn drafts(&self) -> Result<Vec<String>, PlanError> {
        Ok(self.shared().substrate.drafts()?)
    }

    /// The draft of a name.
    pub fn draft(&self, name: &str) -> Result<Option<Draft>, PlanError> {
        let stored = self.shared().substrate.draft(name)?;
        Ok(stored.map(|bytes| Draft::from_bytes(&bytes)).transpose()?)
    }

    /// Changes a draft, given with the documents of its base revision. One that is not there begins empty on the
    /// newest revision.
    ///
    /// # Errors
    /// What `change` has against it; `TooManyDrafts`.
    pub fn change_draft(
        &self,
        name: &str,
        change: impl FnOnce(&mut Draft, &Documents) -> Result<(), DefinitionError>,
    ) -> Result<Draft, PlanError> {
        let _changing = self.changing_drafts();
        let mut draft = match self.draft(name)? {
            Some(draft) => draft,
            None if self.drafts()?.len() >= limits::DRAFTS => return Err(PlanError::TooManyDrafts),
            None => Draft::on(self.plan().revision),
        };
        let base = self.documents_at(draft.base)?;
        change(&mut draft, &base)?;
        self.shared().substrate.keep_draft(name, &draft.to_bytes())?;
        Ok(draft)
    }

    /// Sets a draft on a revision: whoever changes it has seen what that one says. One that is not there is begun.
    /// `None` if there is no such revision.
    pub fn base_draft(&self, name: &str, revision: u64) -> Result<Option<Draft>, PlanError> {
        if revision > self.plan().revision {
            return Ok(None);
        }
        let based = self.change_draft(name, |draft, _| {
            draft.base = revision;
            Ok(())
        });
        based.map(Some)
    }

    /// Drops a draft; `None` if there is none of that name.
    pub fn drop_draft(&self, name: &str) -> Result<Option<Draft>, PlanError> {
        let _changing = self.changing_drafts();
        let draft = self.draft(name)?;
        self.shared().substrate.drop_draft(name)?;
        Ok(draft)
    }

    /// What publishing a draft would come to.
    pub fn check_draft(&self, draft: &Draft) -> Result<Check, PlanError> {
        let (plan, documents) = self.published();
        let conflicts = draft.conflicts(&self.documents_at(draft.base)?, &documents);
        let mut changed = (*documents).clone();
        let origin = Origin::Draft(String::new());
        let applied = draft.apply(&mut changed).and_then(|()| learned::settle(&documents, &mut changed, &origin));
        let differences = definition::differences(&documents, &changed);
        let compiled = applied.and_then(|()| definition::compile(&mut changed, plan.revision + 1, Some(&plan)));
        let advice = compiled.as_ref().map(|plan| definition::advice(plan, self.now())).unwrap_or_default();
        Ok(Check { revision: plan.revision, differences, conflicts, advice, error: compiled.err() })
    }

    /// Publishes a draft as one, and drops it.
    ///
    /// # Errors
    /// `NoDraft`; `Conflict` if something that it changes was published differently since its base revision.
    pub fn publish_draft(&self, proposal: Proposal, name: &str) -> Result<Publishing, PlanError> {
        let _changing = self.changing_drafts();
        let draft = self.draft(name)?.ok_or(PlanError::NoDraft)?;
        let base = self.documents_at(draft.base)?;
        let proposal = Proposal { origin: Origin::Draft(name.to_owned()), ..proposal };
        let publishing = self.publish_if(proposal, |documents| {
            let conflicts = draft.conflicts(&base, documents);
            if conflicts.is_empty() { Ok(draft.apply(documents)?) } else { Err(PlanError::Conflict(conflicts)) }
        })?;
        // If this fails the draft stays, and says what is published: publishing it again changes nothing.
        self.shared().substrate.drop_draft(name)?;
        Ok(publishing)
    }

    fn publish_if(
        &self,
        proposal: Proposal,
        change: impl FnOnce(&mut Documents) -> Result<(), PlanError>,
    ) -> Result<Publishing, PlanError> {
        let shared = self.shared();
        let Outlook { plan, differences } =
            shared.plans.publish(shared.substrate.as_ref(), (proposal, self.now()), change)?;
        let (ticket, applied) = Ticket::new(());
        shared.tell_all(|| Message::PlanChanged(plan.clone(), ticket.clone()));
        Ok(Publishing { plan, differences, applied })
    }

    fn documents_at(&self, revision: u64) -> Result<Documents, PlanError> {
        plans::documents(self.shared().substrate.as_ref(), revision)
    }

    fn changing_drafts(&self) -> MutexGuard<'_, ()> {
        self.shared().changing_drafts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
