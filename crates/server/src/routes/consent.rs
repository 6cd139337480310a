//! Consent by its own call.

use std::collections::BTreeMap;

use api::wire::{
    self,
    consent::{ConsentAnswer, ConsentRequest},
    key::KeyKind,
};
use axum::extract::State;
use runtime::handle::{Taken, Who};

use crate::{
    answer::{Answer, Json},
    app::Shared,
    auth,
    body::Sent,
    choice, intake, person,
};

/// Records what a person granted and denied.
pub(super) async fn record(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<ConsentAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let request: ConsentRequest = wire::read(&body)?;
    let event = choice::event(&app, &intake::sender(&app, &key, &headers), &key, &request, &body)?;
    let taken = intake::collect(&app, vec![event]).await?;
    let profile = match taken.first() {
        Some(Taken::Kept(profile) | Taken::ConsentOnly(profile) | Taken::Duplicate(profile)) => Some(*profile),
        Some(Taken::CountedOnly) | None => None,
    };
    let mut purposes = BTreeMap::new();
    if let Some(profile) = profile
        && let Some(reading) = app.runtime.read(&Who::Profile(profile)).answer().await?
    {
        purposes = person::consents(&reading);
    }
    if key.kind == KeyKind::Public {
        purposes.retain(|purpose, _| request.purposes.contains_key(purpose));
    }
    Ok(Json(ConsentAnswer { purposes, stored: profile.is_some() }))
}
