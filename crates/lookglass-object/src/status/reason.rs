//! Why a request failed, machine-readable.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// The reason of a [`Status`](super::Status), by the name that Kubernetes gives it.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum Reason {
            /// None was given: the code and the message must do.
            #[default]
            Unknown,
            $($(#[$doc])* $name,)*
            /// A name that is none of the above.
            Other(Box<str>),
        }

        impl Reason {
            /// The name; empty if none was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Unknown => "",
                    $(Self::$name => stringify!($name),)*
                    Self::Other(name) => name,
                }
            }

            /// The HTTP code that goes with the reason.
            #[must_use]
            pub fn code(&self) -> i32 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Unknown | Self::Other(_) => 500,
                }
            }
        }

        impl From<&str> for Reason {
            fn from(name: &str) -> Self {
                match name {
                    "" => Self::Unknown,
                    $(stringify!($name) => Self::$name,)*
                    other => Self::Other(other.into()),
                }
            }
        }
    };
}

reasons! {
    /// The server does not know who asks.
    Unauthorized = 401,
    /// Who asks may not.
    Forbidden = 403,
    /// The object, the resource or the path does not exist.
    NotFound = 404,
    /// An object of that name exists.
    AlreadyExists = 409,
    /// The object changed since it was read, or another manager owns a field.
    Conflict = 409,
    /// Gone for good; before Kubernetes 1.17 also what `Expired` says now.
    Gone = 410,
    /// The object breaks the rules of its kind.
    Invalid = 422,
    /// The server ran out of time and asks to be asked again.
    ServerTimeout = 500,
    /// An object in the server's storage cannot be read.
    StorageReadError = 500,
    /// The request took too long.
    Timeout = 504,
    /// The client, or all of them, ask too often.
    TooManyRequests = 429,
    /// The request makes no sense and must be changed.
    BadRequest = 400,
    /// The resource does not have this verb.
    MethodNotAllowed = 405,
    /// The server has no format that the client accepts.
    NotAcceptable = 406,
    /// The body of the request is too large.
    RequestEntityTooLarge = 413,
    /// The server does not read the format of the request.
    UnsupportedMediaType = 415,
    /// The server failed.
    InternalError = 500,
    /// The version or the continue token is too old to be served.
    Expired = 410,
    /// The server cannot answer just now.
    ServiceUnavailable = 503,
}

impl Reason {
    /// Whether no reason was given.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether this is one of the names that Kubernetes knows; if not, the code decides.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown | Self::Other(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|name| Self::from(&*name))
    }
}
