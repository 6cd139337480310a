//! Who looked at a person, or wanted to.

use api::wire::profile::Access;
use engine::command;
use model::{
    id::{ApiKey, Id},
    name::{Name, Purpose},
    time::Timestamp,
};
use runtime::handle::Reading;

use crate::{answer::Refusal, app::App};

/// Notes that somebody looked, or wanted to.
pub(crate) async fn note(
    app: &App,
    reading: &Reading,
    by: Id<ApiKey>,
    purpose: Option<Name<Purpose>>,
    allowed: bool,
) -> Result<(), Refusal> {
    let access = command::Access { profile: reading.person.id, purpose, allowed, by };
    Ok(app.runtime.note_access(access).await?)
}

/// One noted access as it is shown.
pub(crate) fn shown(at: Timestamp, access: &command::Access) -> Access {
    Access {
        at: at.into(),
        key_id: access.by.to_string(),
        allowed: access.allowed,
        purpose: access.purpose.as_ref().map(ToString::to_string),
    }
}
