//! All documents together, compiled into a plan.

use std::collections::{BTreeMap, BTreeSet};

use condition::{Condition, Needs, Scope, Usage};
use engine::plan::{Plan, RETENTION};
use model::{
    name::{Name, Purpose, Segment},
    schema::TraitSchema,
};
use segment::set::{Circle, SegmentSet, grown};
use serde_json::Value;

use crate::{
    body,
    documents::Documents,
    error::{DefinitionError, Fault, code},
    kind::Kind,
    published::Conditions,
    references, scheme,
    setting::Settings,
};

/// Compiles everything as the plan `revision`.
///
/// `before` is the plan in force, if there is one: needs that did not grow since keep their revision. Segments keep
/// their number for as long as they are published, and with the same condition on traits of the same types their
/// `changed`. Both are recorded in `documents`, and only if all went well: compiled again at the same revision, also
/// from stored bytes and without `before`, they give the same plan.
///
/// # Errors
/// A purpose that is named and not defined, what is wrong in a condition, segments that name each other in a circle.
/// Always the first in order of kind and name.
pub fn compile(documents: &mut Documents, revision: u64, before: Option<&Plan>) -> Result<Plan, DefinitionError> {
    let purposes: BTreeSet<Name<Purpose>> = documents.of_kind(Kind::Purpose).map(|(name, _)| name.into()).collect();
    check_purposes(documents, &purposes)?;
    let schema = schema(documents)?;
    let conditions = conditions(documents, &schema, before)?;

    let settings = Settings::of(documents)?;
    let decisions = scheme::compile(documents, &settings, &schema, revision, before)?;

    let mut needs = Needs { events: decisions.event_needs(), ..Needs::default() };
    conditions.iter().for_each(|(_, condition)| needs.merge(condition.needs()));
    let mut published = documents.published.clone();
    if let Some(before) = before {
        published.learn(before);
    }
    let (rules, changed) = published.publish(conditions, &schema, revision).map_err(Fault::of_all)?;
    published.needs_revision = match before {
        Some(before) if grown(before.segments.needs(), &needs.events) => revision,
        Some(before) => before.segments.needs_revision(),
        // Without the plan in force nobody knows what grew; to rebuild trails that lack nothing is only slower.
        None if changed == Conditions::Changed => revision,
        None => published.needs_revision,
    };
    let segments = SegmentSet::build(rules, published.needs_revision).map_err(circle)?;
    let segments = segments.needing(decisions.event_needs());
    let plan = Plan {
        revision,
        namespaces: read_all(documents, Kind::Namespace, |_, document| body::namespace(document))?,
        sources: read_all(documents, Kind::Source, body::source)?,
        schema,
        purposes,
        consent_categories: read_all(documents, Kind::ConsentCategory, |_, document| body::consent_category(document))?,
        segments,
        decisions,
        retention: settings.retention.unwrap_or(RETENTION),
        identity_tokens: settings.identity_tokens,
    };
    documents.published = published;
    Ok(plan)
}

/// The traits that the documents define.
pub(crate) fn schema(documents: &Documents) -> Result<TraitSchema, DefinitionError> {
    Ok(TraitSchema { traits: read_all(documents, Kind::Trait, body::trait_rules)? })
}

/// The conditions of all segments. One that `before` has compiled already, from the same text against the same traits,
/// is taken from there: a publication usually changes one of many, and compiling takes some hundred microseconds.
fn conditions(
    documents: &Documents,
    schema: &TraitSchema,
    before: Option<&Plan>,
) -> Result<Vec<(Name<Segment>, Condition)>, DefinitionError> {
    let names = documents.segment_names();
    let before = before.filter(|before| before.schema == *schema);
    let compiled = |name: &Name<Segment>, text: &str| {
        let known = &before?.segments.by_name(name)?.condition;
        (known.text() == text && known.needs().segments.is_subset(&names)).then(|| known.clone())
    };
    let texts = documents.of_kind(Kind::Segment).map(|(name, document)| {
        let name = Name::from(name);
        let text = body::segment(document);
        let known = text.as_ref().ok().and_then(|text| compiled(&name, text));
        (name, text, known)
    });
    let texts: Vec<_> = texts.collect();
    let new: Vec<&str> =
        texts.iter().filter_map(|(_, text, known)| text.as_ref().ok().filter(|_| known.is_none()).copied()).collect();
    let mut new = condition::compile_all(
        &new,
        &Scope { schema, segments: &names, scores: const { &BTreeSet::new() }, usage: Usage::Segment },
    )
    .into_iter();
    let all = texts.into_iter().map(|(name, text, known)| {
        let condition = text.and_then(|_| match known {
            Some(condition) => Ok(condition),
            None => Ok(new.next().expect("every text that is not known was compiled")?),
        });
        let condition = condition.map_err(|fault| fault.of(Kind::Segment, name.as_str()))?;
        Ok((name, condition))
    });
    all.collect()
}

fn check_purposes(documents: &Documents, purposes: &BTreeSet<Name<Purpose>>) -> Result<(), DefinitionError> {
    for (kind, name, document) in documents.iter() {
        let named = references::purposes_in(kind, document);
        if let Some((pointer, unknown)) = named.into_iter().find(|(_, purpose)| !purposes.contains(purpose)) {
            let message = format!("The project has no purpose `{unknown}`.");
            return Err(Fault::new(code::UNKNOWN_PURPOSE, pointer, message).of(kind, name));
        }
    }
    Ok(())
}

fn read_all<K: Ord + for<'a> From<&'a str>, T>(
    documents: &Documents,
    kind: Kind,
    read: impl Fn(&str, &Value) -> Result<T, Fault>,
) -> Result<BTreeMap<K, T>, DefinitionError> {
    let all = documents.of_kind(kind);
    all.map(|(name, document)| Ok((name.into(), read(name, document).map_err(|fault| fault.of(kind, name))?))).collect()
}

fn circle(Circle { segments }: Circle) -> DefinitionError {
    let first = segments.first().expect("a circle has at least one segment");
    let path: Vec<String> = segments.iter().chain([first]).map(|name| format!("`{name}`")).collect();
    let message = format!("These segments name each other in a circle: {}.", path.join(" → "));
    Fault::new(code::SEGMENT_CIRCLE, "/condition", message).of(Kind::Segment, first.as_str())
}
