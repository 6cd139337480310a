//! All plans by revision: the log names them, so every one can be had again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use definition::{DefinitionError, Documents};
use engine::plan::Plan;
use store::{error::StoreError, substrate::Substrate};

/// The plans compiled so far, and the documents of the newest.
#[derive(Debug)]
pub(crate) struct Plans {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    by_revision: HashMap<u64, Arc<Plan>>,
    newest: Arc<Plan>,
    documents: Documents,
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
}

impl Plans {
    /// The newest published plan; that of a new project if nothing was published yet.
    pub(crate) fn open(substrate: &dyn Substrate) -> Result<Self, PlanError> {
        let revision = substrate.revision();
        let (plan, documents) = compile(substrate, revision)?;
        let newest = Arc::new(plan);
        let by_revision = HashMap::from([(revision, newest.clone())]);
        Ok(Self { inner: Mutex::new(Inner { by_revision, newest, documents }) })
    }

    pub(crate) fn newest(&self) -> Arc<Plan> {
        self.lock().newest.clone()
    }

    pub(crate) fn documents(&self) -> Documents {
        self.lock().documents.clone()
    }

    /// The plan of a revision.
    pub(crate) fn revision(&self, substrate: &dyn Substrate, revision: u64) -> Result<Arc<Plan>, PlanError> {
        if let Some(plan) = self.lock().by_revision.get(&revision) {
            return Ok(plan.clone());
        }
        let plan = Arc::new(compile(substrate, revision)?.0);
        self.lock().by_revision.insert(revision, plan.clone());
        Ok(plan)
    }

    /// Changes the documents and publishes the result, durably; returns the plan that is in force from now on. One at
    /// a time: the lock is held meanwhile, and nothing else waits for it long.
    pub(crate) fn publish(
        &self,
        substrate: &dyn Substrate,
        change: impl FnOnce(&mut Documents) -> Result<(), DefinitionError>,
    ) -> Result<Arc<Plan>, PlanError> {
        let mut inner = self.lock();
        let mut documents = inner.documents.clone();
        change(&mut documents)?;
        if documents.to_bytes() == inner.documents.to_bytes() {
            return Ok(inner.newest.clone());
        }
        let before = inner.newest.clone();
        let plan = definition::compile(&mut documents, before.revision + 1, Some(&before))?;
        substrate.define(before.revision, &documents.to_bytes())?;
        let plan = Arc::new(plan);
        inner.by_revision.insert(plan.revision, plan.clone());
        inner.newest = plan.clone();
        inner.documents = documents;
        Ok(plan)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compile(substrate: &dyn Substrate, revision: u64) -> Result<(Plan, Documents), PlanError> {
    let mut documents = match revision {
        0 => Documents::defaults(),
        _ => Documents::from_bytes(&substrate.definitions(revision)?.ok_or(PlanError::Missing(revision))?)?,
    };
    let plan = definition::compile(&mut documents, revision, None)?;
    Ok((plan, documents))
}
