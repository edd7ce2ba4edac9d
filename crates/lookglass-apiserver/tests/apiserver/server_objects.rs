//! What a test does with its own hand.

use std::time::Duration;

use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        core::v1::{ConfigMap, Namespace, Node, Secret},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use lookglass_apiserver::{ApiServer, Error, Restart};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn config(name: &str, color: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() },
        data: Some([("color".to_owned(), color.to_owned())].into()),
        ..ConfigMap::default()
    }
}

fn color(config: &ConfigMap) -> &str {
    &config.data.as_ref().expect("it has a color")["color"]
}

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
";

#[tokio::test(start_paused = true)]
async fn an_objects_life() {
    let api = ApiServer::start().await.unwrap();
    let made = api.create(&config("web", "green")).await.unwrap();
    assert_eq!(made.metadata.namespace.as_deref(), Some("default"));
    assert!(api.create(&config("web", "blue")).await.unwrap_err().is_already_exists());
    let mut read = api.get::<ConfigMap>("default/web").await.unwrap();
    assert_eq!(read, made);
    read.data = config("web", "blue").data;
    let updated = api.update(&read).await.unwrap();
    assert_eq!(color(&updated), "blue");
    assert!(api.update(&read).await.unwrap_err().is_conflict(), "its version is old now");
    api.delete::<ConfigMap>("web").await.unwrap();
    let gone = api.get::<ConfigMap>("web").await.unwrap_err();
    assert!(gone.is_not_found());
    insta::assert_snapshot!(gone, @r#"ConfigMap default/web: configmaps "web" not found"#);
    assert!(api.delete::<ConfigMap>("web").await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_status_is_written_alone() {
    let api = ApiServer::start().await.unwrap();
    api.apply_yaml(DEPLOYMENT).await.unwrap();
    let mut web = api.get::<Deployment>("web").await.unwrap();
    web.status.get_or_insert_default().ready_replicas = Some(2);
    web.spec.replicas = Some(9);
    let web = api.update_status(&web).await.unwrap();
    assert_eq!(web.status.unwrap().ready_replicas, Some(2));
    assert_eq!(web.spec.replicas, Some(2));
}

#[tokio::test(start_paused = true)]
async fn lists_go_over_all_namespaces_and_items_know_what_they_are() {
    let api = ApiServer::builder().namespace("prod").start().await.unwrap();
    let roots = api.list::<ConfigMap>().await.unwrap();
    assert_eq!(roots.len(), 5);
    assert!(roots.iter().any(|root| root.metadata.namespace.as_deref() == Some("prod")));
    assert_eq!(api.list::<Node>().await.unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn hostile_keys_are_refused_and_reach_nothing_else() {
    let api = ApiServer::start().await.unwrap();
    for key in ["../../namespaces/default", "a/b/c", "", "/", "default/", "x?watch=1", "a b", "ü", "%2e%2e", "a#b"] {
        let error = api.get::<ConfigMap>(key).await.unwrap_err();
        assert!(error.status().is_some(), "{key}: {error}");
        api.delete::<ConfigMap>(key).await.unwrap_err();
    }
    assert_eq!(api.list::<ConfigMap>().await.unwrap().len(), 4, "nothing was deleted");
}

#[tokio::test(start_paused = true)]
async fn yaml_is_created_or_replaced_in_its_order() {
    let api = ApiServer::start().await.unwrap();
    let text = "
apiVersion: v1
kind: Namespace
metadata: {name: prod}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: prod}, data: {color: green}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: two, namespace: prod}}
---
apiVersion: v1
kind: ConfigMap
metadata: {generateName: three-}
";
    let applied = api.apply_yaml(text).await.unwrap();
    let said: Vec<String> = applied.iter().map(|it| format!("{} {} {}", it.kind.kind(), it.key, it.created)).collect();
    assert_eq!(said[..3], ["Namespace prod true", "ConfigMap prod/one true", "ConfigMap prod/two true"]);
    assert!(
        said[3].starts_with("ConfigMap default/three-") && applied[3].key.name().len() > "three-".len(),
        "{said:?}"
    );

    let version = api.version();
    let again = api
        .apply_yaml(&text.replace("green", "blue").replace("{generateName: three-}", "{name: three}"))
        .await
        .unwrap();
    assert_eq!(again.iter().map(|it| it.created).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(color(&api.get::<ConfigMap>("prod/one").await.unwrap()), "blue");
    assert_eq!(api.version(), version + 2, "what is the same already is left alone");
    // Kinds that insist on a version in an update, too.
    let lease =
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}, spec: {holderIdentity: HOLDER}}";
    api.apply_yaml(&lease.replace("HOLDER", "one")).await.unwrap();
    api.apply_yaml(&lease.replace("HOLDER", "two")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_text_that_is_not_yaml_is_applied() {
    let api = ApiServer::start().await.unwrap();
    let version = api.version();
    let error = api.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n{").await.unwrap_err();
    assert!(matches!(error, Error::Yaml { .. }), "{error}");
    assert_eq!(api.version(), version);
    assert_eq!(api.apply_yaml("").await.unwrap(), []);
    assert_eq!(api.apply_yaml("---\n...\n---\n# nothing\n").await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn until_looks_at_every_state() {
    let api = ApiServer::start().await.unwrap();
    let waiting = tokio::spawn({
        let api = api.clone();
        async move { api.until::<ConfigMap>("web", |config| color(config) == "blue", 30 * SECOND).await }
    });
    // Nobody waits in between: the state that is waited for has long gone when the other task comes to see it.
    for next in ["green", "blue", "red"] {
        tokio::task::yield_now().await;
        let config = config("web", next);
        match api.update(&config).await {
            Err(error) if error.is_not_found() => drop(api.create(&config).await.unwrap()),
            updated => drop(updated.unwrap()),
        }
    }
    assert_eq!(color(&waiting.await.unwrap().unwrap()), "blue");
}

#[tokio::test(start_paused = true)]
async fn what_did_not_come_is_said_with_what_was_last() {
    let api = ApiServer::start().await.unwrap();
    let begun = Instant::now();
    let error = api.until::<ConfigMap>("web", |_| true, 30 * SECOND).await.unwrap_err();
    assert_eq!(begun.elapsed(), 30 * SECOND);
    insta::assert_snapshot!(error, @"ConfigMap default/web was not as expected after 30s: it does not exist");

    api.apply_yaml(DEPLOYMENT).await.unwrap();
    let mut web = api.get::<Deployment>("web").await.unwrap();
    web.status.get_or_insert_default().ready_replicas = Some(1);
    api.update_status(&web).await.unwrap();
    let ready = |web: &Deployment| web.status.as_ref().is_some_and(|status| status.ready_replicas == Some(2));
    let error = api.until("web", ready, SECOND).await.unwrap_err().to_string();
    let version = api.version();
    assert_eq!(
        error,
        format!(
            r#"Deployment default/web was not as expected after 1s: it was last at version {version}, with status {{"readyReplicas":1}}"#
        )
    );
    let gone = api.until_gone::<Deployment>("web", SECOND).await.unwrap_err().to_string();
    assert!(gone.contains("it was last at version"), "{gone}");

    api.apply_yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {password: hunter2}}")
        .await
        .unwrap();
    let error = api.until::<Secret>("s", |_| false, SECOND).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn until_gone_waits_for_the_deletion() {
    let api = ApiServer::start().await.unwrap();
    api.until_gone::<Namespace>("prod", SECOND).await.unwrap();
    api.create(&config("web", "green")).await.unwrap();
    let waiting = tokio::spawn({
        let api = api.clone();
        async move { api.until_gone::<ConfigMap>("web", 30 * SECOND).await }
    });
    tokio::time::sleep(SECOND).await;
    assert!(!waiting.is_finished());
    api.delete::<ConfigMap>("web").await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn waiting_survives_a_restart() {
    let api = ApiServer::start().await.unwrap();
    let waiting = tokio::spawn({
        let api = api.clone();
        async move { api.until::<ConfigMap>("web", |_| true, 30 * SECOND).await }
    });
    tokio::time::sleep(SECOND).await;
    api.restart(Restart::Keep).await.unwrap();
    tokio::time::sleep(SECOND).await;
    api.create(&config("web", "green")).await.unwrap();
    waiting.await.unwrap().unwrap();
}
