//! What can go wrong: [`Error`].

use std::{io, time::Duration};

use lookglass_object::Status;
use lookglass_protocol::transport::TransportError;

/// Why the embedded API server could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot listen there.
    #[error("cannot listen on {address}")]
    Bind {
        /// Where.
        address: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// An object in the store is not of the type asked for.
    #[error("{what} cannot be read as the type asked for")]
    Decode {
        /// Kind and key.
        what: String,
        /// Where it does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// An object cannot be written as JSON.
    #[error("{what} cannot be written as JSON")]
    Encode {
        /// Kind and key, as far as they are known.
        what: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// A document says not enough of what it is.
    #[error("{what} has no {field}: every object needs apiVersion, kind and metadata.name")]
    Incomplete {
        /// Which document.
        what: String,
        /// What is missing.
        field: &'static str,
    },
    /// What was waited for did not come.
    #[error("{what} was not as expected after {waited:?}: {last}")]
    NotReached {
        /// Kind and key.
        what: String,
        /// How long it was waited.
        waited: Duration,
        /// How it was at last: its version and status, or that it does not exist.
        last: String,
    },
    /// The server refused, as it refuses any client.
    #[error("{what}: {}", .status.message())]
    Refused {
        /// Kind and key.
        what: String,
        /// What a client is told.
        status: Box<Status>,
    },
    /// It cannot be served on a socket.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// No resource of the server has objects of this kind.
    #[error("{kind} is not served here: nothing has registered this kind")]
    UnknownKind {
        /// Kind and version: `Foo of example.com/v1`.
        kind: String,
    },
    /// A text is not YAML.
    #[error("this is not YAML that can be applied")]
    Yaml {
        /// Where and why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// What the server said, if it refused.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Refused { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Whether the object does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status().is_some_and(Status::is_not_found)
    }

    /// Whether the object was changed by somebody else meanwhile.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(Status::is_conflict)
    }

    /// Whether there is such an object already.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.status().is_some_and(Status::is_already_exists)
    }
}
