//! Why no answer came: [`Failure`].

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use thiserror::Error;

use crate::BoxError;

/// A cause that several requests share.
pub(crate) type Cause = Arc<dyn StdError + Send + Sync>;

/// Why no answer came. Clones go to all who waited for the same connection.
#[derive(Clone, Debug, Error)]
pub(crate) enum Failure {
    /// No connection could be made.
    #[error("no connection to {server}")]
    Unreachable {
        server: String,
        #[source]
        source: Cause,
    },
    /// The server's certificate is not to be trusted.
    #[error("the certificate of {name} is not trusted")]
    Untrusted {
        name: String,
        #[source]
        source: Cause,
    },
    /// The proxy does not let it through.
    #[error("proxy {proxy}: {why}")]
    Proxy {
        proxy: String,
        why: String,
        #[source]
        source: Option<Cause>,
    },
    /// The program cannot speak TLS.
    #[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
    #[error("built without TLS: enable feature `rustls-ring` or `rustls-aws-lc` of lookglass-client")]
    NoTls,
    /// The certificates or the credentials cannot be had, or are none.
    #[error("credentials")]
    Credentials(#[source] Cause),
    /// All connections that may be are busy.
    #[error("all {connections} connections are busy, and none became free within {patience:?}")]
    Busy { connections: usize, patience: Duration },
    /// The connection broke before the server began with the request; so it may be sent again.
    #[error("the server did not take the request")]
    Unsent(#[source] Cause),
    /// The connection broke. Nobody knows whether the server did what it was asked.
    #[error("the connection broke")]
    Broken(#[source] Cause),
    /// The time for the request is over.
    #[error("no whole answer within {0:?}")]
    Timeout(Duration),
    /// A watch was not read for so long that it was closed, so that it takes nothing from its neighbours.
    #[error("nobody read the stream for {0:?}, so it was closed")]
    Unread(Duration),
    /// A layer of somebody else failed.
    #[error(transparent)]
    Other(Cause),
}

impl Failure {
    pub(super) fn unreachable(server: &str, source: impl Into<BoxError>) -> Self {
        Self::Unreachable { server: server.to_owned(), source: source.into().into() }
    }

    pub(super) fn proxy(proxy: impl ToString, why: impl Into<String>) -> Self {
        Self::Proxy { proxy: proxy.to_string(), why: why.into(), source: None }
    }

    pub(super) fn unsent(source: impl Into<BoxError>) -> Self {
        Self::Unsent(source.into().into())
    }

    pub(super) fn broken(source: impl Into<BoxError>) -> Self {
        Self::Broken(source.into().into())
    }

    /// What a stream's error means: whether the peer said that it has not begun with the request.
    pub(super) fn of_stream(error: h2::Error) -> Self {
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        // Only streams above the last one that the peer will process fail with its GOAWAY; the others go on.
        let not_begun = error.is_remote() && (refused || error.is_go_away());
        // The request did not get as far as the connection.
        let not_begun = not_begun || !(error.is_reset() || error.is_go_away() || error.is_io());
        if not_begun { Self::unsent(error) } else { Self::broken(error) }
    }

    /// What a connection's beginning failed with, where it was TLS that failed.
    pub(super) fn of_handshake(server: &str, name: &str, error: io::Error) -> Self {
        match untrusted(&error) {
            true => Self::Untrusted { name: name.to_owned(), source: Arc::new(error) },
            false => Self::unreachable(server, error),
        }
    }
}

#[cfg(any(feature = "rustls-ring", feature = "rustls-aws-lc"))]
fn untrusted(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
fn untrusted(_: &io::Error) -> bool {
    false
}
