//! Sealing: personal bytes that only their person's key opens, and that nobody can move to another place.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a synthetic nonce, in the manner of SIV (RFC 5297): the nonce
//! is a keyed BLAKE3 hash of context and plaintext. So sealing draws no chance, equal inputs give equal bytes, and a
//! nonce repeats only for the same plaintext in the same context. The two subkeys, for the cipher and for the nonce,
//! are derived from the person key with BLAKE3's key derivation.
//!
//! ```text
//! sealed   nonce 24 | ciphertext, as long as the plaintext | tag 16
//! ```
//!
//! The sealed length tells the length of the plaintext, and equal sealed bytes tell equal plaintexts in one context.

use blake3::Hasher;
use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use model::id::ProfileId;
use store::error::StoreError;

use crate::{
    codec::{Reader, Writer},
    error::{Malformed, RecordError, Unreadable},
};

/// The key of one side, as the substrate holds it in the slot of the side's ordinal.
pub type PersonKey = [u8; 32];

/// Stands for no person: [`Keys`] answers with the installation's own key, for what is about nobody we know.
pub const INSTALLATION: ProfileId = ProfileId::from_bits(u128::MAX);

/// Finds the key of a side; `None` once it is destroyed, because the person was erased. A failure is passed on, so that
/// a disk that cannot be read is never taken for an erasure.
pub type Keys<'a> = &'a dyn Fn(ProfileId) -> Result<Option<PersonKey>, StoreError>;

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// Bytes that sealing adds.
pub const OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// Seals a plaintext under a person's key. `context` says what it is and where it belongs; opening needs the same.
pub fn seal(key: &PersonKey, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(OVERHEAD_BYTES + plaintext.len());
    sealed.resize(NONCE_BYTES, 0);
    sealed.extend_from_slice(plaintext);
    seal_in_place(key, context, &mut sealed, 0);
    sealed
}

/// Opens what [`seal`] sealed. Fails if a bit differs, or if key or context are others.
pub fn open(key: &PersonKey, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unreadable)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(Unreadable)?;
    let mut bytes = ciphertext.to_vec();
    let cipher = Subkeys::of(key).cipher();
    let opened =
        cipher.decrypt_inout_detached(&XNonce::from(*nonce), context, bytes.as_mut_slice().into(), &Tag::from(*tag));
    opened.map(|()| bytes).map_err(|_| Unreadable)
}

/// Room for the nonce, to be left free before the plaintext that [`seal_in_place`] seals.
pub(crate) const NONCE_ROOM: [u8; NONCE_BYTES] = [0; NONCE_BYTES];

/// Seals the plaintext that `bytes` holds behind [`NONCE_ROOM`] at `start`, up to its end.
pub(crate) fn seal_in_place(key: &PersonKey, context: &[u8], bytes: &mut Vec<u8>, start: usize) {
    let subkeys = Subkeys::of(key);
    let (room, plaintext) = bytes[start..].split_at_mut(NONCE_BYTES);
    let nonce = subkeys.synthetic_nonce(context, plaintext);
    room.copy_from_slice(&nonce);
    let sealed = subkeys.cipher().encrypt_inout_detached(&XNonce::from(nonce), context, plaintext.into());
    let tag = sealed.expect("a record is far below the cipher's 256 GiB");
    bytes.extend_from_slice(&tag);
}

/// What a sealed part of a record is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// An event, in the log and in history.
    Event = 1,
    /// A side's facts and trails.
    Side = 2,
    /// A person's memberships.
    Memberships = 3,
    /// A rejected event.
    Rejected = 4,
    /// The memberships that a merge ended, of one of the two.
    Ended = 5,
    /// The decisions of one page.
    Decided = 6,
    /// What a side's decisions came to.
    Ledger = 7,
}

/// What a sealed part is, in which version of its layout, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) part: Part,
    pub(crate) version: u8,
    pub(crate) side: ProfileId,
}

impl Place {
    /// The context that binds sealed bytes to this place.
    pub(crate) fn context(self) -> [u8; 18] {
        let mut context = [0; 18];
        context[0] = self.part as u8;
        context[1] = self.version;
        context[2..].copy_from_slice(&self.side.to_bytes());
        context
    }

    /// Appends what `body` writes, sealed; nothing of it if the key is gone.
    pub(crate) fn write(
        self,
        keys: Keys<'_>,
        to: &mut Writer,
        body: impl FnOnce(&mut Writer),
    ) -> Result<(), StoreError> {
        let Some(key) = keys(self.side)? else {
            to.bytes(&[]);
            return Ok(());
        };
        let mut plaintext = Writer::after(NONCE_ROOM.to_vec());
        body(&mut plaintext);
        let mut sealed = plaintext.into_bytes();
        seal_in_place(&key, &self.context(), &mut sealed, 0);
        to.bytes(&sealed);
        Ok(())
    }

    /// Opens what [`Place::write`] wrote; `None` if the key is gone, or was when it was written.
    pub(crate) fn read(self, keys: Keys<'_>, from: &mut Reader<'_>) -> Result<Option<Vec<u8>>, RecordError> {
        let sealed = from.bytes()?;
        match keys(self.side)? {
            Some(key) if !sealed.is_empty() => Ok(Some(open(&key, &self.context(), sealed).map_err(Malformed::from)?)),
            _ => Ok(None),
        }
    }
}

struct Subkeys {
    cipher: [u8; 32],
    nonce: [u8; 32],
}

impl Subkeys {
    fn of(key: &PersonKey) -> Self {
        let mut both = [0; 64];
        let mut derived = Hasher::new_derive_key("prevenance 2026-11 record seal v1").update(key).finalize_xof();
        derived.fill(&mut both);
        let (cipher, nonce) = both.split_at(32);
        Self {
            cipher: cipher.try_into().expect("half of 64 bytes"),
            nonce: nonce.try_into().expect("half of 64 bytes"),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.cipher.into())
    }

    /// The context goes in behind its length, so that it cannot run into the plaintext.
    fn synthetic_nonce(&self, context: &[u8], plaintext: &[u8]) -> [u8; NONCE_BYTES] {
        let mut hasher = Hasher::new_keyed(&self.nonce);
        hasher.update(&(context.len() as u64).to_le_bytes()).update(context).update(plaintext);
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&hasher.finalize().as_bytes()[..NONCE_BYTES]);
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PersonKey = [7; 32];

    #[test]
    fn every_bit_of_a_seal_counts() {
        let sealed = seal(&KEY, b"here", b"a boot in 42");
        assert_eq!(sealed.len(), 12 + OVERHEAD_BYTES);
        assert_eq!(open(&KEY, b"here", &sealed), Ok(b"a boot in 42".to_vec()));
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&KEY, b"here", &changed), Err(Unreadable), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert_eq!(open(&KEY, b"here", &sealed[..len]), Err(Unreadable), "cut to {len}");
        }
    }

    #[test]
    fn a_seal_opens_only_with_its_key_in_its_place() {
        let sealed = seal(&KEY, b"here", b"");
        assert_eq!(open(&KEY, b"here", &sealed), Ok(Vec::new()));
        assert_eq!(open(&KEY, b"there", &sealed), Err(Unreadable));
        assert_eq!(open(&[8; 32], b"here", &sealed), Err(Unreadable));
    }

    #[test]
    fn equal_plaintexts_seal_alike_in_one_context_only() {
        assert_eq!(seal(&KEY, b"here", b"x"), seal(&KEY, b"here", b"x"));
        let (here, there) = (seal(&KEY, b"here", b"x"), seal(&KEY, b"there", b"x"));
        assert_ne!(here[..NONCE_BYTES], there[..NONCE_BYTES]);
        // Where context and plaintext meet must not be movable.
        assert_ne!(seal(&KEY, b"ab", b"c")[..NONCE_BYTES], seal(&KEY, b"a", b"bc")[..NONCE_BYTES]);
    }
}
