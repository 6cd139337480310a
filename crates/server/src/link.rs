//! Signed tokens that carry an identity: on a link, or from the shop's server to its page.
//!
//! A link travels: it stands in mails, logs and referrers. So the token does not show the identifier; it is sealed,
//! and whoever alters it breaks it. Whoever opens the link is that person only probably. A token for a page proves
//! that the shop's server knows who is logged in there; it is sealed under another key, so that no link can pass for it.

use std::{io, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use model::{
    event::{Claim, Event, Evidence},
    identifier::{Identifier, namespace},
    time::Timestamp,
    value::{Fields, Value},
};

use crate::{app::AppError, random, secret_file};

/// The field of an event's context in which a token comes back.
pub(crate) const FIELD: &str = "identity_link";

/// The field of an event's context in which a page's token comes.
pub(crate) const PAGE_FIELD: &str = "identity_token";

/// The file in the data folder.
pub(crate) const FILE: &str = "link.key";
const NONCE_BYTES: usize = 24;
const MOMENT_BYTES: usize = 8;

/// Makes and reads tokens with the installation's own key.
pub(crate) struct Links {
    key: [u8; 32],
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    /// Reads the key of the data folder, or makes one. With a seed it is drawn from that: for repeatable tests.
    pub(crate) fn open(folder: &Path, seed: Option<u64>) -> Result<Self, AppError> {
        if let Some(seed) = seed {
            return Ok(Self { key: blake3::derive_key("prevenance link key of a test", &seed.to_le_bytes()) });
        }
        let path = folder.join(FILE);
        let file = |source| AppError::File { file: FILE, source };
        if let Some(bytes) = secret_file::read(&path).map_err(file)? {
            let key = bytes.try_into().map_err(|_| file(io::Error::other("it does not hold 32 bytes")))?;
            return Ok(Self { key });
        }
        let key = random::bytes();
        secret_file::replace(&path, &key).map_err(file)?;
        Ok(Self { key })
    }

    /// A token for an identifier, good until a moment.
    pub(crate) fn seal(&self, identifier: &Identifier, until: Timestamp) -> String {
        let mut plain = until.as_millis().to_be_bytes().to_vec();
        plain.extend_from_slice(identifier.to_string().as_bytes());
        // The nonce is drawn from what is sealed: two different tokens never share one.
        let hash = blake3::keyed_hash(&blake3::derive_key("prevenance link nonce", &self.key), &plain);
        let nonce = &hash.as_bytes()[..NONCE_BYTES];
        let sealed = self.cipher().encrypt(&nonce_of(nonce), plain.as_slice());
        let sealed = sealed.expect("a few hundred bytes can be sealed");
        URL_SAFE_NO_PAD.encode([nonce, &sealed].concat())
    }

    /// The same for a page, which proves by it who is logged in there.
    pub(crate) fn for_pages(&self) -> Self {
        Self { key: blake3::derive_key("prevenance 2026-11 identity token of a page", &self.key) }
    }

    /// Takes the token out of an event's context, and believes an account that a page names only with a good one: any
    /// other is what a link is worth.
    pub(crate) fn doubt(&self, event: &mut Event) {
        let token = match event.context.get(PAGE_FIELD) {
            Some(Value::Text(token)) => self.open_token(token, event.received_at),
            _ => None,
        };
        for claim in &mut event.identifiers {
            let is_account = claim.identifier.namespace.as_str() == namespace::USER_ID;
            if is_account && token.as_ref() != Some(&claim.identifier) {
                claim.evidence = Evidence::Link;
            }
        }
    }

    /// Takes the token of a page out of an event's context: nobody reads it later.
    pub(crate) fn forget_token(event: &mut Event) {
        if event.context.get(PAGE_FIELD).is_some() {
            let rest = event.context.iter().filter(|(name, _)| ***name != *PAGE_FIELD);
            event.context = rest.map(|(name, value)| (name.clone(), value.clone())).collect::<Fields>();
        }
    }

    /// The identifier in a token; `None` if it was altered, belongs to another installation, or is over at `now`.
    pub(crate) fn open_token(&self, token: &str, now: Timestamp) -> Option<Identifier> {
        self.read(token).filter(|(until, _)| *until > now.as_millis()).map(|(_, identifier)| identifier)
    }

    /// Whether it is a token of this installation, be it over or not.
    pub(crate) fn is_genuine(&self, token: &str) -> bool {
        self.read(token).is_some()
    }

    /// Until when a token is good, and the identifier in it.
    fn read(&self, token: &str) -> Option<(i64, Identifier)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let plain = self.cipher().decrypt(&nonce_of(nonce), sealed).ok()?;
        let (until, text) = plain.split_first_chunk::<MOMENT_BYTES>()?;
        let (namespace, value) = std::str::from_utf8(text).ok()?.split_once(':')?;
        Some((i64::from_be_bytes(*until), Identifier { namespace: namespace.into(), value: value.into() }))
    }

    /// Takes the token out of an event's context, and adds the identifier in it, if the token is good, as what a link
    /// is worth: probable.
    pub(crate) fn resolve(&self, event: &mut Event) {
        let Some(Value::Text(token)) = event.context.get(FIELD) else { return };
        let linked = self.open_token(token, event.received_at);
        let rest = event.context.iter().filter(|(name, _)| ***name != *FIELD);
        event.context = rest.map(|(name, value)| (name.clone(), value.clone())).collect::<Fields>();
        let Some(identifier) = linked else { return };
        let known = event.identifiers.iter().any(|claim| claim.identifier == identifier);
        if !known && event.identifiers.len() < model::limits::EVENT_IDENTIFIERS {
            event.identifiers.push(Claim { identifier, evidence: Evidence::Link });
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.key))
    }
}

fn nonce_of(bytes: &[u8]) -> XNonce {
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(bytes);
    XNonce::from(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL: Timestamp = Timestamp::saturating_from_millis(1_000);

    fn email() -> Identifier {
        Identifier { namespace: "email".into(), value: "ana@example.org".into() }
    }

    #[test]
    fn a_token_reads_back_until_its_end_and_shows_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let token = Links::open(folder.path(), None).unwrap().seal(&email(), UNTIL);
        let links = Links::open(folder.path(), None).unwrap();
        let before = Timestamp::saturating_from_millis(999);
        assert_eq!(links.open_token(&token, before), Some(email()));
        assert_eq!(links.open_token(&token, UNTIL), None);
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(!bytes.windows(3).any(|part| part == b"ana"));
    }

    #[test]
    fn a_link_does_not_pass_for_the_token_of_a_page() {
        let links = Links { key: [1; 32] };
        let pages = links.for_pages();
        assert_eq!(pages.open_token(&links.seal(&email(), UNTIL), Timestamp::MIN), None);
        assert_eq!(links.open_token(&pages.seal(&email(), UNTIL), Timestamp::MIN), None);
        assert_eq!(pages.open_token(&pages.seal(&email(), UNTIL), Timestamp::MIN), Some(email()));
    }

    #[test]
    fn an_altered_token_and_one_of_another_installation_are_worth_nothing() {
        let links = Links { key: [1; 32] };
        let token = links.seal(&email(), UNTIL);
        assert_eq!(Links { key: [2; 32] }.open_token(&token, Timestamp::MIN), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for place in 0..bytes.len() {
            bytes[place] ^= 1;
            assert_eq!(links.open_token(&URL_SAFE_NO_PAD.encode(&bytes), Timestamp::MIN), None, "{place}");
            bytes[place] ^= 1;
        }
        assert_eq!(links.open_token("", Timestamp::MIN), None);
    }
}
