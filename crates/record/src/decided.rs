//! The decisions of one page, sealed: the same bytes stand in the log and in the table, and are made once.
//!
//! ```text
//! decided   version 1 | nonce 24 | sealed layout of the record | tag 16
//! ```

use std::sync::Arc;

use engine::{command::DecidedPage, decided::Decided};
use model::id::ProfileId;

use crate::{
    codec::{Layout, Reader, Writer, from_bytes},
    error::{Malformed, Unreadable},
    seal::{self, NONCE_ROOM, Part, PersonKey, Place},
};

/// The newest version of a record of decisions.
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
    seal::seal_in_place(key, &place(DECIDED_VERSION, side).context(), &mut bytes, 1);
    bytes.into()
}

/// Opens a record with the key of its side.
pub fn open_decided(key: &PersonKey, side: ProfileId, sealed: &[u8]) -> Result<Decided, Malformed> {
    let version = Reader::new(sealed).version("decisions", DECIDED_VERSION)?;
    let sealed = sealed.get(1..).ok_or(Unreadable)?;
    from_bytes(&seal::open(key, &place(version, side).context(), sealed)?)
}

/// What a record changes of its person.
pub fn decided_page(person: ProfileId, side: ProfileId, decided: &Decided, sealed: Arc<[u8]>) -> DecidedPage {
    DecidedPage { person, side, first: decided.first, won: decided.won.clone(), sealed }
}

fn place(version: u8, side: ProfileId) -> Place {
    Place { part: Part::Decided, version, side }
}
