//! A text with definitions in it, grouped by kind and name, as TOML or as JSON.

use serde_json::{Map, Number, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    error::{Fault, code},
    kind::Kind,
};

/// One definition as a file has it.
#[derive(Debug, PartialEq)]
pub(crate) struct Definition {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) body: Value,
}

/// What is wrong with a text that should hold definitions. The fault's pointer leads into the whole text.
#[derive(Debug)]
pub(crate) struct FileFault {
    pub(crate) fault: Fault,
    /// Where the text is no TOML or JSON, from 1.
    pub(crate) line: Option<usize>,
}

impl From<Fault> for FileFault {
    fn from(fault: Fault) -> Self {
        Self { fault, line: None }
    }
}

/// Reads `[segment.vip]` and the like.
pub(crate) fn read_toml(text: &str) -> Result<Vec<Definition>, FileFault> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| line_at(text, span.start));
        FileFault { fault: Fault::new(code::UNREADABLE, "", format!("This is no TOML: {}.", error.message())), line }
    })?;
    Ok(grouped(json_table(table))?)
}

/// Reads `{"segment": {"vip": {…}}}`.
pub(crate) fn read_json(text: &str) -> Result<Vec<Definition>, FileFault> {
    match serde_json::from_str(text) {
        Ok(Value::Object(kinds)) => Ok(grouped(kinds)?),
        Ok(_) => {
            let message = "This should be an object of kinds, each an object of definitions.";
            Err(Fault::new(code::WRONG_TYPE, "", message).into())
        }
        Err(error) => {
            let fault = Fault::new(code::UNREADABLE, "", format!("This is no JSON: {error}."));
            Err(FileFault { fault, line: Some(error.line()) })
        }
    }
}

/// The kind of a word.
pub(crate) fn kind_of(word: &str) -> Result<Kind, Fault> {
    Kind::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        let message = format!("There is no kind of definition `{word}`; there are {}.", known.join(", "));
        Fault::new(code::UNKNOWN_KIND, format!("/{word}"), message)
    })
}

/// The line, from 1, at which the deepest part of `path` that is there begins in a TOML text.
pub(crate) fn line_of<'p>(text: &str, path: impl IntoIterator<Item = &'p str>) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut path = path.into_iter();
    let (key, mut value) = root.get_ref().get_key_value(path.next()?)?;
    let mut start = key.span().start;
    for part in path {
        let Some((place, inner)) = within(value.get_ref(), part) else { break };
        (start, value) = (place, inner);
    }
    Some(line_at(text, start))
}

/// The entry of that name, or at that place of a list, and the byte at which it begins.
fn within<'t, 'i>(value: &'t DeValue<'i>, part: &str) -> Option<(usize, &'t Spanned<DeValue<'i>>)> {
    match value {
        DeValue::Table(table) => table.get_key_value(part).map(|(key, inner)| (key.span().start, inner)),
        DeValue::Array(values) => {
            let inner = values.get(part.parse::<usize>().ok()?)?;
            Some((inner.span().start, inner))
        }
        _ => None,
    }
}

fn line_at(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

fn grouped(kinds: Map<String, Value>) -> Result<Vec<Definition>, Fault> {
    let mut definitions = Vec::new();
    for (word, group) in kinds {
        let kind = kind_of(&word)?;
        let Value::Object(group) = group else {
            let message = format!("Definitions have names: write [{word}.name].");
            return Err(Fault::new(code::WRONG_TYPE, format!("/{word}"), message));
        };
        definitions.extend(group.into_iter().map(|(name, body)| Definition { kind, name, body }));
    }
    Ok(definitions)
}

fn json_table(table: toml::Table) -> Map<String, Value> {
    table.into_iter().map(|(name, value)| (name, json(value))).collect()
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::Number(number.into()),
        // TOML can write infinity and NaN; as null they are refused as what they are: no number.
        toml::Value::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(values) => Value::Array(values.into_iter().map(json).collect()),
        toml::Value::Table(table) => Value::Object(json_table(table)),
    }
}
