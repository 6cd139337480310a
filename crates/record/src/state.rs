//! The state of a partition, record by record: what is saved behind the log.
//!
//! ```text
//! slot     version 1 | 0 | person        1 | id of the survivor        2 (erased)        3 (unknown)
//! holding  version 1 | its fields
//! core     version 2 | its fields
//! effect   version 1 | number | destination | hop
//! access   version 1 | its fields
//! erasure  version 1 | when
//! ```

use std::sync::Arc;

use engine::{
    command::Access,
    outcome::Effect,
    state::{Core, Holding, Slot},
};
use model::time::Timestamp;
use store::error::StoreError;

use crate::{
    codec::{Layout, Reader, Writer},
    error::{Malformed, RecordError},
    hop::{read_hop, write_hop},
    image::{read_person, write_person},
    seal::Keys,
};

pub use crate::image::{decode_ledger, encode_ledger};

const SLOT_VERSION: u8 = 1;
const HOLDING_VERSION: u8 = 1;
const CORE_VERSION: u8 = 2;
const EFFECT_VERSION: u8 = 1;
const ACCESS_VERSION: u8 = 1;
const ERASURE_VERSION: u8 = 1;

/// The bytes of a slot. What belongs to a side without key is left out; ledgers are rows of their own.
pub fn encode_slot(slot: &Slot, keys: Keys<'_>) -> Result<Vec<u8>, StoreError> {
    let mut to = versioned(SLOT_VERSION);
    match slot {
        Slot::Here(person) => {
            to.byte(0);
            write_person(person, keys, &mut to)?;
        }
        Slot::Moved { to: survivor, moves } => {
            to.byte(1);
            survivor.write(&mut to);
            moves.write(&mut to);
        }
        Slot::Erased => to.byte(2),
        Slot::Unknown => to.byte(3),
    }
    Ok(to.into_bytes())
}

/// The slot that these bytes stand for. A side whose key is gone is empty: it has its id and its age.
pub fn decode_slot(bytes: &[u8], keys: Keys<'_>) -> Result<Slot, RecordError> {
    let mut from = Reader::new(bytes);
    from.version("slot", SLOT_VERSION)?;
    let slot = match from.byte()? {
        0 => Slot::Here(Arc::new(read_person(&mut from, keys)?)),
        1 => Slot::Moved { to: Layout::read(&mut from)?, moves: Layout::read(&mut from)? },
        2 => Slot::Erased,
        3 => Slot::Unknown,
        _ => return Err(Malformed::Impossible { what: "slot" }.into()),
    };
    from.end()?;
    Ok(slot)
}

/// Whether the slot of these bytes is that of an erased profile.
pub fn is_erased(bytes: &[u8]) -> Result<bool, Malformed> {
    let mut from = Reader::new(bytes);
    from.version("slot", SLOT_VERSION)?;
    Ok(from.byte()? == 2)
}

/// The bytes of a directory entry.
pub fn encode_holding(holding: &Holding) -> Vec<u8> {
    encode_plain(HOLDING_VERSION, holding)
}

/// The directory entry that these bytes stand for.
pub fn decode_holding(bytes: &[u8]) -> Result<Holding, Malformed> {
    decode_plain("directory entry", HOLDING_VERSION, bytes)
}

/// The bytes of a partition's scalars.
pub fn encode_core(core: &Core) -> Vec<u8> {
    encode_plain(CORE_VERSION, core)
}

/// The scalars that these bytes stand for.
pub fn decode_core(bytes: &[u8]) -> Result<Core, Malformed> {
    decode_plain("partition", CORE_VERSION, bytes)
}

/// The bytes of an effect. What belongs to a side without key is left out.
pub fn encode_effect(effect: &Effect, keys: Keys<'_>) -> Result<Vec<u8>, StoreError> {
    let Effect { number, to: destination, hop } = effect;
    let mut to = versioned(EFFECT_VERSION);
    number.write(&mut to);
    destination.write(&mut to);
    write_hop(hop, keys, &mut to)?;
    Ok(to.into_bytes())
}

/// The effect that these bytes stand for. In an image, a side whose key is gone is empty.
pub fn decode_effect(bytes: &[u8], keys: Keys<'_>) -> Result<Effect, RecordError> {
    let mut from = Reader::new(bytes);
    from.version("effect", EFFECT_VERSION)?;
    let (number, to) = (Layout::read(&mut from)?, Layout::read(&mut from)?);
    let hop = read_hop(&mut from, keys)?;
    from.end()?;
    Ok(Effect { number, to, hop })
}

/// The bytes of a use of what is kept of a person. When it was is in its key.
pub fn encode_access(access: &Access) -> Vec<u8> {
    encode_plain(ACCESS_VERSION, access)
}

/// The use that these bytes stand for.
pub fn decode_access(bytes: &[u8]) -> Result<Access, Malformed> {
    decode_plain("access", ACCESS_VERSION, bytes)
}

/// The bytes of an entry of the erasure list: when the side was erased. Which side is in its key.
pub fn encode_erasure(at: Timestamp) -> Vec<u8> {
    encode_plain(ERASURE_VERSION, &at)
}

/// When the side of this entry was erased.
pub fn decode_erasure(bytes: &[u8]) -> Result<Timestamp, Malformed> {
    decode_plain("erasure", ERASURE_VERSION, bytes)
}

fn versioned(version: u8) -> Writer {
    Writer::after(vec![version])
}

fn encode_plain(version: u8, value: &impl Layout) -> Vec<u8> {
    let mut to = versioned(version);
    value.write(&mut to);
    to.into_bytes()
}

fn decode_plain<T: Layout>(record: &'static str, ours: u8, bytes: &[u8]) -> Result<T, Malformed> {
    let mut from = Reader::new(bytes);
    from.version(record, ours)?;
    let value = T::read(&mut from)?;
    from.end()?;
    Ok(value)
}
