//! A grant counts for the events behind it in the same batch, wherever their person lives.

use model::{consent::ConsentSignal, event::Event, identifier::Identifier};

/// Gives each event without a consent of its own that of the latest event before it that shares an identifier.
pub(crate) fn carry_consent(events: &mut [Event]) {
    if events.len() < 2 || events.iter().all(|event| event.consent.is_none()) {
        return;
    }
    let mut said: Vec<(Identifier, ConsentSignal)> = Vec::new();
    for event in events {
        let identifiers = event.identifiers.iter().map(|claim| &claim.identifier);
        match &event.consent {
            Some(signal) => said.extend(identifiers.map(|identifier| (identifier.clone(), signal.clone()))),
            None => {
                let shares = |known: &&(Identifier, ConsentSignal)| identifiers.clone().any(|id| *id == known.0);
                event.consent = said.iter().rev().find(shares).map(|(_, signal)| signal.clone());
            }
        }
    }
}
