//! Signed tokens that carry an identity: on a link, or from the shop's server to its page.
//!
//! A link travels: it stands in mails, logs and referrers. So the token does not show the identifier; it is sealed,
//! and whoever alters it breaks it. Whoever opens the link is that person only probably. A token for a page proves
//! that the shop's server knows who is logged in there; it is sealed under another key, so that no link can pass for it.

use std::{io, path::Path, sync::Arc};

use api::error::Code;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use model::{
    event::{Claim, Event, Evidence},
    identifier::{Identifier, namespace},
    time::Timestamp,
    value::Fields,
};

use store::secret_file;

use crate::{app::AppError, random};

/// The field of an event's context in which a token comes back.
pub(crate) const FIELD: &str = "identity_link";

/// The field of an event's context in which a page's token comes.
pub(crate) const PAGE_FIELD: &str = "identity_token";

/// The file in the data folder.
pub(crate) const FILE: &str = "link.key";
const NONCE_BYTES: usize = 24;
const MOMENT_BYTES: usize = 8;

/// What links carry.
#[derive(Debug)]
pub(crate) struct LinkTokens(Sealer);

/// What pages prove by that their account is theirs.
#[derive(Debug)]
pub(crate) struct PageTokens(Sealer);

/// Makes and reads tokens with the installation's own key.
struct Sealer {
    key: [u8; 32],
}

/// Reads the key of the data folder, or makes one. With a seed it is drawn from that: for repeatable tests.
pub(crate) fn open(folder: &Path, seed: Option<u64>) -> Result<(LinkTokens, PageTokens), AppError> {
    let key = match seed {
        Some(seed) => blake3::derive_key("prevenance link key of a test", &seed.to_le_bytes()),
        None => read_key(folder)?,
    };
    Ok(with_key(key))
}

fn read_key(folder: &Path) -> Result<[u8; 32], AppError> {
    let path = folder.join(FILE);
    let file = |source| AppError::File { file: FILE, source };
    if let Some(bytes) = secret_file::read(&path).map_err(file)? {
        return bytes.try_into().map_err(|_| file(io::Error::other("it does not hold 32 bytes")));
    }
    let key = random::bytes();
    secret_file::replace(&path, &key).map_err(file)?;
    Ok(key)
}

fn with_key(key: [u8; 32]) -> (LinkTokens, PageTokens) {
    let of_pages = blake3::derive_key("prevenance 2026-11 identity token of a page", &key);
    (LinkTokens(Sealer { key }), PageTokens(Sealer { key: of_pages }))
}

impl LinkTokens {
    /// A token for an identifier, good until a moment.
    pub(crate) fn seal(&self, identifier: &Identifier, until: Timestamp) -> String {
        self.0.seal(identifier, until)
    }

    /// Takes the token out of an event's context, and adds the identifier in it, if the token is good, as what a link
    /// is worth: probable.
    pub(crate) fn resolve(&self, event: &mut Event) {
        let Some(token) = take_text(&mut event.context, FIELD) else { return };
        let Some(identifier) = self.0.read(&token).and_then(|sealed| sealed.at(event.received_at)) else { return };
        let known = event.identifiers.iter().any(|claim| claim.identifier == identifier);
        if !known && event.identifiers.len() < model::limits::EVENT_IDENTIFIERS {
            event.identifiers.push(Claim { identifier, evidence: Evidence::Link });
        }
    }
}

impl PageTokens {
    /// A token for an identifier, good until a moment.
    pub(crate) fn seal(&self, identifier: &Identifier, until: Timestamp) -> String {
        self.0.seal(identifier, until)
    }

    /// Whose token it is; `None` if it is over, which proves nothing any more and is no error: a page may stand open.
    ///
    /// # Errors
    /// `BAD_TOKEN` if it was altered, belongs to another installation, or is a link's.
    pub(crate) fn open(&self, token: &str, now: Timestamp) -> Result<Option<Identifier>, Code> {
        Ok(self.0.read(token).ok_or(Code::BadToken)?.at(now))
    }

    /// Takes the token out of an event's context: nobody reads it later.
    pub(crate) fn take(event: &mut Event) -> Option<Arc<str>> {
        take_text(&mut event.context, PAGE_FIELD)
    }

    /// Believes an account that a page names only with a good token: any other is what a link is worth.
    pub(crate) fn doubt(&self, event: &mut Event, token: Option<&str>) {
        let proven = token.and_then(|token| self.open(token, event.received_at).ok().flatten());
        for claim in &mut event.identifiers {
            let is_account = claim.identifier.namespace.as_str() == namespace::USER_ID;
            if is_account && proven.as_ref() != Some(&claim.identifier) {
                claim.evidence = Evidence::Link;
            }
        }
    }
}

/// Takes a field out of a context: its text, if it is one.
fn take_text(context: &mut Fields, field: &str) -> Option<Arc<str>> {
    let text = context.get(field)?.as_text().map(Arc::from);
    let rest = context.iter().filter(|(name, _)| ***name != *field);
    *context = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
    text
}

/// What is sealed in a token.
struct Sealed {
    until_ms: i64,
    identifier: Identifier,
}

impl Sealed {
    /// The identifier, if the token is still good.
    fn at(self, now: Timestamp) -> Option<Identifier> {
        (self.until_ms > now.as_millis()).then_some(self.identifier)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    fn seal(&self, identifier: &Identifier, until: Timestamp) -> String {
        let mut plain = until.as_millis().to_be_bytes().to_vec();
        plain.extend_from_slice(identifier.to_string().as_bytes());
        // The nonce is drawn from what is sealed: two different tokens never share one.
        let hash = blake3::keyed_hash(&blake3::derive_key("prevenance link nonce", &self.key), &plain);
        let nonce = &hash.as_bytes()[..NONCE_BYTES];
        let sealed = self.cipher().encrypt(&nonce_of(nonce), plain.as_slice());
        let sealed = sealed.expect("a few hundred bytes can be sealed");
        URL_SAFE_NO_PAD.encode([nonce, &sealed].concat())
    }

    /// `None` for what was altered, or sealed under another key.
    fn read(&self, token: &str) -> Option<Sealed> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let plain = self.cipher().decrypt(&nonce_of(nonce), sealed).ok()?;
        let (until, text) = plain.split_first_chunk::<MOMENT_BYTES>()?;
        let (namespace, value) = std::str::from_utf8(text).ok()?.split_once(':')?;
        let identifier = Identifier { namespace: namespace.into(), value: value.into() };
        Some(Sealed { until_ms: i64::from_be_bytes(*until), identifier })
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
        let token = open(folder.path(), None).unwrap().1.seal(&email(), UNTIL);
        let (_, pages) = open(folder.path(), None).unwrap();
        let before = Timestamp::saturating_from_millis(999);
        assert_eq!(pages.open(&token, before), Ok(Some(email())));
        assert_eq!(pages.open(&token, UNTIL), Ok(None));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(!bytes.windows(3).any(|part| part == b"ana"));
    }

    #[test]
    fn a_link_does_not_pass_for_the_token_of_a_page() {
        let (links, pages) = with_key([1; 32]);
        let (link, page) = (links.seal(&email(), UNTIL), pages.seal(&email(), UNTIL));
        assert_eq!(pages.open(&link, Timestamp::MIN), Err(Code::BadToken));
        assert!(links.0.read(&page).is_none() && links.0.read(&link).is_some());
        assert_eq!(pages.open(&page, Timestamp::MIN), Ok(Some(email())));
    }

    #[test]
    fn an_altered_token_and_one_of_another_installation_are_worth_nothing() {
        let (links, _) = with_key([1; 32]);
        let token = links.seal(&email(), UNTIL);
        assert!(with_key([2; 32]).0.0.read(&token).is_none());
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for place in 0..bytes.len() {
            bytes[place] ^= 1;
            assert!(links.0.read(&URL_SAFE_NO_PAD.encode(&bytes)).is_none(), "{place}");
            bytes[place] ^= 1;
        }
        assert!(links.0.read("").is_none());
    }
}
