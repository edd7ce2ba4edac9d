//! The server as a value: what it starts with, its time, its past, its log.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::core::v1::{ConfigMap, Namespace, Node, ServiceAccount},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use lookglass_apiserver::{Anonymous, ApiServer, Error, Restart, User};
use serde_json::json;

use crate::wire::{Next, Watch, ask, get, read, request, send};

const SECOND: Duration = Duration::from_secs(1);
const CONFIGS: &str = "/api/v1/namespaces/default/configmaps";

fn config(name: &str) -> ConfigMap {
    ConfigMap { metadata: ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() }, ..ConfigMap::default() }
}

#[tokio::test(start_paused = true)]
async fn it_starts_with_what_every_cluster_has_and_what_was_asked_for() {
    let api = ApiServer::builder()
        .namespace("prod")
        .node("node-1")
        .node("node-2")
        .object(&config("first"))
        .yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: second, namespace: prod}}\n---\n---\n# nothing\n")
        .start()
        .await
        .unwrap();
    let names: Vec<_> = api.list::<Namespace>().await.unwrap().into_iter().filter_map(|it| it.metadata.name).collect();
    assert_eq!(names, ["default", "kube-node-lease", "kube-public", "kube-system", "prod"]);
    assert_eq!(api.list::<Node>().await.unwrap().len(), 2);
    let node = api.get::<Node>("node-2").await.unwrap();
    let ready = node.status.unwrap().conditions.unwrap();
    assert_eq!((&*ready[0].type_, &*ready[0].status), ("Ready", "True"));
    api.get::<ConfigMap>("first").await.unwrap();
    api.get::<ConfigMap>("prod/second").await.unwrap();
    for namespace in names {
        api.get::<ServiceAccount>(&format!("{namespace}/default")).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_started_with_is_said() {
    let start = |yaml: &'static str| ApiServer::builder().yaml(yaml).start();
    let text = |result: Result<ApiServer, Error>| result.unwrap_err().to_string();
    insta::assert_snapshot!(text(start("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: nope}}").await), @r#"ConfigMap nope/a: namespaces "nope" not found"#);
    insta::assert_snapshot!(text(start("{apiVersion: example.com/v1, kind: Foo, metadata: {name: a}}").await), @"Foo of example.com/v1 is not served here: nothing has registered this kind");
    insta::assert_snapshot!(text(start("{kind: ConfigMap, metadata: {name: a}}").await), @"ConfigMap a has no apiVersion: every object needs apiVersion, kind and metadata.name");
    insta::assert_snapshot!(text(start("{apiVersion: v1, kind: ConfigMap}").await), @"a ConfigMap has no metadata.name: every object needs apiVersion, kind and metadata.name");
    assert!(matches!(start("a: [").await, Err(Error::Yaml { .. })));
    assert!(text(start("just text").await).starts_with("a document has no apiVersion"));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_objects_and_another_one_does_not() {
    let uid = |seed: Option<u64>| async move {
        let builder = ApiServer::builder();
        let api = seed.into_iter().fold(builder, |builder, seed| builder.seed(seed)).start().await.unwrap();
        let generated = ObjectMeta { generate_name: Some("web-".into()), ..ObjectMeta::default() };
        let made = api.create(&ConfigMap { metadata: generated, ..ConfigMap::default() }).await.unwrap();
        (made.metadata.uid.unwrap(), made.metadata.name.unwrap(), made.metadata.resource_version.unwrap())
    };
    let seven = uid(Some(7)).await;
    assert_eq!(seven, uid(Some(7)).await);
    assert_ne!(seven.0, uid(Some(8)).await.0);
    assert_ne!(uid(None).await.0, uid(None).await.0);
}

#[tokio::test(start_paused = true)]
async fn time_goes_as_tokios_does() {
    let base: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let api = ApiServer::builder().starting_at(base).start().await.unwrap();
    assert_eq!(api.now(), base);
    tokio::time::advance(Duration::from_secs(90)).await;
    let made = api.create(&config("late")).await.unwrap();
    assert_eq!(made.metadata.creation_timestamp.unwrap().0.to_string(), "2030-01-01T00:01:30Z");
    let reply = get(&api, "/version").await;
    assert_eq!(reply.header("date"), "Tue, 01 Jan 2030 00:01:30 GMT");

    let fixed = ApiServer::builder().clock(move || base).start().await.unwrap();
    tokio::time::advance(SECOND).await;
    assert_eq!(fixed.now(), base);
}

#[tokio::test(start_paused = true)]
async fn the_past_can_be_forgotten_on_demand() {
    let api = ApiServer::start().await.unwrap();
    let before = api.version();
    let path = |version| format!("{CONFIGS}?watch=1&timeoutSeconds=60&resourceVersion={version}");
    api.create(&config("a")).await.unwrap();
    let mut open = Watch::open(&api, &path(before)).await;
    assert_eq!(open.names(1).await, ["ADDED a"]);
    let page = get(&api, &format!("{CONFIGS}?limit=1")).await.json();
    let token = page["metadata"]["continue"].as_str().unwrap().to_owned();

    api.create(&config("b")).await.unwrap();
    api.compact(u64::MAX);
    let mut resumed = Watch::open(&api, &path(before)).await;
    assert_eq!(resumed.names(2).await, ["ADDED a", "ADDED b"], "watches resume after a compaction");
    let expired = get(&api, &format!("{CONFIGS}?limit=1&continue={token}")).await;
    assert_eq!((expired.code, &*expired.reason()), (410, "Expired"), "pages do not");

    api.expire_before(api.version());
    let mut expired = Watch::open(&api, &path(before)).await;
    assert_eq!(expired.raw().await.unwrap()["object"]["reason"], "Expired");
    api.create(&config("c")).await.unwrap();
    assert_eq!(open.names(2).await, ["ADDED b", "ADDED c"], "watches that are open go on");
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_what_etcd_keeps() {
    let api = ApiServer::start().await.unwrap();
    api.create(&config("a")).await.unwrap();
    let version = api.version();
    let mut watch = Watch::open(&api, &format!("{CONFIGS}?watch=1&timeoutSeconds=600&resourceVersion={version}")).await;
    let kept = get(&api, CONFIGS).await.json();
    api.restart(Restart::Keep).await.unwrap();
    assert_eq!(watch.next().await, Next::End(String::new()));
    assert_eq!(get(&api, CONFIGS).await.json(), kept);
    assert_eq!(api.version(), version);
}

#[tokio::test(start_paused = true)]
async fn a_restart_may_lose_everything_but_a_cluster_it_stays() {
    let api = ApiServer::builder().namespace("prod").node("node-1").start().await.unwrap();
    let first = api.create(&config("a")).await.unwrap();
    let version = api.version();
    api.restart(Restart::Lose).await.unwrap();
    assert!(api.get::<ConfigMap>("a").await.unwrap_err().is_not_found());
    assert!(api.version() > version);
    api.get::<Namespace>("prod").await.unwrap();
    api.get::<Node>("node-1").await.unwrap();
    assert_ne!(api.create(&config("a")).await.unwrap().metadata.uid, first.metadata.uid);
    api.restart(Restart::Rewind).await.unwrap();
    assert!(api.version() < version, "like a backup from long ago");
    api.get::<Namespace>("default").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_backup_has_the_same_objects_with_the_same_uids() {
    let api = ApiServer::start().await.unwrap();
    let kept = api.create(&config("a")).await.unwrap();
    let (backup, version) = (api.backup(), api.version());
    let changed = ConfigMap { data: Some([("a".to_owned(), "b".to_owned())].into()), ..config("a") };
    let changed = api.update(&changed).await.unwrap();
    let lost = api.create(&config("b")).await.unwrap();
    api.restore(&backup);
    assert_eq!(api.version(), version);
    assert_eq!(api.get::<ConfigMap>("a").await.unwrap(), kept);
    assert!(api.get::<ConfigMap>("b").await.unwrap_err().is_not_found());
    api.get::<Namespace>("default").await.unwrap();
    let created = api.create(&config("b")).await.unwrap().metadata;
    assert_ne!(created.uid, lost.metadata.uid, "another object");
    assert_eq!(created.resource_version, changed.metadata.resource_version, "the version of something else");
}

#[tokio::test(start_paused = true)]
async fn requests_are_remembered_without_secrets_and_up_to_a_bound() {
    let api = ApiServer::builder().request_log(3).starting_at(Timestamp::UNIX_EPOCH).start().await.unwrap();
    get(&api, "/api/v1/nodes").await;
    let secret = [("user-agent", "kubectl/v1.36.2"), ("authorization", "Bearer s3cret")];
    let list = request("GET", "/api/v1/pods?labelSelector=app%3Dweb", &secret, "");
    assert_eq!(send(&api, list).await.unwrap().status(), 401);
    ask(&api, "POST", CONFIGS, r#"{"metadata":{"name":"a"},"data":{"password":"hunter2"}}"#).await;
    tokio::time::advance(SECOND).await;
    let fault = api.fault(lookglass_apiserver::Fault::hang());
    assert!(tokio::time::timeout(SECOND, get(&api, "/version")).await.is_err());
    fault.remove();
    let records = api.requests();
    let text = format!("{records:#?}");
    assert!(!text.contains("s3cret") && !text.contains("hunter2"), "{text}");
    let lines: Vec<String> = records
        .iter()
        .map(|it| format!("{} {} {} {:?} {:?} {:?}", it.at, it.method, it.path, it.query, it.user_agent, it.code))
        .collect();
    assert_eq!(
        lines,
        [
            r#"1970-01-01T00:00:00Z GET /api/v1/pods "labelSelector=app%3Dweb" "kubectl/v1.36.2" Some(401)"#,
            r#"1970-01-01T00:00:00Z POST /api/v1/namespaces/default/configmaps "" "" Some(201)"#,
            r#"1970-01-01T00:00:01Z GET /version "" "" None"#,
        ]
    );
    api.clear_requests();
    assert_eq!(api.requests(), []);
    get(&api, &format!("/{}", "x".repeat(5000))).await;
    assert_eq!(api.requests()[0].path.len(), 1024);
    let silent = ApiServer::builder().request_log(0).start().await.unwrap();
    get(&silent, "/version").await;
    assert_eq!(silent.requests(), []);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_users_and_others_are_let_in_as_far_as_was_said() {
    let viewer = User::new("viewer").in_group("view");
    let api = ApiServer::builder().token("t0k", viewer).anonymous(Anonymous::Refused).start().await.unwrap();
    let review = r#"{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}"#;
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let who = |headers: &[(&str, &str)]| {
        let request = request("POST", path, headers, review);
        let api = api.clone();
        async move { read(send(&api, request).await.unwrap()).await.unwrap().json() }
    };
    let user = |it: serde_json::Value| it["status"]["userInfo"].clone();
    let of_token = user(who(&[("authorization", "Bearer t0k")]).await);
    assert_eq!(of_token["username"], "viewer");
    assert_eq!(of_token["groups"], json!(["view", "system:authenticated"]));
    let of_this_process = user(who(&[]).await);
    assert_eq!(of_this_process["username"], "system:admin");
    let of_another = user(who(&[("impersonate-user", "jane")]).await);
    assert_eq!(of_another["username"], "jane");
    assert_eq!(who(&[("authorization", "Bearer wrong")]).await["reason"], "Unauthorized");
    // Whoever is vouched for by a transport as nobody is nobody.
    let mut stranger = request("GET", "/livez", &[], "");
    stranger.extensions_mut().insert(lookglass_apiserver::Peer::unknown());
    assert_eq!(send(&api, stranger).await.unwrap().status(), 401);
}

#[tokio::test(start_paused = true)]
async fn handles_can_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    let api = Arc::new(ApiServer::start().await.unwrap());
    anywhere(&*api);
    anywhere(&api.service());
    anywhere(&api.fault(lookglass_apiserver::Fault::reset()));
    anywhere(&api.serve_plain("127.0.0.1:0").await.unwrap());
    fn send<F: Future + Send>(_: F) {}
    send(api.until::<ConfigMap>("a", |_| true, SECOND));
    send(api.apply_yaml(""));
    send(api.create(&config("a")));
    send(ApiServer::builder().start());
    send(api.serve("127.0.0.1:0"));
    assert!(format!("{api:?}").starts_with("ApiServer { version: "));
}
