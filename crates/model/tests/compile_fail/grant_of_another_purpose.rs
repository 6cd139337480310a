//! A grant to decide what the site shows is no grant to send e-mail.

use model::{
    consent::{Consents, Email, Granted, Site},
    time::Timestamp,
};

fn send(_: Granted<Email>) {}

fn main() {
    if let Some(site) = Consents::default().granted::<Site>(Timestamp::EPOCH) {
        send(site);
    }
}
