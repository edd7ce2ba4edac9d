//! The embedded API server over TLS and HTTP/2, on good days and on bad ones.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault, Serving, User};
use lookglass_client::{
    Client, Clientset, Config, Error, Kubeconfig, ListOptions, ListWatch, Overrides, Pem, WatchEvent, WatchFrom,
    WatchOptions, object::Encoding,
};
use tokio::time::{Instant, timeout};

use crate::support::{Directory, Server, get, pem};

async fn serve() -> (Serving, Config) {
    let api = ApiServer::builder().token("good", User::admin()).start().await.unwrap();
    let serving = api.serve("127.0.0.1:0").await.unwrap();
    let kubeconfig = Kubeconfig::parse(serving.kubeconfig().unwrap().to_yaml()).unwrap();
    (serving, Config::from_kubeconfig(&kubeconfig, &Overrides::default()).unwrap())
}

fn config_map(name: &str) -> ConfigMap {
    serde_json::from_value(serde_json::json!({ "metadata": { "name": name, "namespace": "default" } })).unwrap()
}

fn of(client: &Client) -> ListWatch<ConfigMap> {
    ListWatch::typed(client).namespace("default")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_informers_watches_and_a_get_every_second_share_three_connections() {
    let (serving, config) = serve().await;
    let client = Client::new(config).unwrap();
    let most = Arc::new(AtomicUsize::new(0));
    let mut begun = Vec::new();
    for _ in 0..200 {
        let of = of(&client);
        begun.push(tokio::spawn(async move { of.watch(&WatchOptions::new(WatchFrom::State)).await.unwrap() }));
    }
    let mut watches = Vec::new();
    for watch in begun {
        watches.push(watch.await.unwrap());
    }
    let watching: Vec<_> = watches
        .into_iter()
        .map(|mut watch| {
            tokio::spawn(async move {
                while let Some(event) = watch.next().await {
                    if matches!(event.unwrap(), WatchEvent::Added(object) if object.key().name() == "last") {
                        return;
                    }
                }
                panic!("the watch ended");
            })
        })
        .collect();
    for _ in 0..3 {
        let begun = Instant::now();
        client.fetch("get", get("/version")).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(1), "a get took {:?}", begun.elapsed());
        most.fetch_max(serving.connections(), Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(client.connections().streams, 200);
    serving.api().create(&config_map("last")).await.unwrap();
    for watch in watching {
        timeout(Duration::from_secs(20), watch).await.unwrap().unwrap();
    }
    most.fetch_max(serving.connections(), Ordering::SeqCst);
    assert!((1..=3).contains(&most.load(Ordering::SeqCst)), "{most:?} connections");
}

#[tokio::test]
async fn a_cut_anywhere_is_said_and_the_connection_goes_on() {
    let (serving, config) = serve().await;
    serving.api().create(&config_map("a")).await.unwrap();
    let client = Client::new(config).unwrap();
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let of = of(&client).encoding(encoding);
        'cuts: for bytes in 0.. {
            let fault = serving.api().fault(Fault::cut_after(bytes));
            let mut watch = of.watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
            let error = loop {
                match watch.next().await {
                    Some(Ok(WatchEvent::Bookmark(_))) => break 'cuts,
                    Some(Ok(_)) => {}
                    Some(Err(error)) => break error,
                    None => panic!("a cut after {bytes} bytes was taken for an end"),
                }
            };
            assert!(matches!(error, Error::CutOff { .. }) && error.is_transient(), "{error:?} after {bytes} bytes");
            assert!(watch.next().await.is_none());
            fault.remove();
        }
        serving.api().clear_faults();
        for bytes in 0.. {
            let fault = serving.api().fault(Fault::cut_after(bytes));
            let (mut list, mut items) = (of.list(&ListOptions::default()), 0);
            let error = loop {
                match list.next().await {
                    Some(Ok(_)) => items += 1,
                    Some(Err(error)) => break Some(error),
                    None => break None,
                }
            };
            fault.remove();
            match error {
                Some(error) => assert!(matches!(error, Error::CutOff { .. }), "{error:?} after {bytes} bytes"),
                None => {
                    assert!(items == 2 && bytes > 100, "{items} of {bytes} bytes");
                    break;
                }
            }
        }
    }
    assert!(serving.connections() <= 2, "{}", serving.connections());
}

#[tokio::test]
async fn a_busy_server_is_waited_for_when_it_says_how_long() {
    let (serving, config) = serve().await;
    let client = Client::new(config).unwrap();
    let config_maps = Clientset::new(&client).core_v1().config_maps("default");
    for (fault, waits) in [
        (Fault::too_many_requests(Duration::from_secs(1)), true),
        (Fault::unavailable(), false),
        (Fault::internal_error(), false),
        (Fault::timeout(), false),
    ] {
        let fault = serving.api().fault(fault.resource("configmaps").once());
        let begun = Instant::now();
        let outcome = config_maps.create(&config_map(if waits { "one" } else { "other" })).await;
        assert_eq!(outcome.is_ok(), waits, "{outcome:?}");
        assert_eq!(begun.elapsed() >= Duration::from_secs(1), waits);
        if let Err(error) = outcome {
            let status = error.status().unwrap();
            assert!(status.code() >= 500 && error.to_string().contains("configmaps"), "{error}");
        }
        fault.remove();
    }
}

#[tokio::test]
async fn a_token_that_expired_is_read_anew() {
    let (serving, config) = serve().await;
    let directory = Directory::new("expired-over-tls");
    let token = directory.write("token", "stale");
    let ca = Pem::inline(pem(&serving.kubeconfig().unwrap().to_yaml(), "certificate-authority-data"));
    drop(config);
    let client = Client::new(Config::new(&serving.url()).unwrap().ca(ca).token_file(token)).unwrap();
    let error = client.fetch("look", get("/api/v1/namespaces")).await.unwrap_err();
    assert!(error.status().unwrap().is_unauthorized(), "{error:?}");
    directory.write("token", "good");
    // At once, though files are read once a minute: for reading, and for what stays open.
    client.fetch("look", get("/api/v1/namespaces")).await.unwrap();
    of(&client).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
}

#[tokio::test]
async fn bodies_that_come_byte_by_byte_are_what_they_are() {
    let list = r#"{"kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"ä"}}]}"#;
    let event = r#"{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"7"}}}"#;
    let server = Server::start(100, move |mut asked| {
        let text = if asked.is_watch() { format!("{event}\n{event}\n") } else { list.to_owned() };
        let mut body = asked.begin();
        tokio::spawn(async move {
            for byte in text.bytes() {
                _ = body.send_data(Bytes::copy_from_slice(&[byte]), false);
                tokio::task::yield_now().await;
            }
            _ = body.send_data(Bytes::new(), true);
        });
    })
    .await;
    let client = server.client();
    let (mut list, mut names) = (of(&client).list(&ListOptions::default()), Vec::new());
    while let Some(item) = list.next().await {
        names.push(item.unwrap().key().name().to_owned());
    }
    assert_eq!(names, ["a", "ä"]);
    let mut watch = of(&client).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(watch.next().await.unwrap().unwrap(), WatchEvent::Added(_)));
    }
    assert!(watch.next().await.is_none());
}

#[tokio::test]
async fn a_list_on_the_only_connection_that_there_may_be_does_not_wait_for_itself() {
    let (go_on, wait) = tokio::sync::watch::channel(false);
    let server = Server::start(1, move |mut asked| {
        let is_second = asked.request.uri().query().is_some_and(|query| query.contains("continue="));
        let more = if is_second { "" } else { r#","continue":"more""# };
        let head = format!(
            r#"{{"kind":"ConfigMapList","metadata":{{"resourceVersion":"7"{more}}},"items":[{{"metadata":{{"name":"{}"}}}}"#,
            if is_second { "b" } else { "a" }
        );
        let (mut body, mut wait) = (asked.begin(), wait.clone());
        tokio::spawn(async move {
            _ = body.send_data(head.into(), false);
            _ = wait.wait_for(|go_on| *go_on).await;
            _ = body.send_data("]}".into(), true);
        });
    })
    .await;
    let config = server.config().timeouts(|wait| {
        wait.connect = Duration::from_millis(50);
        wait.handshake = Duration::from_millis(50);
    });
    let client = Client::builder(config).http2_prior_knowledge(true).max_connections(1).build().unwrap();
    let mut list = of(&client).encoding(Encoding::Json).list(&ListOptions::default());
    assert_eq!(list.next().await.unwrap().unwrap().key().name(), "a");
    // Until the request for the next page has given up: nothing else is free, nor will be before this page is over.
    assert!(timeout(Duration::from_millis(600), list.next()).await.is_err());
    go_on.send_replace(true);
    assert_eq!(list.next().await.unwrap().unwrap().key().name(), "b");
    assert!(list.next().await.is_none());
    assert_eq!(server.accepted(), 1);
}
