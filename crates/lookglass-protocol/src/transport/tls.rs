//! TLS as it is where it was built in: rustls and rcgen.

use std::{io, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::{Certificate, TransportError};
use crate::identity::User;

pub(super) type Stream = tokio_rustls::server::TlsStream<TcpStream>;

#[derive(Clone)]
pub(super) struct Authority(Arc<Inner>);

struct Inner {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub(super) fn generate() -> Result<Self, TransportError> {
        let mut params = named("lookglass");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(tls)?).map_err(tls)?;
        let pem = issuer.pem();
        Ok(Self(Arc::new(Inner { issuer, pem })))
    }

    pub(super) fn certificate(&self) -> &str {
        &self.0.pem
    }

    pub(super) fn client(&self, user: &User) -> Result<Certificate, TransportError> {
        let mut params = named(&user.name);
        match &*user.groups {
            [] => {}
            [group] => params.distinguished_name.push(DnType::OrganizationName, group.as_str()),
            groups => return Err(TransportError::TooManyGroups { user: user.name.clone(), groups: groups.len() }),
        }
        let (certificate, key) = self.sign(params, ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(Certificate { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    pub(super) fn server(&self, names: Vec<String>) -> Result<Tls, TransportError> {
        let mut params = named("kube-apiserver");
        params.subject_alt_names = CertificateParams::new(names).map_err(tls)?.subject_alt_names;
        let (certificate, key) = self.sign(params, ExtendedKeyUsagePurpose::ServerAuth)?;
        let mut roots = RootCertStore::empty();
        roots.add(self.0.issuer.der().clone()).map_err(tls)?;
        let provider = provider();
        let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .map_err(tls)?;
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, key)
            .map_err(tls)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Tls(TlsAcceptor::from(Arc::new(config))))
    }

    fn sign(
        &self,
        mut params: CertificateParams,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<(rcgen::Certificate, KeyPair), TransportError> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().map_err(tls)?;
        let certificate = params.signed_by(&key, &self.0.issuer).map_err(tls)?;
        Ok((certificate, key))
    }
}

#[derive(Clone)]
pub(super) struct Tls(TlsAcceptor);

impl Tls {
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<(Stream, Option<User>)> {
        let stream = self.0.accept(stream).await?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let user = shown.and_then(|certificate| User::from_certificate(certificate));
        Ok((stream, user))
    }
}

/// With both features it is aws-lc, rustls' own default, and rcgen's choice too.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "rustls-aws-lc")]
    return rustls::crypto::aws_lc_rs::default_provider().into();
    #[cfg(not(feature = "rustls-aws-lc"))]
    rustls::crypto::ring::default_provider().into()
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn tls(error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::Tls(error.into())
}
