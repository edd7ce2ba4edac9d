//! What goes wrong on the server's side.

use std::{future::poll_fn, pin::Pin};

use futures_core::Stream as _;
use lookglass_client::ListOptions;
use lookglass_object::{Arrival, Encoding, Intake};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_store_follows_the_server() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        for at in 0..3 {
            api.create(&config(&format!("c{at}"), at)).await.unwrap();
        }
    })
    .await;
    world.settled().await;
    world.api.update(&config("c1", 7)).await.unwrap();
    world.api.delete::<ConfigMap>("w/c0").await.unwrap();
    world.api.create(&config("new", 1)).await.unwrap();
    world.settled().await;
    let health = world.freshness.health();
    assert_eq!(health.phase, Phase::Watching);
    assert_eq!((health.counters.streaming_lists, health.counters.lists, health.counters.events), (1, 0, 3));
    assert_eq!(health.version.to_string(), world.api.version().to_string());
    assert_eq!(world.failures(), []);
}

#[tokio::test(start_paused = true)]
async fn watches_that_are_cut_go_on_without_a_list() {
    let world = World::new(ReflectorOptions::default(), async |_: &ApiServer| {}).await;
    world.settled().await;
    for at in 0..5 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        world.api.fault(Fault::cut_watches());
        world.api.create(&config(&format!("c{at}"), at)).await.unwrap();
        world.settled().await;
    }
    let counters = world.freshness.counters();
    assert_eq!((counters.streaming_lists, counters.lists, counters.watches), (1, 0, 5));
    assert_eq!(world.failures(), [], "a watch may end");
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_whose_bookmark_never_comes_is_given_up_for_pages() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.create(&config("c", 0)).await.unwrap();
        api.fault(Fault::withhold_bookmarks());
    })
    .await;
    world.settled().await;
    assert_eq!(world.failures(), [(Cause::Silent, Remedy::Pages)]);
    let counters = world.freshness.counters();
    assert_eq!((counters.streaming_lists, counters.lists), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_is_a_phase_and_not_a_hang() {
    let forbidden = || lookglass_object::Status::forbidden(None, "", "no such right");
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.fault(Fault::status(forbidden()).verb(Verb::List));
        api.fault(Fault::status(forbidden()).verb(Verb::Watch));
    })
    .await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    let health = world.freshness.health();
    assert!(!health.complete);
    assert!(matches!(health.phase, Phase::BackingOff { why: Cause::Forbidden, .. }), "{}", health.phase);
    assert!(health.last_failure.unwrap().to_string().contains("forbidden"));
    assert!(world.api.requests().len() < 40, "patiently: {}", world.api.requests().len());
    world.api.clear_faults();
    world.settled().await;
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_does_not_exist_yet_is_a_phase_and_is_picked_up() {
    let missing = lookglass_object::Status::failure(lookglass_object::Reason::NotFound, "could not find the resource");
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.fault(Fault::status(missing).resource("configmaps"));
    })
    .await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(matches!(world.freshness.phase(), Phase::BackingOff { why: Cause::Missing, .. }));
    assert!(world.failures().iter().all(|seen| *seen == (Cause::Missing, Remedy::List)));
    world.api.clear_faults();
    world.settled().await;
    assert_eq!(world.freshness.phase(), Phase::Watching);
}

#[tokio::test(start_paused = true)]
async fn an_expired_version_in_the_stream_is_told_to_the_hook_and_listed_anew() {
    let world = World::new(ReflectorOptions::default(), async |_: &ApiServer| {}).await;
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.api.create(&config("gone", 0)).await.unwrap();
    world.settled().await;
    // What happens while the watch is cut off falls out of the window.
    world.api.fault(Fault::unavailable().verb(Verb::Watch).lasting(Duration::from_secs(10)));
    world.api.fault(Fault::cut_watches());
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.api.delete::<ConfigMap>("w/gone").await.unwrap();
    world.api.create(&config("came", 0)).await.unwrap();
    world.api.expire_before(world.api.version());
    world.settled().await;
    let failures = world.failures();
    assert_eq!(failures.last(), Some(&(Cause::Expired, Remedy::List)), "{failures:?}");
    assert_eq!(world.freshness.counters().relists, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_restored_from_a_backup_is_found_out() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        for at in 0..50 {
            api.create(&config(&format!("c{at}"), at)).await.unwrap();
        }
    })
    .await;
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.api.restart(lookglass_apiserver::Restart::Rewind).await.unwrap();
    // Its versions begin anew, and stay behind for now: a watch after the old version is silent.
    world.api.create(&config("restored", 0)).await.unwrap();
    world.settled().await;
    assert!(world.failures().contains(&(Cause::TooLargeVersion, Remedy::List)));
    assert_eq!(world.freshness.phase(), Phase::Watching);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_died_without_a_word_is_noticed() {
    let world = World::new(ReflectorOptions::default(), async |_: &ApiServer| {}).await;
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Only the watch that is open now, and for longer than it was asked to last.
    let stall = world.api.fault(Fault::stall_watches().once());
    assert_eq!(stall.strikes(1).await, 1);
    world.api.create(&config("unseen", 0)).await.unwrap();
    let died = Instant::now();
    world.settled().await;
    assert!(died.elapsed() < Duration::from_secs(100), "{:?}", died.elapsed());
    assert_eq!(world.failures(), [(Cause::Silent, Remedy::Probe)]);
    let counters = world.freshness.counters();
    assert_eq!((counters.watches, counters.relists), (1, 0), "it goes on where it was");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_never_answered_is_given_up() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.fault(Fault::hang().verb(Verb::Watch).lasting(Duration::from_secs(400)));
    })
    .await;
    tokio::time::sleep(Duration::from_secs(200)).await;
    // The list in pages gave the state; the watch is still asked for.
    assert_eq!(world.stored(), world.served().await);
    assert!(world.failures().contains(&(Cause::Silent, Remedy::Watch)));
    world.api.create(&config("later", 0)).await.unwrap();
    world.settled().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_hook_that_panics_ends_nothing() {
    let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
    let client = Client::from(api.kube_client());
    api.fault(Fault::internal_error().times(3));
    let queue = Queue::new(|object: &Object<ConfigMap>| object.key().clone());
    let reflector = Reflector::builder(ListWatch::typed(&client).namespace("w"));
    // As a panic, without the noise of its message.
    let reflector = reflector.on_error(|_| std::panic::resume_unwind(Box::new("the hook panics"))).build();
    let freshness = reflector.freshness();
    let running = tokio::spawn(reflector.run(queue.clone(), pending()));
    let first = timeout(Duration::from_secs(60), queue.pop()).await.unwrap().unwrap();
    assert!(matches!(first[..], [Change::ReplacedAll { .. }]));
    assert_eq!(freshness.counters().failures, 3);
    running.abort();
}

#[test]
fn a_person_reads_what_went_wrong_once_and_what_is_done_about_it() {
    let at = Instant::now().into_std();
    let said = |error: ReflectorError, remedy, wait| {
        let next = at + Duration::from_millis(wait);
        Failure { error: Arc::new(error), at, remedy, next }.to_string()
    };
    let expired = || lookglass_object::Status::expired("too old resource version: 5 (9)");
    insta::assert_snapshot!(said(ReflectorError::Told { status: expired() }, Remedy::List, 1_240), @"the server ended the watch: too old resource version: 5 (9); listing anew in 1.2 s");
    let refused = Error::Refused { what: "list configmaps in w".to_owned(), status: expired() };
    insta::assert_snapshot!(said(refused.into(), Remedy::Pages, 0), @"list configmaps in w: too old resource version: 5 (9); listing in pages now");
    let source = std::io::Error::other("the cable is cut").into();
    let cut = Error::CutOff { what: "watch configmaps in w".to_owned(), source: Some(source) };
    insta::assert_snapshot!(said(cut.into(), Remedy::Watch, 0), @"watch configmaps in w: the answer was cut off: the cable is cut; watching on now");
    let rejected = ReflectorError::Rejected { source: "it has no key".into() };
    insta::assert_snapshot!(said(rejected, Remedy::Repair, 30_000), @"a change was refused by its receiver: it has no key; the stream goes on, and everything is listed anew in 30.0 s");
    insta::assert_snapshot!(said(ReflectorError::VeryShort, Remedy::End, 0), @"the server ended the watch within a second, with nothing told; it may be shutting down, or a proxy is in between; this is the end");
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_kept_unless_versions_cannot_be_trusted() {
    for (streams, trusted) in [(false, true), (false, false), (true, false)] {
        let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
        api.create(&config("c", 7)).await.unwrap();
        // The same version of another past, as after a restore from a backup.
        let list_watch = configs(&api).encoding(Encoding::Json);
        let mut list = list_watch.list(&ListOptions::default());
        let object = poll_fn(|cx| Pin::new(&mut list).poll_next(cx)).await.unwrap().unwrap();
        let other = object.to_value().unwrap().to_string().replace(r#""at":"7""#, r#""at":"0""#);
        let other = Intake::new(Arc::clone(object.family())).json(other.as_bytes(), Arrival::Listed).unwrap();
        let store = Store::builder().build(|object: &Object<ConfigMap>| object.key().clone());
        store.add(other).unwrap();
        if !trusted {
            let expired = lookglass_object::Status::failure(lookglass_object::Reason::Expired, "too old");
            let verb = if streams { Verb::Watch } else { Verb::List };
            api.fault(Fault::status(expired).verb(verb).times(1));
        }
        let options = ReflectorOptions::default().streaming(streams);
        let world = World::over(options, api, list_watch, store);
        tokio::time::sleep(Duration::from_secs(30)).await;
        let kept = world.store.list()[0].typed().unwrap().data.as_ref().unwrap()["at"] == "0";
        assert_eq!(kept, trusted, "streams: {streams}");
        assert!(world.freshness.health().complete);
    }
}
