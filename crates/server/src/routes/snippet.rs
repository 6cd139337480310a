//! What Segment's classic snippet loads, if the operator has named the script.

use api::error::Code;
use axum::{extract::State, http::HeaderMap, response::Response};

use crate::{
    answer::Refusal,
    app::{App, Shared},
    request::InPath,
    script::{Kept, Scripts},
};

/// The script, for a page with a key.
pub(super) async fn script(
    State(app): State<Shared>,
    InPath(write_key): InPath<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    app.keys.find(&write_key, app.runtime.now())?;
    Ok(scripts(&app)?.main.answer(&headers, Kept::Briefly))
}

/// A part that the script loads when a page first needs it.
pub(super) async fn part(
    State(app): State<Shared>,
    InPath(file): InPath<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let part = scripts(&app)?.parts.get(&file).ok_or(Code::NotFound)?;
    Ok(part.answer(&headers, Kept::ForEver))
}

fn scripts(app: &App) -> Result<&Scripts, Code> {
    app.scripts.as_ref().ok_or(Code::ScriptOff)
}
