//! Which definitions name which.

use model::name::{Name, Purpose};
use serde_json::Value;

use crate::{compile, documents::Documents, kind::Kind};

/// The purposes that a document of a right shape names, each with the pointer to where.
pub(crate) fn purposes_in(kind: Kind, document: &Value) -> Vec<(String, Name<Purpose>)> {
    let fields: &[&str] = match kind {
        Kind::Source => &["any_of", "serves"],
        Kind::ConsentCategory => &["purposes"],
        Kind::Trait => &["purpose"],
        Kind::Purpose | Kind::Namespace | Kind::Segment | Kind::Setting => &[],
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
        Kind::Segment | Kind::Trait => {
            let schema = compile::schema(documents).unwrap_or_default();
            let segments = documents.segment_names();
            let names_it = |document: &Value| {
                let text = document.get("condition").and_then(Value::as_str).unwrap_or_default();
                // Compiling takes some hundred microseconds; few conditions have the name in them.
                text.contains(name)
                    && match compile::condition(text, &schema, &segments) {
                        // A draft that does not compile is judged by its text.
                        Err(_) => true,
                        Ok(condition) if kind == Kind::Segment => condition.needs().segments.contains(name),
                        Ok(condition) => condition.needs().traits.contains(name),
                    }
            };
            let mut others = documents.of_kind(Kind::Segment).filter(|(by, _)| kind == Kind::Trait || *by != name);
            others.find(|(_, document)| names_it(document)).map(|(by, _)| (Kind::Segment, by))
        }
        Kind::ConsentCategory | Kind::Namespace | Kind::Source | Kind::Setting => None,
    }
}
