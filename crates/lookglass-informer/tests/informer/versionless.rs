//! A server whose lists have no version that can be watched after.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use http_body_util::Full;
use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_client::{Client, ListWatch};
use lookglass_informer::{Event, SharedInformer};
use parking_lot::Mutex;
use tower_service::Service;

use crate::support::{Diary, PATIENCE, until};

/// Answers each list with what it says, and notes which watches are asked for. Those end at once.
#[derive(Clone, Default)]
struct Lister {
    says: Arc<Mutex<String>>,
    watched: Arc<Mutex<Vec<String>>>,
}

impl Lister {
    fn say(&self, version: &str, names: &[&str]) {
        let item = |name: &&str| {
            format!(r#"{{"metadata":{{"name":"{name}","namespace":"a","uid":"{name}","resourceVersion":"3"}}}}"#)
        };
        let items: Vec<String> = names.iter().map(item).collect();
        *self.says.lock() = format!(
            r#"{{"kind":"ConfigMapList","apiVersion":"v1","metadata":{{"resourceVersion":"{version}"}},"items":[{}]}}"#,
            items.join(",")
        );
    }
}

impl Service<Request<kube::client::Body>> for Lister {
    type Response = Response<Full<bytes::Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let query = request.uri().query().unwrap_or_default();
        let body = if query.contains("watch=true") {
            let after = query.split('&').find_map(|it| it.strip_prefix("resourceVersion="));
            self.watched.lock().push(after.unwrap_or_default().to_owned());
            String::new()
        } else {
            self.says.lock().clone()
        };
        let answer = Response::builder().header("content-type", "application/json").body(Full::new(body.into()));
        ready(Ok(answer.expect("an answer")))
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_without_versions_is_listed_now_and_then_and_nothing_is_lost() {
    for no_version in ["", "0"] {
        let lister = Lister::default();
        lister.say(no_version, &["one", "two"]);
        let client = Client::from(kube::Client::new(lister.clone(), "default"));
        let configs = SharedInformer::builder(ListWatch::<ConfigMap>::typed(&client)).on_error(|_| {});
        let configs = configs.reflector(|options| options.streaming(false)).seed(7).start();
        let diary = Diary::default();
        let noted = diary.clone();
        let _subscription = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
        configs.synced(PATIENCE).await.unwrap();
        until("told", || diary.state().len() == 2).await;
        assert_eq!(diary.take(), ["+ a/one initial", "+ a/two initial"]);
        lister.say(no_version, &["two", "three"]);
        until("listed again", || diary.state().contains_key("a/three")).await;
        assert_eq!(diary.take(), ["- a/one uncertain", "+ a/three"], "{no_version:?}");
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(diary.take(), [""; 0]);
        assert_eq!(*lister.watched.lock(), [""; 0]);
        lister.say("7", &["three"]);
        until("watched", || !lister.watched.lock().is_empty()).await;
        assert_eq!(lister.watched.lock()[0], "7");
        assert_eq!(diary.take(), ["- a/two uncertain"]);
        configs.shutdown().await;
    }
}
