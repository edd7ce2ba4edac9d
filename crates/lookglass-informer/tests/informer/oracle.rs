//! Whoever subscribes whenever is told exactly what makes the server's state: random runs against a naive oracle.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::ApiServer;
use lookglass_informer::{BacklogPolicy, Event, SharedInformer, Subscription};
use lookglass_object::Object;
use proptest::prelude::*;

use crate::support::{Diary, builder, config, server, unseen, until};

#[derive(Clone, Debug)]
enum Step {
    /// The object of this number is written, or deleted.
    Write(usize, bool),
    /// It is deleted and made anew, and others are written, with nobody watching.
    Unseen(usize),
    Subscribe {
        bound: usize,
        filtered: bool,
    },
    Unsubscribe(usize),
    /// The others may run.
    Yield(usize),
    Wait,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        10 => (0..8_usize, prop::bool::weighted(0.3)).prop_map(|(number, delete)| Step::Write(number, delete)),
        1 => (0..8_usize).prop_map(Step::Unseen),
        3 => (0..20_usize, any::<bool>()).prop_map(|(bound, filtered)| Step::Subscribe { bound, filtered }),
        2 => any::<usize>().prop_map(Step::Unsubscribe),
        5 => (0..6_usize).prop_map(Step::Yield),
        1 => Just(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

struct Told {
    diary: Diary,
    filtered: bool,
    _subscription: Subscription,
}

fn is_even(object: &Object<ConfigMap>) -> bool {
    object.at("data.at").is_some_and(|at| at.as_str().is_some_and(|at| at.ends_with(['0', '2', '4', '6', '8'])))
}

fn subscribe(configs: &SharedInformer<ConfigMap>, bound: usize, filtered: bool) -> Told {
    let diary = Diary::default();
    let noted = diary.clone();
    let mut subscriber = configs.subscriber().policy(BacklogPolicy::Coalesce { bound });
    if filtered {
        subscriber = subscriber.filter(is_even);
    }
    Told { diary, filtered, _subscription: subscriber.on_event(move |event: &Event<ConfigMap>| noted.note(event)) }
}

async fn write(api: &ApiServer, number: usize, at: usize) {
    let config = config(if number.is_multiple_of(2) { "a" } else { "b" }, &format!("c{number}"), "web", at);
    if api.update(&config).await.is_err() {
        api.create(&config).await.expect("it is either there or not");
    }
}

async fn delete(api: &ApiServer, number: usize) {
    let namespace = if number.is_multiple_of(2) { "a" } else { "b" };
    // It may not be there.
    drop(api.delete::<ConfigMap>(&format!("{namespace}/c{number}")).await);
}

async fn run(steps: Vec<Step>, namespaces: bool) {
    let api = server().await;
    let configs = builder(&api).namespaces(if namespaces { vec!["a", "b"] } else { vec![] }).start();
    let mut told = vec![subscribe(&configs, 8192, false)];
    for (at, step) in steps.into_iter().enumerate() {
        match step {
            Step::Write(number, false) => write(&api, number, at).await,
            Step::Write(number, true) => delete(&api, number).await,
            Step::Unseen(number) => {
                let change = async {
                    delete(&api, number).await;
                    write(&api, number, at).await;
                    write(&api, number / 2, at).await;
                    delete(&api, (number + 3) % 8).await;
                };
                unseen(&api, change).await;
            }
            Step::Subscribe { bound, filtered } => told.push(subscribe(&configs, bound, filtered)),
            Step::Unsubscribe(which) => {
                let gone = told.swap_remove(which % told.len());
                drop(gone.diary.state());
                if told.is_empty() {
                    told.push(subscribe(&configs, 3, false));
                }
            }
            Step::Yield(times) => {
                for _ in 0..times {
                    tokio::task::yield_now().await;
                }
            }
            Step::Wait => tokio::time::sleep(Duration::from_secs(3)).await,
        }
    }
    let server: Vec<ConfigMap> = (api.list::<ConfigMap>().await.expect("it answers").into_iter())
        .filter(|config| config.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key("app")))
        .collect();
    let state = |chosen: &dyn Fn(&ConfigMap) -> bool| -> BTreeMap<String, String> {
        let key = |config: &ConfigMap| lookglass_object::key_of(config).expect("it has a name").to_string();
        let version = |config: &ConfigMap| config.metadata.resource_version.clone().unwrap_or_default();
        server.iter().filter(|config| chosen(config)).map(|config| (key(config), version(config))).collect()
    };
    let all = state(&|_| true);
    let even =
        state(&|config| config.data.as_ref().is_some_and(|data| data["at"].ends_with(['0', '2', '4', '6', '8'])));
    let held = || -> BTreeMap<String, String> {
        let all = configs.lister().all();
        all.iter().map(|object| (object.key().to_string(), object.version().to_string())).collect()
    };
    until("the store is the server", || held() == all).await;
    for told in &told {
        let wanted = if told.filtered { &even } else { &all };
        until("the events replay to it", || told.diary.state() == *wanted).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_subscriber_replays_to_the_server_whenever_it_came(steps in steps(), namespaces in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(run(steps, namespaces));
    }
}
