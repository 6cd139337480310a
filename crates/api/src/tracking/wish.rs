//! What a person says of what is shown to them and why: it must say what it is about. A refusal that nobody can read
//! would be answered as if it were heeded, and heeded by nothing.

use model::{
    value::Value,
    wish::{CONTENT_REFUSED, EVIDENCE_REMOVED, INTEREST_DECLARED, INTEREST_REFUSED},
};

use crate::{
    error::{Code, pointer},
    time,
};

use super::{Problem, value::Pairs};

/// Where a track's fields are.
const PROPERTIES: &str = "/properties";

/// Checks that a wish names what it is about, and since or until when; nothing of any other event. Whether there is such
/// an experience, event or topic is not asked: what is refused may be published tomorrow.
pub(super) fn check(event: &str, properties: &Pairs) -> Result<(), Problem> {
    match event {
        EVIDENCE_REMOVED => {
            one_of(properties, &["event"], "`event` must name the event that is to count no more.")?;
            moment(properties, "before")
        }
        CONTENT_REFUSED => {
            let missing = "One of `experience`, `content` and `tag` must name what is refused.";
            one_of(properties, &["experience", "content", "tag"], missing)?;
            moment(properties, "until")
        }
        INTEREST_DECLARED | INTEREST_REFUSED => topics(properties),
        _ => Ok(()),
    }
}

/// The value of a field; of two of one name the last one is kept.
fn value<'p>(properties: &'p Pairs, field: &str) -> Option<&'p Value> {
    let place = properties.iter().rposition(|(name, _)| **name == *field)?;
    Some(&properties[place].1).filter(|value| !matches!(value, Value::Null))
}

/// At least one of the fields is there, and each that is there is a text that says something.
fn one_of(properties: &Pairs, fields: &[&str], missing: &str) -> Result<(), Problem> {
    let mut there = fields.iter().filter_map(|field| Some((field, value(properties, field)?))).peekable();
    if there.peek().is_none() {
        return Err(Problem::new(Code::MissingField, pointer(PROPERTIES, fields[0])).saying(missing));
    }
    let says_nothing = |value: &Value| value.as_text().is_none_or(|text| text.trim().is_empty());
    match there.find(|(_, value)| says_nothing(value)) {
        Some((field, _)) => Err(Problem::new(Code::Validation, pointer(PROPERTIES, field)).saying(missing)),
        None => Ok(()),
    }
}

fn moment(properties: &Pairs, field: &str) -> Result<(), Problem> {
    match value(properties, field) {
        None | Some(Value::Time(_)) => Ok(()),
        Some(Value::Text(text)) if time::read(text).is_some() => Ok(()),
        Some(_) => {
            let problem = Problem::new(Code::BadMoment, pointer(PROPERTIES, field));
            Err(problem.saying(format!("`{field}` must be a moment or a day in RFC 3339.")))
        }
    }
}

/// The topics that are named, one or a list: each is a family and a value.
fn topics(properties: &Pairs) -> Result<(), Problem> {
    let said = "A topic is a family and a value, such as category:boots.";
    let is_topic = |value: &Value| {
        let parts = value.as_text().and_then(|text| text.split_once(':'));
        parts.is_some_and(|(family, value)| !family.trim().is_empty() && !value.trim().is_empty())
    };
    let mut named = 0;
    for field in ["topic", "topics"] {
        let Some(value) = value(properties, field) else { continue };
        let topics = if let Value::List(topics) = value { &topics[..] } else { std::slice::from_ref(value) };
        named += topics.len();
        if !topics.iter().all(is_topic) {
            return Err(Problem::new(Code::Validation, pointer(PROPERTIES, field)).saying(said));
        }
    }
    if named == 0 {
        let problem = Problem::new(Code::MissingField, pointer(PROPERTIES, "topic"));
        return Err(problem.saying("`topic` must name the topic that this is about, such as category:boots."));
    }
    Ok(())
}
