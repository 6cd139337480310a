//! Refused events: kept with their reason, so that they can be corrected and sent again.
//!
//! ```text
//! rejected   version 1 | id 16 | side, if any | keys | source | at | code | text
//! text       message | pointer | raw; sealed if there is a side
//! ```

use engine::command::Rejection;
use model::id::{Id, ProfileId, Rejected};
use store::error::StoreError;

use crate::{
    codec::{Layout, Reader, Writer},
    error::RecordError,
    seal::{Keys, Part, Place},
};

const REJECTED_VERSION: u8 = 1;

/// What is left of a refused event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecalledRejection {
    /// All of it.
    Whole(Rejection),
    /// Its id: the person was erased.
    Redacted(Id<Rejected>),
}

/// The bytes of a refused event. Its text is sealed if the side that it is about is known, and left out if the key of
/// that side is gone.
pub fn encode_rejection(rejection: &Rejection, keys: Keys<'_>) -> Result<Vec<u8>, StoreError> {
    let mut to = Writer::default();
    write_rejection(rejection, keys, &mut to)?;
    Ok(to.into_bytes())
}

/// What these bytes still say of a refused event.
pub fn decode_rejection(bytes: &[u8], keys: Keys<'_>) -> Result<RecalledRejection, RecordError> {
    let mut from = Reader::new(bytes);
    let rejection = read_rejection(&mut from, keys)?;
    from.end()?;
    Ok(rejection)
}

pub(crate) fn write_rejection(rejection: &Rejection, keys: Keys<'_>, to: &mut Writer) -> Result<(), StoreError> {
    let Rejection { id, side, keys: identifier_keys, source, at, code, message, pointer, raw } = rejection;
    to.byte(REJECTED_VERSION);
    id.write(to);
    side.write(to);
    identifier_keys.write(to);
    source.write(to);
    at.write(to);
    code.write(to);
    let text = |to: &mut Writer| {
        message.write(to);
        pointer.write(to);
        raw.write(to);
    };
    match side {
        Some(side) => place(REJECTED_VERSION, *side).write(keys, to, text),
        None => {
            text(to);
            Ok(())
        }
    }
}

pub(crate) fn read_rejection(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<RecalledRejection, RecordError> {
    let version = from.version("rejected event", REJECTED_VERSION)?;
    let (id, side) = (Layout::read(from)?, Option::<ProfileId>::read(from)?);
    let (identifier_keys, source) = (Layout::read(from)?, Layout::read(from)?);
    let (at, code) = (Layout::read(from)?, Layout::read(from)?);
    let (message, pointer, raw) = match side {
        None => (from.text()?, from.text()?, from.text()?),
        Some(side) => {
            let Some(text) = place(version, side).read(keys, from)? else {
                return Ok(RecalledRejection::Redacted(id));
            };
            let mut from = Reader::new(&text);
            let texts = (from.text()?, from.text()?, from.text()?);
            from.end()?;
            texts
        }
    };
    let rejection = Rejection { id, side, keys: identifier_keys, source, at, code, message, pointer, raw };
    Ok(RecalledRejection::Whole(rejection))
}

fn place(version: u8, side: ProfileId) -> Place {
    Place { part: Part::Rejected, version, side }
}
