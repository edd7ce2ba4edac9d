//! A watch alone.

use super::*;

fn told(change: Option<ObjectChange<ConfigMap>>) -> String {
    match change {
        Some(Change::Added(object)) => format!("+{}", object.name()),
        Some(Change::Updated(object)) => format!("~{}", object.name()),
        Some(Change::Deleted(object)) => format!("-{}", object.name()),
        Some(Change::ReplacedAll { objects, .. }) => format!("={}", objects.len()),
        other => format!("{other:?}"),
    }
}

async fn begun() -> (ApiServer, ListWatch<ConfigMap>, ResourceVersion) {
    let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
    let client = Client::from(api.kube_client());
    let version = api.version().into();
    (api, ListWatch::typed(&client).namespace("w"), version)
}

#[tokio::test(start_paused = true)]
async fn a_watch_resumes_over_errors_and_cuts_and_tells_everything_once() {
    let (api, list_watch, version) = begun().await;
    let mut watch = resuming_watch(&list_watch, version).seed(1);
    for at in 0..20 {
        match at % 5 {
            0 => drop(api.fault(Fault::cut_watches())),
            1 => drop(api.fault(Fault::cut_mid_frame().once())),
            2 => drop(api.fault(Fault::internal_error().verb(Verb::Watch).once())),
            3 => drop(api.fault(Fault::reset().verb(Verb::Watch).times(2))),
            _ => {}
        }
        api.create(&config(&format!("c{at}"), at)).await.unwrap();
        assert_eq!(told(watch.next().await), format!("+c{at}"));
    }
    assert_eq!(watch.freshness().version().to_string(), api.version().to_string());
}

#[tokio::test(start_paused = true)]
async fn an_expired_version_ends_it_with_an_error() {
    let (api, list_watch, version) = begun().await;
    api.create(&config("unseen", 0)).await.unwrap();
    api.expire_before(api.version());
    let mut watch = resuming_watch(&list_watch, version);
    assert_eq!(told(watch.next().await), "None");
    let failure = watch.failure().unwrap();
    assert_eq!((failure.cause(), failure.remedy), (Cause::Expired, Remedy::End));
    assert_eq!(told(watch.next().await), "None", "for good");
}

#[tokio::test(start_paused = true)]
async fn it_survives_an_expired_version_if_it_may_list() {
    let (api, list_watch, version) = begun().await;
    api.create(&config("unseen", 0)).await.unwrap();
    api.expire_before(api.version());
    let mut watch = resuming_watch(&list_watch, version).relist(true);
    // With the one that every namespace has.
    assert_eq!(told(watch.next().await), "=2");
    api.delete::<ConfigMap>("w/unseen").await.unwrap();
    assert_eq!(told(watch.next().await), "-unseen");
}

#[tokio::test(start_paused = true)]
async fn its_hook_is_told_of_everything() {
    let (api, list_watch, version) = begun().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&seen);
    let watch = resuming_watch(&list_watch, version).seed(1);
    let mut watch = watch.on_error(move |failure| hook.lock().push((failure.cause(), failure.remedy)));
    api.fault(Fault::internal_error().verb(Verb::Watch).once());
    api.fault(Fault::expired().verb(Verb::Watch).nth(2));
    assert_eq!(told(watch.next().await), "None");
    assert_eq!(*seen.lock(), [(Cause::ServerError, Remedy::Watch), (Cause::Expired, Remedy::End)]);
}

#[tokio::test(start_paused = true)]
async fn that_nobody_reads_it_is_no_sign_of_a_dead_watch() {
    let (api, list_watch, version) = begun().await;
    let mut watch = resuming_watch(&list_watch, version).seed(1);
    for at in 0..3 {
        api.create(&config(&format!("c{at}"), at)).await.unwrap();
        assert_eq!(told(watch.next().await), format!("+c{at}"));
        // Shorter than a watch lasts, longer than one may be silent.
        tokio::time::sleep(Duration::from_secs(200)).await;
    }
    assert_eq!(watch.freshness().counters().failures, 0, "{:?}", watch.failure());
}
