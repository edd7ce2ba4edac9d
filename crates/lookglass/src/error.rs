//! Whatever can go wrong, in one type: [`Error`].

use std::{error::Error as StdError, fmt, io};

use crate::{cache, object};

/// The result of whatever can go wrong, for `main` and for code that uses several crates.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whatever can go wrong: the error of every crate becomes one of these with `?`, and can be matched on.
///
/// `Debug` prints what a person wants to read, which is what `fn main() -> lookglass::Result<()>` ends with: the error and what caused it, a line each.
///
/// ```
/// use lookglass::object::{Key, Selector};
///
/// fn read(key: &str, selector: &str) -> lookglass::Result<(Key, Selector)> {
///     Ok((key.parse()?, selector.parse()?))
/// }
/// assert!(read("default/web-0", "app=web").is_ok());
/// assert!(matches!(read("a/b/c", "app=web"), Err(lookglass::Error::Key(_))));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Of the embedded API server.
    #[cfg(feature = "apiserver")]
    #[error(transparent)]
    ApiServer(#[from] crate::apiserver::Error),
    /// No credentials could be had: a plugin, a token's file, a certificate.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Auth(#[from] crate::client::auth::AuthError),
    /// Between the program and an API server.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Client(#[from] crate::client::Error),
    /// No config says which cluster it is, or how.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Config(#[from] crate::client::ConfigError),
    /// An object is not of the type asked for.
    #[error(transparent)]
    Decode(#[from] object::DecodeError),
    /// A delta queue took nothing.
    #[error(transparent)]
    Enqueue(#[from] cache::EnqueueError),
    /// A text is no field selector.
    #[error(transparent)]
    FieldSelector(#[from] object::FieldSelectorError),
    /// An index was not added to an informer.
    #[cfg(feature = "informer")]
    #[error(transparent)]
    Index(#[from] crate::informer::IndexAddError),
    /// An index was not removed from an informer.
    #[cfg(feature = "informer")]
    #[error(transparent)]
    IndexRemoval(#[from] crate::informer::IndexRemoveError),
    /// Bytes are no object.
    #[error(transparent)]
    Intake(#[from] object::IntakeError),
    /// Of the terminal, a file, or a socket.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A text is no key of an object.
    #[error(transparent)]
    Key(#[from] object::KeyError),
    /// A text is no group, version, kind or resource.
    #[error(transparent)]
    Kind(#[from] object::ParseKindError),
    /// A subscription ended before its handler had seen the initial state.
    #[error(transparent)]
    NeverSynced(#[from] cache::NeverSynced),
    /// Of the program's own making, or of another library's: see [`other`](Self::other).
    #[error(transparent)]
    Other(Box<dyn StdError + Send + Sync>),
    /// A text is no place in an object.
    #[error(transparent)]
    Path(#[from] object::PathError),
    /// A place in an object cannot be read.
    #[error(transparent)]
    Read(#[from] object::ReadError),
    /// A type is not registered as a kind, or as several.
    #[error(transparent)]
    Scheme(#[from] object::SchemeError),
    /// A text is no label selector.
    #[error(transparent)]
    Selector(#[from] object::SelectorError),
    /// An API server's refusal, or the same from memory: a lister has no such object.
    #[error(transparent)]
    Status(Box<object::Status>),
    /// A store refused.
    #[error(transparent)]
    Store(#[from] cache::StoreError),
    /// The initial state of an informer was not there in time: what is missing, and why.
    #[cfg(feature = "informer")]
    #[error(transparent)]
    Unsynced(#[from] crate::informer::SyncError),
    /// An informer did not get to a version in time.
    #[cfg(feature = "informer")]
    #[error(transparent)]
    Waiting(#[from] crate::informer::WaitError),
}

impl Error {
    /// An error of the program's own making, or of another library's.
    ///
    /// ```
    /// let error = lookglass::Error::other("no image is given");
    /// assert_eq!(error.to_string(), "no image is given");
    /// ```
    #[must_use]
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// What the API server said, if it refused.
    #[must_use]
    pub fn status(&self) -> Option<&object::Status> {
        match self {
            #[cfg(feature = "apiserver")]
            Self::ApiServer(error) => error.status(),
            #[cfg(feature = "client")]
            Self::Client(error) => error.status(),
            Self::Status(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the API server said that there is no such object.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status().is_some_and(object::Status::is_not_found)
    }

    /// Whether the API server said that somebody else has changed the object meanwhile.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(object::Status::is_conflict)
    }
}

impl From<object::Status> for Error {
    fn from(status: object::Status) -> Self {
        Self::Status(Box::new(status))
    }
}

/// The errors of parts that few programs touch: [`Error::Other`], whose source can be downcast to them.
macro_rules! others {
    ($($(#[$attribute:meta])* $error:ty,)*) => {
        $($(#[$attribute])* impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::other(error)
            }
        })*
    };
}

others! {
    cache::IndexError,
    cache::KeyError,
    cache::TransformError,
    object::ScanError,
    object::codec::DecodeError,
    object::json::JsonError,
    object::protobuf::Error,
    object::wire::WireError,
    #[cfg(feature = "client")] crate::client::NoMapping,
    #[cfg(feature = "client")] crate::client::bytes::EventError,
    #[cfg(feature = "client")] crate::client::bytes::FrameError,
    #[cfg(feature = "client")] crate::client::bytes::ItemError,
    #[cfg(feature = "client")] crate::client::bytes::ListError,
    #[cfg(feature = "informer")] crate::informer::HandlerError,
    #[cfg(feature = "informer")] crate::informer::ReflectorError,
    #[cfg(feature = "apiserver")] crate::protocol::transport::TransportError,
}

/// What was to be pushed is dropped.
impl<T> From<cache::PushError<T>> for Error {
    fn from(error: cache::PushError<T>) -> Self {
        match error {
            cache::PushError::Key(error) => error.into(),
            cache::PushError::Transform(error) => error.into(),
            closed_or_full => Self::other(closed_or_full.to_string()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut next = self.source();
        while let Some(cause) = next {
            write!(f, "\n  because: {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Error;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot start")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("no config")]
    struct Inner(#[source] io::Error);

    #[test]
    fn a_person_reads_every_cause_once() {
        let error = Error::other(Outer(Inner(io::Error::other("no such file"))));
        assert_eq!(format!("{error:?}"), "cannot start\n  because: no config\n  because: no such file");
    }
}
