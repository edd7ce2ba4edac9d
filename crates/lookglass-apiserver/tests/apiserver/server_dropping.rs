//! Two hundred servers, and what is left of them: nothing.

use std::time::Duration;

use http_body_util::BodyExt as _;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use lookglass_apiserver::{ApiServer, Fault, FaultHandle, Serving};
use tokio::net::TcpStream;

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

/// How many sockets of this process are open at a port of its own: listening, or connected.
#[cfg(target_os = "linux")]
fn sockets_at(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/self/net/tcp").expect("Linux tells");
    let ours = format!(" 0100007F:{port:04X} ");
    let open = |line: &&str| line.contains(" 0A ") || line.contains(" 01 ");
    table.lines().filter(|line| line.contains(&ours)).filter(open).count()
}

/// Tasks that were told to stop get their turn to do so.
async fn settle() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

/// A server that has done a bit of everything, with what still hangs on it.
async fn busy(number: u64) -> (ApiServer, Serving, Watch, FaultHandle) {
    let api = work(number).await;
    let mut watch = Watch::open(&api, "/api/v1/configmaps?watch=1&timeoutSeconds=600").await;
    watch.names(1).await;
    let fault = api.fault(Fault::delay(Duration::from_millis(1)).resource("secrets"));
    get(&api, "/api/v1/secrets").await;
    get(&api, "/apis").await;
    let serving = api.serve_plain("127.0.0.1:0").await.expect("a socket");
    drop(TcpStream::connect(serving.local_addr()).await.expect("it listens"));
    (api, serving, watch, fault)
}

// One thread, so that the count of what it holds is the count of everything.
#[tokio::test(flavor = "current_thread")]
async fn two_hundred_servers_leave_nothing_behind() {
    // Documents and tables that all servers of a process share are made once; they are no server's.
    drop((busy(0).await, busy(1).await));
    settle().await;
    let before = held();
    let servers: Vec<_> = (0..200).map(|number| tokio::spawn(busy(number))).collect();
    let mut all = Vec::new();
    for server in servers {
        all.push(server.await.unwrap());
    }
    let each = (held() - before) / 200;
    assert!(each < 200_000, "a server with nothing to speak of in it holds {each} bytes");
    let ports: Vec<u16> = all.iter().map(|(_, serving, ..)| serving.local_addr().port()).collect();
    #[cfg(target_os = "linux")]
    assert!(ports.iter().all(|port| sockets_at(*port) > 0));
    drop(all);
    settle().await;
    let grown = held() - before;
    assert!(grown < 100_000, "two hundred servers left {grown} bytes behind");
    #[cfg(target_os = "linux")]
    assert_eq!(ports.iter().map(|port| sockets_at(*port)).sum::<usize>(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_can_be_read_when_everything_else_is_gone() {
    let api = ApiServer::start().await.unwrap();
    let answer = send(&api, request("GET", "/api/v1/namespaces", &[], "")).await.unwrap();
    drop(api);
    assert!(!answer.into_body().collect().await.unwrap().to_bytes().is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn connections_end_when_the_last_handle_is_dropped() {
    let api = ApiServer::start().await.unwrap();
    let serving = api.serve_plain("127.0.0.1:0").await.unwrap();
    let address = serving.local_addr();
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(TcpStream::connect(address).await.unwrap());
    }
    while serving.connections() < 10 {
        tokio::task::yield_now().await;
    }
    drop(serving);
    for stream in streams {
        // Nobody has to wait for a timeout.
        stream.readable().await.unwrap();
    }
    api.serve_plain(address).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_keeps_its_server() {
    let client = ApiServer::start().await.unwrap().kube_client();
    let configs: Api<ConfigMap> = Api::default_namespaced(client);
    assert_eq!(configs.list(&Default::default()).await.unwrap().items.len(), 1);
}
