//! The server on sockets, and through kube's client.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, api::PostParams};
use lookglass_apiserver::{ApiServer, Error, Fault, Verb};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

async fn over_socket(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    // A connection that a fault cuts may be reset.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("text")
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_plain_socket_is_for_this_machine() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    assert_eq!(serving.url(), format!("http://127.0.0.1:{}", serving.local_addr().port()));
    let answer = over_socket(serving.local_addr(), &get("/api/v1/namespaces/default")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains(r#""name":"default""#), "{answer}");
    let elsewhere = get("/api/v1/namespaces").replace("localhost", "evil.example.com");
    assert!(over_socket(serving.local_addr(), &elsewhere).await.starts_with("HTTP/1.1 403"));
    let yaml = serving.kubeconfig().unwrap().to_yaml();
    assert!(yaml.contains(&serving.url()) && yaml.contains("user: {}"), "{yaml}");

    assert!(matches!(api.serve_plain("0.0.0.0:0").await, Err(Error::Transport(_))));
    let taken = api.serve_plain(serving.local_addr()).await.unwrap_err();
    assert!(taken.to_string().starts_with(&format!("cannot listen on {}: ", serving.local_addr())), "{taken}");
    assert!(matches!(api.serve_plain("no such host:1").await, Err(Error::Bind { .. })));
    serving.shutdown().await;
    TcpStream::connect(serving.local_addr()).await.unwrap_err();
}

#[tokio::test]
async fn a_watch_over_a_socket_ends_cleanly_with_the_server() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(serving.local_addr()).await.unwrap();
    stream.write_all(get("/api/v1/namespaces?watch=1").as_bytes()).await.unwrap();
    let mut answer = String::new();
    while answer.matches(r#""type":"ADDED""#).count() < 4 {
        let mut piece = [0; 8192];
        let length = stream.read(&mut piece).await.unwrap();
        answer.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    serving.shutdown().await;
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("\r\n0\r\n\r\n"), "the last chunk: {answer}");
}

#[tokio::test]
async fn faults_cut_sockets_too() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    let fault = api.fault(Fault::reset().once());
    assert_eq!(over_socket(serving.local_addr(), &get("/version")).await, "");
    assert_eq!(fault.struck(), 1);
    // Half of a frame gets out before the connection fails.
    api.fault(Fault::cut_mid_frame().verb(Verb::Watch));
    let answer = over_socket(serving.local_addr(), &get("/api/v1/namespaces?watch=1")).await;
    assert!(answer.contains(r#"{"type":"ADDED","object":{"kind":"Namespace""#), "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
    api.clear_faults();
    assert!(over_socket(serving.local_addr(), &get("/version")).await.starts_with("HTTP/1.1 200"));
}

#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
#[tokio::test]
async fn without_tls_the_error_names_the_feature() {
    let error = ApiServer::start().await.unwrap().serve("127.0.0.1:0").await.unwrap_err();
    insta::assert_snapshot!(error, @"this program was built without TLS: enable the feature `rustls-ring` or `rustls-aws-lc`, or serve without TLS");
}

#[cfg(any(feature = "rustls-ring", feature = "rustls-aws-lc"))]
#[tokio::test]
async fn with_tls_a_kubeconfig_is_all_that_a_client_needs() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve("127.0.0.1:0").await.unwrap();
    assert!(serving.url().starts_with("https://127.0.0.1:"));
    let yaml = serving.kubeconfig().unwrap().to_yaml();
    let config = kube::config::Kubeconfig::from_yaml(&yaml).unwrap();
    let user = config.auth_infos[0].auth_info.as_ref().unwrap();
    assert!(user.client_certificate_data.is_some() && user.client_key_data.is_some());
    let cluster = config.clusters[0].cluster.as_ref().unwrap();
    assert_eq!(cluster.server.as_deref(), Some(&*serving.url()));
    assert!(cluster.certificate_authority_data.is_some());
    // Another socket of the same server has the same authority.
    let other = api.serve("127.0.0.1:0").await.unwrap();
    let of_other = kube::config::Kubeconfig::from_yaml(&other.kubeconfig_with_token("t").to_yaml()).unwrap();
    let of_other = of_other.clusters[0].cluster.as_ref().unwrap();
    assert_eq!(of_other.certificate_authority_data, cluster.certificate_authority_data);
    serving.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn kubes_client_works_without_a_socket() {
    let api = ApiServer::start().await.unwrap();
    let configs: Api<ConfigMap> = Api::default_namespaced(api.kube_client());
    let mut config = ConfigMap::default();
    config.metadata.name = Some("web".into());
    let made = configs.create(&PostParams::default(), &config).await.unwrap();
    assert_eq!(made, api.get("web").await.unwrap());
    let missing = configs.get("nope").await.unwrap_err();
    assert!(matches!(&missing, kube::Error::Api(status) if status.is_not_found()), "{missing}");
    assert_eq!(api.requests().len(), 2);
    api.fault(Fault::hang());
    let hung = tokio::time::timeout(Duration::from_secs(60), configs.get("web")).await;
    assert!(hung.is_err());
}
