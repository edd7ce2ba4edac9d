//! TLS with an authority of one's own.

use std::{sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::*;
use crate::{
    identity::User,
    transport::{Authority, Certificate, TransportError},
};

fn client(authority: &Authority, shown: Option<Certificate>, protocols: &[&[u8]]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.certificate().as_bytes()).unwrap()).unwrap();
    #[cfg(feature = "rustls-aws-lc")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "rustls-aws-lc"))]
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match shown {
        None => config.with_no_client_auth(),
        Some(Certificate { certificate, key, .. }) => {
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
            config.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap()
        }
    };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn shake(serving: &Serving, client: &TlsConnector, name: &'static str) -> std::io::Result<TlsStream<TcpStream>> {
    client.connect(ServerName::try_from(name).unwrap(), connect(serving).await).await
}

async fn secure(authority: &Authority, names: &[&str]) -> (Serving, mpsc::UnboundedReceiver<Feed>) {
    serve(Transport::tls(authority.server(names).unwrap())).await
}

#[tokio::test]
async fn alpn_decides_the_version() {
    let authority = Authority::generate().unwrap();
    let (serving, _feeds) = secure(&authority, &[]).await;
    assert_eq!(serving.url(), format!("https://{}", serving.local_addr()));
    let stream = shake(&serving, &client(&authority, None, &[b"h2", b"http/1.1"]), "localhost").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let answer = over_http2(stream).await.send_request(get("https://localhost/")).await.unwrap();
    assert_eq!(text(answer).await, "nobody HTTP/2.0");
    for protocols in [&[&b"http/1.1"[..]][..], &[]] {
        let stream = shake(&serving, &client(&authority, None, protocols), "localhost").await.unwrap();
        let answer = over_http1(stream).await.send_request(get("/")).await.unwrap();
        assert_eq!(text(answer).await, "nobody HTTP/1.1");
    }
    serving.shutdown().await;
}

#[tokio::test]
async fn the_server_is_known_by_its_usual_names_and_those_asked_for() {
    let authority = Authority::generate().unwrap();
    let (serving, _feeds) = secure(&authority, &["api.example.com", "10.9.8.7"]).await;
    let client = client(&authority, None, &[]);
    for name in ["localhost", "127.0.0.1", "::1", "kubernetes.default.svc", "kubernetes", "api.example.com", "10.9.8.7"]
    {
        shake(&serving, &client, name).await.unwrap();
    }
    for name in ["example.com", "10.9.8.8"] {
        assert!(shake(&serving, &client, name).await.is_err(), "{name}");
    }
    assert!(matches!(authority.server(&["ünicode"]), Err(TransportError::Tls(_))));
}

#[tokio::test]
async fn a_client_certificate_names_user_and_group() {
    let authority = Authority::generate().unwrap();
    let (serving, _feeds) = secure(&authority, &[]).await;
    for (user, known) in
        [(User::admin(), r#"system:admin ["system:masters"] HTTP/1.1"#), (User::new("jürg"), "jürg [] HTTP/1.1")]
    {
        let client = client(&authority, Some(authority.client(&user).unwrap()), &[]);
        let stream = shake(&serving, &client, "localhost").await.unwrap();
        let answer = over_http1(stream).await.send_request(get("/")).await.unwrap();
        assert_eq!(text(answer).await, known);
    }
    let error = authority.client(&User::new("jane").in_group("a").in_group("b")).unwrap_err();
    insta::assert_snapshot!(error, @"jane is in 2 groups, and a certificate made here names at most one: give the user a token");
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_no_credential() {
    let (ours, other) = (Authority::generate().unwrap(), Authority::generate().unwrap());
    let (serving, _feeds) = secure(&ours, &[]).await;
    let forged = client(&ours, Some(other.client(&User::admin()).unwrap()), &[]);
    // In TLS 1.3 a client learns of the refusal when it reads.
    if let Ok(mut stream) = shake(&serving, &forged, "localhost").await {
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap_err();
        assert_eq!(answer, b"");
    }
    assert!(shake(&serving, &client(&other, None, &[]), "localhost").await.is_err(), "nor is the server the other's");
}

#[tokio::test]
async fn without_tls_there_is_no_answer() {
    let authority = Authority::generate().unwrap();
    let (serving, _feeds) = secure(&authority, &[]).await;
    let mut stranger = connect(&serving).await;
    stranger.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = stranger.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "no TLS, no answer");
}

#[tokio::test]
async fn a_handshake_that_never_comes_is_given_up_and_delays_no_end() {
    let authority = Authority::generate().unwrap();
    let quick = Transport::tls(authority.server(&[]).unwrap()).header_timeout(Duration::from_millis(100));
    let (serving, _feeds) = serve(quick).await;
    let mut silent = connect(&serving).await;
    let mut half = connect(&serving).await;
    half.write_all(b"\x16\x03\x01\x02\x00\x01").await.unwrap();
    assert_eq!(silent.read_to_end(&mut Vec::new()).await.unwrap(), 0);
    let _ = half.read_to_end(&mut Vec::new()).await;

    let patient = Transport::tls(authority.server(&[]).unwrap())
        .header_timeout(Duration::from_secs(3600))
        .grace(Duration::from_secs(3600));
    let (serving, _feeds) = serve(patient).await;
    let _silent = connect(&serving).await;
    serving.shutdown().await;
}

#[test]
fn nothing_secret_is_shown() {
    let authority = Authority::generate().unwrap();
    let text = format!("{authority:?} {:?} {:?}", authority.client(&User::admin()), authority.server(&[]));
    assert_eq!(text, "Authority Ok(Certificate) Ok(Tls)");
}
