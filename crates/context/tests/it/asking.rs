//! Short ways to ask, shared by the tests.

use std::sync::LazyLock;

use context::{ClientHints, Context, Recognizer, Request, Settings};
use model::{
    time::Timestamp,
    value::{Fields, Value},
};

/// 2026-03-02T10:00Z, a Monday.
pub(crate) const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

/// One for all tests: compiling the rules is what takes time.
pub(crate) static RECOGNIZER: LazyLock<Recognizer> =
    LazyLock::new(|| Recognizer::new(Settings { own_hosts: vec!["shop.example".into()], ..Settings::default() }));

static NOTHING: LazyLock<Fields> = LazyLock::new(Fields::default);

/// A request that says nothing.
pub(crate) fn silent() -> Request<'static> {
    Request {
        user_agent: "",
        client_hints: ClientHints::default(),
        accept_language: "",
        page_url: "",
        referrer: "",
        ip: None,
        now: NOW,
        zone: "",
        body_context: &NOTHING,
        attributes: &NOTHING,
    }
}

/// Values by name.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().collect()
}

/// Values by name, inside another's.
pub(crate) fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Map(fields(pairs))
}

/// A fact as text: the value's own words, `-` if there is none.
pub(crate) fn fact(context: &Context, name: &str) -> String {
    match context.fact(name) {
        None => "-".into(),
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Int(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
    }
}

/// Several facts, with a blank between.
pub(crate) fn facts(context: &Context, names: &[&str]) -> String {
    names.iter().map(|name| fact(context, name)).collect::<Vec<_>>().join(" ")
}
