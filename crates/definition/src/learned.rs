//! Settings that the program writes itself: what it learned over all persons.
//!
//! Each says by whom it is: `by = "learning"`, or by hand, which is what one says that does not say it. What stands by
//! hand the program never writes over ([`is_open`]); what a person changes, takes away or rolls back of what was learned
//! stands by hand from then on ([`settle`]). A person hands it back by saying `by = "learning"` of the same value, or by
//! removing what stands by hand.

use std::collections::BTreeMap;

use engine::learning::Found;
use ledger::landing::Compared;
use model::{
    limits::{NAME_BYTES, SOURCES},
    name::{Name, Source},
    source::SourceRules,
};
use serde_json::{Value, json};

use crate::{
    body,
    documents::Documents,
    error::{DefinitionError, Fault, code},
    kind::Kind,
    publication::Origin,
    setting::LEARNING,
    shape::Shape,
};

/// How reliable a source turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reliability {
    source: Name<Source>,
    /// As it was defined when that was found; if it is defined otherwise since, nothing was found of it yet.
    defined_permille: u16,
    found_permille: u16,
}

/// Whether the project wants the program to publish what it learns.
pub fn is_wanted(documents: &Documents) -> bool {
    documents.get(Kind::Setting, LEARNING).is_none_or(|document| document["value"] != OFF)
}

/// How reliable sources were found.
pub const RELIABILITY: &str = "reliability";

/// Contents with keywords after which they make people leave.
pub const WITHDRAWN_CONTENTS: &str = "withdrawn";

/// The settings that learning writes.
const LEARNED: [&str; 2] = [RELIABILITY, WITHDRAWN_CONTENTS];

/// Whether learning may write a setting: nobody set it by hand.
pub fn is_open(documents: &Documents, setting: &str) -> bool {
    !documents.get(Kind::Setting, setting).is_some_and(|document| is_by_hand(&document))
}

/// Lets stand by hand what a publication by a person changes of what was learned: without that the next census would
/// publish it again. A rollback hands nothing back to learning, because nobody said so.
///
/// # Errors
/// What is wrong with a setting, which cannot be where it was published before.
pub fn settle(before: &Documents, after: &mut Documents, origin: &Origin) -> Result<(), DefinitionError> {
    if *origin == Origin::Learned {
        return Ok(());
    }
    for setting in LEARNED {
        let (was, is) = (before.get(Kind::Setting, setting), after.get(Kind::Setting, setting));
        let Some(was) = was.filter(|was| is.as_ref() != Some(was)) else { continue };
        if is.as_ref().is_some_and(is_by_hand) {
            continue;
        }
        let value = is.as_ref().map_or_else(|| json!([]), |is| is["value"].clone());
        let decided = if is_by_hand(&was) { matches!(origin, Origin::Rollback(_)) } else { value != was["value"] };
        if decided {
            let mut document = is.unwrap_or_else(|| json!({}));
            document["value"] = value;
            document[BY] = BY_HAND.into();
            after.put(Kind::Setting, setting, &document)?;
        }
    }
    Ok(())
}

/// How reliable each source is defined, in thousandths.
pub fn defined(documents: &Documents) -> BTreeMap<Name<Source>, u16> {
    let sources = documents.list(Some(Kind::Source)).into_iter();
    let rules = |(_, name, document): (Kind, String, Value)| body::source(&name, &document).ok();
    sources.filter_map(rules).map(|rules| (rules.name, rules.reliability_permille)).collect()
}

/// Writes down how reliable sources were found, unless that stands by hand.
///
/// # Errors
/// What is wrong with the document, which cannot be where what was found is a probability.
pub fn note_reliability(documents: &mut Documents, found: &[Found]) -> Result<(), DefinitionError> {
    if !is_open(documents, RELIABILITY) {
        return Ok(());
    }
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    let before = documents.get(Kind::Setting, RELIABILITY).unwrap_or_default();
    for entry in before["value"].as_array().into_iter().flatten() {
        known.insert(entry["source"].as_str().unwrap_or_default().to_owned(), entry.clone());
    }
    for Found { source, defined_permille, found_permille, .. } in found {
        let share = |permille: u16| f64::from(permille) / 1_000.0;
        let (defined, is) = (share(*defined_permille), share(*found_permille));
        let entry = json!({"source": source.as_str(), "defined": defined, "found": is});
        known.insert(source.to_string(), entry);
    }
    // Of a source that is no more there is nothing to say.
    known.retain(|source, _| documents.get(Kind::Source, source).is_some());
    let value: Vec<Value> = known.into_values().collect();
    documents.put(Kind::Setting, RELIABILITY, &json!({BY: BY_LEARNING, "value": value}))
}

/// Withdraws contents for the keywords after which they make people leave, unless that stands by hand.
///
/// # Errors
/// What is wrong with the document: more pairs than there may be.
pub fn withdraw(documents: &mut Documents, pairs: &[Compared]) -> Result<(), DefinitionError> {
    if !is_open(documents, WITHDRAWN_CONTENTS) {
        return Ok(());
    }
    let nothing = || json!({BY: BY_LEARNING, "value": []});
    let mut document = documents.get(Kind::Setting, WITHDRAWN_CONTENTS).unwrap_or_else(nothing);
    if let Some(known) = document["value"].as_array_mut() {
        // Of a content that is no more there is nothing to withdraw.
        known.retain(|pair| pair["content"].as_str().is_some_and(|name| documents.get(Kind::Content, name).is_some()));
        let pair = |pair: &Compared| json!({"content": pair.content.as_str(), "keyword": &*pair.keyword});
        known.extend(pairs.iter().map(pair));
    }
    documents.put(Kind::Setting, WITHDRAWN_CONTENTS, &document)
}

const ON: &str = "on";
const OFF: &str = "off";

const BY: &str = "by";
const BY_HAND: &str = "hand";
const BY_LEARNING: &str = "learning";

fn is_by_hand(document: &Value) -> bool {
    document[BY] != BY_LEARNING
}

/// By whom a setting that learning writes is.
pub(crate) fn by(shape: &mut Shape<'_>) -> Result<(), Fault> {
    shape.word_or(BY, &[(BY_HAND, ()), (BY_LEARNING, ())], ())
}

/// Whether the program publishes what it learns: `on` or `off`.
pub(crate) fn learning(shape: &mut Shape<'_>) -> Result<(), Fault> {
    match shape.text("value", NAME_BYTES)? {
        ON | OFF => Ok(()),
        other => {
            let message = format!("`{other}` is neither `{ON}` nor `{OFF}`.");
            Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("value"), message))
        }
    }
}

/// How reliable sources turned out to be.
pub(crate) fn reliability(shape: &mut Shape<'_>) -> Result<Vec<Reliability>, Fault> {
    by(shape)?;
    let permille = |share: f64| (share * 1_000.0).round() as u16;
    let read = |mut shape: Shape<'_>| {
        let found = Reliability {
            source: shape.text("source", NAME_BYTES)?.into(),
            defined_permille: permille(shape.share("defined")?),
            found_permille: permille(shape.share("found")?),
        };
        shape.finish()?;
        Ok(found)
    };
    shape.objects("value", SOURCES)?.into_iter().map(read).collect()
}

/// Believes sources as they were found, where they are still defined as they were then.
pub(crate) fn believe(sources: &mut BTreeMap<Name<Source>, SourceRules>, found: &[Reliability]) {
    for Reliability { source, defined_permille, found_permille } in found {
        if let Some(rules) = sources.get_mut(source).filter(|rules| rules.reliability_permille == *defined_permille) {
            rules.reliability_permille = *found_permille;
        }
    }
}
