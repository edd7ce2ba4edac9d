//! Two hundred servers, and what is left of them: nothing.

use std::time::Duration;

use http_body_util::BodyExt as _;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use lookglass_apiserver::{ApiServer, Fault};

use crate::{
    allocations::held,
    wire::{Watch, get, request, send},
};

async fn work(number: u64) -> ApiServer {
    let api = ApiServer::builder().seed(number).namespace("prod").start().await.expect("a server");
    let configs: Api<ConfigMap> = Api::namespaced(api.kube_client(), "prod");
    let name = format!("n{number}");
    api.apply_yaml(&format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, namespace: prod}}}}"))
        .await
        .expect("it is new");
    assert_eq!(configs.get(&name).await.expect("it is there").metadata.namespace.as_deref(), Some("prod"));
    assert_eq!(configs.list(&Default::default()).await.expect("a list").items.len(), 2);
    api
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_servers_in_one_process_do_not_know_of_each_other() {
    let servers: Vec<_> = (0..200).map(|number| tokio::spawn(work(number))).collect();
    let mut all = Vec::new();
    for server in servers {
        all.push(server.await.unwrap());
    }
    for (number, api) in all.iter().enumerate() {
        let names: Vec<_> =
            api.list::<ConfigMap>().await.unwrap().into_iter().filter_map(|it| it.metadata.name).collect();
        assert_eq!(
            names.iter().filter(|name| **name != "kube-root-ca.crt").collect::<Vec<_>>(),
            [&format!("n{number}")]
        );
    }
}

/// What this process has open.
#[cfg(target_os = "linux")]
fn sockets_to(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/self/net/tcp").expect("Linux tells");
    let ours = format!("0100007F:{port:04X}");
    table.lines().filter(|line| line.contains(&ours) && (line.contains(" 0A ") || line.contains(" 01 "))).count()
}

// One thread, so that the count of what it holds is the count of everything.
#[tokio::test(flavor = "current_thread")]
async fn memory_is_back_when_the_last_handle_is_dropped() {
    async fn one(number: u64) {
        let api = work(number).await;
        let mut watch = Watch::open(&api, "/api/v1/configmaps?watch=1&timeoutSeconds=600").await;
        watch.names(1).await;
        let _fault = api.fault(Fault::delay(Duration::from_millis(1)).resource("secrets"));
        get(&api, "/api/v1/secrets").await;
        get(&api, "/apis").await;
        let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
        let stream = tokio::net::TcpStream::connect(serving.local_addr()).await.unwrap();
        drop(stream);
        let body = send(&api, request("GET", "/api/v1/nodes", &[], "")).await.unwrap().into_body();
        drop(api);
        // The answer is read after everything else is gone.
        body.collect().await.unwrap();
        serving.shutdown().await;
    }
    async fn settle() {
        // Tasks that were told to stop get their turn to do so.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    // Documents and tables that all servers of a process share are made once; they are no server's.
    for number in 0..3 {
        one(number).await;
    }
    settle().await;
    let before = held();
    for number in 3..13 {
        one(number).await;
    }
    settle().await;
    let grown = held() - before;
    assert!(grown < 10_000, "ten servers left {grown} bytes behind");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "current_thread")]
async fn sockets_are_closed_when_the_last_handle_is_dropped() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    let port = serving.local_addr().port();
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(tokio::net::TcpStream::connect(serving.local_addr()).await.unwrap());
    }
    while serving.connections() < 10 {
        tokio::task::yield_now().await;
    }
    assert!(sockets_to(port) > 10);
    drop(serving);
    for stream in streams {
        // Each connection ends: nobody has to wait for a timeout.
        stream.readable().await.unwrap();
    }
    assert_eq!(sockets_to(port), 0);
    api.serve_plain(("127.0.0.1", port)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_keeps_its_server() {
    let client = ApiServer::start().await.unwrap().kube_client();
    let configs: Api<ConfigMap> = Api::default_namespaced(client);
    assert_eq!(configs.list(&Default::default()).await.unwrap().items.len(), 1);
}
