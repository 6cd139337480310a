//! The way of an event: parsed, sent to its person, and what came of it told to the caller and to the live stream.

use std::sync::{Arc, atomic::Ordering};

use api::{
    error::{ApiError, Code},
    tracking::{self, Gpc, Parsed, Problem, Receiver, Refused, Route},
    wire::{
        collect::CollectCounts,
        key::KeyKind,
        live::{LiveEvent, LiveItem, LiveRejected},
    },
};
use axum::http::{HeaderMap, header::USER_AGENT};
use engine::{
    command::Rejection,
    plan::{IdentityTokens, Plan},
};
use model::{
    event::{BOT, Event},
    id::{Id, Rejected},
    name::{Name, Source},
    time::Timestamp,
    value::Value,
};
use profile::resolve;
use runtime::handle::Taken;

use crate::{answer::Refusal, app::App, keys::Key, link::PageTokens};

/// Who sends, and when it arrived.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The source of the key.
    pub source: Name<Source>,
    /// When the body arrived.
    pub received_at: Timestamp,
    /// The browser's Global Privacy Control.
    pub gpc: Gpc,
    /// Whether it is a page, which anybody may have written, or the shop itself.
    pub kind: KeyKind,
    /// The token by which a call proves whose account its events name, for those that carry none.
    pub proof: Option<Arc<str>>,
    /// What the browser says of itself, where it is a page that sends.
    pub user_agent: Option<Arc<str>>,
}

/// Reads a body of the tracking protocol under the newest plan.
pub(crate) fn parse(app: &App, sender: &Sender, route: Route, body: &[u8]) -> Result<Parsed, ApiError> {
    let plan = app.runtime.plan();
    let receiver = receiver(app, &plan, sender)?;
    let mut parsed = tracking::read(body, route, &receiver)?;
    let is_proof_due = sender.kind == KeyKind::Public && plan.identity_tokens == IdentityTokens::Required;
    for event in &mut parsed.events {
        app.links.resolve(event);
        mark_bot(app, sender, event);
        let token = PageTokens::take(event);
        if is_proof_due {
            app.page_tokens.doubt(event, token.or_else(|| sender.proof.clone()).as_deref());
        }
    }
    if is_proof_due {
        parsed.refuse(body, route, |event| {
            let anchor = resolve::anchor(&event.identifiers, |namespace| plan.namespace(namespace).cloned());
            anchor.is_none().then(|| Problem::new(Code::IdentityNotProven, "/context/identity_token"))
        });
    }
    Ok(parsed)
}

/// Says in the event's context whether a bot sent it, so that whoever reads the event later need not know bots.
fn mark_bot(app: &App, sender: &Sender, event: &mut Event) {
    let said = event.context.get("userAgent").and_then(Value::as_text);
    if said.or(sender.user_agent.as_deref()).is_some_and(|user_agent| app.recognizer.is_bot(user_agent)) {
        let said = event.context.iter().map(|(name, value)| (name.clone(), value.clone()));
        event.context = said.chain([(BOT.into(), true.into())]).collect();
    }
}

/// Takes a body in: answers with the events that were refused, when everything kept is durable.
pub(crate) async fn take(app: &App, sender: &Sender, route: Route, body: &[u8]) -> Result<Vec<Refused>, Refusal> {
    Ok(take_counting(app, sender, route, body).await?.0)
}

/// The same, with what became of the others.
pub(crate) async fn take_counting(
    app: &App,
    sender: &Sender,
    route: Route,
    body: &[u8],
) -> Result<(Vec<Refused>, CollectCounts), Refusal> {
    let Parsed { events, refused, .. } = parse(app, sender, route, body)?;
    let mut counts = CollectCounts::default();
    for taken in collect(app, events).await? {
        match taken {
            Taken::Kept(_) | Taken::ConsentOnly(_) => counts.kept += 1,
            Taken::Duplicate(_) => counts.known += 1,
            Taken::CountedOnly => counts.counted += 1,
        }
    }
    keep_refused(app, sender, route, &refused).await?;
    Ok((refused, counts))
}

/// Collects events that were read, and shows them to whoever listens.
pub(crate) async fn collect(app: &App, events: Vec<Event>) -> Result<Vec<Taken>, Refusal> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let heard: Vec<_> = match app.live.is_heard() {
        true => events.iter().map(Heard::of).collect(),
        false => Vec::new(),
    };
    let taken = app.runtime.collect(events)?.taken().await?;
    for one in &taken {
        let count = match one {
            Taken::Kept(_) | Taken::ConsentOnly(_) => &app.metrics.kept,
            Taken::Duplicate(_) => &app.metrics.duplicates,
            Taken::CountedOnly => &app.metrics.counted,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
    app.live.show(heard.into_iter().zip(&taken).map(|(heard, taken)| heard.item(*taken)));
    Ok(taken)
}

/// What the live stream says of an event. No personal data: names that the shop gave, and ids.
struct Heard {
    at: Timestamp,
    source: Name<Source>,
    name: String,
}

impl Heard {
    fn of(event: &Event) -> Self {
        Self { at: event.received_at, source: event.source.clone(), name: event.name().to_owned() }
    }

    fn item(self, taken: Taken) -> LiveItem {
        let Self { at, source, name } = self;
        let (at, source) = (at.into(), source.to_string());
        match taken {
            Taken::CountedOnly => LiveItem::Counted { at, source, name },
            Taken::Kept(profile) | Taken::ConsentOnly(profile) => {
                LiveItem::Event(LiveEvent { at, source, name, profile: profile.to_string() })
            }
            Taken::Duplicate(profile) => {
                LiveItem::Duplicate(LiveEvent { at, source, name, profile: profile.to_string() })
            }
        }
    }
}

/// Keeps refused events, as far as consent or the source's basis lets us; after the events that came with them, so
/// that a grant among those counts.
async fn keep_refused(app: &App, sender: &Sender, route: Route, refused: &[Refused]) -> Result<(), Refusal> {
    app.metrics.rejected.fetch_add(refused.len() as u64, Ordering::Relaxed);
    let mut kept = Vec::with_capacity(refused.len());
    for one in refused {
        let rejection = rejection(app, sender, route, one);
        app.live.show([live_rejected(&rejection)]);
        kept.push(app.runtime.refuse(rejection, &one.identifiers, one.consent.clone()));
    }
    for pending in kept {
        pending.await?;
    }
    Ok(())
}

fn live_rejected(rejection: &Rejection) -> LiveItem {
    LiveItem::Rejected(LiveRejected {
        at: rejection.at.into(),
        source: rejection.source.to_string(),
        code: rejection.code.to_string(),
        message: rejection.message.to_string(),
        pointer: rejection.pointer.to_string(),
        id: rejection.id.to_string(),
    })
}

/// The record of a refused event.
pub(crate) fn rejection(app: &App, sender: &Sender, route: Route, refused: &Refused) -> Rejection {
    Rejection {
        id: rejected_id(app, sender, refused),
        side: None,
        keys: Vec::new(),
        source: sender.source.clone(),
        at: sender.received_at,
        code: refused.problem.code.as_str().into(),
        message: refused.problem.message.as_str().into(),
        pointer: refused.problem.pointer.as_str().into(),
        raw: self_contained(route, &refused.raw),
    }
}

/// Drawn from the moment, what was sent and its place: the same in two runs of a test, and unique otherwise.
fn rejected_id(app: &App, sender: &Sender, refused: &Refused) -> Id<Rejected> {
    let mut hasher = blake3::Hasher::new_derive_key("prevenance rejected event");
    for number in [app.salt, sender.received_at.as_millis() as u64, refused.index as u64] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.update(sender.source.as_str().as_bytes());
    hasher.update(refused.raw.as_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Id::<Rejected>::mint(sender.received_at, u128::from_be_bytes(bits))
}

/// The event with its type in it: on a path of its own type it need not say it.
fn self_contained(route: Route, raw: &str) -> Arc<str> {
    let Route::One(kind) = route else { return raw.into() };
    match serde_json::from_str(raw) {
        Ok(serde_json::Value::Object(mut event)) => {
            event.insert("type".into(), kind.word().into());
            serde_json::Value::Object(event).to_string().into()
        }
        _ => raw.into(),
    }
}

fn receiver<'a>(app: &App, plan: &'a Plan, sender: &Sender) -> Result<Receiver<'a>, ApiError> {
    let source = plan.sources.get(&sender.source).ok_or_else(|| {
        ApiError::new(Code::UnknownKey).saying("The source that this key writes for is not defined any more.")
    })?;
    Ok(Receiver {
        received_at: sender.received_at,
        source,
        namespaces: &plan.namespaces,
        schema: &plan.schema,
        consent_categories: &plan.consent_categories,
        purposes: &plan.purposes,
        hosts: &plan.hosts,
        gpc: sender.gpc,
        salt: app.salt,
    })
}

/// Who sends with this key, now.
pub(crate) fn sender(app: &App, key: &Key, headers: &HeaderMap) -> Sender {
    let gpc = match headers.get("sec-gpc").map(|value| value.as_bytes()) {
        Some(b"1") => Gpc::Present,
        _ => Gpc::Absent,
    };
    // A shop's server says what it is itself, and not what its visitor is.
    let user_agent = headers.get(USER_AGENT).filter(|_| key.kind == KeyKind::Public);
    let user_agent = user_agent.and_then(|value| value.to_str().ok()).map(Arc::from);
    Sender { source: key.source(), received_at: app.runtime.now(), gpc, kind: key.kind, proof: None, user_agent }
}
