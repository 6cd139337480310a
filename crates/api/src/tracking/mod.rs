//! The tracking protocol: the bytes that Segment's, RudderStack's and Jitsu's clients send, as events of the model.
//!
//! [`read`] takes a whole body. What is wrong with the body as a whole is an [`ApiError`]; what is wrong with one
//! event refuses that event and no other. Nothing here knows storage or the engine: whether an event may be kept at
//! all is the consent gate's to say, after this.
//!
//! Dropped on purpose, and never part of an [`Event`]: `context.ip` (the server truncates the address it saw itself),
//! `integrations`, the consent objects once read, `context.traits` of anything but an identify, unknown fields.
//!
//! | File | Reads |
//! |---|---|
//! | `envelope` | the body: a batch, or one event |
//! | `message` | one event's JSON, in one pass, within the limits |
//! | `clock` | when it happened |
//! | `identity` | whom it is about |
//! | `signal` | what it says about consent |
//! | `commerce` | the e-commerce vocabulary |
//! | `typing` | traits against the schema |
//! | `forbidden` | what must not be taken, whoever sends it |

mod clock;
mod commerce;
mod envelope;
mod forbidden;
mod identity;
mod message;
mod signal;
mod typing;
pub(crate) mod value;
mod wish;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{
    consent::ConsentSignal,
    event::{Claim, Event, EventKind},
    identifier::NamespaceRules,
    limits,
    name::{Name, Namespace, Purpose},
    schema::TraitSchema,
    site::Hosts,
    source::SourceRules,
    time::Timestamp,
    value::{Fields, Value},
};

use serde_json::value::RawValue;

use crate::error::{ApiError, Code};

use self::{
    envelope::Envelope,
    identity::Claimed,
    message::{Context, Message, Section},
};

/// What the server knows about the sender when a body arrives.
#[derive(Debug, Clone, Copy)]
pub struct Receiver<'a> {
    /// When the body arrived.
    pub received_at: Timestamp,
    /// The source that the key belongs to.
    pub source: &'a SourceRules,
    /// The project's namespaces of identifiers.
    pub namespaces: &'a BTreeMap<Name<Namespace>, NamespaceRules>,
    /// The project's traits.
    pub schema: &'a TraitSchema,
    /// The purposes behind each consent category of the shop's consent manager. A purpose's own name is a category too.
    pub consent_categories: &'a BTreeMap<String, Vec<Name<Purpose>>>,
    /// The project's purposes.
    pub purposes: &'a BTreeSet<Name<Purpose>>,
    /// The hosts of the shop's own sites.
    pub hosts: &'a Hosts,
    /// Whether the request carried `Sec-GPC: 1`.
    pub gpc: Gpc,
    /// Goes into the ids of events that bring none.
    pub salt: u64,
}

/// The browser's Global Privacy Control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gpc {
    /// The header was not there.
    Absent,
    /// The person asked not to be sold or shared.
    Present,
}

/// Where a body was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `/v1/batch` and its aliases.
    Batch,
    /// `/v1/track`, `/v1/t`, `/api/s/track` and so on: one event of that type, whatever its own `type` says.
    One(Kind),
}

impl Route {
    /// The route behind the last segment of a path: `batch b import track t page p screen s identify i group g alias a`.
    pub fn of(segment: &str) -> Option<Self> {
        Some(match segment {
            "batch" | "b" | "import" => Self::Batch,
            "t" => Self::One(Kind::Track),
            "p" => Self::One(Kind::Page),
            "s" => Self::One(Kind::Screen),
            "i" => Self::One(Kind::Identify),
            "g" => Self::One(Kind::Group),
            "a" => Self::One(Kind::Alias),
            word => Self::One(Kind::of(word)?),
        })
    }
}

/// The six types of the tracking spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The person did something.
    Track,
    /// Says who the person is.
    Identify,
    /// A page was seen.
    Page,
    /// A screen of an app was seen.
    Screen,
    /// The person belongs to a group.
    Group,
    /// Two identifiers are the same person.
    Alias,
}

impl Kind {
    /// The spec's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Identify => "identify",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }

    /// The type of that name: `track`, `identify`, `page`, `screen`, `group`, `alias`.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "track" => Self::Track,
            "identify" => Self::Identify,
            "page" => Self::Page,
            "screen" => Self::Screen,
            "group" => Self::Group,
            "alias" => Self::Alias,
            _ => return None,
        })
    }
}

/// What a body held, in its order.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The key in the body, if there is one.
    pub write_key: Option<String>,
    /// The events that can be taken.
    pub events: Vec<Event>,
    /// The events that cannot.
    pub refused: Vec<Refused>,
}

impl Parsed {
    /// Refuses those of the events that `why` says cannot be taken after all, as [`read`] would have done. `body` and
    /// `route` are those that they were read from.
    pub fn refuse(&mut self, body: &[u8], route: Route, why: impl Fn(&Event) -> Option<Problem>) {
        if !self.events.iter().any(|event| why(event).is_some()) {
            return;
        }
        const READ: &str = "the events were read from it";
        let text = std::str::from_utf8(body).expect(READ);
        let envelope = Envelope::read(text).expect(READ);
        let raw: Vec<&str> = match route {
            Route::Batch => envelope.events().expect(READ).iter().map(|raw| raw.get()).collect(),
            Route::One(_) => vec![text.trim()],
        };
        // The events are in the order of the body, in the places that none of the refused ones has.
        let taken: BTreeSet<usize> = self.refused.iter().map(|refused| refused.index).collect();
        let places = (0..raw.len()).filter(|place| !taken.contains(place));
        for (event, index) in std::mem::take(&mut self.events).into_iter().zip(places) {
            match why(&event) {
                None => self.events.push(event),
                Some(problem) => self.refused.push(Refused {
                    index,
                    message_id: Some(event.message_id.to_string()),
                    problem,
                    raw: raw[index].to_owned(),
                    identifiers: event.identifiers,
                    consent: event.consent,
                }),
            }
        }
        self.refused.sort_by_key(|refused| refused.index);
    }
}

/// One event that cannot be taken, with all that is needed to list, correct and replay it.
#[derive(Debug)]
pub struct Refused {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Its `messageId`, if it could be read.
    pub message_id: Option<String>,
    /// Why.
    pub problem: Problem,
    /// Its JSON, as it was sent; of one with something in it that must not be taken, what may be kept of it.
    pub raw: String,
    /// The identifiers that could be read, so that the person's consent can be looked up before anything is kept.
    pub identifiers: Vec<Claim>,
    /// What it says about consent, as far as it could be read.
    pub consent: Option<ConsentSignal>,
}

/// What is wrong with one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// A sentence. It names fields, never their values.
    pub message: String,
    /// JSON pointer to the field at fault, within the event; empty for the event as a whole.
    pub pointer: String,
}

impl Problem {
    /// A problem in the catalogue's own words.
    pub fn new(code: Code, pointer: impl Into<String>) -> Self {
        Self { code, message: code.sentence().to_owned(), pointer: pointer.into() }
    }

    fn saying(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }
}

/// Reads a body of the tracking protocol, already decompressed.
///
/// # Errors
/// `INVALID_UTF8`, `BAD_JSON`, `BAD_BODY` (400) and `TOO_MANY_EVENTS` (413) concern the whole body.
pub fn read(body: &[u8], route: Route, receiver: &Receiver<'_>) -> Result<Parsed, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::new(Code::InvalidUtf8))?;
    let envelope = Envelope::read(text)?;
    let mut parsed = Parsed { write_key: envelope.write_key.text().map(Cow::into_owned), ..Parsed::default() };
    match route {
        Route::Batch => {
            let events = envelope.events()?;
            let shared = Shared::read(envelope.context.map(RawValue::get));
            let batch = Batch { receiver, route, shared, sent_at: clock::moment(&envelope.sent_at) };
            parsed.events.reserve(events.len().min(limits::BATCH_EVENTS));
            for (index, raw) in events.iter().enumerate() {
                batch.take(index, raw.get(), &mut parsed);
            }
        }
        Route::One(_) => {
            Batch { receiver, route, shared: Shared::default(), sent_at: None }.take(0, text.trim(), &mut parsed);
        }
    }
    Ok(parsed)
}

/// The key in a body, where neither the `Authorization` header nor `X-Write-Key` brought one. Reads nothing else and
/// says nothing about the rest of the body, except that a body that is not JSON has no key.
pub fn peek_write_key(body: &[u8]) -> Option<String> {
    let envelope = Envelope::read(std::str::from_utf8(body).ok()?).ok()?;
    envelope.write_key.text().map(Cow::into_owned)
}

/// What the events of one body have in common.
struct Batch<'a> {
    receiver: &'a Receiver<'a>,
    route: Route,
    shared: Shared,
    sent_at: Option<Timestamp>,
}

/// The context beside a batch: it stands under each event's own.
#[derive(Default)]
struct Shared {
    context: Option<Context>,
    problem: Option<Problem>,
    bytes: usize,
}

impl Shared {
    fn read(raw: Option<&str>) -> Self {
        let Some(raw) = raw else { return Self::default() };
        let (context, problem) = message::read_context(raw);
        Self { context: Some(context), problem, bytes: raw.len() }
    }
}

/// What an event needs beside its identifiers and bodies.
struct Heading {
    kind: EventKind,
    message_id: Arc<str>,
    timestamp: Timestamp,
}

impl Batch<'_> {
    fn take(&self, index: usize, raw: &str, parsed: &mut Parsed) {
        let repaired = message::without_lone_surrogates(raw);
        let (mut message, broken) = self.open(index, &repaired);
        let Claimed { claims, problem: unclaimed } = identity::claims(&message, self.kind(&message), self.receiver);
        let timestamp = clock::timestamp(&message, self.sent_at, self.receiver.received_at);
        let said_at = *timestamp.as_ref().unwrap_or(&self.receiver.received_at);
        let consent = signal::read(&message, said_at, self.receiver);
        let forbidden = || forbidden::problem(&message, self.kind(&message), self.receiver);
        let heading = match broken.or_else(forbidden).or(unclaimed) {
            Some(problem) => Err(problem),
            None => self.heading(index, raw, &mut message, timestamp),
        };
        match heading {
            Ok(heading) => parsed.events.push(self.event(heading, message, claims, consent)),
            Err(problem) => parsed.refused.push(Refused {
                index,
                message_id: message.message_id.text().map(Cow::into_owned),
                raw: forbidden::without(raw, problem.code),
                problem,
                identifiers: claims,
                consent,
            }),
        }
    }

    /// Reads as much of an event as can be read, and says what is wrong with it.
    fn open<'e>(&self, index: usize, raw: &'e str) -> (Message<'e>, Option<Problem>) {
        let too_much = if index >= limits::BATCH_EVENTS {
            Some(Problem::new(Code::BatchTooLong, ""))
        } else if raw.len() + self.shared.bytes > limits::EVENT_BYTES {
            Some(Problem::new(Code::EventTooLarge, ""))
        } else {
            None
        };
        let skip = if too_much.is_some() { vec![Section::Properties, Section::Traits] } else { Vec::new() };
        let (mut message, broken) = message::read(raw, skip);
        if let Some(shared) = &self.shared.context {
            message.context.stand_on(shared);
        }
        (message, too_much.or(broken).or_else(|| self.shared.problem.clone()))
    }

    /// Checks what the identifiers did not; converts the traits to their types.
    fn heading(
        &self,
        index: usize,
        raw: &str,
        message: &mut Message<'_>,
        timestamp: Result<Timestamp, Problem>,
    ) -> Result<Heading, Problem> {
        let kind = self.kind(message).ok_or_else(|| Problem::new(Code::UnknownType, "/type"))?;
        if kind == Kind::Identify {
            typing::convert(message, self.receiver.schema)?;
        }
        let event = event_kind(kind, message)?;
        if let EventKind::Track { name } = &event {
            typing::convert_told(name, &mut message.properties, self.receiver.schema)?;
            wish::check(name, &message.properties)?;
        }
        Ok(Heading { kind: event, message_id: self.message_id(index, raw, message)?, timestamp: timestamp? })
    }

    fn kind(&self, message: &Message<'_>) -> Option<Kind> {
        match self.route {
            Route::One(kind) => Some(kind),
            Route::Batch => Kind::of(&message.kind.text()?),
        }
    }

    /// The event's own id. Without one: drawn from what was sent, its place, the moment and the salt, so that it is
    /// unique, and the same where the same bytes are taken again at the same moment.
    fn message_id(&self, index: usize, raw: &str, message: &Message<'_>) -> Result<Arc<str>, Problem> {
        const POINTER: &str = "/messageId";
        match message.message_id.text() {
            Some(id) if id.len() > limits::MESSAGE_ID_BYTES => Err(Problem::new(Code::MessageIdTooLong, POINTER)),
            Some(id) if id.chars().any(char::is_control) => Err(Problem::new(Code::MessageIdInvalid, POINTER)),
            Some(id) if !id.is_empty() => Ok((*id).into()),
            None if !message.message_id.is_missing() => Err(Problem::new(Code::MessageIdInvalid, POINTER)),
            _ => {
                let received_at = self.receiver.received_at.as_millis() as u64;
                let start = [self.receiver.salt, received_at, index as u64].map(u64::to_le_bytes);
                let hash = fnv_1a(raw.as_bytes(), fnv_1a(start.as_flattened(), FNV_BASIS));
                Ok(format!("auto-{hash:032x}").into())
            }
        }
    }

    fn event(
        &self,
        heading: Heading,
        mut message: Message<'_>,
        identifiers: Vec<Claim>,
        consent: Option<ConsentSignal>,
    ) -> Event {
        let mut context = std::mem::take(&mut message.context);
        let properties = match &heading.kind {
            EventKind::Identify => {
                context.traits.append(&mut message.traits);
                context.traits
            }
            EventKind::Group { .. } => message.traits,
            EventKind::Track { name } => {
                let coerced = commerce::coerce(name, &mut message.properties);
                if !coerced.is_empty() {
                    context.fields = with(&context.fields, "coerced", Value::List(coerced.into()));
                }
                message.properties
            }
            EventKind::Page { .. } | EventKind::Screen { .. } | EventKind::Alias => {
                if let Some(category) = message.category.text() {
                    message.properties.insert(0, ("category".into(), Value::text(&*category)));
                }
                message.properties
            }
        };
        Event {
            kind: heading.kind,
            message_id: heading.message_id,
            source: self.receiver.source.name.clone(),
            timestamp: heading.timestamp,
            received_at: self.receiver.received_at,
            identifiers,
            properties: Fields::new(properties),
            context: context.fields,
            consent,
        }
    }
}

fn event_kind(kind: Kind, message: &Message<'_>) -> Result<EventKind, Problem> {
    let name = |text: &message::Scalar<'_>, pointer| match text.text() {
        Some(name) if name.len() > limits::EVENT_NAME_BYTES || name.chars().any(char::is_control) => {
            Err(Problem::new(Code::EventNameInvalid, pointer))
        }
        Some(name) if !name.trim().is_empty() => Ok(Some(Arc::<str>::from(name.trim()))),
        _ => Ok(None),
    };
    Ok(match kind {
        Kind::Track => {
            let sent = name(&message.event, "/event")?.ok_or_else(|| Problem::new(Code::EventNameMissing, "/event"))?;
            EventKind::Track { name: commerce::canonical(&sent).map_or(sent, Arc::from) }
        }
        Kind::Identify => EventKind::Identify,
        Kind::Page => EventKind::Page { name: name(&message.name, "/name")? },
        Kind::Screen => EventKind::Screen { name: name(&message.name, "/name")? },
        Kind::Group => {
            let group = model::identifier::normalize(&message.group_id.text().unwrap_or_default(), false)
                .map_err(|_| Problem::new(Code::GroupIdMissing, "/groupId"))?;
            EventKind::Group { group_id: group }
        }
        Kind::Alias => EventKind::Alias,
    })
}

fn with(fields: &Fields, name: &str, value: Value) -> Fields {
    let pairs = fields.iter().map(|(name, value)| (name.clone(), value.clone()));
    Fields::new(pairs.chain([(Arc::from(name), value)]).collect())
}

const FNV_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// FNV-1a with 128 bits: ids of events that bring none need no secrecy, only to differ.
fn fnv_1a(bytes: &[u8], start: u128) -> u128 {
    bytes
        .iter()
        .fold(start, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b))
}
