//! Stopped means gone.

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_client::ListWatch;
use lookglass_informer::{Event, Index, SharedInformer};
use lookglass_object::Retention;

use crate::counting::held;
use crate::support::{PATIENCE, config, configs, server};

/// What the reading of clocks, timers and logs may leave behind, and the room that the process-wide table of decoded values keeps.
const SLACK: isize = 80 << 10;

fn informer(of: &ListWatch<ConfigMap>) -> SharedInformer<ConfigMap> {
    SharedInformer::builder(of.clone()).retention(Retention::Raw).seed(1).build()
}

#[tokio::test(start_paused = true)]
async fn promise_4_a_stopped_informer_has_given_its_memory_back_and_can_be_started_anew() {
    const OBJECTS: usize = 2000;
    let api = server().await;
    for at in 0..OBJECTS {
        let mut config = config("a", &format!("c{at:04}"), &format!("app-{}", at % 50), at);
        config.data.get_or_insert_default().insert("text".to_owned(), format!("{at:01000}"));
        api.create(&config).await.unwrap();
    }
    let of = configs(&api);
    // What is made once per process, and what the server keeps of requests, is made here.
    for _ in 0..2 {
        let first = informer(&of);
        first.start().synced(PATIENCE).await.unwrap();
        for object in first.lister().all() {
            drop(object.typed().unwrap());
        }
        first.shutdown().await;
    }
    let before = held();
    let configs = informer(&of);
    let by_app = configs.add_index(Index::label("app")).unwrap();
    let lister = configs.lister();
    for run in 0..3 {
        let mut unread = configs.subscribe();
        let stuck = configs.on_event(|_: &Event<ConfigMap>| {});
        configs.start().synced(PATIENCE).await.unwrap();
        assert!(lister.len() >= OBJECTS && by_app.count("app-7") == 40, "run {run}");
        for object in lister.all() {
            drop(object.typed().unwrap());
        }
        let full = held() - before;
        assert!(full > (OBJECTS * 1000).cast_signed(), "{full} bytes");
        if run < 2 {
            drop(stuck);
            unread.next().await.unwrap();
            drop(unread);
            configs.shutdown().await;
        } else {
            // The last handle goes; everybody who reads is still there. The tasks go when the runtime comes round to it.
            drop(configs.clone());
            assert!(!lister.is_empty());
            break;
        }
        let empty = held() - before;
        assert!(empty < SLACK, "run {run}: {empty} of {full} bytes are left");
        assert_eq!((lister.len(), by_app.len()), (0, 0));
    }
    let unread = configs.subscribe();
    drop(configs);
    tokio::task::yield_now().await;
    let left = held() - before;
    assert!(left < SLACK, "{left} bytes are left beside lister, index and stream");
    drop((lister, by_app, unread));
}

#[tokio::test(start_paused = true)]
async fn promise_4_a_subscriber_and_an_index_give_their_memory_back_when_they_go() {
    let api = server().await;
    for at in 0..500 {
        api.create(&config("a", &format!("c{at:04}"), "web", at)).await.unwrap();
    }
    let configs = informer(&configs(&api));
    configs.start().synced(PATIENCE).await.unwrap();
    let warm = configs.on_event(|_: &Event<ConfigMap>| {});
    warm.synced().await.unwrap();
    warm.remove().await;
    let before = held();
    let by_at = configs.add_index(Index::path("data.at")).unwrap();
    let unread = configs.subscribe();
    let filtered = configs.filter(|_| true).on_event(|_: &Event<ConfigMap>| {});
    filtered.synced().await.unwrap();
    assert!(held() - before > 500 * 100);
    drop((by_at, unread));
    filtered.remove().await;
    let left = held() - before;
    assert!(left < 8 << 10, "{left} bytes are left");
}
