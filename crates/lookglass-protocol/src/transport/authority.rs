//! A certificate authority of one's own: [`Authority`].

use std::fmt;

use tokio::net::TcpStream;

use super::{TransportError, tls};
use crate::identity::User;

/// An authority that signs the certificates of one server and of its clients. Its key lives in memory and nowhere else.
///
/// Keys are ECDSA on P-256. Certificates are valid from 1975 to 4096: they are of use to nobody after the server is gone, and tests that set
/// their clock are not to be troubled by a date.
///
/// Without one of the features `rustls-ring` and `rustls-aws-lc` there is none, and [`generate`](Self::generate) says so.
#[derive(Clone)]
pub struct Authority(tls::Authority);

impl Authority {
    /// A new authority. Takes well below a millisecond.
    ///
    /// # Errors
    ///
    /// TLS was not built in, or the system gives no randomness.
    pub fn generate() -> Result<Self, TransportError> {
        tls::Authority::generate().map(Self)
    }

    /// The authority's own certificate, as PEM: what clients must trust.
    #[must_use]
    pub fn certificate(&self) -> &str {
        self.0.certificate()
    }

    /// A certificate by which a client is known as this user.
    ///
    /// # Errors
    ///
    /// The user is in several groups: one is what fits.
    pub fn client(&self, user: &User) -> Result<Certificate, TransportError> {
        self.0.client(user)
    }

    /// What a server needs: a certificate for `localhost`, `127.0.0.1`, `::1`, the names by which a pod finds the API server, and `names` beside
    /// them; and the rule that client certificates are welcome, not required, and must be signed by this authority.
    ///
    /// # Errors
    ///
    /// A name can be neither a host's nor an address.
    pub fn server(&self, names: &[&str]) -> Result<Tls, TransportError> {
        let own = ["localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
        self.0.server(own.iter().chain(names).map(|&name| name.to_owned()).collect()).map(Tls)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority")
    }
}

/// A certificate and its private key, as PEM. `Debug` shows neither.
#[derive(Clone)]
#[non_exhaustive]
pub struct Certificate {
    /// The certificate.
    pub certificate: String,
    /// The key, which is a secret.
    pub key: String,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

/// What a server needs to speak TLS; made by [`Authority::server`].
#[derive(Clone)]
pub struct Tls(tls::Tls);

impl Tls {
    /// Shakes hands; tells the user of the client's certificate, if it showed one.
    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<(tls::Stream, Option<User>)> {
        self.0.accept(stream).await
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}
