//! What a row says, written as an event of the tracking protocol.

use std::collections::BTreeMap;

use model::{limits as events, time::Timestamp};

use crate::{
    column::{Typed, write_text},
    moment,
    number::Decimal,
    plan::{Kind, NameOf, Output, Plan, Row, Take, When},
    reason::{Fault, Reason},
};

/// Segment's reserved event: the person has chosen.
const CHOICE: &str = "Segment Consent Preference Updated";

/// An event to be, without what only its whole group knows.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) message_id: String,
    pub(crate) at: Option<Timestamp>,
    /// Whom it is about: a JSON object by namespace.
    pub(crate) identifiers: Vec<u8>,
    /// Purposes with yes or no, if it says anything about consent.
    choices: Vec<(String, bool)>,
    word: &'static str,
    name: Option<String>,
    /// Members of its properties, or traits: `"a":1,"b":2`.
    fields: Vec<u8>,
}

/// What only the whole group knows.
#[derive(Debug, Default)]
pub(crate) struct Whole<'a> {
    pub(crate) sums: &'a [Decimal],
    pub(crate) count: usize,
    /// The list's name and its JSON objects, parted by commas.
    pub(crate) list: Option<(&'a str, &'a [u8])>,
}

/// The identifiers of a row as a JSON object.
///
/// # Errors
/// `NO_IDENTIFIER` if all of their columns are empty.
pub(crate) fn identifiers(plan: &Plan, row: &Row<'_>) -> Result<Vec<u8>, Fault> {
    let mut json = Vec::with_capacity(64);
    for (namespace, place) in &plan.identifiers {
        let value = row.values[*place].to_text();
        if !value.is_empty() {
            member(&mut json, namespace, |out| write_text(out, &value));
        }
    }
    if json.is_empty() {
        return Err(Fault::of_row(Reason::NoIdentifier, "Every identifier of the row is empty: it is about nobody."));
    }
    Ok([b"{", json.as_slice(), b"}"].concat())
}

impl Draft {
    /// What an output makes of a row. `choices` is what the row proves about consent.
    ///
    /// # Errors
    /// Why it cannot be an event; and `Ok(None)` if it says nothing.
    pub(crate) fn of(
        output: &Output,
        row: &Row<'_>,
        message_id: String,
        identifiers: &[u8],
        choices: &[(String, bool)],
    ) -> Result<Option<Self>, Fault> {
        let mut draft = Self {
            message_id: checked(message_id)?,
            at: moment_of(output, row),
            identifiers: identifiers.to_vec(),
            choices: choices.to_vec(),
            word: "track",
            name: None,
            fields: Vec::with_capacity(256),
        };
        match &output.kind {
            Kind::Event { word, name } => {
                draft.word = word;
                draft.name = name.as_ref().map(|name| name_of(name, row)).transpose()?;
                if *word == "track" && draft.name.as_deref().unwrap_or_default().is_empty() {
                    return Err(Fault::of_row(Reason::ValueMissing, "The event has no name."));
                }
            }
            Kind::Traits => draft.word = "identify",
            Kind::Consent { purposes } => {
                draft.name = Some(CHOICE.to_owned());
                for (purpose, place) in purposes {
                    if let Typed::Bool(granted) = row.values[*place] {
                        draft.choices.retain(|(known, _)| known != purpose);
                        draft.choices.push((purpose.clone(), granted));
                    }
                }
                if draft.choices.is_empty() {
                    return Ok(None);
                }
            }
        }
        write_fields(&mut draft.fields, &output.fields, row)?;
        // An identify that sets nothing says nothing.
        Ok((!matches!(output.kind, Kind::Traits) || !draft.fields.is_empty()).then_some(draft))
    }

    /// A choice about one purpose, and nothing else.
    pub(crate) fn grant(message_id: String, at: Option<Timestamp>, identifiers: Vec<u8>, purpose: &str) -> Self {
        let choices = vec![(purpose.to_owned(), true)];
        Self { message_id, at, identifiers, choices, word: "track", name: Some(CHOICE.to_owned()), fields: Vec::new() }
    }

    /// The event as JSON.
    ///
    /// # Errors
    /// `EVENT_TOO_LARGE`.
    pub(crate) fn json(mut self, output: Option<&Output>, whole: &Whole<'_>) -> Result<String, Fault> {
        for (name, take) in output.map(|output| output.fields.as_slice()).unwrap_or_default() {
            match take {
                Take::Sum(place) => {
                    let sum = whole.sums.get(*place).copied().unwrap_or_default();
                    member(&mut self.fields, name, |out| out.extend_from_slice(sum.to_string().as_bytes()));
                }
                Take::Count => {
                    member(&mut self.fields, name, |out| out.extend_from_slice(whole.count.to_string().as_bytes()));
                }
                _ => {}
            }
        }
        if let Some((name, list)) = whole.list {
            member(&mut self.fields, name, |out| {
                out.push(b'[');
                out.extend_from_slice(list);
                out.push(b']');
            });
        }
        let mut out = Vec::with_capacity(self.fields.len() + 256);
        member(&mut out, "type", |out| write_text(out, self.word));
        if let Some(name) = &self.name {
            member(&mut out, if self.word == "track" { "event" } else { "name" }, |out| write_text(out, name));
        }
        member(&mut out, "messageId", |out| write_text(out, &self.message_id));
        if let Some(at) = self.at {
            member(&mut out, "timestamp", |out| write_text(out, &moment::write(at)));
        }
        member(&mut out, "context", |out| self.write_context(out));
        let fields = if self.word == "identify" { "traits" } else { "properties" };
        member(&mut out, fields, |out| write_object(out, &self.fields));
        let mut json = Vec::with_capacity(out.len() + 2);
        write_object(&mut json, &out);
        if json.len() > events::EVENT_BYTES {
            let why = format!("The event would have {} bytes; {} are the most.", json.len(), events::EVENT_BYTES);
            return Err(Fault::of_row(Reason::EventTooLarge, why));
        }
        Ok(String::from_utf8(json).expect("texts and numbers are UTF-8"))
    }

    fn write_context(&self, out: &mut Vec<u8>) {
        let mut context = Vec::with_capacity(64);
        member(&mut context, "identifiers", |out| out.extend_from_slice(&self.identifiers));
        if !self.choices.is_empty() {
            let mut choices = Vec::new();
            for (purpose, granted) in &self.choices {
                let granted: &[u8] = if *granted { b"true" } else { b"false" };
                member(&mut choices, purpose, |out| out.extend_from_slice(granted));
            }
            let mut consent = Vec::new();
            member(&mut consent, "categoryPreferences", |out| write_object(out, &choices));
            member(&mut context, "consent", |out| write_object(out, &consent));
        }
        write_object(out, &context);
    }
}

/// Writes the members of an object, but for sums and counts.
pub(crate) fn write_fields(out: &mut Vec<u8>, fields: &[(String, Take)], row: &Row<'_>) -> Result<(), Fault> {
    for (name, take) in fields {
        match take {
            Take::Sum(_) | Take::Count => {}
            Take::Fixed(json) => member(out, name, |out| out.extend_from_slice(json)),
            Take::Column(place) => match &row.values[*place] {
                Typed::Missing => {}
                typed => member(out, name, |out| typed.write_json(out)),
            },
            Take::Times(place, times) => {
                if let Some(number) = row.values[*place].as_number() {
                    let number = number.times(*times).ok_or_else(too_large)?;
                    member(out, name, |out| out.extend_from_slice(number.to_string().as_bytes()));
                }
            }
            Take::Mapped(place, values) => {
                let text = mapped(*place, values, row)?;
                if !text.is_empty() {
                    member(out, name, |out| write_text(out, &text));
                }
            }
        }
    }
    Ok(())
}

/// When what an output says of a row happened.
pub(crate) fn moment_of(output: &Output, row: &Row<'_>) -> Option<Timestamp> {
    match output.when? {
        When::Fixed(at) => Some(at),
        When::Column(place) => match row.values[place] {
            Typed::Moment(at) => Some(at),
            _ => None,
        },
    }
}

/// A number beyond what can be summed.
pub(crate) fn too_large() -> Fault {
    Fault::of_row(Reason::OutOfRange, "A number of the row is too large to be multiplied or added.")
}

fn name_of(name: &NameOf, row: &Row<'_>) -> Result<String, Fault> {
    match name {
        NameOf::Column(place) => Ok(row.values[*place].to_text().into_owned()),
        NameOf::Mapped(place, values) => mapped(*place, values, row),
        NameOf::Fixed(name) => Ok(name.clone()),
    }
}

/// What the text of a column becomes; an empty one stays so.
fn mapped(place: usize, values: &BTreeMap<String, String>, row: &Row<'_>) -> Result<String, Fault> {
    let text = row.values[place].to_text();
    match values.get(&*text) {
        Some(mapped) => Ok(mapped.clone()),
        None if text.is_empty() => Ok(String::new()),
        None => Err(Fault::of_row(Reason::NotAllowed, "The mapping does not say what a value becomes.")),
    }
}

fn checked(message_id: String) -> Result<String, Fault> {
    if message_id.is_empty() || message_id.len() > events::MESSAGE_ID_BYTES || message_id.chars().any(char::is_control)
    {
        let why = "The message_id must have 1 to 100 bytes and no control characters.";
        return Err(Fault::of_row(Reason::BadMessageId, why));
    }
    Ok(message_id)
}

/// Writes `"name":value`, behind a comma if it is not the first.
pub(crate) fn member(out: &mut Vec<u8>, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
    if !out.is_empty() {
        out.push(b',');
    }
    write_text(out, name);
    out.push(b':');
    write(out);
}

fn write_object(out: &mut Vec<u8>, members: &[u8]) {
    out.push(b'{');
    out.extend_from_slice(members);
    out.push(b'}');
}
