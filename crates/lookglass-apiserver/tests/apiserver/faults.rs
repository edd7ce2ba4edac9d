//! Faults that strike requests. Time is paused: what takes time is seen to take exactly as much.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault, Verb};
use lookglass_object::Status;
use tokio::time::{Instant, timeout};

use crate::wire::{ask, get, read, request, send};

const CONFIGS: &str = "/api/v1/namespaces/default/configmaps";
const ROOT: &str = "/api/v1/namespaces/default/configmaps/kube-root-ca.crt";
const SECOND: Duration = Duration::from_secs(1);

async fn start() -> ApiServer {
    ApiServer::builder().seed(1).start().await.expect("nothing can be wrong with it")
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_is_plain_text_with_retry_after() {
    let api = start().await;
    let fault = api.fault(Fault::too_many_requests(7 * SECOND).times(2));
    for _ in 0..2 {
        let reply = get(&api, CONFIGS).await;
        assert_eq!((reply.code, reply.header("retry-after")), (429, "7"));
        assert_eq!(&*reply.body, b"Too many requests, please try again later.\n");
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    assert_eq!(get(&api, CONFIGS).await.code, 200);
    assert_eq!(fault.struck(), 2);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_statuses_with_their_reason() {
    let api = start().await;
    let cases = [
        (Fault::internal_error(), 500, "InternalError"),
        (Fault::unavailable(), 503, "ServiceUnavailable"),
        (Fault::timeout(), 504, "Timeout"),
        (Fault::expired(), 410, "Expired"),
        (Fault::status(Status::unauthorized("Unauthorized")), 401, "Unauthorized"),
        (Fault::status(Status::success(None)), 500, ""),
    ];
    for (fault, code, reason) in cases {
        let handle = api.fault(fault);
        let reply = get(&api, CONFIGS).await;
        assert_eq!((reply.code, &*reply.reason(), reply.header("content-type")), (code, reason, "application/json"));
        handle.remove();
        assert_eq!(get(&api, CONFIGS).await.code, 200, "{reason} is over");
    }
    let handle = api.fault(Fault::status(Status::too_many_requests("slower", 3)));
    assert_eq!(get(&api, CONFIGS).await.header("retry-after"), "3");
    handle.remove();
}

#[tokio::test(start_paused = true)]
async fn a_conflict_names_the_object_and_leaves_it_as_it_is() {
    let api = start().await;
    let before = get(&api, ROOT).await.json();
    api.fault(Fault::conflict().verb(Verb::Update).resource("configmaps").once());
    let reply = ask(&api, "PUT", ROOT, &before.to_string()).await;
    assert_eq!(
        reply.json()["message"],
        "Operation cannot be fulfilled on configmaps \"kube-root-ca.crt\": the object has been modified; please apply your changes to the latest \
         version and try again"
    );
    assert_eq!((reply.code, reply.json()["details"]["kind"].as_str()), (409, Some("configmaps")));
    assert_eq!(get(&api, ROOT).await.json(), before);
    assert_eq!(ask(&api, "PUT", ROOT, &before.to_string()).await.code, 200);
}

#[tokio::test(start_paused = true)]
async fn only_what_matches_is_struck() {
    let api = start().await;
    let unstruck = |fault: Fault, paths: &'static [&'static str]| {
        let api = api.clone();
        async move {
            let handle = api.fault(fault);
            for path in paths {
                assert_ne!(get(&api, path).await.code, 503, "{path}");
            }
            assert_eq!(handle.struck(), 0);
            handle.remove();
        }
    };
    let fault = Fault::unavailable;
    unstruck(fault().verb(Verb::List), &[ROOT, "/api", "/version"]).await;
    unstruck(fault().resource("secrets"), &[ROOT, CONFIGS, "/api"]).await;
    unstruck(fault().resource("configmaps.apps"), &[ROOT, CONFIGS]).await;
    unstruck(fault().resource("config"), &[ROOT]).await;
    unstruck(fault().resource("namespaces/status"), &["/api/v1/namespaces/default"]).await;
    unstruck(fault().namespace("kube-system"), &[ROOT, CONFIGS, "/api/v1/configmaps"]).await;
    unstruck(fault().name("other"), &[ROOT, CONFIGS]).await;
    unstruck(fault().path("/apis/"), &[ROOT, "/api"]).await;
    unstruck(fault().user_agent("kubectl"), &[ROOT]).await;

    for (fault, path) in [
        (fault().verb(Verb::Get), ROOT),
        (fault().resource("configmaps"), CONFIGS),
        (fault().resource("configmaps."), CONFIGS),
        (fault().resource("deployments.apps"), "/apis/apps/v1/deployments"),
        (fault().resource("namespaces/status"), "/api/v1/namespaces/default/status"),
        (fault().resource("namespaces"), "/api/v1/namespaces/default/status"),
        (fault().namespace("default").name("kube-root-ca.crt"), ROOT),
        (fault().path("/version"), "/version"),
        (fault(), "/nothing/here"),
    ] {
        let handle = api.fault(fault);
        assert_eq!(get(&api, path).await.code, 503, "{path}");
        handle.remove();
    }
    api.fault(fault().user_agent("kubectl"));
    let from = |agent| request("GET", ROOT, &[("user-agent", agent)], "");
    assert_eq!(send(&api, from("kubectl/v1.36.2 (linux/amd64)")).await.unwrap().status(), 503);
    assert_eq!(send(&api, from("k9s/1")).await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn the_nth_request_is_struck_so_often() {
    let api = start().await;
    let fault = api.fault(Fault::unavailable().resource("configmaps").nth(3).times(2));
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(get(&api, ROOT).await.code);
        assert_eq!(get(&api, "/api/v1/nodes").await.code, 200, "others are not counted");
    }
    assert_eq!(codes, [200, 200, 503, 503, 200, 200]);
    assert_eq!(fault.struck(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fault_has_its_time() {
    let api = start().await;
    let fault = api.fault(Fault::unavailable().after(5 * SECOND).lasting(2 * SECOND));
    let mut codes = Vec::new();
    for _ in 0..9 {
        codes.push(get(&api, ROOT).await.code);
        tokio::time::advance(SECOND).await;
    }
    assert_eq!(codes, [200, 200, 200, 200, 200, 503, 503, 200, 200]);
    assert_eq!(fault.struck(), 2);
}

#[tokio::test(start_paused = true)]
async fn delays_add_up_and_then_the_request_is_served() {
    let api = start().await;
    api.fault(Fault::delay(3 * SECOND));
    api.fault(Fault::delay(2 * SECOND).once());
    let begun = Instant::now();
    assert_eq!(get(&api, ROOT).await.code, 200);
    assert_eq!(begun.elapsed(), 5 * SECOND);
    assert_eq!(get(&api, ROOT).await.code, 200);
    assert_eq!(begun.elapsed(), 8 * SECOND);
    api.clear_faults();
    assert_eq!(get(&api, ROOT).await.code, 200);
    assert_eq!(begun.elapsed(), 8 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_hangs_goes_on_when_the_fault_is_gone() {
    let api = start().await;
    let fault = api.fault(Fault::hang().verb(Verb::Get));
    assert!(timeout(3600 * SECOND, get(&api, ROOT)).await.is_err());
    let (other, removed) = (api.clone(), fault.clone());
    let waiting = tokio::spawn(async move { get(&other, ROOT).await.code });
    assert_eq!(fault.strikes(2).await, 2);
    removed.remove();
    assert_eq!(waiting.await.unwrap(), 200);
    // One that ends by itself lets go by itself.
    api.fault(Fault::hang().lasting(4 * SECOND));
    let begun = Instant::now();
    assert_eq!(get(&api, ROOT).await.code, 200);
    assert_eq!(begun.elapsed(), 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_reset_connection_has_not_reached_the_server() {
    let api = start().await;
    api.fault(Fault::reset().once());
    let body = r#"{"metadata":{"name":"new"}}"#;
    let error = send(&api, request("POST", CONFIGS, &[], body)).await.unwrap_err();
    assert_eq!(error.to_string(), "the connection was cut by a fault that was asked for");
    assert!(api.get::<ConfigMap>("new").await.unwrap_err().is_not_found());
    assert_eq!(ask(&api, "POST", CONFIGS, body).await.code, 201);
}

#[tokio::test(start_paused = true)]
async fn an_answer_breaks_off_after_so_many_bytes() {
    use http_body_util::BodyExt as _;

    let api = start().await;
    let whole = get(&api, ROOT).await.body;
    api.fault(Fault::cut_after(100));
    let response = send(&api, request("GET", ROOT, &[], "")).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let mut came = Vec::new();
    let error = loop {
        match body.frame().await.expect("no clean end") {
            Ok(frame) => came.extend_from_slice(&frame.into_data().unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!(came, whole[..100]);
    assert_eq!(error.to_string(), "the connection was cut by a fault that was asked for");
    api.clear_faults();
    api.fault(Fault::cut_after(1 << 30));
    assert_eq!(read(send(&api, request("GET", ROOT, &[], "")).await.unwrap()).await.unwrap().body, whole);
}

#[tokio::test(start_paused = true)]
async fn the_tests_own_hand_is_not_struck() {
    let api = start().await;
    api.fault(Fault::reset());
    api.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}").await.unwrap();
    api.get::<ConfigMap>("web").await.unwrap();
    api.delete::<ConfigMap>("web").await.unwrap();
    api.until_gone::<ConfigMap>("web", SECOND).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn handles_tell_of_strikes_and_of_the_end() {
    let api = start().await;
    let fault = api.fault(Fault::unavailable().once());
    let waiting = tokio::spawn({
        let fault = fault.clone();
        async move { fault.strikes(1).await }
    });
    get(&api, ROOT).await;
    assert_eq!(waiting.await.unwrap(), 1);
    let waiting = tokio::spawn({
        let fault = fault.clone();
        async move { fault.strikes(2).await }
    });
    api.clear_faults();
    assert_eq!(waiting.await.unwrap(), 1, "it will not strike again");
    // Twice, and after the server is gone, is no harm.
    fault.remove();
    drop(api);
    fault.remove();
    assert_eq!(fault.struck(), 1);
    assert!(format!("{fault:?}").contains("struck: 1"), "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn the_first_fault_that_answers_wins() {
    let api = start().await;
    let (first, second) = (api.fault(Fault::conflict()), api.fault(Fault::unavailable()));
    assert_eq!(get(&api, ROOT).await.code, 409);
    assert_eq!((first.struck(), second.struck()), (1, 0));
    first.remove();
    assert_eq!(get(&api, ROOT).await.code, 503);
}
