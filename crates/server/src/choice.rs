//! A consent call as the event that it is in a person's history.

use std::sync::Arc;

use api::{
    error::{ApiError, Code, pointer},
    wire::{self, consent::ConsentRequest, key::KeyKind},
};
use engine::plan::{IdentityTokens, Plan};
use model::{
    consent::{ConsentSignal, Means, Proof},
    event::{Claim, Event, EventKind, Evidence},
    identifier::{Identifier, namespace, normalize},
    limits,
    name::{Name, Purpose},
    time::{Span, Timestamp},
    value::Fields,
};

use crate::{answer::Refusal, app::App, intake::Sender, keys::Key};

/// The name of the event by which a choice stands in a person's history.
const EVENT: &str = "Consent Updated";
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
        kind: EventKind::Track { name: EVENT.into() },
        message_id: format!("consent-{}", &hash.to_hex()[..32]).into(),
        source: sender.source.clone(),
        timestamp: at,
        received_at: sender.received_at,
        identifiers: believed(app, &plan, key, request, sender.received_at)?,
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
fn believed(
    app: &App,
    plan: &Plan,
    key: &Key,
    request: &ConsentRequest,
    now: Timestamp,
) -> Result<Vec<Claim>, ApiError> {
    let mut claims = claims(plan, key, request)?;
    let proven = request.identity_token.as_deref().map(|token| app.page_tokens.open(token, now)?.ok_or(Code::BadToken));
    let proven = proven.transpose().map_err(|code| ApiError::new(code).at("/identity_token"))?;
    if key.kind == KeyKind::Public && plan.identity_tokens == IdentityTokens::Required {
        let is_account = |claim: &&mut Claim| claim.identifier.namespace.as_str() == namespace::USER_ID;
        let unproven = claims.iter_mut().filter(is_account).filter(|claim| proven.as_ref() != Some(&claim.identifier));
        unproven.for_each(|claim| claim.evidence = Evidence::Link);
    }
    if claims.iter().all(|claim| claim.evidence == Evidence::Link) {
        let why = "The page does not prove whose account this is, and names no device.";
        return Err(ApiError::new(Code::BadToken).saying(why).at("/identity_token"));
    }
    Ok(claims)
}

/// Whom the call is about. A page says it with the visitor's id and the account; an address or a card in a page's
/// call could be anybody's, so only the shop's server may name those.
fn claims(plan: &Plan, key: &Key, request: &ConsentRequest) -> Result<Vec<Claim>, ApiError> {
    if key.kind == KeyKind::Public && !request.identifiers.is_empty() {
        return Err(ApiError::new(Code::KeyKind).at("/identifiers"));
    }
    let trusted = plan.sources.get(key.source.as_str()).is_some_and(|source| source.trusted);
    let own = [(namespace::USER_ID, &request.user_id), (namespace::ANONYMOUS_ID, &request.anonymous_id)];
    let own = own.into_iter().filter_map(|(namespace, value)| Some((namespace, value.as_deref()?)));
    let further = request.identifiers.iter().map(|(namespace, value)| (namespace.as_str(), value.as_str()));
    let mut claims = Vec::new();
    for (namespace, value) in own.chain(further).take(limits::EVENT_IDENTIFIERS) {
        let unknown = || ApiError::new(Code::UnknownNamespace).at(pointer("/identifiers", namespace));
        let (name, rules) = plan.namespaces.get_key_value(namespace).ok_or_else(unknown)?;
        let Ok(value) = normalize(value, rules.fold_case) else { continue };
        let stated = matches!(namespace, namespace::EMAIL | namespace::PHONE | namespace::ANONYMOUS_ID);
        let evidence = if trusted && !stated { Evidence::Verified } else { Evidence::Stated };
        let claim = Claim { identifier: Identifier { namespace: name.clone(), value }, evidence };
        claims.push((std::cmp::Reverse(rules.strength), claim));
    }
    if claims.is_empty() {
        return Err(ApiError::new(Code::NoIdentifier).saying("The call names nobody."));
    }
    claims.sort_by(|(a, one), (b, other)| (a, &one.identifier).cmp(&(b, &other.identifier)));
    Ok(claims.into_iter().map(|(_, claim)| claim).collect())
}

fn text(field: &str, text: Option<&str>) -> Result<Option<Arc<str>>, ApiError> {
    match text {
        Some(text) if text.len() > WORDING_BYTES => Err(ApiError::new(Code::TooMany)
            .saying(format!("`{field}` has more than {WORDING_BYTES} bytes."))
            .at(pointer("", field))),
        text => Ok(text.map(Arc::from)),
    }
}
