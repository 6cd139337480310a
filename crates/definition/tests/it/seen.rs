//! A plan as something that compares.

use std::collections::BTreeMap;

use definition::{Documents, Kind, compile};
use engine::plan::Plan;
use model::{
    identifier::NamespaceRules,
    name::{Name, Namespace, Purpose, Source},
    schema::TraitSchema,
    source::SourceRules,
};
use serde_json::json;

/// All that a plan says. [`Plan`] itself does not compare, for its indexes have no order.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    revision: u64,
    namespaces: BTreeMap<Name<Namespace>, NamespaceRules>,
    sources: BTreeMap<Name<Source>, SourceRules>,
    schema: TraitSchema,
    purposes: Vec<Name<Purpose>>,
    consent_categories: BTreeMap<String, Vec<Name<Purpose>>>,
    segments: Vec<(u32, String, String, u64)>,
    needs: String,
    needs_revision: u64,
    retention_ms: i64,
}

pub(crate) fn seen(plan: &Plan) -> Seen {
    let rule = |rule: &segment::set::SegmentRule| {
        (rule.number.0, rule.name.to_string(), rule.condition.text().to_owned(), rule.changed)
    };
    Seen {
        revision: plan.revision,
        namespaces: plan.namespaces.clone(),
        sources: plan.sources.clone(),
        schema: plan.schema.clone(),
        purposes: plan.purposes.iter().cloned().collect(),
        consent_categories: plan.consent_categories.clone(),
        segments: plan.segments.rules().iter().map(rule).collect(),
        needs: format!("{:?}", plan.segments.needs()),
        needs_revision: plan.segments.needs_revision(),
        retention_ms: plan.retention.as_millis(),
    }
}

/// What a new project has, with these segments.
pub(crate) fn with_segments(segments: &[(&str, &str)]) -> Documents {
    let mut documents = Documents::defaults();
    for (name, condition) in segments {
        put_segment(&mut documents, name, condition);
    }
    documents
}

pub(crate) fn put_segment(documents: &mut Documents, name: &str, condition: &str) {
    documents.put(Kind::Segment, name, &json!({ "condition": condition })).unwrap();
}

/// Number and `changed` of a segment.
pub(crate) fn number_and_changed(plan: &Plan, name: &str) -> (u32, u64) {
    let rule = plan.segments.by_name(&name.into()).unwrap();
    (rule.number.0, rule.changed)
}

/// Code, kind, name and pointer of the refusal to compile.
pub(crate) fn refusal(documents: &mut Documents) -> (&'static str, Kind, String, String) {
    let error = compile(documents, 1, None).unwrap_err();
    (error.code, error.kind.unwrap(), error.name.unwrap(), error.pointer)
}
