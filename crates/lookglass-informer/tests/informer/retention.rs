//! What is kept of objects, and packing beside the way of events.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_client::{Client, ListWatch};
use lookglass_informer::{Event, Index, InformerError, SharedInformer};
use lookglass_object::{Depot, Gvk, Gvr, Object, Retention};
use parking_lot::Mutex;

use crate::support::{PATIENCE, builder, config, relists, server, unseen, until};

struct At {
    at: usize,
}

#[tokio::test(start_paused = true)]
async fn decoded_values_are_kept_and_what_cannot_be_projected_stays_readable() {
    let api = server().await;
    for (name, at) in [("good", 7), ("bad", 1000), ("ugly", 1001)] {
        api.create(&config("a", name, "web", at)).await.unwrap();
    }
    let typed = builder(&api).typed().start();
    typed.synced(PATIENCE).await.unwrap();
    let good = typed.lister().get("a/good").unwrap();
    assert_eq!(good.memory().typed_objects, 1);
    assert!(Arc::ptr_eq(&good.typed().unwrap(), &typed.lister().get("a/good").unwrap().typed().unwrap()));
    unseen(&api, async { drop(api.update(&config("a", "bad", "web", 1002)).await) }).await;
    until("relisted", || relists(&typed) == 1).await;
    assert!(typed.lister().get("a/good").unwrap().is_same(&good), "a relist keeps what has not changed");

    let problems = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&problems);
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let projected: SharedInformer<At> = builder(&api)
        .on_error(move |error| {
            if let InformerError::Unconverted { .. } = error {
                noted.lock().push(error.to_string());
            }
        })
        .project(|config| {
            let at = config.at("data.at").and_then(|at| at.as_str()?.parse().ok()).unwrap_or(0);
            assert!(at != 1001, "on purpose");
            if at > 100 { Err("too far".into()) } else { Ok((At { at }, 8)) }
        })
        .start();
    projected.synced(PATIENCE).await.unwrap();
    std::panic::set_hook(quiet);
    let lister = projected.lister();
    assert_eq!(lister.get("a/good").unwrap().typed().unwrap().at, 7);
    assert_eq!(lister.get("a/good").unwrap().labels().get("app"), Some("web"));
    assert!(lister.get("a/bad").unwrap().typed().is_err());
    assert_eq!(lister.get("a/bad").unwrap().at("data.at").unwrap().as_str(), Some("1002"));
    let by_at = projected.add_index(Index::typed("at", |value: &At| Some(value.at))).unwrap();
    assert_eq!(by_at.keys(&7).len(), 1);
    assert_eq!(by_at.errors(), 2);
    let mut problems = std::mem::take(&mut *problems.lock());
    problems.sort();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0], "a/bad is kept as its bytes: too far");
}

#[tokio::test(start_paused = true)]
async fn what_has_cooled_is_packed_and_reads_the_same() {
    let api = server().await;
    let text = |at: usize| format!("{at} {}", "and the same text in every one of them ".repeat(20));
    for at in 0..1500 {
        let mut config = config("a", &format!("c{at:04}"), "web", at);
        config.data.get_or_insert_default().insert("text".to_owned(), text(at));
        api.create(&config).await.unwrap();
    }
    let configs = builder(&api).cooling(Duration::from_secs(2)).retention(Retention::Auto).start();
    configs.synced(PATIENCE).await.unwrap();
    let packed = || configs.lister().all().iter().filter(|object| !object.is_raw()).count();
    until("nearly all are packed", || packed() > 1400).await;
    api.update(&config("a", "c0007", "web", 8)).await.unwrap();
    until("changed", || configs.lister().get("a/c0007").unwrap().at("data.at").unwrap().as_str() == Some("8")).await;
    assert!(configs.lister().get("a/c0007").unwrap().is_raw(), "what has changed stays raw for a while");
    let object = configs.lister().get("a/c0011").unwrap();
    assert_eq!(object.at("data.text").unwrap().as_str(), Some(&*text(11)));
    assert_eq!(object.typed().unwrap().data.as_ref().unwrap()["text"], text(11));
    let none = configs.on_event(|_: &Event<ConfigMap>| {});
    none.synced().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_long_list_is_packed_when_it_has_come_however_it_comes() {
    let api = server().await;
    // The same in all, but without repetition in itself: what only a dictionary can make small.
    let text: String = (1..300_u64).map(|word| format!("{:x}-", word * 2_654_435_761 % 1_000_003)).collect();
    for at in 0..2000 {
        let mut config = config("a", &format!("c{at:04}"), "web", at);
        config.data.get_or_insert_default().insert("text".to_owned(), text.clone());
        api.create(&config).await.unwrap();
    }
    let client = Client::from(api.kube_client());
    for streaming in [true, false] {
        // Of its own, so that nothing is learnt yet, nor by another test.
        let depot = Depot::builder().build();
        let family = depot.family(&Gvk::core("v1", "ConfigMap"));
        let of = ListWatch::<ConfigMap>::new(&client, Gvr::core("v1", "configmaps"), family).namespace("a");
        for run in ["first", "second"] {
            let configs =
                SharedInformer::builder(of.clone()).reflector(|options| options.streaming(streaming)).seed(7).start();
            configs.synced(PATIENCE).await.unwrap();
            let memory = depot.memory();
            // The cluster's certificate is so small that packing would make it larger.
            let mut all = configs.lister().all();
            all.retain(Object::is_raw);
            let raw: Vec<_> = all.iter().map(|object| object.key().to_string()).collect();
            assert_eq!(raw, ["a/kube-root-ca.crt"], "{run} run, streaming: {streaming}");
            assert_eq!(memory.dictionaries, 1, "{run} run, streaming: {streaming}");
            assert!(memory.packed_objects >= 2000 && memory.packed_bytes * 4 < memory.unpacked_bytes, "{memory:?}");
            configs.shutdown().await;
        }
        assert_eq!(depot.memory().objects, 0);
    }
}
