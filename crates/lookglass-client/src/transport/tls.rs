//! TLS: whom to trust, and who one is.

use std::{fmt, io, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Failure, dial::Io};
use crate::auth::Material;

/// What connections are made with, as long as the material is the same.
#[derive(Clone)]
pub(super) struct Tls {
    /// Offers HTTP/2 and HTTP/1.1.
    any: TlsConnector,
    /// Offers HTTP/1.1 alone, for upgrades and for proxies.
    http1: TlsConnector,
}

impl Tls {
    pub(super) fn new(material: &Material, insecure: bool) -> Result<Self, Failure> {
        let provider = provider();
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(bad)?;
        let builder = match &material.ca {
            _ if insecure => builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider))),
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(pem) {
                    roots.add(certificate.map_err(bad)?).map_err(bad)?;
                }
                if roots.is_empty() {
                    return Err(bad("the certificate authority holds no certificate"));
                }
                builder.with_root_certificates(roots)
            }
            None => builder.with_platform_verifier().map_err(bad)?,
        };
        let mut config = match &material.identity {
            Some((chain, key)) => {
                let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
                let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| bad("the client key is none"))?;
                builder.with_client_auth_cert(chain.map_err(bad)?, key).map_err(bad)?
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let http1 = TlsConnector::from(Arc::new(config.clone()));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { any: TlsConnector::from(Arc::new(config)), http1 })
    }

    /// Speaks TLS with whoever proves to be `name`. Says too whether HTTP/2 was agreed on.
    pub(super) async fn connect(
        &self,
        io: Box<dyn Io>,
        name: &str,
        only_http1: bool,
    ) -> io::Result<(Box<dyn Io>, bool)> {
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        let connector = if only_http1 { &self.http1 } else { &self.any };
        let stream: TlsStream<_> = connector.connect(name, io).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((Box::new(stream), is_http2))
    }
}

/// What the program chose for the whole process; else, with both features, aws-lc, which is rustls' own default.
fn provider() -> Arc<CryptoProvider> {
    if let Some(provider) = CryptoProvider::get_default() {
        return Arc::clone(provider);
    }
    #[cfg(feature = "rustls-aws-lc")]
    return rustls::crypto::aws_lc_rs::default_provider().into();
    #[cfg(not(feature = "rustls-aws-lc"))]
    rustls::crypto::ring::default_provider().into()
}

fn bad(error: impl Into<crate::BoxError>) -> Failure {
    Failure::Credentials(error.into().into())
}

/// Trusts whoever holds the key of the certificate that he shows.
struct Anybody(Arc<CryptoProvider>);

impl fmt::Debug for Anybody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Anybody")
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
