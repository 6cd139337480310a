//! Reads the fields of one JSON object, each once, and points at the one that is wrong.
//!
//! By hand and not through `serde`: its errors do not say at which field they happened.

use std::collections::BTreeSet;

use assign::{Share, ShareError};
use model::{
    limits::{DEFINITION_LIST, DESCRIPTION_BYTES, NAME_BYTES},
    value::Finite,
};
use serde_json::{Map, Value};

use crate::error::{Fault, code};

/// An object whose fields are being read. [`Shape::finish`] refuses those that nobody asked for.
pub(crate) struct Shape<'a> {
    fields: &'a Map<String, Value>,
    pointer: String,
    known: Vec<&'static str>,
}

impl<'a> Shape<'a> {
    /// Begins to read a whole document.
    pub(crate) fn of(document: &'a Value) -> Result<Self, Fault> {
        Self::at(document, String::new())
    }

    /// Begins to read an object inside a document.
    pub(crate) fn at(value: &'a Value, pointer: String) -> Result<Self, Fault> {
        match value {
            Value::Object(fields) => Ok(Self { fields, pointer, known: Vec::new() }),
            other => Err(wrong_type(pointer, "an object with named fields", other)),
        }
    }

    /// A text with something in it, of at most `most` bytes.
    pub(crate) fn text(&mut self, name: &'static str, most: usize) -> Result<&'a str, Fault> {
        let value = self.required(name)?;
        as_text(value, self.pointer_to(name), most)
    }

    /// The same for a text that may be left out.
    pub(crate) fn optional_text(&mut self, name: &'static str, most: usize) -> Result<Option<&'a str>, Fault> {
        self.optional(name).map(|value| as_text(value, self.pointer_to(name), most)).transpose()
    }

    /// The optional description of a definition, for those who read it later.
    pub(crate) fn description(&mut self) -> Result<(), Fault> {
        self.optional_text("description", DESCRIPTION_BYTES).map(drop)
    }

    /// One of several words, each with its meaning.
    pub(crate) fn word<T: Clone>(&mut self, name: &'static str, words: &[(&str, T)]) -> Result<T, Fault> {
        let value = self.required(name)?;
        self.meaning(name, value, words)
    }

    /// The same for a field that may be left out.
    pub(crate) fn word_or<T: Clone>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
        default: T,
    ) -> Result<T, Fault> {
        match self.optional(name) {
            Some(value) => self.meaning(name, value, words),
            None => Ok(default),
        }
    }

    /// A true or false that is false when left out.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, Fault> {
        self.flag_or(name, false)
    }

    /// The same with another default.
    pub(crate) fn flag_or(&mut self, name: &'static str, default: bool) -> Result<bool, Fault> {
        match self.optional(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(wrong_type(self.pointer_to(name), "true or false", other)),
        }
    }

    /// A number between 0 and 1.
    pub(crate) fn share(&mut self, name: &'static str) -> Result<f64, Fault> {
        let value = self.required(name)?;
        let pointer = self.pointer_to(name);
        match value.as_f64() {
            None => Err(wrong_type(pointer, "a number between 0 and 1", value)),
            Some(share) if (0.0..=1.0).contains(&share) => Ok(share),
            Some(share) => {
                let message = format!("`{name}` is between 0 and 1; this is {share}.");
                Err(Fault::new(code::OUT_OF_RANGE, pointer, message))
            }
        }
    }

    /// The same for a field that may be left out.
    pub(crate) fn share_or(&mut self, name: &'static str, default: f64) -> Result<f64, Fault> {
        if self.optional(name).is_none() { Ok(default) } else { self.share(name) }
    }

    /// The same in basis points: at most four decimals.
    pub(crate) fn basis_points(&mut self, name: &'static str) -> Result<Share, Fault> {
        let fraction = self.share(name)?;
        let too_fine = |error: ShareError| Fault::new(code::OUT_OF_RANGE, self.pointer_to(name), format!("{error}."));
        Share::from_fraction(fraction).map_err(too_fine)
    }

    /// The same for a field that may be left out.
    pub(crate) fn basis_points_or(&mut self, name: &'static str, default: Share) -> Result<Share, Fault> {
        if self.optional(name).is_none() { Ok(default) } else { self.basis_points(name) }
    }

    /// Any number, 0 when left out.
    pub(crate) fn number(&mut self, name: &'static str) -> Result<Finite, Fault> {
        let Some(value) = self.optional(name) else { return Ok(Finite::default()) };
        value.as_f64().and_then(Finite::new).ok_or_else(|| wrong_type(self.pointer_to(name), "a number", value))
    }

    /// A whole number from `-most` to `most`, 0 when left out.
    pub(crate) fn rank(&mut self, name: &'static str, most: i32) -> Result<i32, Fault> {
        let Some(value) = self.optional(name) else { return Ok(0) };
        let pointer = self.pointer_to(name);
        if !value.is_i64() && !value.is_u64() {
            return Err(wrong_type(pointer, "a whole number", value));
        }
        let rank = value.as_i64().and_then(|rank| i32::try_from(rank).ok());
        rank.filter(|rank| (-most..=most).contains(rank)).ok_or_else(|| {
            Fault::new(code::OUT_OF_RANGE, pointer, format!("`{name}` is between -{most} and {most}; this is {value}."))
        })
    }

    /// A whole number from 1 to `most`, or `default` when left out.
    pub(crate) fn count_or(&mut self, name: &'static str, most: u16, default: u16) -> Result<u16, Fault> {
        self.optional(name).map_or(Ok(default), |value| self.as_count(name, value, most))
    }

    /// A whole number from 1 to `most`.
    pub(crate) fn count(&mut self, name: &'static str, most: u16) -> Result<u16, Fault> {
        let value = self.required(name)?;
        self.as_count(name, value, most)
    }

    /// A list of different texts of at most `most_bytes` bytes each, at most [`DEFINITION_LIST`] of them.
    pub(crate) fn texts(&mut self, name: &'static str, most_bytes: usize) -> Result<Vec<&'a str>, Fault> {
        let value = self.required(name)?;
        let pointer = self.pointer_to(name);
        let Value::Array(values) = value else { return Err(wrong_type(pointer, "a list of texts", value)) };
        if values.len() > DEFINITION_LIST {
            let message = format!("`{name}` has at most {DEFINITION_LIST} entries; these are {}.", values.len());
            return Err(Fault::new(code::TOO_MANY, pointer, message));
        }
        let mut seen = BTreeSet::new();
        let mut texts = Vec::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            let pointer = format!("{pointer}/{place}");
            let text = as_text(value, pointer.clone(), most_bytes)?;
            if !seen.insert(text) {
                return Err(Fault::new(code::TWICE, pointer, format!("`{text}` is in the list already.")));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    /// The same for a list that may be left out.
    pub(crate) fn optional_texts(&mut self, name: &'static str, most_bytes: usize) -> Result<Vec<&'a str>, Fault> {
        if self.optional(name).is_none() { Ok(Vec::new()) } else { self.texts(name, most_bytes) }
    }

    /// The same with at least one in it.
    pub(crate) fn some_texts(&mut self, name: &'static str, most_bytes: usize) -> Result<Vec<&'a str>, Fault> {
        let texts = self.texts(name, most_bytes)?;
        if texts.is_empty() {
            let message = format!("`{name}` needs at least one entry.");
            return Err(Fault::new(code::EMPTY, self.pointer_to(name), message));
        }
        Ok(texts)
    }

    /// The same for names, of which a single one may stand without a list around it.
    pub(crate) fn one_or_more(&mut self, name: &'static str) -> Result<Vec<&'a str>, Fault> {
        match self.fields.get(name) {
            Some(Value::String(_)) => Ok(vec![self.text(name, NAME_BYTES)?]),
            _ => self.some_texts(name, NAME_BYTES),
        }
    }

    /// The meanings of one or more of a few words, of which a single one may stand without a list around it.
    pub(crate) fn one_or_more_words<T: Clone>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
    ) -> Result<Vec<T>, Fault> {
        let pointer = self.pointer_to(name);
        if let Some(value @ Value::String(_)) = self.fields.get(name) {
            self.known.push(name);
            return Ok(vec![meaning(name, pointer, value, words)?]);
        }
        let texts = self.some_texts(name, NAME_BYTES)?;
        let texts = texts.into_iter().enumerate();
        texts.map(|(place, text)| meaning(name, format!("{pointer}/{place}"), &text.into(), words)).collect()
    }

    /// The fields of an object that may be left out.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<Self>, Fault> {
        self.optional(name).map(|value| Self::at(value, self.pointer_to(name))).transpose()
    }

    /// The same for one that may not.
    pub(crate) fn required_object(&mut self, name: &'static str) -> Result<Self, Fault> {
        let value = self.required(name)?;
        Self::at(value, self.pointer_to(name))
    }

    /// A list of objects that may be left out, of at most `most`.
    pub(crate) fn objects(&mut self, name: &'static str, most: usize) -> Result<Vec<Self>, Fault> {
        let Some(value) = self.optional(name) else { return Ok(Vec::new()) };
        let pointer = self.pointer_to(name);
        let Value::Array(values) = value else { return Err(wrong_type(pointer, "a list of objects", value)) };
        self.at_most(name, values.len(), most)?;
        values.iter().enumerate().map(|(place, value)| Self::at(value, format!("{pointer}/{place}"))).collect()
    }

    /// An object of values by name, of at most `most`, each with its pointer.
    pub(crate) fn named_values(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Vec<(&'a str, &'a Value, String)>, Fault> {
        let value = self.required(name)?;
        let inner = Self::at(value, self.pointer_to(name))?;
        self.at_most(name, inner.fields.len(), most)?;
        Ok(inner.fields.iter().map(|(key, value)| (key.as_str(), value, inner.pointer_to(key))).collect())
    }

    /// An object of texts by name: each name with its text and where it stands.
    pub(crate) fn named_texts(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Vec<(&'a str, &'a str, String)>, Fault> {
        self.required_object(name)?.into_texts(most)
    }

    /// All fields of this object as texts: each name with its text and where it stands.
    pub(crate) fn into_texts(self, most: usize) -> Result<Vec<(&'a str, &'a str, String)>, Fault> {
        let read = |(key, value): (&'a String, &'a Value)| {
            let pointer = self.pointer_to(key);
            as_text(value, pointer.clone(), most).map(|text| (key.as_str(), text, pointer))
        };
        self.fields.iter().map(read).collect()
    }

    /// A list of numbers that may be left out, of at most `most`, each higher than the one before.
    pub(crate) fn rising_numbers(&mut self, name: &'static str, most: usize) -> Result<Vec<f64>, Fault> {
        let Some(value) = self.optional(name) else { return Ok(Vec::new()) };
        let pointer = self.pointer_to(name);
        let Value::Array(values) = value else { return Err(wrong_type(pointer, "a list of numbers", value)) };
        self.at_most(name, values.len(), most)?;
        let mut numbers = Vec::<f64>::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            let pointer = format!("{pointer}/{place}");
            let number = value.as_f64().ok_or_else(|| wrong_type(pointer.clone(), "a number", value))?;
            if numbers.last().is_some_and(|last| *last >= number) {
                let message = format!("`{name}` rises: each number is higher than the one before.");
                return Err(Fault::new(code::CONTRADICTION, pointer, message));
            }
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// Refuses a field that does not go with the others.
    pub(crate) fn refuse(&mut self, name: &'static str, why: &str) -> Result<(), Fault> {
        match self.optional(name) {
            Some(_) => Err(Fault::new(code::CONTRADICTION, self.pointer_to(name), why)),
            None => Ok(()),
        }
    }

    /// Names fields that there are, and of which not all were asked for because one excludes the others.
    pub(crate) fn excluded(&mut self, names: &[&'static str]) {
        let new = names.iter().filter(|name| !self.known.contains(name)).copied().collect::<Vec<_>>();
        self.known.extend(new);
    }

    /// Refuses the fields that were not asked for.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        match self.fields.keys().find(|key| !self.known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let message = format!("There is no field `{key}` here; there are {}.", listed(&self.known));
                Err(Fault::new(code::UNKNOWN_FIELD, self.pointer_to(key), message))
            }
        }
    }

    /// The pointer to a field.
    pub(crate) fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    fn at_most(&self, name: &str, entries: usize, most: usize) -> Result<(), Fault> {
        if entries <= most {
            return Ok(());
        }
        let message = format!("`{name}` has at most {most} entries; these are {entries}.");
        Err(Fault::new(code::TOO_MANY, self.pointer_to(name), message))
    }

    fn optional(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.fields.get(name)
    }

    fn required(&mut self, name: &'static str) -> Result<&'a Value, Fault> {
        let pointer = self.pointer_to(name);
        self.optional(name)
            .ok_or_else(|| Fault::new(code::MISSING_FIELD, pointer, format!("The field `{name}` is missing.")))
    }

    fn as_count(&self, name: &str, value: &Value, most: u16) -> Result<u16, Fault> {
        let pointer = self.pointer_to(name);
        if !value.is_i64() && !value.is_u64() {
            return Err(wrong_type(pointer, "a whole number", value));
        }
        let count = value.as_u64().and_then(|count| u16::try_from(count).ok());
        count.filter(|count| (1..=most).contains(count)).ok_or_else(|| {
            Fault::new(code::OUT_OF_RANGE, pointer, format!("`{name}` is between 1 and {most}; this is {value}."))
        })
    }

    fn meaning<T: Clone>(&self, name: &str, value: &Value, words: &[(&str, T)]) -> Result<T, Fault> {
        meaning(name, self.pointer_to(name), value, words)
    }
}

/// The meaning of one of a few words.
pub(crate) fn meaning<T: Clone>(name: &str, pointer: String, value: &Value, words: &[(&str, T)]) -> Result<T, Fault> {
    let Value::String(text) = value else { return Err(wrong_type(pointer, "a text", value)) };
    words.iter().find(|(word, _)| word == text).map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("`{name}` is one of {}; `{text}` is none of them.", listed(&known));
        Fault::new(code::UNKNOWN_WORD, pointer, message)
    })
}

fn as_text(value: &Value, pointer: String, most: usize) -> Result<&str, Fault> {
    match value {
        Value::String(text) if text.trim().is_empty() => {
            Err(Fault::new(code::EMPTY, pointer, "A text with something in it is needed here."))
        }
        Value::String(text) if text.len() > most => {
            let message = format!("This text has {} bytes; at most {most} are allowed.", text.len());
            Err(Fault::new(code::TOO_LONG, pointer, message))
        }
        Value::String(text) => Ok(text),
        other => Err(wrong_type(pointer, "a text", other)),
    }
}

pub(crate) fn wrong_type(pointer: String, wanted: &str, found: &Value) -> Fault {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Fault::new(code::WRONG_TYPE, pointer, format!("This should be {wanted}; it is {found}."))
}

/// Words as a sentence names them.
pub(crate) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
