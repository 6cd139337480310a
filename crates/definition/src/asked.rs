//! The conditions of decisions: the audiences of experiences, and for whom contents are.

use std::collections::BTreeMap;

use condition::{Condition, Usage};
use engine::plan::Plan;

use crate::{
    content,
    documents::{Documents, Known},
    error::{DefinitionError, Fault},
    experience,
    kind::Kind,
};

/// The field of an experience that says for whom it is.
const AUDIENCE: &str = "audience";
/// The field of a content that says for whom it is shown at all.
const SUITS: &str = "suits";
/// The field of a content that says who gets it first.
const PREFER: &str = "prefer";

/// Conditions by kind, name and field of their document.
#[derive(Default)]
pub(crate) struct Asked(BTreeMap<(Kind, String, &'static str), Condition>);

impl Asked {
    /// The audience of an experience, which every one has.
    pub(crate) fn audience(&self, experience: &str) -> Option<&Condition> {
        self.of(Kind::Experience, experience, AUDIENCE)
    }

    /// For whom a content is shown at all.
    pub(crate) fn suits(&self, content: &str) -> Option<&Condition> {
        self.of(Kind::Content, content, SUITS)
    }

    /// Who gets a content first.
    pub(crate) fn prefer(&self, content: &str) -> Option<&Condition> {
        self.of(Kind::Content, content, PREFER)
    }

    fn of(&self, kind: Kind, name: &str, field: &'static str) -> Option<&Condition> {
        self.0.get(&(kind, name.to_owned(), field))
    }
}

struct Written<'d> {
    kind: Kind,
    name: &'d str,
    field: &'static str,
    text: &'d str,
    usage: Usage,
}

/// Compiles them all. `before` is the plan in force: what did not change is taken from there.
pub(crate) fn compile(documents: &Documents, names: &Known, before: Option<&Plan>) -> Result<Asked, DefinitionError> {
    let (mut asked, mut new) = (Asked::default(), Vec::new());
    let before = before.filter(|before| before.schema == names.schema);
    for written in written(documents)? {
        let known = before.and_then(|before| known(before, &written));
        let stands = |known: &&Condition| known.text() == written.text && names.has_all(known.needs());
        match known.filter(stands) {
            Some(condition) => asked.note(&written, condition.clone()),
            None => new.push(written),
        }
    }
    for usage in [Usage::Audience, Usage::Order] {
        let new: Vec<&Written<'_>> = new.iter().filter(|written| written.usage == usage).collect();
        let texts: Vec<&str> = new.iter().map(|written| written.text).collect();
        for (written, compiled) in new.into_iter().zip(condition::compile_all(&texts, &names.scope(usage))) {
            let pointer = format!("/{}", written.field);
            let fault = |error| Fault::in_condition(&pointer, error).of(written.kind, written.name);
            asked.note(written, compiled.map_err(fault)?);
        }
    }
    Ok(asked)
}

impl Asked {
    fn note(&mut self, written: &Written<'_>, condition: Condition) {
        self.0.insert((written.kind, written.name.to_owned(), written.field), condition);
    }
}

fn written(documents: &Documents) -> Result<Vec<Written<'_>>, DefinitionError> {
    let mut all = Vec::new();
    for (name, document) in documents.of_kind(Kind::Content) {
        let kind = Kind::Content;
        let body = content::read(document).map_err(|fault| fault.of(kind, name))?;
        let suits = body.suits.map(|text| Written { kind, name, field: SUITS, text, usage: Usage::Audience });
        all.extend(suits);
        all.extend(body.prefer.map(|text| Written { kind, name, field: PREFER, text, usage: Usage::Order }));
    }
    for (name, document) in documents.of_kind(Kind::Experience) {
        let kind = Kind::Experience;
        let text = experience::read(name, document).map_err(|fault| fault.of(kind, name))?.audience;
        all.push(Written { kind, name, field: AUDIENCE, text, usage: Usage::Audience });
    }
    Ok(all)
}

fn known<'p>(before: &'p Plan, written: &Written<'_>) -> Option<&'p Condition> {
    let decisions = &before.decisions;
    match written.field {
        SUITS => decisions.content(written.name)?.suits.as_ref(),
        PREFER => decisions.content(written.name)?.prefer.as_ref(),
        _ => Some(&decisions.experience(&written.name.into())?.audience),
    }
}
