//! Clients of both versions, and those who never say what they want.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

#[tokio::test]
async fn both_versions_are_spoken_on_a_plain_socket() {
    let (serving, _feeds) = serve(Transport::plain()).await;
    let mut http1 = over_http1(connect(&serving).await).await;
    let mut http2 = over_http2(connect(&serving).await).await;
    for _ in 0..3 {
        assert_eq!(text(http1.send_request(get("/")).await.unwrap()).await, "nobody HTTP/1.1");
        let uri = format!("http://{}/", serving.local_addr());
        assert_eq!(text(http2.send_request(get(&uri)).await.unwrap()).await, "nobody HTTP/2.0");
    }
    assert_eq!(serving.connections(), 2);
    assert_eq!(serving.url(), format!("http://{}", serving.local_addr()));
    assert_eq!(format!("{serving:?}"), format!("Serving({}, 2 connections)", serving.url()));
}

#[tokio::test]
async fn a_server_on_all_addresses_is_named_by_the_loopback_one() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let serving = Transport::plain().serve(listener, service().0).unwrap();
    assert_eq!(serving.url(), format!("http://127.0.0.1:{}", serving.local_addr().port()));
}

#[tokio::test]
async fn who_does_not_say_what_he_wants_is_dropped_and_nobody_waits_for_him() {
    let (serving, _feeds) = serve(Transport::plain().header_timeout(Duration::from_millis(300))).await;
    let begun: [&[u8]; 5] = [
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-",
        b"PRI * HTTP/2.0\r\n\r\nSM\r",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let mut silent = Vec::new();
    for bytes in begun {
        let mut stream = connect(&serving).await;
        stream.write_all(bytes).await.unwrap();
        silent.push(stream);
    }
    let mut client = over_http1(connect(&serving).await).await;
    assert_eq!(text(client.send_request(get("/")).await.unwrap()).await, "nobody HTTP/1.1");
    for (mut stream, begun) in silent.into_iter().zip(begun) {
        let mut rest = Vec::new();
        // It ends; how, and after which farewell, is up to the version of HTTP.
        let _ = stream.read_to_end(&mut rest).await;
        let begun = begun.escape_ascii();
        assert!(!rest.windows(3).any(|window| window == b"200"), "{begun} was answered {}", rest.escape_ascii());
    }
}

#[tokio::test]
async fn a_second_header_may_not_dawdle_either() {
    let (serving, _feeds) = serve(Transport::plain().header_timeout(Duration::from_millis(200))).await;
    let mut stream = connect(&serving).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT").await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers.matches("200 OK").count(), 1, "{answers}");
}

#[tokio::test]
async fn what_is_no_http_is_answered_and_closed() {
    let (serving, _feeds) = serve(Transport::plain()).await;
    let noise: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/7.3\r\n\r\n",
    ];
    for bytes in noise {
        let mut stream = connect(&serving).await;
        stream.write_all(bytes).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 400"), "{}", rest.escape_ascii());
    }
}

#[tokio::test]
async fn a_watch_of_a_client_that_left_is_let_go() {
    let (serving, mut feeds) = serve(Transport::plain()).await;
    for version in [1, 2] {
        let feed = if version == 1 {
            let mut client = over_http1(connect(&serving).await).await;
            let _watch = client.send_request(get("/watch")).await.unwrap();
            feeds.recv().await.unwrap()
        } else {
            let mut client = over_http2(connect(&serving).await).await;
            let _watch = client.send_request(get("http://localhost/watch")).await.unwrap();
            feeds.recv().await.unwrap()
        };
        feed.closed().await;
    }
}

#[tokio::test]
async fn a_request_without_an_answer_is_let_go_with_its_client() {
    let (serving, mut feeds) = serve(Transport::plain()).await;
    let mut client = over_http2(connect(&serving).await).await;
    let waiting = tokio::spawn(async move { client.send_request(get("http://localhost/hang")).await });
    let feed = feeds.recv().await.unwrap();
    waiting.abort();
    feed.closed().await;
}
