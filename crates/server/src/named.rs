//! Whom a call names: in its body, with or without proof, or as one person in its path.

use std::{cmp::Reverse, collections::BTreeMap};

use api::{
    error::{ApiError, Code, pointer},
    wire::{PersonRef, cart::CartRequest, consent::ConsentRequest, decision::DecideRequest, key::KeyKind},
};
use engine::plan::{IdentityTokens, Plan};
use model::{
    identifier::{Identifier, Strength, namespace, normalize},
    limits,
    time::Timestamp,
};
use runtime::handle::Who;

use crate::{app::App, keys::Key};

/// What a body says of whom it means.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    anonymous_id: Option<&'a str>,
    user_id: Option<&'a str>,
    identity_token: Option<&'a str>,
    identifiers: &'a BTreeMap<String, String>,
}

/// An identifier that a call names.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) identifier: Identifier,
    pub(crate) belief: Belief,
}

/// What is to be thought of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Belief {
    /// The shop's server sealed it for this page.
    Proven,
    /// The caller's word is enough.
    Believed,
    /// The shop demands a proof, and there is none.
    Doubted,
}

impl<'a> From<&'a DecideRequest> for Named<'a> {
    fn from(request: &'a DecideRequest) -> Self {
        Self {
            anonymous_id: request.anonymous_id.as_deref(),
            user_id: request.user_id.as_deref(),
            identity_token: request.identity_token.as_deref(),
            identifiers: &request.identifiers,
        }
    }
}

impl<'a> From<&'a CartRequest> for Named<'a> {
    fn from(request: &'a CartRequest) -> Self {
        Self {
            anonymous_id: request.anonymous_id.as_deref(),
            user_id: request.user_id.as_deref(),
            identity_token: request.identity_token.as_deref(),
            identifiers: &request.identifiers,
        }
    }
}

impl<'a> From<&'a ConsentRequest> for Named<'a> {
    fn from(request: &'a ConsentRequest) -> Self {
        Self {
            anonymous_id: request.anonymous_id.as_deref(),
            user_id: request.user_id.as_deref(),
            identity_token: request.identity_token.as_deref(),
            identifiers: &request.identifiers,
        }
    }
}

/// Whom a call means: the proven account first, named or not, then what tells persons apart best. A page names the
/// visitor and the account; an address or a card in a page's call could be anybody's, so only the shop's server may name
/// those. What identifies nobody is left out: a page sends what it has.
///
/// # Errors
/// `KEY_KIND`, `BAD_TOKEN`, `TOO_MANY_IDENTIFIERS`, `UNKNOWN_NAMESPACE`.
pub(crate) fn read(
    app: &App,
    plan: &Plan,
    key: &Key,
    named: &Named<'_>,
    now: Timestamp,
) -> Result<Vec<Said>, ApiError> {
    if key.kind == KeyKind::Public && !named.identifiers.is_empty() {
        let why = "With a public key only `anonymous_id` and `user_id` name a person.";
        return Err(ApiError::new(Code::KeyKind).saying(why).at("/identifiers"));
    }
    let proven = named.identity_token.map(|token| app.page_tokens.open(token, now)).transpose();
    let proven = proven.map_err(|code| ApiError::new(code).at("/identity_token"))?.flatten();
    let proven = proven.filter(|proven| plan.namespace(&proven.namespace).is_some());
    let own = [(namespace::USER_ID, named.user_id), (namespace::ANONYMOUS_ID, named.anonymous_id)];
    let own = own.into_iter().filter_map(|(namespace, value)| Some((namespace, value?)));
    let further = named.identifiers.iter().map(|(namespace, value)| (namespace.as_str(), value.as_str()));
    let all: Vec<(&str, &str)> = own.chain(further).collect();
    if all.len() > limits::EVENT_IDENTIFIERS {
        let why = format!("A call names at most {} identifiers.", limits::EVENT_IDENTIFIERS);
        return Err(ApiError::new(Code::TooManyIdentifiers).saying(why).at("/identifiers"));
    }
    let is_proof_due = key.kind == KeyKind::Public && plan.identity_tokens == IdentityTokens::Required;
    let mut said = Vec::with_capacity(all.len());
    for (namespace, value) in all {
        let known = identifier(plan, namespace, value);
        let known = known.map_err(|error| error.at(pointer("/identifiers", namespace)))?;
        said.extend(known.filter(|(_, identifier)| proven.as_ref() != Some(identifier)));
    }
    said.sort_by(|(a, one), (b, other)| (Reverse(a), one).cmp(&(Reverse(b), other)));
    said.dedup();
    let others = said.into_iter().map(|(_, identifier)| {
        let is_doubted = is_proof_due && identifier.namespace.as_str() != namespace::ANONYMOUS_ID;
        Said { identifier, belief: if is_doubted { Belief::Doubted } else { Belief::Believed } }
    });
    let proven = proven.map(|identifier| Said { identifier, belief: Belief::Proven });
    Ok(proven.into_iter().chain(others).collect())
}

/// Whom a path or a body names as one person.
///
/// # Errors
/// `NOT_FOUND` for what names nobody; `UNKNOWN_NAMESPACE`.
pub(crate) fn person(plan: &Plan, text: &str) -> Result<Who, ApiError> {
    let nobody = || ApiError::new(Code::NotFound).saying("A person is named by prf_… or by namespace:value.");
    match text.parse().map_err(|_| nobody())? {
        PersonRef::Profile(id) => Ok(Who::Profile(id)),
        PersonRef::Identifier(Identifier { namespace, value }) => {
            let (_, identifier) = identifier(plan, namespace.as_str(), &value)?.ok_or_else(nobody)?;
            Ok(Who::Identifier(identifier))
        }
    }
}

/// An identifier by the rules of its namespace, with how well it tells persons apart; `None` if it identifies nobody.
fn identifier(plan: &Plan, namespace: &str, value: &str) -> Result<Option<(Strength, Identifier)>, ApiError> {
    let known = plan.namespaces.get_key_value(namespace);
    let (name, rules) = known.ok_or_else(|| ApiError::new(Code::UnknownNamespace))?;
    let value = normalize(value, rules.fold_case).ok();
    Ok(value.map(|value| (rules.strength, Identifier { namespace: name.clone(), value })))
}
