//! The server on sockets, and through kube's client.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, api::PostParams};
use lookglass_apiserver::{ApiServer, Error, Fault, User, Verb};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

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
    assert_eq!(taken.to_string(), format!("cannot listen on {}", serving.local_addr()));
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

/// Asks who one is, over TLS, with what a kubeconfig holds.
async fn who(kubeconfig: &str) -> String {
    let config: Value = serde_saphyr::from_str(kubeconfig).expect("YAML");
    let cluster = &config["clusters"][0]["cluster"];
    let user = &config["users"][0]["user"];
    let decode = |data: &Value| STANDARD.decode(data.as_str().unwrap_or_default()).expect("base64");
    let mut roots = RootCertStore::empty();
    let authority = decode(&cluster["certificate-authority-data"]);
    roots.add(CertificateDer::from_pem_slice(&authority).expect("a certificate")).expect("an authority's");
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
    let tls = tls.expect("versions").with_root_certificates(roots);
    let tls = if user.get("client-key-data").is_some() {
        let chain = CertificateDer::from_pem_slice(&decode(&user["client-certificate-data"])).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(&decode(&user["client-key-data"])).expect("a key");
        tls.with_client_auth_cert(vec![chain], key).expect("they fit")
    } else {
        tls.with_no_client_auth()
    };
    let address = cluster["server"].as_str().and_then(|url| url.strip_prefix("https://")).expect("a URL");
    let stream = TcpStream::connect(address).await.expect("it listens");
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let mut stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await.expect("it is known");
    let body = r#"{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}"#;
    let token = user["token"].as_str().map(|token| format!("Authorization: Bearer {token}\r\n"));
    let request = format!(
        "POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\
         Content-Length: {}\r\n\r\n{body}",
        token.unwrap_or_default(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("text");
    let json = answer.split_once("\r\n\r\n").map(|(_, body)| body.lines().find(|line| line.starts_with('{')));
    let json: Value = serde_json::from_str(json.flatten().expect("a body")).expect("JSON");
    let text = |pointer| json.pointer(pointer).map(ToString::to_string);
    text("/status/userInfo").or_else(|| text("/message")).unwrap_or_default()
}

#[tokio::test]
async fn with_tls_a_kubeconfig_is_all_that_a_client_needs() {
    let viewer = User::new("viewer").in_group("view");
    let api = ApiServer::builder().token("t0k", viewer.clone()).start().await.unwrap();
    let serving = api.serve("127.0.0.1:0").await.unwrap();
    assert!(serving.url().starts_with("https://127.0.0.1:"));
    let admin = serving.kubeconfig().unwrap().to_yaml();
    assert_eq!(who(&admin).await, r#"{"groups":["system:masters","system:authenticated"],"username":"system:admin"}"#);
    let known = r#"{"groups":["view","system:authenticated"],"username":"viewer"}"#;
    assert_eq!(who(&serving.kubeconfig_of(&viewer).unwrap().to_yaml()).await, known);
    assert_eq!(who(&serving.kubeconfig_with_token("t0k").to_yaml()).await, known);
    assert_eq!(who(&serving.kubeconfig_with_token("wrong").to_yaml()).await, r#""Unauthorized""#);
    // Another socket of the same server has the same authority.
    let other = api.serve("127.0.0.1:0").await.unwrap();
    let admin_there = admin.replace(&serving.url(), &other.url());
    assert!(who(&admin_there).await.contains("system:admin"));
    assert_eq!(other.authority(), serving.authority());
    assert!(serving.authority().is_some_and(|pem| pem.starts_with("-----BEGIN CERTIFICATE-----")));
    assert_eq!(api.serve_plain("127.0.0.1:0").await.unwrap().authority(), None);
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

#[tokio::test]
async fn the_kubeconfig_is_its_owners_only_even_where_a_wider_one_lay() {
    let serving = ApiServer::start().await.unwrap().serve("127.0.0.1:0").await.unwrap();
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("kubeconfig");
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("config");
    std::fs::write(&path, "wide").unwrap();
    serving.write_kubeconfig(&path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("client-key-data"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["config"], "nothing is left beside it");
    let error = serving.write_kubeconfig(directory.join("missing/config")).unwrap_err().to_string();
    assert!(error.contains("missing/config"), "{error}");
    std::fs::remove_dir_all(&directory).unwrap();
}
