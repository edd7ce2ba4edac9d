//! Trust among programs of one machine.

use super::*;
use crate::{identity::User, transport::TransportError};

async fn ask(headers: &[(&str, &str)]) -> (u16, String) {
    let (serving, _feeds) = serve(Transport::plain().trusting(User::admin())).await;
    let mut client = over_http1(connect(&serving).await).await;
    let mut request = Request::get("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.send_request(request.body(Empty::new()).unwrap()).await.unwrap();
    (response.status().as_u16(), text(response).await)
}

#[tokio::test]
async fn everybody_on_this_machine_is_the_trusted_user() {
    let hosts = ["localhost", "localhost:6443", "LocalHost", "127.0.0.1:1", "127.8.8.8", "[::1]", "[::1]:6443"];
    for host in hosts {
        let (code, text) = ask(&[("host", host)]).await;
        assert_eq!((code, &*text), (200, r#"system:admin ["system:masters"] HTTP/1.1"#), "{host}");
    }
    for origin in ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:1"] {
        assert_eq!(ask(&[("host", "localhost"), ("origin", origin)]).await.0, 200, "{origin}");
    }
}

#[tokio::test]
async fn pages_from_elsewhere_are_refused() {
    for host in
        ["evil.example.com", "localhost.evil.example.com", "10.0.0.1", "[2001:db8::1]:80", "", "[", "192.168.1.2:80"]
    {
        assert_eq!(ask(&[("host", host)]).await.0, 403, "{host}");
    }
    for origin in ["http://evil.example.com", "null", "https://localhost.evil.example.com", ""] {
        assert_eq!(ask(&[("host", "localhost"), ("origin", origin)]).await.0, 403, "{origin}");
    }
}

#[tokio::test]
async fn who_shows_a_token_is_not_vouched_for() {
    let (code, text) = ask(&[("host", "localhost"), ("authorization", "Bearer other")]).await;
    assert_eq!((code, &*text), (200, "nobody HTTP/1.1"));
}

#[tokio::test]
async fn the_whole_network_cannot_be_trusted() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let error = Transport::plain().trusting(User::admin()).serve(listener, service().0).unwrap_err();
    assert!(matches!(error, TransportError::NotLoopback(_)), "{error}");
    assert!(error.to_string().contains("listen on 127.0.0.1 or [::1]"), "{error}");
}

#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
#[test]
fn without_tls_the_error_names_the_feature() {
    let error = crate::transport::Authority::generate().unwrap_err();
    insta::assert_snapshot!(error, @"this program was built without TLS: enable the feature `rustls-ring` or `rustls-aws-lc`, or serve without TLS");
}
