//! A consent call as the event that it is in a person's history.

use std::sync::Arc;

use api::{
    error::{ApiError, Code, pointer},
    wire::{self, consent::ConsentRequest},
};
use engine::plan::Plan;
use model::{
    consent::{ConsentSignal, Means, Proof},
    event::{CONSENT_UPDATED, Claim, Event, EventKind, Evidence},
    identifier::namespace,
    limits,
    name::{Name, Purpose},
    time::Span,
    value::Fields,
};

use crate::{
    answer::Refusal,
    app::App,
    intake::Sender,
    keys::Key,
    named::{self, Belief, Said},
};

/// Bytes of the wording's version and of its language.
const WORDING_BYTES: usize = 200;

/// The event of a call. `body` is what was sent: the same sent again is the same choice.
pub(crate) fn event(
    app: &App,
    sender: &Sender,
    key: &Key,
    request: &ConsentRequest,
    body: &[u8],
) -> Result<Event, Refusal> {
    let plan = app.runtime.plan();
    let at = request.at.map_or(sender.received_at, |wire::Moment(at)| at);
    if at > sender.received_at.plus(Span::from_millis(limits::FUTURE_MS)) {
        return Err(ApiError::new(Code::TimestampFuture).at("/at").into());
    }
    let until = request.until.map(|wire::Moment(until)| until);
    if until.is_some_and(|until| until <= at || until <= sender.received_at) {
        let why = "`until` must lie after `at` and in the future: a grant cannot have ended before it was made.";
        return Err(ApiError::new(Code::Validation).saying(why).at("/until").into());
    }
    let proof = Proof {
        source: sender.source.clone(),
        means: Means::Call,
        wording: text("wording", request.wording.as_deref())?,
        language: text("language", request.language.as_deref())?,
    };
    // The same call sent again is the same choice; the moment is in it, so that a later one is another.
    let hash = blake3::hash(&[body, &at.as_millis().to_le_bytes()].concat());
    Ok(Event {
        kind: EventKind::Track { name: CONSENT_UPDATED.into() },
        message_id: format!("consent-{}", &hash.to_hex()[..32]).into(),
        source: sender.source.clone(),
        timestamp: at,
        received_at: sender.received_at,
        identifiers: claims(&plan, key, named::read(app, &plan, key, &request.into(), sender.received_at)?)?,
        properties: Fields::default(),
        context: Fields::default(),
        consent: Some(ConsentSignal { choices: choices(&plan, request)?, at, until, proof }),
    })
}

fn choices(plan: &Plan, request: &ConsentRequest) -> Result<Vec<(Name<Purpose>, bool)>, ApiError> {
    if request.purposes.is_empty() {
        return Err(ApiError::new(Code::Empty).at("/purposes"));
    }
    let choices = request.purposes.iter().map(|(purpose, granted)| match plan.purposes.get(purpose.as_str()) {
        Some(known) => Ok((known.clone(), *granted)),
        None => Err(ApiError::new(Code::UnknownPurpose).at(pointer("/purposes", purpose))),
    });
    choices.collect()
}

/// Whom the call is about, an account that a page does not prove only probably, where the shop demands proof.
fn claims(plan: &Plan, key: &Key, said: Vec<Said>) -> Result<Vec<Claim>, ApiError> {
    if said.is_empty() {
        return Err(ApiError::new(Code::NoIdentifier).saying("The call names nobody."));
    }
    if said.iter().all(|said| said.belief == Belief::Doubted) {
        let why = "The page does not prove whose account this is, and names no device.";
        return Err(ApiError::new(Code::BadToken).saying(why).at("/identity_token"));
    }
    let trusted = plan.sources.get(key.source.as_str()).is_some_and(|source| source.trusted);
    let evidence = |Said { identifier, belief }: &Said| match (belief, identifier.namespace.as_str()) {
        (Belief::Doubted, _) => Evidence::Link,
        (_, namespace::EMAIL | namespace::PHONE | namespace::ANONYMOUS_ID) => Evidence::Stated,
        _ if trusted => Evidence::Verified,
        _ => Evidence::Stated,
    };
    Ok(said.into_iter().map(|said| Claim { evidence: evidence(&said), identifier: said.identifier }).collect())
}

fn text(field: &str, text: Option<&str>) -> Result<Option<Arc<str>>, ApiError> {
    match text {
        Some(text) if text.len() > WORDING_BYTES => Err(ApiError::new(Code::TooMany)
            .saying(format!("`{field}` has more than {WORDING_BYTES} bytes."))
            .at(pointer("", field))),
        text => Ok(text.map(Arc::from)),
    }
}
