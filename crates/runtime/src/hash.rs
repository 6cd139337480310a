//! Keyed hashes of what must be found again without being readable.

use engine::command::MessageMark;
use model::{
    event::Event,
    identifier::{Identifier, IdentifierKey},
};

/// Hashes with the installation's secret.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    secret: [u8; 32],
}

impl Hasher {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// The key under which an identifier's home knows it.
    pub(crate) fn identifier(&self, identifier: &Identifier) -> IdentifierKey {
        IdentifierKey(self.pair(identifier.namespace.as_str(), &identifier.value))
    }

    /// What tells an event from all others: source and message id.
    pub(crate) fn mark(&self, event: &Event) -> MessageMark {
        MessageMark(self.pair(event.source.as_str(), &event.message_id))
    }

    fn pair(&self, name: &str, value: &str) -> u128 {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(value.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        u128::from_be_bytes(bytes)
    }
}
