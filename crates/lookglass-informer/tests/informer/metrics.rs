//! Numbers for monitoring, as Prometheus is shown them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use lookglass_apiserver::Fault;
use lookglass_client::{Client, Config, ExecConfig, ListWatch};
use lookglass_informer::metrics::{Exporter, FAMILIES, MetricKind, RequestMetrics, of_process};
use lookglass_informer::{Event, Index, Informer, SharedInformer};
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use crate::support::{PATIENCE, builder, config, relists, server, unseen, until};

fn page(exporter: &Exporter) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(exporter.clone()));
    let mut page = String::new();
    text::encode(&mut page, &registry).expect("it is text");
    page
}

#[tokio::test(start_paused = true)]
async fn prometheus_is_shown_every_number_of_an_informer() {
    let api = server().await;
    for (name, app) in [("one", "web"), ("two", "db"), ("three", "web")] {
        api.create(&config("a", name, app, 0)).await.unwrap();
    }
    let configs = builder(&api).name("web").namespaces(["a", "b"]).on_error(|_| {}).build();
    let _by_app = configs.add_index(Index::label("app")).unwrap();
    let _fails = configs.add_index(Index::new("fails", |_| Err::<Option<String>, _>("on purpose"))).unwrap();
    let clumsy = configs.subscriber().name("clumsy").on_event(|_: &Event<ConfigMap>| Err("on purpose"));
    let _unread = configs.subscribe();
    configs.start().synced(PATIENCE).await.unwrap();
    clumsy.synced().await.unwrap();
    api.update(&config("a", "one", "web", 1)).await.unwrap();
    until("told", || clumsy.view().handled == 4).await;
    unseen(&api, async { api.delete::<ConfigMap>("a/two").await.unwrap() }).await;
    until("relisted", || relists(&configs) == 2 && clumsy.view().handled == 5).await;
    let exporter = Exporter::new();
    exporter.add(&configs).unwrap();
    let page = page(&exporter);
    let bytes = configs.metrics().into_iter().find(|sample| sample.family.name.ends_with("received_bytes_total"));
    assert!(bytes.expect("it is there").value > 500.0);
    // Times, and what depends on how the reflector tries again, is looked at elsewhere.
    const LEFT_OUT: [&str; 7] = [
        "received_bytes",
        "event_age",
        "lag_seconds",
        "failures_total",
        "bookmarks_total",
        "watches_total",
        "lists_total",
    ];
    let lines = page.lines().filter(|line| line.starts_with("lookglass_informer_"));
    let steady = lines.filter(|line| !LEFT_OUT.iter().any(|left_out| line.contains(left_out)));
    insta::assert_snapshot!(steady.collect::<Vec<_>>().join("\n"), @r#"
    lookglass_informer_running{informer="web",resource="configmaps"} 1.0
    lookglass_informer_synced{informer="web",resource="configmaps"} 1.0
    lookglass_informer_objects{informer="web",resource="configmaps"} 2.0
    lookglass_informer_changes_total{informer="web",resource="configmaps",change="added"} 3.0
    lookglass_informer_changes_total{informer="web",resource="configmaps",change="updated"} 1.0
    lookglass_informer_changes_total{informer="web",resource="configmaps",change="deleted"} 1.0
    lookglass_informer_errors_total{informer="web",resource="configmaps"} 9.0
    lookglass_informer_subscribers{informer="web",resource="configmaps"} 2.0
    lookglass_informer_watching{informer="web",resource="configmaps",namespace="a"} 1.0
    lookglass_informer_watching{informer="web",resource="configmaps",namespace="b"} 1.0
    lookglass_informer_queue_depth{informer="web",resource="configmaps",namespace="a"} 0.0
    lookglass_informer_queue_depth{informer="web",resource="configmaps",namespace="b"} 0.0
    lookglass_informer_listed_objects_total{informer="web",resource="configmaps",namespace="a"} 5.0
    lookglass_informer_listed_objects_total{informer="web",resource="configmaps",namespace="b"} 0.0
    lookglass_informer_events_total{informer="web",resource="configmaps",namespace="a"} 1.0
    lookglass_informer_events_total{informer="web",resource="configmaps",namespace="b"} 0.0
    lookglass_informer_unreadable_objects_total{informer="web",resource="configmaps",namespace="a"} 0.0
    lookglass_informer_unreadable_objects_total{informer="web",resource="configmaps",namespace="b"} 0.0
    lookglass_informer_index_values{informer="web",resource="configmaps",index="namespace"} 1.0
    lookglass_informer_index_values{informer="web",resource="configmaps",index="app"} 1.0
    lookglass_informer_index_values{informer="web",resource="configmaps",index="fails"} 0.0
    lookglass_informer_index_entries{informer="web",resource="configmaps",index="namespace"} 2.0
    lookglass_informer_index_entries{informer="web",resource="configmaps",index="app"} 2.0
    lookglass_informer_index_entries{informer="web",resource="configmaps",index="fails"} 0.0
    lookglass_informer_index_errors_total{informer="web",resource="configmaps",index="namespace"} 0.0
    lookglass_informer_index_errors_total{informer="web",resource="configmaps",index="app"} 0.0
    lookglass_informer_index_errors_total{informer="web",resource="configmaps",index="fails"} 4.0
    lookglass_informer_subscriber_pending_events{informer="web",resource="configmaps",subscriber="clumsy"} 0.0
    lookglass_informer_subscriber_pending_events{informer="web",resource="configmaps",subscriber=""} 5.0
    lookglass_informer_subscriber_events_total{informer="web",resource="configmaps",subscriber="clumsy"} 5.0
    lookglass_informer_subscriber_merged_events_total{informer="web",resource="configmaps",subscriber="clumsy"} 0.0
    lookglass_informer_subscriber_errors_total{informer="web",resource="configmaps",subscriber="clumsy"} 5.0
    lookglass_informer_subscriber_panics_total{informer="web",resource="configmaps",subscriber="clumsy"} 0.0
    "#);

    // All families are there, and no others; each once, with the labels it promises.
    for family in FAMILIES {
        let kind = if family.kind == MetricKind::Counter { "counter" } else { "gauge" };
        let line = format!("# TYPE {} {kind}", family.name.strip_suffix("_total").unwrap_or(family.name));
        assert_eq!(page.lines().filter(|shown| **shown == *line).count(), 1, "{line}");
        assert_eq!(family.name.ends_with("_total"), family.kind == MetricKind::Counter, "{}", family.name);
    }
    assert_eq!(page.matches("# TYPE").count(), FAMILIES.len());
    let all: Vec<_> = configs.metrics().into_iter().chain(of_process()).collect();
    assert!(all.iter().all(|sample| sample.labels.len() == sample.family.labels.len()));
    let different: BTreeSet<String> =
        page.lines().filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect();
    assert_eq!(different.len(), page.lines().filter(|line| line.contains(' ')).count(), "no line comes twice");
}

#[tokio::test(start_paused = true)]
async fn informers_are_told_apart_by_name_and_leave_with_their_last_handle() {
    let api = server().await;
    let (first, second) = (builder(&api).start(), builder(&api).start());
    first.synced(PATIENCE).await.unwrap();
    let exporter = Exporter::new();
    exporter.add(&first).unwrap();
    exporter.add(&first).unwrap();
    let refused = exporter.add(&second).unwrap_err();
    insta::assert_snapshot!(
        refused,
        @r#"an informer of configmaps named "configmaps" is shown already; name this one by `SharedInformerBuilder::name`"#
    );
    let third = builder(&api).name("third").build();
    exporter.add(&third).unwrap();
    let running = |page: &str| -> Vec<String> {
        page.lines().filter(|line| line.starts_with("lookglass_informer_running")).map(str::to_owned).collect()
    };
    assert_eq!(
        running(&page(&exporter)),
        [
            r#"lookglass_informer_running{informer="configmaps",resource="configmaps"} 1.0"#,
            r#"lookglass_informer_running{informer="third",resource="configmaps"} 0.0"#,
        ]
    );
    exporter.remove(&third);
    drop(first);
    assert_eq!(running(&page(&exporter)).len(), 0);
    exporter.add(&second).unwrap();
    assert_eq!(running(&page(&exporter)).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn however_many_objects_and_subscribers_there_are_the_numbers_are_as_many() {
    let api = server().await;
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let named: Vec<_> = (0..64).map(|at| configs.subscriber().name(format!("s{at}")).subscribe()).collect();
    let some = configs.subscribe();
    let before = configs.metrics().len();
    for at in 0..50 {
        api.create(&config("a", &format!("c{at}"), "web", at)).await.unwrap();
    }
    let many: Vec<_> = (0..500).map(|_| configs.subscribe()).collect();
    let more: Vec<_> = (0..100).map(|at| configs.subscriber().name(format!("more{at}")).subscribe()).collect();
    until("they are there", || configs.lister().len() == 50).await;
    // The age of the last event is new.
    assert!(configs.metrics().len() <= before + 1);
    let lines = configs.metrics();
    let others = lines
        .iter()
        .find(|line| line.family.name == "lookglass_informer_subscriber_pending_events" && line.labels[2].is_empty());
    assert_eq!(others.expect("there are others").value, 601.0 * 50.0);
    drop((named, some, many, more));
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_in_metrics_views_errors_and_debug_output() {
    const SECRETS: [&str; 4] = ["hunter2", "aHVudGVyMg", "s3cr3t-name", "label-of-it"];
    let api = server().await;
    let secret: Secret = serde_json::from_value(serde_json::json!({
        "metadata": { "name": "s3cr3t-name", "namespace": "a", "labels": { "app": "label-of-it" } },
        "stringData": { "password": "hunter2" },
    }))
    .unwrap();
    api.create(&secret).await.unwrap();
    let secrets = SharedInformer::builder(ListWatch::<Secret>::typed(&Client::from(api.kube_client()))).build();
    let by_app = secrets.add_index(Index::label("app")).unwrap();
    let mut events = secrets.subscribe();
    let idle = secrets.on_event(|_: &Event<Secret>| {});
    secrets.start().synced(PATIENCE).await.unwrap();
    assert_eq!(by_app.count("label-of-it"), 1);
    let exporter = Exporter::new();
    exporter.add(&secrets).unwrap();
    let object = secrets.lister().get("a/s3cr3t-name").unwrap();
    assert!(object.typed().is_ok());
    let event = events.next().await.unwrap();
    let shown = [
        page(&exporter),
        format!("{:?}", secrets.metrics()),
        format!("{:#?}", secrets.debug_view()),
        serde_json::to_string(&secrets.debug_view()).unwrap(),
        format!("{secrets:?} {:?} {by_app:?} {events:?} {idle:?} {exporter:?}", secrets.lister()),
        format!("{:?} {:?}", secrets.snapshot(), secrets.freshness()),
    ];
    for text in shown {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    // Of an object its key may be shown, and nothing else.
    for text in [format!("{event:?}"), format!("{object:?}")] {
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
    }
}

#[test]
fn the_readme_lists_every_metric() {
    let readme = include_str!("../../README.md");
    for family in FAMILIES {
        let short = family.name.strip_prefix("lookglass_informer").unwrap_or(family.name);
        let is_listed = [family.name, short].iter().any(|name| readme.contains(&format!("`{name}`")));
        assert!(is_listed, "{}", family.name);
    }
}

#[tokio::test(start_paused = true)]
async fn an_informer_that_its_owner_runs_is_shown_while_it_runs() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = Informer::new(builder(&api), |_: &Event<ConfigMap>| {});
    let exporter = Exporter::new();
    exporter.add(&configs).unwrap();
    let inspector = configs.inspector();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(configs.run(async { drop(stopped.await) }));
    inspector.synced(PATIENCE).await.unwrap();
    let line = r#"lookglass_informer_objects{informer="configmaps",resource="configmaps"} 1.0"#;
    assert!(page(&exporter).contains(line), "{}", page(&exporter));
    drop(stop);
    running.await.unwrap();
    assert!(!page(&exporter).contains("lookglass_informer_"), "{}", page(&exporter));
}

#[tokio::test]
async fn prometheus_is_shown_the_requests_of_clients_and_the_plugins_they_run() {
    let api = server().await;
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    let requests = RequestMetrics::new();
    let client = |config: Config| Client::builder(config).observer(Arc::new(requests.clone())).build().unwrap();
    let get = |path: &str| http::Request::get(path.to_owned()).body(bytes::Bytes::new()).unwrap();
    let config = || Config::new(&serving.url()).unwrap();
    let plain = client(config());
    plain.fetch("list", get("/api/v1/namespaces/a/configmaps")).await.unwrap();
    plain.fetch("get", get("/api/v1/namespaces/a/configmaps/nope")).await.unwrap_err();
    let busy = api.fault(Fault::too_many_requests(Duration::from_secs(0)).once());
    plain.fetch("get", get("/api/v1/namespaces/a")).await.unwrap();
    assert_eq!(busy.struck(), 1);
    let plugin = ExecConfig::new("/bin/sh").arg("-c").arg("exit 3");
    client(config().exec(plugin)).fetch("get", get("/version")).await.unwrap_err();
    drop(plain);

    let mut registry = Registry::default();
    requests.register(&mut registry);
    let mut page = String::new();
    text::encode(&mut page, &registry).expect("it is text");
    let page = page.replace(&serving.local_addr().to_string(), "HOST");
    let steady = |line: &&str| {
        !line.starts_with('#') && !["_bucket", "_sum", "received_bytes"].iter().any(|part| line.contains(part))
    };
    let mut lines: Vec<&str> = page.lines().filter(steady).collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    lookglass_client_plugin_duration_seconds_count{outcome="failed"} 1
    lookglass_client_plugin_runs_total{outcome="failed"} 1
    lookglass_client_rate_limiter_duration_seconds_count{verb="get",host="HOST"} 3
    lookglass_client_rate_limiter_duration_seconds_count{verb="list",host="HOST"} 1
    lookglass_client_request_duration_seconds_count{verb="get",host="HOST"} 3
    lookglass_client_request_duration_seconds_count{verb="list",host="HOST"} 1
    lookglass_client_request_retries_total{verb="get",code="429",host="HOST"} 1
    lookglass_client_requests_total{verb="get",code="200",host="HOST"} 1
    lookglass_client_requests_total{verb="get",code="404",host="HOST"} 1
    lookglass_client_requests_total{verb="get",code="<error>",host="HOST"} 1
    lookglass_client_requests_total{verb="list",code="200",host="HOST"} 1
    lookglass_client_sent_bytes_total{verb="get",host="HOST"} 0
    lookglass_client_sent_bytes_total{verb="list",host="HOST"} 0
    "#);
    let readme = include_str!("../../README.md");
    for name in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
        let short = name.strip_prefix("lookglass_client").unwrap();
        assert!(readme.contains(&format!("`{name}")) || readme.contains(&format!("`{short}")), "{name}");
    }
}
