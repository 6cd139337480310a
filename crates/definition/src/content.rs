//! Contents as documents: a payload for each language, whose texts may hold tokens.

use std::{collections::BTreeMap, sync::Arc};

use decide::{Items, Payload};
use model::{
    journey::{Intent, Stage},
    limits::{CONDITION_BYTES, CONTENT_LANGUAGES, NAME_BYTES, PAYLOAD_BYTES, VALUE_DEPTH},
    value::{Fields, Finite, Value as Known},
};
use serde_json::Value;

use crate::{
    body,
    error::{Fault, code},
    moment::{self, Edge, Written},
    shape::{Shape, listed},
};

/// The field that says for which stages a content is.
const STAGE: &str = "stage";

/// The field that says what a content is for.
const INTENT: &str = "intent";

/// What the document of a content says.
pub(crate) struct Body<'a> {
    pub(crate) languages: BTreeMap<Arc<str>, Payload>,
    pub(crate) fallback: Option<&'a str>,
    /// Sorted; at least one.
    pub(crate) stages: Vec<Stage>,
    pub(crate) intent: Intent,
    pub(crate) expires: Option<Written>,
    pub(crate) tags: Vec<&'a str>,
    /// For whom it is shown at all: a condition.
    pub(crate) suits: Option<&'a str>,
    /// Who gets it first: a condition that need not be as sure.
    pub(crate) prefer: Option<&'a str>,
    pub(crate) items: Option<Items>,
}

pub(crate) fn read(document: &Value) -> Result<Body<'_>, Fault> {
    let mut shape = Shape::of(document)?;
    if !shape.has("languages") {
        let message = "A content is written in at least one language: languages = { fr = …, en = … }.";
        return Err(Fault::new(code::NO_LANGUAGE, shape.pointer_to("languages"), message));
    }
    let versions = shape.named_values("languages", CONTENT_LANGUAGES)?;
    if versions.is_empty() {
        let message = "A content is written in at least one language.";
        return Err(Fault::new(code::NO_LANGUAGE, shape.pointer_to("languages"), message));
    }
    let mut languages = BTreeMap::new();
    for (language, value, pointer) in versions {
        languages.insert(Arc::from(language), version(language, value, pointer)?);
    }
    let fallback = shape.optional_text("fallback", NAME_BYTES)?;
    if let Some(fallback) = fallback.filter(|fallback| !languages.contains_key(*fallback)) {
        let message = format!("It falls back to `{fallback}`, in which it is not written.");
        return Err(Fault::new(code::NO_LANGUAGE, shape.pointer_to("fallback"), message));
    }
    let stages = stages(&mut shape)?;
    let intent = intent(&mut shape)?;
    let expires = moment::optional(&mut shape, "expires", Edge::End)?;
    let tags = shape.optional_texts("tags", NAME_BYTES)?;
    let suits = shape.optional_text("suits", CONDITION_BYTES)?;
    let prefer = shape.optional_text("prefer", CONDITION_BYTES)?;
    let items = items(&mut shape, document)?;
    shape.description()?;
    shape.finish()?;
    Ok(Body { languages, fallback, stages, intent, expires, tags, suits, prefer, items })
}

/// `"viewed"`, `"personal_order"`, or `{ recommender = "…" }`.
fn items(shape: &mut Shape<'_>, document: &Value) -> Result<Option<Items>, Fault> {
    const ITEMS: &str = "items";
    if !document.get(ITEMS).is_some_and(Value::is_object) {
        let words = [("viewed", Some(Items::Viewed)), ("personal_order", Some(Items::PersonalOrder))];
        return shape.word_or(ITEMS, &words, None);
    }
    let mut from = shape.required_object(ITEMS)?;
    let recommender = from.text("recommender", NAME_BYTES)?;
    from.finish()?;
    Ok(Some(Items::Recommended(recommender.into())))
}

/// Where the people stand for whom it is (requirements CON-03).
fn stages(shape: &mut Shape<'_>) -> Result<Vec<Stage>, Fault> {
    if !shape.has(STAGE) {
        let known = listed(&Stage::ALL.map(Stage::word));
        let message = format!("Say for whom it is: `{STAGE}` is one or more of {known}.");
        return Err(Fault::new(code::NO_STAGE, shape.pointer_to(STAGE), message));
    }
    let mut stages = shape.one_or_more_words(STAGE, &Stage::ALL.map(|stage| (stage.word(), stage)))?;
    stages.sort_unstable();
    Ok(stages)
}

/// What it is for (requirements CON-03, CON-10).
fn intent(shape: &mut Shape<'_>) -> Result<Intent, Fault> {
    if !shape.has(INTENT) {
        let known = listed(&Intent::ALL.map(Intent::word));
        let message = format!("Say what it is for: `{INTENT}` is one of {known}.");
        return Err(Fault::new(code::NO_INTENT, shape.pointer_to(INTENT), message));
    }
    shape.word(INTENT, &Intent::ALL.map(|intent| (intent.word(), intent)))
}

fn version(language: &str, value: &Value, pointer: String) -> Result<Payload, Fault> {
    body::check_language(language, pointer.clone())?;
    let Value::Object(fields) = value else {
        return Err(Fault::new(code::WRONG_TYPE, pointer, "What a content says has named fields: title = \"…\"."));
    };
    if fields.is_empty() {
        return Err(Fault::new(code::EMPTY, pointer, "A content says something in each of its languages."));
    }
    let bytes = serde_json::to_vec(value).map_or(usize::MAX, |bytes| bytes.len());
    if bytes > PAYLOAD_BYTES {
        let message = format!("A content has at most {PAYLOAD_BYTES} bytes in one language; this has {bytes}.");
        return Err(Fault::new(code::TOO_LONG, pointer, message));
    }
    let Some(fields) = known_fields(fields, VALUE_DEPTH) else {
        let message = format!("What a content says is at most {VALUE_DEPTH} levels deep, and its numbers are finite.");
        return Err(Fault::new(code::OUT_OF_RANGE, pointer, message));
    };
    Payload::compile(fields).map_err(|error| Fault {
        at: Some(error.at),
        ..Fault::new(error.code, format!("{pointer}{}", error.pointer), error.message)
    })
}

fn known_fields(fields: &serde_json::Map<String, Value>, depth: usize) -> Option<Fields> {
    let depth = depth.checked_sub(1)?;
    let read = |(name, value): (&String, &Value)| Some((Arc::from(name.as_str()), known(value, depth)?));
    fields.iter().map(read).collect::<Option<Vec<_>>>().map(Fields::new)
}

fn known(value: &Value, depth: usize) -> Option<Known> {
    Some(match value {
        Value::Null => Known::Null,
        Value::Bool(flag) => Known::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Known::Int(whole),
            None => Known::Float(number.as_f64().and_then(Finite::new)?),
        },
        Value::String(text) => Known::text(text.as_str()),
        Value::Array(values) => {
            let depth = depth.checked_sub(1)?;
            Known::List(values.iter().map(|value| known(value, depth)).collect::<Option<_>>()?)
        }
        Value::Object(fields) => Known::Map(known_fields(fields, depth)?),
    })
}
