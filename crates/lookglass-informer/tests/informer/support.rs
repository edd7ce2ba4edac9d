//! A server with some ConfigMaps, and what watches a subscriber.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault, Verb};
use lookglass_client::{Client, ListWatch};
use lookglass_informer::{Event, EventExt as _, SharedInformer, SharedInformerBuilder};
use parking_lot::Mutex;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn config(namespace: &str, name: &str, app: &str, at: usize) -> ConfigMap {
    serde_json::from_value(serde_json::json!({
        "metadata": { "name": name, "namespace": namespace, "labels": { "app": app } },
        "data": { "at": at.to_string(), "app": app },
    }))
    .expect("a ConfigMap")
}

/// A server with the namespaces `a` and `b`.
pub(crate) async fn server() -> ApiServer {
    ApiServer::builder().namespace("a").namespace("b").start().await.expect("it starts")
}

pub(crate) fn configs(api: &ApiServer) -> ListWatch<ConfigMap> {
    ListWatch::typed(&Client::from(api.kube_client()))
}

/// An informer of the ConfigMaps with a label `app`, so that those that every namespace has stay out.
pub(crate) fn builder(api: &ApiServer) -> SharedInformerBuilder<ConfigMap> {
    SharedInformer::builder(configs(api)).labels("app".parse().expect("a selector")).seed(7)
}

/// What a subscriber was told, as lines; and the state that it replays to.
#[derive(Clone, Default)]
pub(crate) struct Diary {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    lines: Vec<String>,
    state: BTreeMap<String, String>,
    contradictions: Vec<String>,
}

impl Diary {
    pub(crate) fn note<K>(&self, event: &Event<K>) {
        let mut inner = self.inner.lock();
        let (line, expected) = match event {
            Event::Added { object, initial } => {
                let before = inner.state.insert(object.key().to_string(), object.version().to_string());
                (format!("+ {}{}", object.key(), if *initial { " initial" } else { "" }), before.is_none())
            }
            Event::Updated { old, new } => {
                let before = inner.state.insert(new.key().to_string(), new.version().to_string());
                (format!("~ {}", new.key()), before.as_deref() == Some(&*old.version().to_string()))
            }
            Event::Deleted { last, certain } => {
                let before = inner.state.remove(&last.key().to_string());
                (format!("- {}{}", last.key(), if *certain { "" } else { " uncertain" }), before.is_some())
            }
        };
        if !expected {
            inner.contradictions.push(format!("{line} ({:?})", event.key()));
        }
        inner.lines.push(line);
    }

    /// What was told since this was asked last.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut inner = self.inner.lock();
        assert_eq!(inner.contradictions, [""; 0]);
        std::mem::take(&mut inner.lines)
    }

    /// Keys and versions.
    pub(crate) fn state(&self) -> BTreeMap<String, String> {
        let inner = self.inner.lock();
        assert_eq!(inner.contradictions, [""; 0]);
        inner.state.clone()
    }
}

/// Waits until a condition holds, by looking each millisecond of (mostly paused) time.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..120_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("never came true: {what}");
}

/// Changes the server while no watch is open, and lets it forget what happened meanwhile: everything is listed anew.
pub(crate) async fn unseen(api: &ApiServer, change: impl Future<Output = ()>) {
    let hanging = api.fault(Fault::hang().verb(Verb::Watch));
    let cut = api.fault(Fault::cut_watches());
    tokio::time::sleep(Duration::from_millis(10)).await;
    cut.remove();
    change.await;
    api.expire_before(api.version());
    hanging.remove();
}

/// How many lists an informer has completed after its first.
pub(crate) fn relists<K: 'static>(informer: &SharedInformer<K>) -> u64 {
    informer.debug_view().watches.iter().map(|watch| watch.relists).sum()
}
