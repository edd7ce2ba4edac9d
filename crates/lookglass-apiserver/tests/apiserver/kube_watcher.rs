//! kube's own watcher and reflector against the server, unchanged, while things go wrong. Time is paused, so backing off takes none.

use std::{collections::BTreeMap, pin::Pin, time::Duration};

use futures_core::Stream;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, ResourceExt as _,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
};
use kube_runtime::{
    WatchStreamExt as _, reflector,
    reflector::Store,
    watcher::{self, Event, watcher},
};
use lookglass_apiserver::{ApiServer, Fault, Restart};
use serde_json::json;
use tokio::time::timeout;

use crate::kube_api::{config_map, next};

/// Long on a paused clock is nothing.
const LONG: Duration = Duration::from_secs(24 * 3600);

type Events = Pin<Box<dyn Stream<Item = watcher::Result<Event<ConfigMap>>> + Send>>;

/// Both ways in which kube's watcher begins.
fn ways() -> [(&'static str, watcher::Config); 2] {
    // What every namespace has would only be in the way.
    let config = watcher::Config::default().fields("metadata.name!=kube-root-ca.crt");
    [("list and watch", config.clone()), ("streaming list", config.streaming_lists())]
}

async fn start() -> (ApiServer, Api<ConfigMap>) {
    let server = ApiServer::builder().seed(1).start().await.expect("nothing can be wrong with it");
    let client = server.kube_client();
    (server, Api::default_namespaced(client))
}

/// The next event that is no error; errors are what backing off is for.
async fn event(events: &mut Events) -> Event<ConfigMap> {
    let good = async {
        loop {
            if let Ok(event) = next(events).await.expect("a watcher has no end") {
                return event;
            }
        }
    };
    timeout(LONG, good).await.expect("the watcher goes on")
}

fn shown(event: &Event<ConfigMap>) -> String {
    match event {
        Event::Init => "init".into(),
        Event::InitApply(object) => format!("init apply {}", object.name_any()),
        Event::InitDone => "init done".into(),
        Event::Apply(object) => format!("apply {}", object.name_any()),
        Event::Delete(object) => format!("delete {}", object.name_any()),
    }
}

#[tokio::test(start_paused = true)]
async fn the_watcher_tells_of_the_state_and_then_of_changes() {
    for (way, config) in ways() {
        let (_server, api) = start().await;
        for name in ["a", "b"] {
            api.create(&PostParams::default(), &config_map(name, "1")).await.unwrap();
        }
        let mut events: Events = Box::pin(watcher(api.clone(), config).default_backoff());
        let mut told = Vec::new();
        while told.last().is_none_or(|last| last != "init done") {
            told.push(shown(&event(&mut events).await));
        }
        api.create(&PostParams::default(), &config_map("c", "1")).await.unwrap();
        api.patch("a", &PatchParams::default(), &Patch::Merge(json!({"data": {"k": "2"}}))).await.unwrap();
        api.delete("b", &DeleteParams::default()).await.unwrap();
        for _ in 0..3 {
            told.push(shown(&event(&mut events).await));
        }
        let wanted = ["init", "init apply a", "init apply b", "init done", "apply c", "apply a", "delete b"];
        assert_eq!(told, wanted, "{way}");
    }
}

/// Reads events until the store is what the server has.
async fn converge(server: &ApiServer, api: &Api<ConfigMap>, store: &Store<ConfigMap>, events: &mut Events, what: &str) {
    server.clear_faults();
    let params = ListParams::default().fields("metadata.name!=kube-root-ca.crt");
    let wanted: BTreeMap<_, _> = api
        .list(&params)
        .await
        .expect("a list")
        .items
        .into_iter()
        .map(|item| (item.name_any(), version(&item)))
        .collect();
    let reached = async {
        let state = || store.state().iter().map(|item| (item.name_any(), version(item))).collect::<BTreeMap<_, _>>();
        while state() != wanted {
            event(events).await;
        }
    };
    timeout(LONG, reached).await.unwrap_or_else(|_| panic!("the store does not become what the server has: {what}"));
}

fn version(object: &ConfigMap) -> String {
    object.resource_version().unwrap_or_default()
}

/// A sequence of numbers from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Something goes wrong.
async fn trouble(server: &ApiServer, numbers: &mut Numbers) -> String {
    match numbers.below(8) {
        0 => {
            server.fault(Fault::cut_watches());
            "cut".into()
        }
        1 => {
            server.fault(Fault::cut_mid_frame().once());
            "cut in a frame".into()
        }
        2 => {
            server.expire_before(server.version() + 1);
            server.fault(Fault::cut_watches());
            "expired".into()
        }
        3 => {
            server.fault(Fault::too_many_requests(Duration::from_secs(1)).times(2));
            "turned away".into()
        }
        4 => {
            server.fault(Fault::internal_error().times(2));
            "broken".into()
        }
        5 => {
            server.restart(Restart::Keep).await.expect("nothing else writes");
            "restarted".into()
        }
        6 => {
            server.fault(Fault::expired().once());
            server.fault(Fault::cut_watches());
            "told that it expired".into()
        }
        _ => "nothing".into(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_reflector_becomes_what_the_server_has_whatever_goes_wrong() {
    for (way, config) in ways() {
        for seed in 0..8 {
            let (server, api) = start().await;
            let (store, writer) = reflector::store();
            let watched = watcher(api.clone(), config.clone()).default_backoff();
            let mut events: Events = Box::pin(reflector(writer, watched));
            let mut numbers = Numbers(seed);
            let mut story = format!("{way}, seed {seed}:");
            for _ in 0..12 {
                for _ in 0..numbers.below(4) {
                    let name = format!("c{}", numbers.below(6));
                    // Requests of the test go past the faults.
                    let known = server.get::<ConfigMap>(&format!("default/{name}")).await.ok();
                    match (known, numbers.below(3)) {
                        (None, _) => {
                            let mut object = config_map(&name, "0");
                            object.metadata.namespace = Some("default".into());
                            server.create(&object).await.unwrap();
                        }
                        (Some(_), 0) => server.delete::<ConfigMap>(&format!("default/{name}")).await.unwrap(),
                        (Some(mut object), number) => {
                            let value = format!("{number} {}", server.version());
                            object.data = Some(BTreeMap::from([("k".into(), value)]));
                            server.update(&object).await.unwrap();
                        }
                    }
                }
                story = format!("{story} {}", trouble(&server, &mut numbers).await);
                if numbers.below(2) == 0 {
                    converge(&server, &api, &store, &mut events, &story).await;
                }
            }
            converge(&server, &api, &store, &mut events, &story).await;
        }
    }
}
