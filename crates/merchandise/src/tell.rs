//! Telling the catalog, and counting what became of it.

use api::wire::catalog::{CatalogAnswer, CatalogCounts, RefusedItem};
use catalog::{change::Applied, fault::Fault};
use ingest::feed::{BadItem, Fed, Told};
use runtime::{handle::Runtime, ticket::Failure};

/// Tells what was read. What is bad, and what the catalog refuses, is in the answer. Blocking.
///
/// # Errors
/// Nothing of it counts.
pub fn tell(runtime: &Runtime, read: Vec<Fed>) -> Result<CatalogAnswer, Failure> {
    let mut answer = CatalogAnswer::default();
    let mut told = Vec::with_capacity(read.len());
    for fed in read {
        match fed {
            Fed::Told(one) => told.push(one),
            Fed::Bad(bad) | Fed::Cut(bad) => answer.refuse(refused(bad)),
            Fed::End => {}
        }
    }
    tell_all(runtime, told, &mut answer)?;
    answer.refused.sort_by_key(|refused| refused.record);
    Ok(answer)
}

/// Tells changes, and counts them in an answer. Blocking.
///
/// # Errors
/// Nothing of it counts, and nothing is counted.
pub(crate) fn tell_all(runtime: &Runtime, told: Vec<Told>, answer: &mut CatalogAnswer) -> Result<(), Failure> {
    let (records, changes): (Vec<u64>, Vec<_>) =
        told.into_iter().map(|told| (told.record, (told.as_of, told.change))).unzip();
    for (record, applied) in records.into_iter().zip(runtime.tell_catalog(&changes)?) {
        match applied {
            Ok(applied) => count(&mut answer.counts, applied),
            Err(Fault { code, field, message }) => {
                let code = code.as_str().to_owned();
                answer.refuse(RefusedItem { record, code, field, message, raw: String::new() });
            }
        }
    }
    Ok(())
}

/// What is bad, as it is shown.
pub(crate) fn refused(bad: BadItem) -> RefusedItem {
    let BadItem { record, code, field, message, raw } = bad;
    RefusedItem { record, code: code.to_owned(), field, message, raw }
}

fn count(counts: &mut CatalogCounts, applied: Applied) {
    *match applied {
        Applied::Added => &mut counts.added,
        Applied::Changed => &mut counts.changed,
        Applied::Unchanged => &mut counts.unchanged,
        Applied::Removed => &mut counts.removed,
    } += 1;
}
