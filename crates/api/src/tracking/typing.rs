//! Traits against the project's schema.

use model::{
    schema::{TraitSchema, TraitType},
    value::Value,
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

fn convert_all(traits: &mut Pairs, parent: &str, schema: &TraitSchema) -> Result<(), Problem> {
    for (name, value) in traits {
        let Some(rules) = schema.get(name) else { continue };
        if let Some(converted) = converted(value, &rules.holds) {
            *value = converted;
        }
        if !rules.holds.admits(value) {
            let pointer = pointer(parent, name);
            let message = format!("`{name}` must be {}; it is a {}.", description(&rules.holds), value.kind());
            return Err(Problem::new(Code::TraitType, pointer).saying(message));
        }
    }
    Ok(())
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
