//! One event's JSON, read in one pass. Says what it found and what was wrong; judges nothing.

use std::{borrow::Cow, cell::Cell, fmt};

use model::value::{Fields, Value};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::Code;

use super::{
    Problem,
    value::{Budget, Limit, Pairs, ValueSeed},
};

/// The fields of an event that we read. Where a field comes twice, the later one stands.
#[derive(Default)]
pub(super) struct Message<'a> {
    pub(super) kind: Scalar<'a>,
    pub(super) event: Scalar<'a>,
    pub(super) name: Scalar<'a>,
    pub(super) category: Scalar<'a>,
    pub(super) message_id: Scalar<'a>,
    pub(super) user_id: Scalar<'a>,
    pub(super) anonymous_id: Scalar<'a>,
    pub(super) previous_id: Scalar<'a>,
    pub(super) group_id: Scalar<'a>,
    pub(super) timestamp: Scalar<'a>,
    pub(super) original_timestamp: Scalar<'a>,
    pub(super) sent_at: Scalar<'a>,
    pub(super) properties: Pairs,
    pub(super) traits: Pairs,
    pub(super) context: Context,
}

/// An event's context, taken apart. The client's `ip` is not read at all.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// What stays with the event.
    pub(super) fields: Fields,
    /// The person's traits: RudderStack's identify has them here, Segment's clients add them to any event.
    pub(super) traits: Pairs,
    /// Segment's consent object.
    pub(super) consent: Option<Value>,
    /// RudderStack's consent object.
    pub(super) consent_management: Option<Value>,
    /// Segment's list of identifiers.
    pub(super) external_ids: Option<Value>,
    /// Our own identifiers by namespace.
    pub(super) identifiers: Option<Value>,
}

impl Context {
    /// Fills what is missing from the context of the batch.
    pub(super) fn stand_on(&mut self, base: &Self) {
        self.fields = merged(&base.fields, &self.fields);
        self.traits.splice(0..0, base.traits.iter().cloned());
        for (own, base) in [
            (&mut self.consent, &base.consent),
            (&mut self.consent_management, &base.consent_management),
            (&mut self.external_ids, &base.external_ids),
            (&mut self.identifiers, &base.identifiers),
        ] {
            if own.is_none() {
                own.clone_from(base);
            }
        }
    }
}

/// Values of `over` stand over those of `base`; maps are merged name by name.
fn merged(base: &Fields, over: &Fields) -> Fields {
    let own = over.iter().map(|(name, value)| match (base.get(name), value) {
        (Some(Value::Map(below)), Value::Map(above)) => (name.clone(), Value::Map(merged(below, above))),
        _ => (name.clone(), value.clone()),
    });
    Fields::new(base.iter().map(|(name, value)| (name.clone(), value.clone())).chain(own).collect())
}

/// The parts of an event that hold values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Event,
    Properties,
    Traits,
    Context,
}

impl Section {
    const fn pointer(self) -> &'static str {
        match self {
            Self::Event => "",
            Self::Properties => "/properties",
            Self::Traits => "/traits",
            Self::Context => "/context",
        }
    }
}

/// Reads an event. Where a section is beyond the limits, the rest is read without it and the problem is returned
/// beside, so that the person's consent can still be looked up.
pub(super) fn read(raw: &str, mut skip: Vec<Section>) -> (Message<'_>, Option<Problem>) {
    let mut first = None;
    loop {
        let pass = Pass { budget: Budget::new(), section: Cell::new(Section::Event), skip: &skip };
        let mut json = serde_json::Deserializer::from_str(raw);
        match json.deserialize_any(MessageVisitor(&pass)) {
            Ok(message) => return (message, first),
            Err(error) => {
                let section = pass.section.get();
                first.get_or_insert(pass.problem(&error));
                if section == Section::Event {
                    return (Message::default(), first);
                }
                skip.push(section);
            }
        }
    }
}

/// Reads the context beside a batch.
pub(super) fn read_context(raw: &str) -> (Context, Option<Problem>) {
    let raw = without_lone_surrogates(raw);
    let pass = Pass { budget: Budget::new(), section: Cell::new(Section::Context), skip: &[] };
    match ContextSeed(&pass).deserialize(&mut serde_json::Deserializer::from_str(&raw)) {
        Ok(context) => (context, None),
        Err(error) => (Context::default(), Some(pass.problem(&error))),
    }
}

/// The same JSON, with escapes of lone surrogates replaced by U+FFFD. Browsers write them where a text was cut in the
/// middle of an emoji, and no Rust string can hold them.
pub(super) fn without_lone_surrogates(raw: &str) -> Cow<'_, str> {
    if !raw.contains("\\ud") && !raw.contains("\\uD") {
        return Cow::Borrowed(raw);
    }
    let bytes = raw.as_bytes();
    let unit = |at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let (mut repaired, mut copied, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        let length = match (bytes[at], unit(at)) {
            (b'\\', Some(0xD800..=0xDBFF)) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            (b'\\', Some(0xD800..=0xDFFF)) => {
                repaired.push_str(&raw[copied..at]);
                repaired.push_str("\\ufffd");
                copied = at + 6;
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
        at += length;
    }
    if copied == 0 { Cow::Borrowed(raw) } else { Cow::Owned(repaired + &raw[copied..]) }
}

/// One attempt at an event.
struct Pass<'p> {
    budget: Budget,
    section: Cell<Section>,
    skip: &'p [Section],
}

impl Pass<'_> {
    fn problem(&self, error: &serde_json::Error) -> Problem {
        let code = match self.budget.broken() {
            Some(Limit::Depth) => Code::TooDeep,
            Some(Limit::Values) => Code::TooManyValues,
            None if error.is_data() => Code::NotAnObject,
            None => Code::BadValue,
        };
        Problem::new(code, self.section.get().pointer())
    }

    /// Reads one section's value, or passes over it.
    fn section<'de, A: MapAccess<'de>, S: DeserializeSeed<'de>>(
        &self,
        section: Section,
        map: &mut A,
        seed: S,
    ) -> Result<S::Value, A::Error>
    where
        S::Value: Default,
    {
        if self.skip.contains(&section) {
            map.next_value::<IgnoredAny>()?;
            return Ok(S::Value::default());
        }
        self.section.set(section);
        self.budget.refill();
        let value = map.next_value_seed(seed)?;
        self.section.set(Section::Event);
        Ok(value)
    }

    fn values(&self, level: usize) -> ValueSeed<'_> {
        ValueSeed { budget: &self.budget, level }
    }
}

struct MessageVisitor<'p>(&'p Pass<'p>);

impl<'de> Visitor<'de> for MessageVisitor<'_> {
    type Value = Message<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message<'de>, A::Error> {
        let mut message = Message::default();
        while let Some(Key(key)) = map.next_key()? {
            let field = match &*key {
                "type" => &mut message.kind,
                "event" => &mut message.event,
                "name" => &mut message.name,
                "category" => &mut message.category,
                "messageId" => &mut message.message_id,
                "userId" => &mut message.user_id,
                "anonymousId" => &mut message.anonymous_id,
                "previousId" => &mut message.previous_id,
                "groupId" => &mut message.group_id,
                "timestamp" => &mut message.timestamp,
                "originalTimestamp" => &mut message.original_timestamp,
                "sentAt" => &mut message.sent_at,
                "properties" => {
                    message.properties = self.0.section(Section::Properties, &mut map, PairsSeed(self.0.values(1)))?;
                    continue;
                }
                "traits" => {
                    message.traits = self.0.section(Section::Traits, &mut map, PairsSeed(self.0.values(1)))?;
                    continue;
                }
                "context" => {
                    message.context = self.0.section(Section::Context, &mut map, ContextSeed(self.0))?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = map.next_value()?;
        }
        Ok(message)
    }
}

/// Reads an object's pairs; `null` has none.
struct PairsSeed<'b>(ValueSeed<'b>);

impl<'de> DeserializeSeed<'de> for PairsSeed<'_> {
    type Value = Pairs;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Pairs, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PairsSeed<'_> {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Pairs, E> {
        Ok(Pairs::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pairs, A::Error> {
        self.0.pairs(map)
    }
}

struct ContextSeed<'p>(&'p Pass<'p>);

impl<'de> DeserializeSeed<'de> for ContextSeed<'_> {
    type Value = Context;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Context, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ContextSeed<'_> {
    type Value = Context;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Context, E> {
        Ok(Context::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Context, A::Error> {
        let values = self.0.values(1);
        let (mut context, mut fields) = (Context::default(), Pairs::with_capacity(8));
        while let Some(Key(key)) = map.next_key()? {
            let slot = match &*key {
                "traits" => {
                    context.traits = map.next_value_seed(PairsSeed(self.0.values(2)))?;
                    continue;
                }
                "consent" => &mut context.consent,
                "consentManagement" => &mut context.consent_management,
                "externalIds" => &mut context.external_ids,
                "identifiers" => &mut context.identifiers,
                // The address is personal and the client's word for it is worth nothing; `coerced` is ours to say.
                "ip" | "coerced" => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                name => {
                    fields.push((name.into(), map.next_value_seed(values)?));
                    continue;
                }
            };
            *slot = Some(map.next_value_seed(values)?);
        }
        context.fields = Fields::new(fields);
        Ok(context)
    }
}

/// An object's key, borrowed where it has no escapes.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A field that should hold a text, as clients really fill it.
#[derive(Debug, Default)]
pub(super) enum Scalar<'a> {
    /// Absent or `null`.
    #[default]
    Missing,
    Text(Cow<'a, str>),
    Int(i64),
    Number(f64),
    /// A bool, a list or an object.
    Other,
}

impl Scalar<'_> {
    /// The text; whole numbers are written out, since clients send ids as numbers.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Int(number) => Some(Cow::Owned(number.to_string())),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Missing | Self::Other => None,
        }
    }

    pub(super) const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Missing)
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Int(number))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(i64::try_from(number).map_or_else(|_| Scalar::Text(number.to_string().into()), Scalar::Int))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
