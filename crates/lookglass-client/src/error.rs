//! What can go wrong between a program and an API server: [`Error`].

use std::{error::Error as StdError, fmt};

use lookglass_object::Status;
use thiserror::Error;

use crate::{
    NoMapping,
    bytes::{EventError, FrameError, ItemError, ListError},
};

/// What can go wrong between a program and an API server, and whose fault it was.
///
/// Each names what was being done (`list pods in default`). None shows a token, a certificate, or what an object holds.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused: its answer. Ask it what it is: `is_not_found()`, `is_conflict()`, `retry_after()`.
    #[error("{what}: {status}")]
    Refused {
        /// What was being done.
        what: String,
        /// The server's words.
        #[source]
        status: Status,
    },
    /// No answer came: the connection could not be made, or broke. Trying again may help.
    #[error("{what}: no answer from the API server; is it reachable, and does the config name the right address?")]
    Connection {
        /// What was being done.
        what: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// The connection broke in the middle of the answer. What had come was whole; trying again may help.
    #[error("{what}: the answer was cut off")]
    CutOff {
        /// What was being done.
        what: String,
        /// Why, where it is known.
        #[source]
        source: Option<BoxError>,
    },
    /// The answer is not what the protocol says. Another server, or a proxy, answers there.
    #[error("{what}: an answer that cannot be understood")]
    Malformed {
        /// What was being done.
        what: String,
        /// What is wrong with it, and where.
        #[source]
        source: BoxError,
    },
    /// One object cannot be taken in. Whatever stream it came from goes on; the object's state is not known.
    #[error("{what}: an object that cannot be taken in")]
    Item {
        /// What was being done.
        what: String,
        /// Which, and why.
        #[source]
        source: BoxError,
    },
    /// A name or kind stands for no resource of the server, or for several.
    #[error(transparent)]
    NoMapping(#[from] NoMapping),
    /// The request cannot be made as it was asked for.
    #[error("{what}: {why}")]
    Request {
        /// What was to be done.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}

/// A cause of any kind.
pub type BoxError = Box<dyn StdError + Send + Sync>;

impl Error {
    /// The server's words, if it refused.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Refused { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Whether the same may well succeed when it is tried again: nobody answered, the answer was cut off, or the server asked for patience.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, .. } => {
                status.retry_after().is_some() || matches!(status.code(), 429 | 500 | 502..=504)
            }
            Self::Connection { .. } | Self::CutOff { .. } => true,
            Self::Malformed { .. } | Self::Item { .. } | Self::NoMapping(_) | Self::Request { .. } => false,
        }
    }

    pub(crate) fn connection(what: impl fmt::Display, source: impl Into<BoxError>) -> Self {
        Self::Connection { what: what.to_string(), source: source.into() }
    }

    pub(crate) fn cut_off(what: impl fmt::Display, source: impl Into<BoxError>) -> Self {
        Self::CutOff { what: what.to_string(), source: Some(source.into()) }
    }

    pub(crate) fn request(what: impl fmt::Display, why: impl Into<String>) -> Self {
        Self::Request { what: what.to_string(), why: why.into() }
    }

    pub(crate) fn malformed(what: impl fmt::Display, source: impl Into<BoxError>) -> Self {
        Self::Malformed { what: what.to_string(), source: source.into() }
    }

    pub(crate) fn list(what: impl fmt::Display, error: ListError) -> Self {
        match error {
            ListError::CutOff { .. } => Self::cut_off(what, error),
            error => Self::malformed(what, error),
        }
    }

    pub(crate) fn frame(what: impl fmt::Display, error: FrameError) -> Self {
        match error {
            FrameError::CutOff { .. } => Self::cut_off(what, error),
            error => Self::malformed(what, error),
        }
    }

    pub(crate) fn event(what: impl fmt::Display, error: EventError) -> Self {
        match error {
            EventError::Object { .. } => Self::Item { what: what.to_string(), source: error.into() },
            error => Self::malformed(what, error),
        }
    }

    pub(crate) fn item(what: impl fmt::Display, error: ItemError) -> Self {
        Self::Item { what: what.to_string(), source: error.into() }
    }
}
