//! An informer of one's own, from its parts.

use std::sync::Arc;
use std::time::Instant;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_cache::{Change, DeltaQueue, Store, StoreChange};
use lookglass_informer::{BacklogPolicy, Event, Listener, ListenerOptions, Processor, Reflector};
use lookglass_object::{Key, Object, ResourceVersion};
use tokio::sync::oneshot;

use crate::support::{Diary, config, configs, server, until};

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[tokio::test(start_paused = true)]
async fn a_shared_informer_is_reflector_queue_store_and_processor() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let queue =
        DeltaQueue::<Key, Object<ConfigMap>, ResourceVersion>::new(|config: &Object<ConfigMap>| config.key().clone());
    let store =
        Store::<Key, Object<ConfigMap>, ResourceVersion>::builder().build_by_ref(|config: &Object<_>| config.key());
    let processor = Processor::new(|config: &Object<ConfigMap>| config.key().clone());
    let reflector = Reflector::new(configs(&api).namespace("a"));
    let (pushed_into, applied) = (queue.clone(), (store.clone(), processor.clone()));
    tokio::spawn(async move { reflector.run(pushed_into, std::future::pending()).await });
    tokio::spawn(async move {
        let (store, processor) = applied;
        while let Ok(batch) = queue.pop_batch(100).await {
            let initial = batch.is_initial();
            let write = || {
                let mut changes = Vec::new();
                for change in batch {
                    changes.extend(match change {
                        Change::ReplacedAll { objects, revision, .. } => {
                            store.replace(objects, revision).unwrap().changes
                        }
                        Change::Added(object) | Change::Updated(object) => {
                            store.batch(|batch| batch.add(object)).changes
                        }
                        Change::Deleted(object) => store.batch(|batch| batch.delete(&object)).changes,
                        _ => Vec::new(),
                    });
                }
                let event = |change| match change {
                    StoreChange::Added { new, .. } => Event::Added { object: new, initial },
                    StoreChange::Updated { old, new, .. } => Event::Updated { old, new },
                    StoreChange::Deleted { last, .. } => Event::Deleted { last, certain: true },
                };
                changes.into_iter().map(event).collect()
            };
            processor.distribute(now(), write).accepted().await;
        }
    });
    let (early, late) = (Diary::default(), Diary::default());
    let noted = early.clone();
    tokio::spawn(
        processor.add_listener(ListenerOptions::default(), now(), Vec::new).run(move |event: &_| noted.note(event)),
    );
    until("listed", || early.state().contains_key("a/one")).await;
    let noted = late.clone();
    let listener = processor.add_listener(ListenerOptions::default(), now(), || store.list());
    tokio::spawn(listener.run(move |event: &_| noted.note(event)));
    api.delete::<ConfigMap>("a/one").await.unwrap();
    api.create(&config("a", "two", "web", 0)).await.unwrap();
    until("both know", || early.state() == late.state() && late.state().contains_key("a/two")).await;
    assert_eq!(processor.len(), 2);
}

#[tokio::test]
async fn two_handlers_of_one_processor_do_not_slow_each_other() {
    let processor = Processor::new(|number: &u32| *number);
    let (slow, fast) = (processor.add_listener(ListenerOptions::default(), now(), Vec::new), {
        processor.add_listener(ListenerOptions::default().name("fast"), now(), Vec::new)
    });
    let (go_on, wait) = oneshot::channel::<()>();
    let slow = std::thread::spawn(move || {
        let mut wait = Some(wait);
        let mut told = 0;
        slow.run_blocking(|_| {
            if let Some(wait) = wait.take() {
                wait.blocking_recv().unwrap();
            }
            told += 1;
        });
        told
    });
    for object in 0..100_u32 {
        processor.distribute(now(), || vec![Event::<u32>::of(object)]).accepted().await;
    }
    processor.mark_synced();
    let synced = fast.sync_checker();
    let fast = tokio::spawn(fast.run(|_| {}));
    synced.synced().await.unwrap();
    assert_eq!(processor.listeners(now())[0].handled, 0, "the slow one stands in its first event");
    go_on.send(()).unwrap();
    processor.close();
    fast.await.unwrap();
    assert_eq!(slow.join().unwrap(), 100);
}

#[tokio::test]
async fn what_is_distributed_and_not_waited_for_reaches_who_blocks_all_the_same() {
    let processor = Processor::new(|number: &u32| *number);
    let options = ListenerOptions::default().policy(BacklogPolicy::Block { bound: 1 });
    let listener = processor.add_listener(options, now(), Vec::new);
    for object in 0..3_u32 {
        drop(processor.distribute(now(), || vec![Event::<u32>::of(object)]));
    }
    processor.close();
    let mut told = Vec::new();
    listener.run(|event| told.push(*event.object())).await;
    assert_eq!(told, [0, 1, 2]);
}

/// A number as an event.
trait Of<V> {
    fn of(value: V) -> lookglass_cache::Event<V>;
}

impl Of<u32> for Event<u32> {
    fn of(value: u32) -> lookglass_cache::Event<u32> {
        lookglass_cache::Event::Added { object: value, initial: false }
    }
}

#[tokio::test]
async fn a_listener_alone_buffers_what_is_added_until_it_is_popped_or_run() {
    let (feed, listener) = Listener::alone(|number: &u32| *number);
    for object in 0..10 {
        feed.push(Arc::new([lookglass_cache::Event::Added { object, initial: false }]), now()).await.unwrap();
    }
    assert_eq!(listener.pop().await.unwrap().object(), &0);
    feed.close();
    let mut told = Vec::new();
    listener.run(|event| told.push(*event.object())).await;
    assert_eq!(told, (1..10).collect::<Vec<_>>());
}
