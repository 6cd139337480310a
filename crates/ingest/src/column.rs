//! What a column holds: the text of a cell becomes a value, or the row is bad.

use std::borrow::Cow;

use jiff::civil::Date;
use model::{
    time::Timestamp,
    value::{Finite, Value},
};

use crate::{
    cells::Writer,
    document::{ColumnDocument, TypeDocument},
    moment::{self, Clock},
    number::{Decimal, DecimalSign, NumberFault, Writing},
    reason::{Fault, Reason},
};

/// The value of one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed<'a> {
    /// There is none.
    Missing,
    /// A text, without blanks around it.
    Text(&'a str),
    /// A number.
    Number(Decimal),
    /// Yes or no.
    Bool(bool),
    /// A moment.
    Moment(Timestamp),
    /// A day.
    Day(Date),
    /// Texts.
    List(Vec<Cow<'a, str>>),
}

/// How the cells of one column are read.
#[derive(Debug, Clone)]
pub(crate) struct ColumnType {
    kind: Kind,
    is_required: bool,
    least: Option<f64>,
    most: Option<f64>,
    one_of: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
enum Kind {
    Text,
    Number(Writing),
    Int(Writing),
    Bool { yes: Vec<String>, no: Vec<String> },
    Moment(Clock),
    Day(Clock),
    List { separator: Option<String> },
}

/// Characters of a cell that a sentence quotes.
const QUOTED_CHARS: usize = 40;
/// Values that a sentence names.
const NAMED_VALUES: usize = 8;

const YES: &[&str] = &["true", "1", "yes", "y", "oui", "o", "vrai", "x"];
const NO: &[&str] = &["false", "0", "no", "n", "non", "faux"];

impl ColumnType {
    /// The type that a document describes.
    ///
    /// # Errors
    /// A sentence that says what in it cannot be.
    pub(crate) fn new(document: &ColumnDocument) -> Result<Self, String> {
        let writing = || Writing { decimal: document.decimal, currency: document.currency.clone() };
        let clock = || Clock::new(document.formats.clone(), document.zone.as_deref());
        let lower = |texts: &[String]| texts.iter().map(|text| text.to_lowercase()).collect();
        let kind = match document.r#type {
            TypeDocument::Text => Kind::Text,
            TypeDocument::Number => Kind::Number(writing()),
            TypeDocument::Int => Kind::Int(writing()),
            TypeDocument::Bool => Kind::Bool { yes: lower(&document.yes), no: lower(&document.no) },
            TypeDocument::Moment => Kind::Moment(clock()?),
            TypeDocument::Day => Kind::Day(clock()?),
            TypeDocument::List => Kind::List { separator: document.separator.clone().filter(|text| !text.is_empty()) },
        };
        let number = matches!(document.r#type, TypeDocument::Number | TypeDocument::Int);
        let timed = matches!(document.r#type, TypeDocument::Moment | TypeDocument::Day);
        let misplaced = [
            ("min", document.min.is_some() && !number),
            ("max", document.max.is_some() && !number),
            ("decimal", document.decimal.is_some() && !number),
            ("currency", document.currency.is_some() && !number),
            ("formats", !document.formats.is_empty() && !timed),
            ("zone", document.zone.is_some() && !timed),
            ("yes", !document.yes.is_empty() && document.r#type != TypeDocument::Bool),
            ("no", !document.no.is_empty() && document.r#type != TypeDocument::Bool),
            ("separator", document.separator.is_some() && document.r#type != TypeDocument::List),
            ("one_of", document.one_of.is_some() && document.r#type != TypeDocument::Text),
        ];
        if let Some((key, _)) = misplaced.iter().find(|(_, is_misplaced)| *is_misplaced) {
            return Err(format!("`{key}` says nothing about this type"));
        }
        Ok(Self {
            kind,
            is_required: document.required,
            least: document.min,
            most: document.max,
            one_of: document.one_of.clone(),
        })
    }

    /// The value of a cell of the column `name`.
    pub(crate) fn read<'a>(&self, name: &str, text: &'a str, writer: Writer) -> Result<Typed<'a>, Fault> {
        let text = text.trim();
        if text.is_empty() {
            let missing = || Fault::of_column(Reason::ValueMissing, name, format!("`{name}` is empty."));
            return if self.is_required { Err(missing()) } else { Ok(Typed::Missing) };
        }
        let fault = |reason, what: &str| cell_fault(reason, name, text, what);
        match &self.kind {
            Kind::Text => match &self.one_of {
                Some(texts) if !texts.iter().any(|known| known == text) => {
                    Err(fault(Reason::NotAllowed, &format!("is none of {}", named(texts))))
                }
                _ => Ok(Typed::Text(text)),
            },
            Kind::Number(writing) => Ok(Typed::Number(self.number(name, text, (writing, writer))?)),
            Kind::Int(writing) => {
                let number = self.number(name, text, (writing, writer))?;
                let whole = number.as_whole().ok_or_else(|| fault(Reason::NotWhole, "must be a whole number"))?;
                Ok(Typed::Number(Decimal::whole(whole)))
            }
            Kind::Bool { yes, no } => {
                let lower = text.to_lowercase();
                let said = |own: &[String], known: &[&str]| own.contains(&lower) || known.contains(&lower.as_str());
                match (yes.contains(&lower), no.contains(&lower)) {
                    (true, _) => Ok(Typed::Bool(true)),
                    (_, true) => Ok(Typed::Bool(false)),
                    _ if said(yes, YES) => Ok(Typed::Bool(true)),
                    _ if said(no, NO) => Ok(Typed::Bool(false)),
                    _ => Err(fault(Reason::NotABool, "says neither yes nor no")),
                }
            }
            Kind::Moment(clock) => match clock.read(text) {
                Some(moment) => Ok(Typed::Moment(moment)),
                None => Err(fault(Reason::NotAMoment, &format!("is no moment {}", clock.in_words()))),
            },
            Kind::Day(clock) => match clock.read_day(text) {
                Some(day) => Ok(Typed::Day(day)),
                None => Err(fault(Reason::NotAMoment, &format!("is no day {}", clock.in_words()))),
            },
            Kind::List { separator: Some(separator) } => {
                let entries = text.split(separator.as_str()).map(str::trim).filter(|entry| !entry.is_empty());
                Ok(Typed::List(entries.map(Cow::Borrowed).collect()))
            }
            Kind::List { separator: None } => match serde_json::from_str::<Vec<String>>(text) {
                Ok(entries) => Ok(Typed::List(entries.into_iter().map(Cow::Owned).collect())),
                Err(_) => Err(fault(Reason::NotAList, "is no list of texts in JSON")),
            },
        }
    }

    fn number(&self, name: &str, text: &str, (writing, writer): (&Writing, Writer)) -> Result<Decimal, Fault> {
        const OF_PROGRAMS: &Writing = &Writing { decimal: Some(DecimalSign::Point), currency: None };
        let writing = if writer == Writer::Program { OF_PROGRAMS } else { writing };
        let fault = |reason, what: &str| cell_fault(reason, name, text, what);
        let number = Decimal::read(text, writing).map_err(|why| match why {
            NumberFault::NotANumber => fault(Reason::NotANumber, "is no number"),
            NumberFault::OtherCurrency => {
                let expected = writing.currency.as_deref().unwrap_or_default();
                fault(Reason::OtherCurrency, &format!("is in another currency than {expected}"))
            }
            NumberFault::Ambiguous => {
                let what = "can be read in two ways; say which sign is before the decimals: `decimal = \",\"`";
                fault(Reason::NumberAmbiguous, what)
            }
        })?;
        let float = number.as_f64();
        if let Some(least) = self.least.filter(|least| float < *least) {
            return Err(fault(Reason::OutOfRange, &format!("is less than {least}, the least that it may be")));
        }
        if let Some(most) = self.most.filter(|most| float > *most) {
            return Err(fault(Reason::OutOfRange, &format!("is more than {most}, the most that it may be")));
        }
        Ok(number)
    }
}

/// What is wrong with a cell, its beginning quoted.
fn cell_fault(reason: Reason, name: &str, text: &str, what: &str) -> Fault {
    let mut chars = text.chars();
    let begin: String = chars.by_ref().take(QUOTED_CHARS).collect();
    let rest = if chars.next().is_some() { "…" } else { "" };
    Fault::of_column(reason, name, format!("`{name}` {what}: {begin:?}{rest}."))
}

/// The first values that a column may have.
fn named(texts: &[String]) -> String {
    let first = texts.iter().take(NAMED_VALUES).map(|text| format!("{text:?}"));
    let rest = (texts.len() > NAMED_VALUES).then(|| "…".to_owned());
    first.chain(rest).collect::<Vec<_>>().join(", ")
}

impl Typed<'_> {
    /// The number, if it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The value as a text, for identifiers and ids; empty if there is none.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Missing => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
            Self::Moment(at) => Cow::Owned(moment::write(*at)),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::List(entries) => Cow::Owned(entries.join(",")),
        }
    }

    /// Writes the value as JSON.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) {
        match self {
            Self::Missing => out.extend_from_slice(b"null"),
            Self::Number(_) | Self::Bool(_) => out.extend_from_slice(self.to_text().as_bytes()),
            Self::Text(_) | Self::Moment(_) | Self::Day(_) => write_text(out, &self.to_text()),
            Self::List(entries) => {
                out.push(b'[');
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_text(out, entry);
                }
                out.push(b']');
            }
        }
    }

    /// The value as conditions see it; `None` if there is none.
    pub(crate) fn as_value(&self) -> Option<Value> {
        Some(match self {
            Self::Missing => return None,
            Self::Number(number) => match number.as_whole() {
                Some(whole) => Value::Int(whole),
                None => Value::Float(Finite::new(number.as_f64())?),
            },
            Self::Bool(yes) => Value::Bool(*yes),
            Self::List(entries) => Value::List(entries.iter().map(|entry| Value::text(&**entry)).collect()),
            Self::Text(_) | Self::Moment(_) | Self::Day(_) => Value::text(&*self.to_text()),
        })
    }
}

/// Writes a text as JSON.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a text is always JSON, and memory takes it");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str, text: &str) -> Result<String, Reason> {
        let column = ColumnType::new(&toml::from_str(toml).unwrap()).unwrap();
        let typed = column.read("x", text, Writer::Anybody).map_err(|fault| fault.reason)?;
        let mut json = Vec::new();
        typed.write_json(&mut json);
        Ok(String::from_utf8(json).unwrap())
    }

    #[test]
    fn cells_become_values() {
        for (toml, text, json) in [
            ("", "  a \"b\" ", r#""a \"b\"""#),
            ("", " ", "null"),
            ("type = 'number'", "24,90 €", "24.9"),
            ("type = 'int'", "13085.0", "13085"),
            ("type = 'bool'", "Oui", "true"),
            ("type = 'bool'", "0", "false"),
            ("type = 'bool'\nyes = ['in']\nno = ['OUT', 'x']", "out", "false"),
            ("type = 'bool'\nno = ['x']", "X", "false"),
            ("type = 'moment'\nzone = 'Europe/Paris'", "2026-01-01 01:00", r#""2026-01-01T00:00:00Z""#),
            ("type = 'day'\nformats = ['%d/%m/%Y']", "24/12/1980", r#""1980-12-24""#),
            ("type = 'list'\nseparator = ';'", "a; b;;c", r#"["a","b","c"]"#),
            ("type = 'list'", r#"["a","b"]"#, r#"["a","b"]"#),
        ] {
            assert_eq!(read(toml, text).as_deref(), Ok(json), "{toml}: {text}");
        }
    }

    #[test]
    fn what_breaks_the_contract_says_which_rule() {
        for (toml, text, reason) in [
            ("required = true", "", Reason::ValueMissing),
            ("one_of = ['a', 'b']", "c", Reason::NotAllowed),
            ("type = 'number'", "many", Reason::NotANumber),
            ("type = 'number'", "1,234", Reason::NumberAmbiguous),
            ("type = 'number'\ncurrency = 'EUR'", "5 USD", Reason::OtherCurrency),
            ("type = 'number'\nmin = 0", "-0.01", Reason::OutOfRange),
            ("type = 'number'\nmax = 10", "10.01", Reason::OutOfRange),
            ("type = 'int'", "1.5", Reason::NotWhole),
            ("type = 'bool'", "perhaps", Reason::NotABool),
            ("type = 'moment'", "24/12/2025", Reason::NotAMoment),
            ("type = 'day'", "yesterday", Reason::NotAMoment),
            ("type = 'list'", "a;b", Reason::NotAList),
        ] {
            assert_eq!(read(toml, text), Err(reason), "{toml}: {text}");
        }
    }

    #[test]
    fn the_sentence_quotes_the_cell_and_names_the_rule() {
        let long = "x".repeat(100);
        for (toml, text, sentence) in [
            ("type = 'int'", "many", r#"`x` is no number: "many"."#),
            ("type = 'number'\ncurrency = 'EUR'", "5 USD", r#"`x` is in another currency than EUR: "5 USD"."#),
            ("type = 'number'\nmin = 0.5", "0.1", r#"`x` is less than 0.5, the least that it may be: "0.1"."#),
            ("type = 'number'\nmax = 10", "11", r#"`x` is more than 10, the most that it may be: "11"."#),
            ("one_of = ['a', 'b']", "c", r#"`x` is none of "a", "b": "c"."#),
            ("type = 'day'\nformats = ['%d/%m/%Y']", "soon", r#"`x` is no day of the form %d/%m/%Y: "soon"."#),
            ("type = 'int'", &long, &format!("`x` is no number: \"{}\"….", &long[..40])),
        ] {
            let column = ColumnType::new(&toml::from_str(toml).unwrap()).unwrap();
            let fault = column.read("x", text, Writer::Anybody).unwrap_err();
            assert_eq!(fault.message, sentence, "{toml}");
        }
    }

    #[test]
    fn a_rule_that_says_nothing_about_its_type_is_refused() {
        let refused = |toml: &str| ColumnType::new(&toml::from_str(toml).unwrap()).unwrap_err();
        assert!(refused("min = 1").contains("`min`"));
        assert!(refused("type = 'int'\nformats = ['%Y']").contains("`formats`"));
        assert!(refused("type = 'moment'\nzone = 'Mars'").contains("Mars"));
    }
}
