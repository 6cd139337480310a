//! One event, sealed: the same bytes stand in the log and in the history of its side, and are made once.
//!
//! ```text
//! sealed event   version 1 | nonce 24 | sealed layout of the event | tag 16
//! ```

use std::sync::Arc;

use model::{event::Event, id::ProfileId};

use crate::{
    codec::{Layout, Reader, Texts, Writer, from_bytes_sharing},
    error::{Malformed, Unreadable},
    seal::{self, NONCE_ROOM, Part, PersonKey, Place},
};

/// The version of a sealed event.
pub const EVENT_VERSION: u8 = 1;

/// An event that only the key of its side opens. The value of a row of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent(pub Arc<[u8]>);

/// Seals an event of a side under the side's key.
pub fn seal_event(key: &PersonKey, side: ProfileId, event: &Event) -> SealedEvent {
    // Most events are below this; a longer one grows the buffer.
    const USUAL_BYTES: usize = 1024;
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    bytes.push(EVENT_VERSION);
    bytes.extend_from_slice(&NONCE_ROOM);
    let mut writer = Writer::after(bytes);
    event.write(&mut writer);
    let mut bytes = writer.into_bytes();
    seal::seal_in_place(key, &place(side).context(), &mut bytes, 1);
    SealedEvent(bytes.into())
}

/// Opens an event of a side with the side's key.
pub fn open_event(key: &PersonKey, side: ProfileId, sealed: &[u8]) -> Result<Event, Malformed> {
    open_event_sharing(key, side, sealed, &mut Texts::default())
}

/// The same; short texts share their memory with those of the records read before.
pub(crate) fn open_event_sharing(
    key: &PersonKey,
    side: ProfileId,
    sealed: &[u8],
    texts: &mut Texts,
) -> Result<Event, Malformed> {
    Reader::new(sealed).version("event", EVENT_VERSION)?;
    let sealed = sealed.get(1..).ok_or(Unreadable)?;
    from_bytes_sharing(&seal::open(key, &place(side).context(), sealed)?, texts)
}

fn place(side: ProfileId) -> Place {
    Place { part: Part::Event, version: EVENT_VERSION, side }
}
