//! What can go wrong between a program and an API server: [`Error`].

use std::{error::Error as StdError, fmt, time::Duration};

use lookglass_object::{Key, Status};
use thiserror::Error;

use crate::{
    NoMapping,
    bytes::{EventError, FrameError, ItemError, ListError, place::Place},
    config::ConfigError,
    transport::Failure,
};

/// What can go wrong between a program and an API server, and whose fault it was.
///
/// Each names what was being done (`list pods in default`). None shows a token, a certificate, or what an object holds. As with every error of these crates, what caused it is
/// either in its own words or its `source()`, never both: so whoever shows the causes too ([`with_causes`], `{:#}` of `anyhow`) shows everything once.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused: its answer. Ask it what it is: `is_not_found()`, `is_conflict()`, `retry_after()`.
    #[error("{what}: {status}")]
    Refused {
        /// What was being done.
        what: String,
        /// The server's words.
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
    /// The server showed a certificate that is not to be trusted. It is another server, or the config names another authority or name than the server's own.
    #[error(
        "{what}: the server's certificate is not trusted for {name}; check the config's certificate authority, and \
         whether `tls-server-name` is to be set"
    )]
    Untrusted {
        /// What was being done.
        what: String,
        /// The name that the certificate should have carried.
        name: String,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
    /// The proxy of the config does not let the request through.
    #[error("{what}: proxy {proxy}: {why}")]
    Proxy {
        /// What was being done.
        what: String,
        /// The proxy, without its password.
        proxy: String,
        /// What it said, and what to do.
        why: String,
        /// Why, where it is known.
        #[source]
        source: Option<BoxError>,
    },
    /// A certificate, a key or a token cannot be had, or is of no use.
    #[error("{what}: no usable credentials or certificates; the cause says which")]
    Credentials {
        /// What was being done.
        what: String,
        /// Which, why, and what to do.
        #[source]
        source: BoxError,
    },
    /// There is no config, or it is of no use.
    #[error("no usable config; is KUBECONFIG set, or is the program to run in a cluster?")]
    Config {
        /// Which file, context and field, and what to do.
        #[source]
        source: ConfigError,
    },
    /// The server wants TLS, and the program was built without it.
    #[error(
        "{what}: the program was built without TLS; enable the feature `rustls-ring` or `rustls-aws-lc` of \
         lookglass-client"
    )]
    NoTls {
        /// What was to be done.
        what: String,
    },
    /// All connections that may be open are busy with other requests of this client, and none became free in time. Trying again may help; so do fewer watches at once, and a higher
    /// [`max_connections`](crate::ClientBuilder::max_connections).
    #[error(
        "{what}: all {connections} connections are busy, and none became free within {patience:?}; does the server \
         allow few streams? run fewer watches at once, or raise `max_connections`"
    )]
    Busy {
        /// What was to be done.
        what: String,
        /// How many there are.
        connections: usize,
        /// How long was waited.
        patience: Duration,
    },
    /// The answer was not there in the time that was given to it. Whether the server did what it was asked is not known.
    #[error("{what}: no whole answer within {timeout:?}; raise the timeout, or ask for less at once")]
    Timeout {
        /// What was being done.
        what: String,
        /// The time.
        timeout: Duration,
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
    /// One object cannot be taken in, or a watch told something of a type that is not known. Whatever stream it came from goes on; the object's state is not known.
    #[error("{what}: an object that cannot be taken in{}", of(key.as_ref()))]
    Item {
        /// What was being done.
        what: String,
        /// Which object it is, where that can be told all the same.
        key: Option<Key>,
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

/// An error and what caused it, in one line for a log: `list pods: no answer from the API server; ...: no connection to ...: Connection refused`.
///
/// ```
/// use std::io;
///
/// use lookglass_client::{Error, with_causes};
///
/// let source = io::Error::other("the cable is cut").into();
/// let error = Error::CutOff { what: "list pods".to_owned(), source: Some(source) };
/// assert_eq!(error.to_string(), "list pods: the answer was cut off");
/// assert_eq!(with_causes(&error), "list pods: the answer was cut off: the cable is cut");
/// ```
#[must_use]
pub fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// The object in the words of an error.
fn of(key: Option<&Key>) -> String {
    key.map(|key| format!(", {key}")).unwrap_or_default()
}

impl From<ConfigError> for Error {
    fn from(source: ConfigError) -> Self {
        Self::Config { source }
    }
}

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
            Self::Connection { .. } | Self::CutOff { .. } | Self::Busy { .. } | Self::Timeout { .. } => true,
            // A proxy that says no may say yes tomorrow, but not because it is asked again.
            Self::Proxy { source, .. } => source.is_some(),
            Self::Untrusted { .. } | Self::Credentials { .. } | Self::Config { .. } | Self::NoTls { .. } => false,
            Self::Malformed { .. } | Self::Item { .. } | Self::NoMapping(_) | Self::Request { .. } => false,
        }
    }

    pub(crate) fn failure(what: impl fmt::Display, failure: Failure) -> Self {
        let what = what.to_string();
        match failure {
            Failure::Untrusted { name, source } => Self::Untrusted { what, name, source: source.into() },
            Failure::Proxy { proxy, why, source } => Self::Proxy { what, proxy, why, source: source.map(Into::into) },
            #[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
            Failure::NoTls => Self::NoTls { what },
            Failure::Credentials(source) => Self::Credentials { what, source: source.into() },
            Failure::Busy { connections, patience } => Self::Busy { what, connections, patience },
            Failure::Timeout(timeout) => Self::Timeout { what, timeout },
            Failure::Other(source) => Self::Connection { what, source: source.into() },
            failure => Self::Connection { what, source: failure.into() },
        }
    }

    pub(crate) fn cut_off(what: impl fmt::Display, source: impl Into<BoxError>) -> Self {
        let (what, source) = (what.to_string(), source.into());
        match source.downcast::<Failure>() {
            Ok(late) if matches!(*late, Failure::Timeout(_)) => Self::failure(what, *late),
            Ok(failure) => Self::CutOff { what, source: Some(failure) },
            Err(source) => Self::CutOff { what, source: Some(source) },
        }
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
        match &error {
            EventError::Object { key, .. } => {
                Self::Item { what: what.to_string(), key: key.clone(), source: error.into() }
            }
            EventError::UnknownType { .. } => Self::Item { what: what.to_string(), key: None, source: error.into() },
            EventError::Malformed { .. } => Self::malformed(what, error),
        }
    }

    /// The same with where in the answer that was.
    pub(crate) fn at(self, place: Place) -> Self {
        match self {
            Self::CutOff { what, source } => Self::CutOff { what, source: Some(place.of(source).into()) },
            Self::Malformed { what, source } => Self::Malformed { what, source: place.of(Some(source)).into() },
            Self::Item { what, key, source } => Self::Item { what, key, source: place.of(Some(source)).into() },
            other => other,
        }
    }

    pub(crate) fn item(what: impl fmt::Display, error: ItemError) -> Self {
        Self::Item { what: what.to_string(), key: error.key.clone(), source: error.into() }
    }
}
