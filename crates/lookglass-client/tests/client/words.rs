//! What a person reads when something goes wrong: everything, and nothing twice.

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_client::{
    Client, Config, Error, ExecConfig, Kubeconfig, ListWatch, Overrides, Pem, WatchFrom, WatchOptions, with_causes,
};
use lookglass_object::{Gvr, Reason, Status};
use tokio::net::TcpListener;

use crate::support::{Server, get, pem};

/// The words of an error and of its causes, without what is another in each run.
fn words(error: &Error) -> String {
    let mut text = with_causes(error);
    while let Some(at) = text.find("127.0.0.1:") {
        let port = &text[at + 10..];
        let digits = port.len() - port.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        text.replace_range(at..at + 10 + digits, "SERVER");
    }
    text
}

/// What a client says that is answered with this.
async fn answered(status: Status) -> String {
    let (code, body) = (u16::try_from(status.code()).unwrap(), serde_json::to_string(&status).unwrap());
    let server = Server::start(10, move |asked| asked.say(code, body.clone())).await;
    words(&server.client().fetch("list pods in default", get("/api/v1/namespaces/default/pods")).await.unwrap_err())
}

#[tokio::test]
async fn nobody_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(Config::new(&url).unwrap()).unwrap();
    let error = client.fetch("list pods in default", get("/api/v1/namespaces/default/pods")).await.unwrap_err();
    insta::assert_snapshot!(words(&error), @"list pods in default: no answer from the API server; is it reachable, and does the config name the right address?: no connection to SERVER: Connection refused (os error 111)");
}

#[tokio::test]
async fn the_server_refuses() {
    let pods = Gvr::core("v1", "pods");
    insta::assert_snapshot!(answered(Status::unauthorized("Unauthorized")).await, @"list pods in default: Unauthorized");
    let right = "User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"";
    insta::assert_snapshot!(answered(Status::forbidden(Some(&pods), "", right)).await, @r#"list pods in default: pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default""#);
    let missing = Status::failure(Reason::NotFound, "the server could not find the requested resource");
    insta::assert_snapshot!(answered(missing).await, @"list pods in default: the server could not find the requested resource");
}

#[tokio::test]
async fn the_authority_is_another() {
    let serve = || async {
        let api = lookglass_apiserver::ApiServer::start().await.unwrap();
        api.serve("127.0.0.1:0").await.unwrap()
    };
    let (serving, other) = (serve().await, serve().await);
    let other = other.kubeconfig().unwrap().to_yaml();
    let config = Config::new(&serving.url()).unwrap().ca(Pem::inline(pem(&other, "certificate-authority-data")));
    let error = Client::new(config).unwrap().fetch("list pods", get("/api/v1/pods")).await.unwrap_err();
    insta::assert_snapshot!(words(&error), @"list pods: the server's certificate is not trusted for 127.0.0.1; check the config's certificate authority, and whether `tls-server-name` is to be set: invalid peer certificate: BadSignature");
}

#[test]
fn the_kubeconfig_is_none() {
    let error = Kubeconfig::parse("clusters: [{name: here, cluster: 7}]").unwrap_err();
    insta::assert_snapshot!(words(&error.into()), @"no usable config; is KUBECONFIG set, or is the program to run in a cluster?: the kubeconfig: clusters[0].cluster: should be fields, and is a number");
    let kubeconfig = Kubeconfig::parse("contexts: [{name: here, context: {cluster: gone, user: jane}}]").unwrap();
    let mut overrides = Overrides::default();
    overrides.context = Some("here".to_owned());
    let error = Config::from_kubeconfig(&kubeconfig, &overrides).unwrap_err();
    insta::assert_snapshot!(words(&error.into()), @r#"
    no usable config; is KUBECONFIG set, or is the program to run in a cluster?: context `here` cannot be used:
      context `here`: cluster: there is no cluster `gone`; there is none at all
      context `here`: user: there is no user `jane`; there is none at all
    "#);
}

#[tokio::test]
async fn the_credential_plugin_fails() {
    let server = Server::start(10, |asked| asked.say(200, "{}")).await;
    let client = |plugin: ExecConfig| Client::builder(server.config().exec(plugin)).build().unwrap();
    let failing = ExecConfig::new("/bin/sh").arg("-c").arg("echo 'log in first' >&2; exit 3");
    let error = client(failing).fetch("list pods", get("/api/v1/pods")).await.unwrap_err();
    insta::assert_snapshot!(words(&error), @"list pods: no usable credentials or certificates; the cause says which: credential plugin `/bin/sh`: failed with code 3: log in first");
    let error = client(ExecConfig::new("/bin")).fetch("list pods", get("/api/v1/pods")).await.unwrap_err();
    insta::assert_snapshot!(words(&error), @"list pods: no usable credentials or certificates; the cause says which: credential plugin `/bin`: cannot be run: Permission denied (os error 13)");
}

/// What is said of a watch that is answered with these bytes.
async fn watched(bytes: &'static str) -> String {
    let server = Server::start(10, move |asked| asked.say(200, bytes)).await;
    let configs = ListWatch::<ConfigMap>::typed(&server.client());
    let mut watch = configs.watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
    words(&watch.next().await.unwrap().unwrap_err())
}

#[tokio::test]
async fn a_frame_is_none() {
    insta::assert_snapshot!(watched("<html>Bad Gateway</html>\n").await, @r#"watch configmaps: an answer that cannot be understood: at byte 0 of the answer, in what begins with "<html>Bad Gateway</html>": not a watch event: malformed JSON at byte 0: expected an object"#);
    insta::assert_snapshot!(watched("{\"type\":\"ADDED\",\"object\":{\"metadata\":{}}}\n").await, @r#"watch configmaps: an object that cannot be taken in: at byte 0 of the answer, in what begins with "{\"type\":\"ADDED\",": the object of an event of type ADDED: an object of kind ConfigMap has no metadata.name"#);
    insta::assert_snapshot!(watched("{\"type\":\"ADDED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}}}\n").await, @r#"watch configmaps: an object that cannot be taken in, b/a: at byte 0 of the answer, in what begins with "{\"type\":\"ADDED\",": the object of an event of type ADDED: expected kind /v1, Kind=ConfigMap, but this is Pod"#);
    insta::assert_snapshot!(watched("{\"type\":\"ADDED\",\"object\":{\"meta").await, @r#"watch configmaps: the answer was cut off: at byte 0 of the answer, in what begins with "{\"type\":\"ADDED\",": the body ended inside a frame, 31 bytes after its start at byte 0: the connection was cut"#);
}
