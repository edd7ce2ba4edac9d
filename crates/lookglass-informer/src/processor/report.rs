//! What handlers return, and what becomes of those that fail.

use lookglass_cache::BoxError;
use thiserror::Error;

/// What a handler may return: nothing, or a `Result` whose error is reported.
pub trait HandlerOutcome {
    /// As a result.
    ///
    /// # Errors
    ///
    /// What the handler says.
    fn into_result(self) -> Result<(), BoxError>;
}

impl HandlerOutcome for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> HandlerOutcome for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// A handler did not handle an event. It is given the next one all the same.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// It returned an error.
    #[error("the handler returned an error")]
    Failed(#[source] BoxError),
    /// It panicked, with this message.
    #[error("the handler panicked: {0}")]
    Panicked(String),
}
