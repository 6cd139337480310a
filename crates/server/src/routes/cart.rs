//! The cart with which somebody comes back.

use api::wire::{
    self,
    cart::{CartAnswer, CartRequest, CartSilence},
    key::KeyKind,
};
use axum::extract::State;
use merchandise::cart::{Told, cart};
use model::{
    consent::{Site, Use},
    identifier::namespace,
};
use runtime::handle::{Reading, Who};

use crate::{
    access::note,
    answer::{Answer, Json, Refusal},
    app::{App, Shared, blocking},
    auth,
    body::Sent,
    named::{self, Belief, Said},
};

/// Says what is in a person's cart. With a public key an account has to be proven, and a visitor's id opens only what
/// named nobody else.
pub(super) async fn read(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<CartAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let request: CartRequest = wire::read(&body)?;
    let said = named::read(&app, &app.runtime.plan(), &key, &(&request).into(), app.runtime.now())?;
    let persons = match key.kind {
        KeyKind::Secret => said.into_iter().map(|said| (Who::Identifier(said.identifier), Told::ByAll)).collect(),
        KeyKind::Public => provable(said),
    };
    let Some((reading, told)) = first(&app, persons).await? else { return Ok(silent(CartSilence::Nobody)) };
    let granted = reading.person.consents().granted::<Site>(reading.now);
    if key.kind == KeyKind::Secret {
        let purpose = reading.plan.purposes.get(Site::PURPOSE).cloned();
        note(&app, &reading, key.id(), purpose, granted.is_some()).await?;
    }
    let Some(granted) = granted else { return Ok(silent(CartSilence::NoConsent)) };
    let of = move |app: &App| Ok(cart(&app.runtime, (&reading, &granted), &told, request.language.as_deref())?);
    Ok(Json(blocking(&app, of).await?))
}

/// Whom a page may ask about: the account that it proves; else the visitor, as far as that is the visitor alone.
fn provable(said: Vec<Said>) -> Vec<(Who, Told)> {
    if let Some(proven) = said.iter().find(|said| said.belief == Belief::Proven) {
        return vec![(Who::Identifier(proven.identifier.clone()), Told::ByAll)];
    }
    let visitor = said.into_iter().find(|said| said.identifier.namespace.as_str() == namespace::ANONYMOUS_ID);
    let visitor = visitor.map(|said| (Who::Identifier(said.identifier.clone()), Told::ByVisitor(said.identifier)));
    visitor.into_iter().collect()
}

async fn first(app: &App, persons: Vec<(Who, Told)>) -> Result<Option<(Reading, Told)>, Refusal> {
    for (who, told) in persons {
        if let Some(reading) = app.runtime.read(&who).answer().await? {
            return Ok(Some((reading, told)));
        }
    }
    Ok(None)
}

fn silent(because: CartSilence) -> Json<CartAnswer> {
    Json(CartAnswer { lines: Vec::new(), silent_because: Some(because) })
}
