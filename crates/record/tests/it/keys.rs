//! Person keys for tests: every side has one that follows from its id.

use model::id::ProfileId;
use record::seal::PersonKey;
use store::error::StoreError;

pub(crate) fn key_of(side: ProfileId) -> PersonKey {
    let mut key = [7; 32];
    key[..16].copy_from_slice(&side.to_bytes());
    key
}

pub(crate) fn every(side: ProfileId) -> Result<Option<PersonKey>, StoreError> {
    Ok(Some(key_of(side)))
}

pub(crate) fn none(_: ProfileId) -> Result<Option<PersonKey>, StoreError> {
    Ok(None)
}

pub(crate) fn unreachable(_: ProfileId) -> Result<Option<PersonKey>, StoreError> {
    Err(StoreError::Corrupt { file: "keys/0000".into(), offset: 64 })
}

pub(crate) fn all_but(gone: ProfileId) -> impl Fn(ProfileId) -> Result<Option<PersonKey>, StoreError> {
    move |side| Ok((side != gone).then(|| key_of(side)))
}
