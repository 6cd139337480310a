//! A backup while serving.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        system::{BackupAnswer, BackupRequest},
    },
};
use axum::extract::State;

use crate::{
    answer::{Answer, Json, Refusal},
    app::{Shared, blocking},
    auth::Secret,
    body::Content,
    command,
};

/// Bytes of a folder's name.
const NAME_BYTES: usize = 100;

/// Copies everything into a new folder below the folder for backups.
pub(super) async fn make(State(app): State<Shared>, Secret(_): Secret, Content(body): Content) -> Answer<BackupAnswer> {
    let request: BackupRequest = wire::read(&body)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = (1..=NAME_BYTES).contains(&request.to.len());
    if !fits || request.to.starts_with('.') || !request.to.chars().all(plain) {
        let message = "`to` is the name of a folder: letters, digits, `-`, `_` and `.`.";
        return Err(ApiError::new(Code::BadName).saying(message).at("/to").into());
    }
    let to = app.config.backup.folder.join(&request.to);
    let folder = to.display().to_string();
    let bytes = blocking(&app, move |app| {
        let mut bytes = 0;
        let written = command::backup::write(&app.runtime, &app.folder, &to, &mut |_, total| bytes = total);
        written.map(|()| bytes).map_err(|error| Refusal::from(error).at("/to"))
    });
    Ok(Json(BackupAnswer { folder, bytes: bytes.await? }))
}
