//! Refused events: kept with their reason, so that they can be corrected and sent again.
//!
//! ```text
//! rejected   version 1 | id 16 | side, if any | keys | source | at | code | text
//! text       message | pointer | raw; sealed, under the installation's own key if there is no side
//! ```

use engine::command::Rejection;
use model::id::{Id, ProfileId, Rejected};
use store::error::StoreError;

use crate::{
    codec::{Layout, Reader, Writer},
    error::RecordError,
    seal::{INSTALLATION, Keys, Part, Place},
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

/// The bytes of a refused event. Its text is sealed under the key of the side that it is about, or of the installation
/// if that is not known; it is left out if the key is gone.
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
    place(side.unwrap_or(INSTALLATION)).write(keys, to, text)
}

pub(crate) fn read_rejection(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<RecalledRejection, RecordError> {
    from.version("rejected event", REJECTED_VERSION)?;
    let (id, side) = (Layout::read(from)?, Option::<ProfileId>::read(from)?);
    let (identifier_keys, source) = (Layout::read(from)?, Layout::read(from)?);
    let (at, code) = (Layout::read(from)?, Layout::read(from)?);
    let Some(text) = place(side.unwrap_or(INSTALLATION)).read(keys, from)? else {
        return Ok(RecalledRejection::Redacted(id));
    };
    let mut text = Reader::new(&text);
    let (message, pointer, raw) = (text.text()?, text.text()?, text.text()?);
    text.end()?;
    let rejection = Rejection { id, side, keys: identifier_keys, source, at, code, message, pointer, raw };
    Ok(RecalledRejection::Whole(rejection))
}

fn place(side: ProfileId) -> Place {
    Place { part: Part::Rejected, version: REJECTED_VERSION, side }
}
