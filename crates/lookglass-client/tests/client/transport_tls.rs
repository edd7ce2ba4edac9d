//! Whom the client trusts, and who it is.

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use http::{Request, Version};
use lookglass_apiserver::{ApiServer, Serving, User};
use lookglass_client::{Client, Config, Error, Kubeconfig, Overrides, Pem};

use crate::support::{Directory, Switch, all_of, frame, get, pass, pem, until};

async fn serve() -> (Serving, String) {
    let serving = ApiServer::start().await.unwrap().serve("127.0.0.1:0").await.unwrap();
    let kubeconfig = serving.kubeconfig().unwrap().to_yaml();
    (serving, kubeconfig)
}

fn config(kubeconfig: &str) -> Config {
    Config::from_kubeconfig(&Kubeconfig::parse(kubeconfig).unwrap(), &Overrides::default()).unwrap()
}

async fn who_am_i(client: &Client) -> String {
    let request = Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .header("content-type", "application/json")
        .body(Bytes::from_static(br#"{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}"#))
        .unwrap();
    let review = client.fetch("ask who I am", request).await.unwrap();
    let review: serde_json::Value = serde_json::from_slice(review.body()).unwrap();
    review["status"]["userInfo"]["username"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_kubeconfig_with_certificates_leads_to_the_server_over_http2() {
    let (serving, kubeconfig) = serve().await;
    let client = Client::new(config(&kubeconfig)).unwrap();
    let answer = client.fetch("look", get("/version")).await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_2);
    assert_eq!(who_am_i(&client).await, "system:admin");
    assert_eq!(serving.connections(), 1);
}

#[tokio::test]
async fn a_stranger_s_certificate_is_refused_by_name() {
    let ((serving, _), (_, other)) = (serve().await, serve().await);
    let ca = Pem::inline(pem(&other, "certificate-authority-data"));
    let stranger = Config::new(&serving.url()).unwrap().ca(ca);
    let error = Client::new(stranger).unwrap().fetch("look", get("/version")).await.unwrap_err();
    assert!(matches!(&error, Error::Untrusted { name, .. } if name == "127.0.0.1"), "{error:?}");
    assert!(!error.is_transient());
    assert!(error.to_string().contains("certificate authority"), "{error}");
}

#[tokio::test]
async fn without_an_authority_the_machine_is_asked_and_does_not_know_it() {
    let (serving, _) = serve().await;
    let error = Client::new(Config::new(&serving.url()).unwrap()).unwrap().fetch("look", get("/version")).await;
    let error = error.unwrap_err();
    // A machine with no trust at all cannot even ask.
    assert!(matches!(error, Error::Untrusted { .. } | Error::Credentials { .. }), "{}", all_of(&error));
}

#[tokio::test]
async fn the_name_in_the_certificate_is_the_one_that_was_asked_for() {
    let (_serving, kubeconfig) = serve().await;
    let wrong = Client::new(config(&kubeconfig).server_name("elsewhere.example.com")).unwrap();
    let error = wrong.fetch("look", get("/version")).await.unwrap_err();
    assert!(matches!(&error, Error::Untrusted { name, .. } if name == "elsewhere.example.com"), "{error:?}");
    assert!(error.to_string().contains("tls-server-name"), "{error}");
    let right = Client::new(config(&kubeconfig).server_name("localhost")).unwrap();
    right.fetch("look", get("/version")).await.unwrap();
    let careless = Client::new(config(&kubeconfig).server_name("elsewhere.example.com").insecure()).unwrap();
    careless.fetch("look", get("/version")).await.unwrap();
}

#[tokio::test]
async fn a_rotated_authority_is_followed_and_open_watches_stay() {
    let ((old, old_config), (new, new_config)) = (serve().await, serve().await);
    let switch = Switch::start(old.local_addr()).await;
    let directory = Directory::new("rotated-ca");
    let ca = directory.write("ca.crt", &pem(&old_config, "certificate-authority-data"));
    let client = Client::new(Config::new(&format!("https://{}", switch.address)).unwrap().ca(Pem::file(&ca))).unwrap();
    client.fetch("look", get("/version")).await.unwrap();
    let mut watch = client.send("watch", get("/api/v1/pods?watch=true")).await.unwrap().into_body();
    *switch.to.lock() = new.local_addr();

    // Until the file changes nobody looks for another connection.
    pass(Duration::from_secs(6)).await;
    client.fetch("look", get("/version")).await.unwrap();
    assert_eq!(switch.accepted.load(Ordering::SeqCst), 2);

    directory.write("ca.crt", &pem(&new_config, "certificate-authority-data"));
    pass(Duration::from_secs(70)).await;
    until("the watch's connection alone is left", || old.connections() == 1).await;
    client.fetch("look", get("/version")).await.unwrap();
    assert_eq!((new.connections(), switch.accepted.load(Ordering::SeqCst)), (1, 3));
    let pod = r#"{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a}]}}"#;
    old.api().apply_yaml(pod).await.unwrap();
    assert!(frame(&mut watch).await.unwrap().is_ok());
    drop(watch);
    until("the old connection is closed", || old.connections() == 0).await;

    // What is no certificate takes nothing away.
    directory.write("ca.crt", "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
    pass(Duration::from_secs(70)).await;
    client.fetch("look", get("/version")).await.unwrap();
}

#[tokio::test]
async fn a_rotated_client_certificate_is_followed() {
    let (serving, admin) = serve().await;
    let jane = serving.kubeconfig_of(&User::new("jane")).unwrap().to_yaml();
    let directory = Directory::new("rotated-certificate");
    let write = |kubeconfig: &str| {
        let certificate = directory.write("tls.crt", &pem(kubeconfig, "client-certificate-data"));
        (Pem::file(certificate), Pem::file(directory.write("tls.key", &pem(kubeconfig, "client-key-data"))))
    };
    let (certificate, key) = write(&jane);
    let ca = Pem::inline(pem(&admin, "certificate-authority-data"));
    let client = Client::new(Config::new(&serving.url()).unwrap().ca(ca).identity(certificate, key)).unwrap();
    assert_eq!(who_am_i(&client).await, "jane");

    // A key without its certificate is of no use yet.
    directory.write("tls.key", &pem(&admin, "client-key-data"));
    pass(Duration::from_secs(70)).await;
    assert_eq!(who_am_i(&client).await, "jane");

    write(&admin);
    pass(Duration::from_secs(70)).await;
    until("the old connection is closed", || serving.connections() == 0).await;
    assert_eq!(who_am_i(&client).await, "system:admin");
}
