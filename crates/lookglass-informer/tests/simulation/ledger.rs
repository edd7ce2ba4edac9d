//! What the server had at one time or another: nothing else may be told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use k8s_openapi::api::core::v1::ConfigMap;
use parking_lot::Mutex;

/// An object's uid and version.
pub(crate) type State = (String, String);

/// Every state that was ever written.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    states: BTreeSet<(String, State)>,
    /// What each object last said, by uid.
    last: BTreeMap<String, String>,
    present: BTreeMap<String, State>,
}

impl Ledger {
    pub(crate) fn written(&self, object: &ConfigMap) {
        let (key, state, at) = read(object);
        let mut inner = self.inner.lock();
        inner.states.insert((key.clone(), state.clone()));
        inner.last.insert(state.0.clone(), at);
        inner.present.insert(key, state);
    }

    pub(crate) fn deleted(&self, key: &str) {
        self.inner.lock().present.remove(key);
    }

    pub(crate) fn lost_everything(&self) {
        self.inner.lock().present.clear();
    }

    /// What there is now.
    pub(crate) fn present(&self) -> BTreeMap<String, State> {
        self.inner.lock().present.clone()
    }

    pub(crate) fn had(&self, key: &str, state: &State) -> bool {
        self.inner.lock().states.contains(&(key.to_owned(), state.clone()))
    }

    /// What the object of this uid said in its last state.
    pub(crate) fn last_words(&self, uid: &str) -> Option<String> {
        self.inner.lock().last.get(uid).cloned()
    }
}

pub(crate) fn key_of(object: &ConfigMap) -> String {
    let meta = &object.metadata;
    format!("{}/{}", meta.namespace.as_deref().unwrap_or_default(), meta.name.as_deref().unwrap_or_default())
}

pub(crate) fn words(object: &ConfigMap) -> String {
    object.data.as_ref().and_then(|data| data.get("at")).cloned().unwrap_or_default()
}

fn read(object: &ConfigMap) -> (String, State, String) {
    let meta = &object.metadata;
    let state = (meta.uid.clone().unwrap_or_default(), meta.resource_version.clone().unwrap_or_default());
    (key_of(object), state, words(object))
}
