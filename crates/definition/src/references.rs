//! Which definitions name which.

use condition::{Needs, Selecting, TAG, Usage, select_all};
use decide::{Payload, Reference};
use model::name::{Name, Purpose};
use serde_json::Value;

use crate::{content, documents::Documents, kind::Kind};

/// The purposes that a document of a right shape names, each with the pointer to where.
pub(crate) fn purposes_in(kind: Kind, document: &Value) -> Vec<(String, Name<Purpose>)> {
    let fields: &[&str] = match kind {
        Kind::Source => &["any_of", "serves"],
        Kind::ConsentCategory => &["purposes"],
        Kind::Trait | Kind::Recommender | Kind::Placement => &["purpose"],
        Kind::Purpose
        | Kind::Namespace
        | Kind::Tag
        | Kind::Score
        | Kind::Model
        | Kind::Segment
        | Kind::Finder
        | Kind::Synonym
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
        Kind::Segment | Kind::Tag | Kind::Score | Kind::Trait => named_in_conditions(documents, kind, name)
            .or_else(|| Some((Kind::Content, in_tokens(documents, name)?)).filter(|_| kind == Kind::Trait))
            .or_else(|| Some((Kind::Recommender, in_recommenders(documents, name)?)).filter(|_| kind == Kind::Trait)),
        Kind::Content => {
            let in_placement =
                (Kind::Placement, find(documents, Kind::Placement, |body| holds(&body["neutral"], name)));
            let in_experience = find(documents, Kind::Experience, |body| {
                let variants = body["variants"].as_object();
                let lists = |variant: &Value| {
                    let fields = [&variant["contents"], &variant["pool"]["contents"], &variant["menu"]["contents"]];
                    fields.into_iter().any(|field| holds(field, name))
                };
                variants.is_some_and(|all| all.values().any(lists))
            });
            [in_placement, (Kind::Experience, in_experience)].into_iter().find_map(|(kind, by)| Some((kind, by?)))
        }
        Kind::Placement => {
            Some((Kind::Experience, find(documents, Kind::Experience, |body| holds(&body["placements"], name))?))
        }
        Kind::Recommender => {
            Some((Kind::Content, find(documents, Kind::Content, |body| body["items"]["recommender"] == name)?))
        }
        Kind::Layer => {
            Some((Kind::Experience, find(documents, Kind::Experience, |body| body["layer"]["name"] == name)?))
        }
        Kind::ConsentCategory
        | Kind::Namespace
        | Kind::Source
        | Kind::Model
        | Kind::Finder
        | Kind::Synonym
        | Kind::Experience
        | Kind::Setting => None,
    }
}

fn find(documents: &Documents, kind: Kind, names_it: impl Fn(&Value) -> bool) -> Option<&str> {
    documents.of_kind(kind).find(|(_, document)| names_it(document)).map(|(by, _)| by)
}

/// Whether a field that is one name or a list of names has this one.
fn holds(field: &Value, name: &str) -> bool {
    field == name || field.as_array().is_some_and(|names| names.iter().any(|other| other == name))
}

/// The first recommender that looks for a size or a store in a trait.
fn in_recommenders<'a>(documents: &'a Documents, name: &str) -> Option<&'a str> {
    find(documents, Kind::Recommender, |body| body["size_of"] == name || body["store_of"] == name)
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

/// The first definition of whose conditions one names a segment, a tag, a score or a trait.
fn named_in_conditions<'a>(documents: &'a Documents, kind: Kind, name: &str) -> Option<(Kind, &'a str)> {
    let known = documents.known().unwrap_or_else(|_| documents.named());
    let tag = format!("{TAG}{name}");
    let names_it = |needs: &Needs| match kind {
        Kind::Segment => needs.segments.contains(name),
        Kind::Tag => needs.segments.contains(tag.as_str()),
        Kind::Score => needs.scores.contains(name),
        _ => needs.traits.contains(name),
    };
    let asks = |text: &str, role: Role| {
        // Compiling takes some hundred microseconds; few conditions have the name in them.
        text.contains(name)
            && match role {
                Role::Condition(usage) => {
                    condition::compile(text, &known.scope(usage)).map(|condition| names_it(condition.needs()))
                }
                Role::Filter => {
                    let wanted = [Selecting { event: "any", filter: Some(text), within: None }];
                    let selected = select_all(&wanted, &known.scope(Usage::Segment)).remove(0);
                    selected.map(|selection| names_it(selection.needs()))
                }
            }
            // A draft that does not compile is judged by its text.
            .unwrap_or(true)
    };
    let naming = documents.iter().find(|(of, by, document)| {
        let itself = *of == kind && *by == name;
        !itself && conditions_in(*of, document).into_iter().any(|(text, role)| asks(text, role))
    });
    naming.map(|(kind, by, _)| (kind, by))
}

/// What a condition is in its document.
#[derive(Clone, Copy)]
enum Role {
    /// A condition of this use.
    Condition(Usage),
    /// What an event must be.
    Filter,
}

/// The conditions of a document.
fn conditions_in(kind: Kind, document: &Value) -> Vec<(&str, Role)> {
    let of_each = |list: &str, field: &str, role: Role| {
        let entries = document[list].as_array().into_iter().flatten();
        entries.filter_map(|entry| Some((entry[field].as_str()?, role))).collect::<Vec<_>>()
    };
    let own = |field: &str, usage: Usage| document[field].as_str().map(|text| (text, Role::Condition(usage)));
    match kind {
        Kind::Segment => Vec::from_iter(own("condition", Usage::Segment)),
        Kind::Experience => Vec::from_iter(own("audience", Usage::Audience)),
        Kind::Content => own("suits", Usage::Audience).into_iter().chain(own("prefer", Usage::Order)).collect(),
        Kind::Tag => of_each("actions", "where", Role::Filter),
        Kind::Finder => document["only"].as_str().map(|text| (text, Role::Filter)).into_iter().collect(),
        Kind::Recommender => {
            let only = document["only"].as_str().map(|text| (text, Role::Filter));
            only.into_iter().chain(of_each("boosts", "only", Role::Filter)).collect()
        }
        Kind::Score => {
            let mut all = of_each("rules", "where", Role::Filter);
            all.extend(of_each("conditions", "if", Role::Condition(Usage::Segment)));
            all
        }
        _ => Vec::new(),
    }
}
