//! The decisions of one page, sealed: the same bytes stand in the log and in the table, and are made once.
//!
//! ```text
//! decided   version 1 | nonce 24 | sealed layout of the record | tag 16
//! ```

use std::sync::Arc;

use engine::{command::DecidedPage, decided::Decided};
use model::{
    id::{Decision, Id, ProfileId},
    partition::Partition,
    time::Timestamp,
};

use crate::{
    codec::{Layout, Reader, Writer, from_bytes},
    error::{Malformed, Unreadable},
    seal::{self, NONCE_ROOM, Part, PersonKey, Place},
};

/// Gives decisions their ids, and says whom an id is about.
///
/// A page gets to see ids of decisions. To it they must not say who two of them are about, so that part is veiled:
/// added without carry to 48 bits of a keyed BLAKE3 hash of all the rest. No table has to lead from a decision to its
/// person, and there is none to clean when the person is erased.
#[derive(Clone)]
pub struct DecisionIds {
    key: [u8; 32],
}

impl DecisionIds {
    /// With the installation's own key.
    pub fn new(installation: &PersonKey) -> Self {
        Self { key: blake3::derive_key("prevenance 2026-11 decision ids v1", installation) }
    }

    /// The id of the first decision of a page about a side.
    pub fn mint(&self, side: ProfileId, at: Timestamp, salt: u32) -> Id<Decision> {
        let plain = u64::from(side.partition().0) << 32 | u64::from(side.ordinal());
        let bare = Id::<Decision>::mint(at, 0, salt);
        Id::<Decision>::mint(at, plain ^ self.veil(bare), salt)
    }

    /// The partition and the ordinal of the side that a decision is about. Any number, if it is about nobody.
    pub fn side_of(&self, decision: Id<Decision>) -> (Partition, u32) {
        let bare = Id::<Decision>::mint(decision.at(), 0, decision.salt());
        let plain = decision.veiled() ^ (self.veil(bare) & ((1 << 48) - 1));
        (Partition((plain >> 32) as u16), plain as u32)
    }

    fn veil(&self, bare: Id<Decision>) -> u64 {
        let hash = blake3::keyed_hash(&self.key, &bare.to_bytes());
        u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }
}

impl std::fmt::Debug for DecisionIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecisionIds").finish_non_exhaustive()
    }
}

/// The version of a record of decisions.
const DECIDED_VERSION: u8 = 1;

/// Seals a record under the key of the side that it was asked for.
pub fn seal_decided(key: &PersonKey, side: ProfileId, decided: &Decided) -> Arc<[u8]> {
    const USUAL_BYTES: usize = 1024;
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    bytes.push(DECIDED_VERSION);
    bytes.extend_from_slice(&NONCE_ROOM);
    let mut writer = Writer::after(bytes);
    decided.write(&mut writer);
    let mut bytes = writer.into_bytes();
    seal::seal_in_place(key, &place(side).context(), &mut bytes, 1);
    bytes.into()
}

/// Opens a record with the key of its side.
pub fn open_decided(key: &PersonKey, side: ProfileId, sealed: &[u8]) -> Result<Decided, Malformed> {
    Reader::new(sealed).version("decisions", DECIDED_VERSION)?;
    let sealed = sealed.get(1..).ok_or(Unreadable)?;
    from_bytes(&seal::open(key, &place(side).context(), sealed)?)
}

/// What a record changes of its person.
pub fn decided_page(person: ProfileId, side: ProfileId, decided: &Decided, sealed: Arc<[u8]>) -> DecidedPage {
    let (shown, stays, points, read) = (decided.shown(), decided.stays(), decided.points(), decided.read());
    let (first, won, landed) = (decided.first, decided.won.clone(), decided.landed());
    DecidedPage { person, side, first, won, shown, landed, stays, points, read, sealed }
}

fn place(side: ProfileId) -> Place {
    Place { part: Part::Decided, version: DECIDED_VERSION, side }
}
