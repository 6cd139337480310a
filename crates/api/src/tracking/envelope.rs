//! The body around the events.

use std::fmt;

use model::limits;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{ApiError, Code};

use super::message::{Key, Scalar};

/// The top level of a body. The events are checked to be JSON and read one by one later, so that a bad one harms no
/// other, and so that a deep one cannot overflow the stack.
#[derive(Default)]
pub(super) struct Envelope<'a> {
    pub(super) write_key: Scalar<'a>,
    pub(super) sent_at: Scalar<'a>,
    pub(super) context: Option<&'a RawValue>,
    events: Option<Vec<&'a RawValue>>,
}

impl<'a> Envelope<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, ApiError> {
        let mut json = serde_json::Deserializer::from_str(text);
        json.deserialize_any(EnvelopeVisitor).and_then(|envelope| json.end().map(|()| envelope)).map_err(|error| {
            if error.is_data() {
                return ApiError::new(Code::BadBody).saying("The body must be a JSON object.");
            }
            let (line, column) = (error.line(), error.column());
            ApiError::new(Code::BadJson).saying(format!("The body is not JSON from line {line}, column {column}."))
        })
    }

    /// The events of a batch.
    pub(super) fn events(&self) -> Result<&[&'a RawValue], ApiError> {
        let missing = || ApiError::new(Code::BadBody).saying("The body must hold a list named `batch`.").at("/batch");
        let events = self.events.as_deref().ok_or_else(missing)?;
        if events.len() > limits::BODY_EVENTS {
            let most = limits::BODY_EVENTS;
            return Err(ApiError::new(Code::TooManyEvents).saying(format!("The batch has more than {most} events.")));
        }
        Ok(events)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "batch" => envelope.events = map.next_value_seed(EventsSeed)?,
                "context" => envelope.context = Some(map.next_value()?),
                // As Segment's clients spell it, and as the rest of our own bodies is spelled.
                "writeKey" | "write_key" => envelope.write_key = map.next_value()?,
                "sentAt" => envelope.sent_at = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}

/// Reads a list of events, one more than may be; `None` for anything but a list.
struct EventsSeed;

impl<'de> DeserializeSeed<'de> for EventsSeed {
    type Value = Option<Vec<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for EventsSeed {
    type Value = Option<Vec<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut events = Vec::new();
        while events.len() <= limits::BODY_EVENTS {
            match seq.next_element()? {
                Some(event) => events.push(event),
                None => return Ok(Some(events)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some(events))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}
