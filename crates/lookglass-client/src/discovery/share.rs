//! One failure for all who waited for the answer.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::Error;

/// The same failure for one more who waited: of the same case, with the same words and the same cause.
pub(super) fn again(error: &Arc<Error>) -> Error {
    let cause = || Box::new(Cause(Arc::clone(error)));
    match &**error {
        Error::Refused { what, status } => Error::Refused { what: what.clone(), status: status.clone() },
        Error::Request { what, why } => Error::Request { what: what.clone(), why: why.clone() },
        Error::Malformed { what, .. } => Error::Malformed { what: what.clone(), source: cause() },
        Error::CutOff { what, .. } => Error::CutOff { what: what.clone(), source: Some(cause()) },
        Error::Connection { what, .. } => Error::Connection { what: what.clone(), source: cause() },
        other => Error::Connection { what: other.to_string(), source: cause() },
    }
}

/// What caused the shared error.
#[derive(Debug)]
struct Cause(Arc<Error>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(source) => fmt::Display::fmt(source, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()?.source()
    }
}
