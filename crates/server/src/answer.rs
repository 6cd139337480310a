//! What a handler answers when it cannot do what was asked.

use api::error::{ApiError, Code, pointer};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use condition::ConditionError;
use definition::DefinitionError;
use model::limits;
use runtime::{census::CensusError, publishing::PlanError, ticket::Failure, training::TrainError};
use serde::Serialize;
use store::error::StoreError;

use crate::{command::backup::BackupError, keys::KeysError, publish};

/// A request that was not served. Whatever goes wrong below becomes one of these with `?`.
#[derive(Debug)]
pub(crate) struct Refusal {
    error: ApiError,
    cause: Option<Cause>,
}

/// What went wrong on our side: travels with the answer to where requests are logged, never to the caller.
#[derive(Debug, Clone)]
pub(crate) struct Cause(pub(crate) String);

/// What is answered as JSON. It is written into a vector: a list is some hundred short texts, and the growing buffer of
/// `axum::Json` costs twice as much for each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<T>(pub(crate) T);

/// The answer of a handler.
pub(crate) type Answer<T> = Result<Json<T>, Refusal>;

impl Refusal {
    /// The catalogue's own sentence for a code.
    pub(crate) fn new(code: Code) -> Self {
        ApiError::new(code).into()
    }

    /// What the caller is told.
    pub(crate) fn error(&self) -> &ApiError {
        &self.error
    }

    /// The same refusal, pointing at a field where it is one field's fault.
    pub(crate) fn at(self, pointer: &str) -> Self {
        let Self { error, cause } = self;
        Self { error: if error.code == Code::Conflict { error.at(pointer) } else { error }, cause }
    }

    /// A bug, or a machine that fails: told to the log, not to the caller.
    pub(crate) fn internal(what: &dyn std::fmt::Display) -> Self {
        Self::new(Code::Internal).because(what)
    }

    /// The same refusal with its cause for the log.
    pub(crate) fn because(self, what: &dyn std::fmt::Display) -> Self {
        Self { cause: Some(Cause(what.to_string())), ..self }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        const USUAL_BYTES: usize = 1024;
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        match serde_json::to_writer(&mut bytes, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
            Err(error) => Refusal::internal(&error).into_response(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { error, cause } = self;
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(error.body())).into_response();
        if let Some(seconds) = error.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { error, cause: None }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::new(match failure {
            Failure::StorageFull => Code::StorageFull,
            Failure::StorageFailed => Code::StorageFailed,
            Failure::Overloaded => Code::Overloaded,
            Failure::Stopping => Code::NotReady,
        })
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full { .. } => Self::new(Code::StorageFull),
            StoreError::Conflict { .. } => Self::new(Code::Conflict),
            error if error.is_passing() => Self::new(Code::StorageFailed).because(&error),
            error => Self::internal(&error),
        }
    }
}

impl From<ConditionError> for Refusal {
    fn from(error: ConditionError) -> Self {
        let ConditionError { code, message, at } = error;
        let code = Code::parse(code).unwrap_or(Code::Validation);
        ApiError { at: Some(at), ..ApiError::new(code).saying(message).at(pointer("", "condition")) }.into()
    }
}

impl From<DefinitionError> for Refusal {
    fn from(error: DefinitionError) -> Self {
        let message = error.to_string();
        let DefinitionError { code, pointer, at, kind, name, beside, .. } = error;
        let code = Code::parse(code).unwrap_or(Code::Validation);
        let documents = publish::names(kind.zip(name).into_iter().chain(beside.map(|other| *other)).collect());
        let refusal = ApiError { at, documents: documents.into(), ..ApiError::new(code).saying(message) };
        if pointer.is_empty() { refusal.into() } else { refusal.at(pointer).into() }
    }
}

impl From<PlanError> for Refusal {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Definition(error) => error.into(),
            PlanError::Store(error) => error.into(),
            PlanError::Outdated { seen, newest, documents } => {
                let message = if documents.is_empty() {
                    format!("There is no revision {seen} yet; the newest is {newest}.")
                } else {
                    format!("This changes what was published since revision {seen}; the newest is {newest}.")
                };
                let documents = publish::names(documents).into();
                ApiError { documents, ..ApiError::new(Code::Conflict).saying(message) }.into()
            }
            PlanError::Conflict(documents) => {
                ApiError { documents: publish::names(documents).into(), ..ApiError::new(Code::DraftConflict) }.into()
            }
            PlanError::NoDraft => ApiError::new(Code::NotFound).saying("There is no such draft.").into(),
            PlanError::TooManyDrafts => {
                let message = format!("A project has at most {} drafts.", limits::DRAFTS);
                ApiError::new(Code::TooMany).saying(message).into()
            }
            error @ PlanError::Missing(_) => Self::internal(&error),
        }
    }
}

impl From<BackupError> for Refusal {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(StoreError::NotEmpty { .. }) => {
                ApiError::new(Code::Conflict).saying("The folder is not empty.").into()
            }
            BackupError::Store(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<CensusError> for Refusal {
    fn from(error: CensusError) -> Self {
        match error {
            CensusError::Store(error) => error.into(),
            CensusError::Failed(failure) => failure.into(),
            CensusError::Plan(error) => error.into(),
        }
    }
}

impl From<TrainError> for Refusal {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Store(error) => error.into(),
            TrainError::Failed(failure) => failure.into(),
        }
    }
}

impl From<KeysError> for Refusal {
    fn from(error: KeysError) -> Self {
        Self::new(Code::StorageFailed).because(&error)
    }
}

impl From<tokio::task::JoinError> for Refusal {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else its caller would read `VALIDATION`, and could not tell what to do. A definition can be wrong in its condition
    /// or its template, too.
    #[test]
    fn every_code_of_a_definition_is_in_the_catalogue() {
        let own = definition::code::ALL.iter().map(|(code, _)| *code);
        let within = condition::code::ALL.iter().chain(::decide::code::ALL).copied();
        let unknown: Vec<&str> = own.chain(within).filter(|code| Code::parse(code).is_none()).collect();
        assert_eq!(unknown, [""; 0]);
    }
}
