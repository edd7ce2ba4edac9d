//! Servers that speak HTTP/1.1.

use std::time::Duration;

use http::{Request, Version, header};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, ListParams, PostParams, WatchParams};
use lookglass_apiserver::{ApiServer, Fault};
use lookglass_client::{Client, Config, Error};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::support::{frame, get, until};

const CONFIGS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test]
async fn connections_are_used_again_one_request_at_a_time() {
    let serving = ApiServer::start().await.unwrap().serve_plain("127.0.0.1:0").await.unwrap();
    let client = Client::new(Config::new(&serving.url()).unwrap()).unwrap();
    for _ in 0..5 {
        let answer = client.fetch("look", get("/version")).await.unwrap();
        assert_eq!(answer.version(), Version::HTTP_11);
    }
    assert_eq!(serving.connections(), 1);
    let mut watches = Vec::new();
    for _ in 0..30 {
        watches.push(client.send("watch", get(&format!("{CONFIGS}?watch=true"))).await.unwrap());
    }
    client.fetch("look", get("/version")).await.unwrap();
    assert_eq!(serving.connections(), 31);
    // A watch that is dropped is not over for its connection, which therefore is.
    drop(watches);
    until("their connections are closed", || serving.connections() == 1).await;
}

#[tokio::test]
async fn no_more_than_25_idle_connections_are_kept() {
    let serving = ApiServer::start().await.unwrap().serve_plain("127.0.0.1:0").await.unwrap();
    let client = Client::new(Config::new(&serving.url()).unwrap()).unwrap();
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(client.send("list", get(CONFIGS)).await.unwrap().into_body());
    }
    for answer in &mut answers {
        while let Some(piece) = frame(answer).await {
            piece.unwrap();
        }
    }
    until("15 are closed", || serving.connections() == 25).await;
    assert_eq!(client.connections().open, 25);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_costs_a_reader_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                _ = tcp.read(&mut request).await;
                _ = tcp.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                // The next request arrives, and nobody answers.
                _ = tcp.read(&mut request).await;
            });
        }
    });
    let client = Client::builder(Config::new(&format!("http://{address}")).unwrap()).retries(0).build().unwrap();
    for _ in 0..5 {
        client.fetch("look", get("/version")).await.unwrap();
    }
    let create = || Request::post(CONFIGS).body("{}".into()).unwrap();
    let error = client.fetch("create", create()).await.unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
}

#[tokio::test]
async fn an_upgrade_passes_through_kubes_client_on_a_connection_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(tcp.read_u8().await.unwrap());
        }
        let request = String::from_utf8(request).unwrap().to_lowercase();
        assert!(request.starts_with("get /api/v1/exec http/1.1\r\n"), "{request}");
        for line in ["upgrade: websocket", "connection: upgrade", "authorization: bearer s3cr3t"] {
            assert!(request.contains(&format!("\r\n{line}\r\n")), "{request}");
        }
        tcp.write_all(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
            .await
            .unwrap();
        let mut word = [0; 4];
        tcp.read_exact(&mut word).await.unwrap();
        tcp.write_all(&word).await.unwrap();
    });
    // With prior knowledge of HTTP/2, in which nothing can be upgraded.
    let config = Config::new(&format!("http://{address}")).unwrap().token("s3cr3t");
    let client = Client::builder(config).http2_prior_knowledge(true).build().unwrap();
    let request = Request::get("/api/v1/exec").header(header::CONNECTION, "Upgrade");
    let request = request.header(header::UPGRADE, "websocket").body(kube::client::Body::empty()).unwrap();
    let kube = client.kube();
    let response = kube.send(request).await.unwrap();
    assert_eq!(response.status(), 101);
    let mut upgraded = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    drop((client, kube));
    upgraded.write_all(b"ping").await.unwrap();
    let mut word = [0; 4];
    upgraded.read_exact(&mut word).await.unwrap();
    assert_eq!(&word, b"ping");
}

#[tokio::test]
async fn kubes_api_works_over_the_pool() {
    let serving = ApiServer::start().await.unwrap().serve_plain("127.0.0.1:0").await.unwrap();
    for prior_knowledge in [false, true] {
        let config = Config::new(&serving.url()).unwrap().namespace("default");
        let client = Client::builder(config).http2_prior_knowledge(prior_knowledge).build().unwrap();
        let configs: Api<ConfigMap> = Api::default_namespaced(client.kube());
        let name = format!("web-{prior_knowledge}");
        let made = serde_json::json!({"metadata": {"name": name}, "data": {"color": "green"}});
        configs.create(&PostParams::default(), &serde_json::from_value(made).unwrap()).await.unwrap();
        assert_eq!(configs.get(&name).await.unwrap().data.unwrap()["color"], "green");
        let refusal = configs.get("nobody").await.unwrap_err();
        assert!(matches!(refusal, kube::Error::Api(status) if status.code == 404));
        let mut watch = std::pin::pin!(configs.watch(&WatchParams::default(), "0").await.unwrap());
        let first = std::future::poll_fn(|cx| futures_core::Stream::poll_next(watch.as_mut(), cx)).await;
        assert!(matches!(first, Some(Ok(kube::api::WatchEvent::Added(_)))));
        let all: Api<Namespace> = Api::all(client.kube());
        assert!(!all.list(&ListParams::default()).await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn a_reset_connection_is_tried_again_by_readers_after_a_second() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    let client = Client::new(Config::new(&serving.url()).unwrap()).unwrap();
    let fault = api.fault(Fault::reset().once());
    let begun = std::time::Instant::now();
    client.fetch("list", get(CONFIGS)).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(fault.struck(), 1);
}
