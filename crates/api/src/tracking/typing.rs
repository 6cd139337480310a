//! Traits against the project's schema.

use std::sync::Arc;

use model::{
    schema::{TraitSchema, TraitType},
    value::Value,
    wish::{TRAIT_CORRECTED, TRAIT_DENIED, TRAIT_FIELD, VALUE_FIELD},
};

use crate::{
    error::{Code, pointer},
    time,
};

use super::{Problem, message::Message, value::Pairs};

/// Converts the traits of an identify to what the schema says: texts to moments, whole floats to whole numbers, and
/// nothing else. A number in a text is refused, not guessed. Traits that the schema does not know stay as they are.
pub(super) fn convert(message: &mut Message<'_>, schema: &TraitSchema) -> Result<(), Problem> {
    convert_all(&mut message.context.traits, "/context/traits", schema)?;
    convert_all(&mut message.traits, "/traits", schema)
}

/// The same of the one trait that a correction or a denial is about; nothing of any other event. A correction says what
/// is right, if only that nothing is.
pub(super) fn convert_told(event: &str, properties: &mut Pairs, schema: &TraitSchema) -> Result<(), Problem> {
    let corrects = event == TRAIT_CORRECTED;
    if !corrects && event != TRAIT_DENIED {
        return Ok(());
    }
    let found = |field: &str| properties.iter().rposition(|(name, _)| **name == *field);
    let name = found(TRAIT_FIELD).and_then(|place| properties[place].1.as_text().map(Arc::<str>::from));
    let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
        let problem = Problem::new(Code::TraitType, pointer(PROPERTIES, TRAIT_FIELD));
        return Err(problem.saying("`trait` must name the trait that this is about."));
    };
    match found(VALUE_FIELD) {
        Some(place) => convert_one(&name, &mut properties[place].1, (PROPERTIES, VALUE_FIELD), schema),
        None if corrects => {
            let problem = Problem::new(Code::TraitType, pointer(PROPERTIES, VALUE_FIELD));
            Err(problem.saying("A correction has a `value`: what is right, or null if nothing is."))
        }
        None => Ok(()),
    }
}

/// Where a track's fields are.
const PROPERTIES: &str = "/properties";

fn convert_all(traits: &mut Pairs, parent: &str, schema: &TraitSchema) -> Result<(), Problem> {
    traits.iter_mut().try_for_each(|(name, value)| convert_one(name, value, (parent, name), schema))
}

/// Of the value of one trait, which stands in a field of its parent.
fn convert_one(name: &str, value: &mut Value, at: (&str, &str), schema: &TraitSchema) -> Result<(), Problem> {
    let Some(rules) = schema.get(name) else { return Ok(()) };
    if let Some(converted) = converted(value, &rules.holds) {
        *value = converted;
    }
    if rules.holds.admits(value) {
        return Ok(());
    }
    let message = format!("`{name}` must be {}; it is {}.", description(&rules.holds), given(value));
    Err(Problem::new(Code::TraitType, pointer(at.0, at.1)).saying(message))
}

fn converted(value: &Value, holds: &TraitType) -> Option<Value> {
    match (holds, value) {
        (TraitType::Time, Value::Text(text)) => time::read(text).map(Value::Time),
        (TraitType::Int, Value::Float(number)) => {
            let number = number.get();
            // Below 2⁵³ every whole float is exactly one whole number.
            (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(Value::Int(number as i64))
        }
        _ => None,
    }
}

/// What came instead, as the end of the sentence "it is …".
fn given(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Text(_) => "a text",
        Value::Time(_) => "a moment",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    }
}

/// What a type holds, as the end of the sentence "it must be …".
fn description(holds: &TraitType) -> String {
    match holds {
        TraitType::Text => format!("a text of at most {} bytes", TraitType::TEXT_BYTES),
        TraitType::OneOf(texts) => format!("one of: {}", texts.join(", ")),
        TraitType::Number => "a number".into(),
        TraitType::Int => "a whole number".into(),
        TraitType::Bool => "true or false".into(),
        TraitType::Time => "a moment or a day in RFC 3339".into(),
        TraitType::Place => "a place with `lat` and `lon` in degrees".into(),
        TraitType::Texts => "a list of texts".into(),
        TraitType::Any => "any value".into(),
    }
}
