//! What differs between two states of the documents.

use serde_json::Value;

use crate::{
    documents::Documents,
    kind::Kind,
    publication::{Change, Changed},
};

/// One document that is not the same in two states.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it said; `None` if it was not there.
    pub before: Option<Value>,
    /// What it says; `None` if it is not there any more.
    pub after: Option<Value>,
}

/// The documents that differ, in order of kind and name.
pub fn differences(before: &Documents, after: &Documents) -> Vec<Difference> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let mut earlier = before.of_kind(kind).peekable();
        let mut later = after.of_kind(kind).peekable();
        // Both are in order of name: what comes first on one side only was removed, or added.
        loop {
            let order = match (earlier.peek(), later.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some((left, _)), Some((right, _))) => left.cmp(right),
            };
            let was = if order.is_le() { earlier.next() } else { None };
            let is = if order.is_ge() { later.next() } else { None };
            let (Some((name, _)), true) = (was.or(is), was != is) else { continue };
            let document = |side: Option<(&str, &Value)>| side.map(|(_, document)| document.clone());
            found.push(Difference { kind, name: name.to_owned(), before: document(was), after: document(is) });
        }
    }
    found
}

impl Difference {
    /// Which document, and what happened to it.
    pub fn changed(&self) -> Changed {
        let change = match (&self.before, &self.after) {
            (None, _) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(_), Some(_)) => Change::Changed,
        };
        Changed { kind: self.kind, name: self.name.clone(), change }
    }

    /// The fields that differ, as JSON pointers (RFC 6901) into the document, in order. None for a document that is on
    /// one side only. A list whose length changed differs as a whole.
    pub fn fields(&self) -> Vec<String> {
        let mut found = Vec::new();
        if let (Some(before), Some(after)) = (&self.before, &self.after) {
            compare(before, after, "", &mut found);
        }
        found
    }
}

fn compare(before: &Value, after: &Value, pointer: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            let gone = was.keys().filter(|name| !is.contains_key(*name));
            let mut names: Vec<&String> = gone.chain(is.keys()).collect();
            names.sort();
            for name in names {
                let pointer = pointer_to(pointer, name);
                match (was.get(name), is.get(name)) {
                    (Some(was), Some(is)) => compare(was, is, &pointer, found),
                    _ => found.push(pointer),
                }
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (place, (was, is)) in was.iter().zip(is).enumerate() {
                compare(was, is, &format!("{pointer}/{place}"), found);
            }
        }
        _ if before == after => {}
        _ => found.push(pointer.to_owned()),
    }
}

/// The JSON pointer to a field of what `parent` points to.
fn pointer_to(parent: &str, field: &str) -> String {
    format!("{parent}/{}", field.replace('~', "~0").replace('/', "~1"))
}
