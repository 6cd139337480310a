//! Which definitions name which.

use std::collections::BTreeSet;

use condition::{Scope, Usage};
use decide::{Payload, Reference};
use model::name::{Name, Purpose};
use serde_json::Value;

use crate::{compile, content, documents::Documents, kind::Kind};

/// The purposes that a document of a right shape names, each with the pointer to where.
pub(crate) fn purposes_in(kind: Kind, document: &Value) -> Vec<(String, Name<Purpose>)> {
    let fields: &[&str] = match kind {
        Kind::Source => &["any_of", "serves"],
        Kind::ConsentCategory => &["purposes"],
        Kind::Trait | Kind::Placement => &["purpose"],
        Kind::Purpose
        | Kind::Namespace
        | Kind::Segment
        | Kind::Layer
        | Kind::Content
        | Kind::Experience
        | Kind::Setting => &[],
    };
    let mut found = Vec::new();
    for field in fields {
        match document.get(field) {
            Some(Value::String(purpose)) => found.push((format!("/{field}"), purpose.as_str().into())),
            Some(Value::Array(purposes)) => {
                let named = purposes.iter().enumerate().filter_map(|(place, purpose)| Some((place, purpose.as_str()?)));
                found.extend(named.map(|(place, purpose)| (format!("/{field}/{place}"), purpose.into())));
            }
            _ => {}
        }
    }
    found
}

/// The first definition that names this one.
pub(crate) fn naming<'a>(documents: &'a Documents, kind: Kind, name: &str) -> Option<(Kind, &'a str)> {
    match kind {
        Kind::Purpose => documents.iter().find_map(|(naming, by, document)| {
            let names_it = |(_, purpose): &(String, Name<Purpose>)| purpose.as_str() == name;
            purposes_in(naming, document).iter().any(names_it).then_some((naming, by))
        }),
        Kind::Segment | Kind::Trait => named_in_conditions(documents, kind, name)
            .or_else(|| Some((Kind::Content, in_tokens(documents, name)?)).filter(|_| kind == Kind::Trait)),
        Kind::Content => {
            let in_placement =
                (Kind::Placement, find(documents, Kind::Placement, |body| holds(&body["neutral"], name)));
            let in_experience = find(documents, Kind::Experience, |body| {
                let variants = body["variants"].as_object();
                variants.is_some_and(|all| all.values().any(|variant| holds(&variant["contents"], name)))
            });
            [in_placement, (Kind::Experience, in_experience)].into_iter().find_map(|(kind, by)| Some((kind, by?)))
        }
        Kind::Placement => {
            Some((Kind::Experience, find(documents, Kind::Experience, |body| holds(&body["placements"], name))?))
        }
        Kind::Layer => {
            Some((Kind::Experience, find(documents, Kind::Experience, |body| body["layer"]["name"] == name)?))
        }
        Kind::ConsentCategory | Kind::Namespace | Kind::Source | Kind::Experience | Kind::Setting => None,
    }
}

fn find(documents: &Documents, kind: Kind, names_it: impl Fn(&Value) -> bool) -> Option<&str> {
    documents.of_kind(kind).find(|(_, document)| names_it(document)).map(|(by, _)| by)
}

/// Whether a field that is one name or a list of names has this one.
fn holds(field: &Value, name: &str) -> bool {
    field == name || field.as_array().is_some_and(|names| names.iter().any(|other| other == name))
}

/// The first content with a token for a trait.
fn in_tokens<'a>(documents: &'a Documents, name: &str) -> Option<&'a str> {
    find(documents, Kind::Content, |body| {
        let versions = content::read(body).map(|body| body.languages).unwrap_or_default();
        versions
            .values()
            .flat_map(Payload::references)
            .any(|(_, reference)| matches!(reference, Reference::Trait(named) if named.as_str() == name))
    })
}

/// The first segment or experience whose condition names a segment or a trait.
fn named_in_conditions<'a>(documents: &'a Documents, kind: Kind, name: &str) -> Option<(Kind, &'a str)> {
    let schema = compile::schema(documents).unwrap_or_default();
    let segments = documents.segment_names();
    let names_it = |text: &str, usage: Usage| {
        // Compiling takes some hundred microseconds; few conditions have the name in them.
        text.contains(name)
            && match condition::compile(
                text,
                &Scope { schema: &schema, segments: &segments, scores: const { &BTreeSet::new() }, usage },
            ) {
                // A draft that does not compile is judged by its text.
                Err(_) => true,
                Ok(condition) if kind == Kind::Segment => condition.needs().segments.contains(name),
                Ok(condition) => condition.needs().traits.contains(name),
            }
    };
    let text = |document: &'a Value, field: &str| document[field].as_str().unwrap_or_default();
    let mut others = documents.of_kind(Kind::Segment).filter(|(by, _)| kind == Kind::Trait || *by != name);
    let segment = others.find(|(_, document)| names_it(text(document, "condition"), Usage::Segment));
    let audience = || {
        let mut experiences = documents.of_kind(Kind::Experience);
        experiences.find(|(_, document)| names_it(text(document, "audience"), Usage::Audience))
    };
    let by = |kind: Kind, found: Option<(&'a str, &'a Value)>| found.map(|(by, _)| (kind, by));
    by(Kind::Segment, segment).or_else(|| by(Kind::Experience, audience()))
}
