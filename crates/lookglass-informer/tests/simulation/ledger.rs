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
    /// What happened under which version; those before a restore from a backup apart, since versions begin anew with it.
    past: Vec<BTreeMap<u64, Deed>>,
}

/// What happened to the server's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    Created(String, State),
    Updated(String, State),
    Deleted(String),
    LostEverything,
}

impl Ledger {
    pub(crate) fn created(&self, object: &ConfigMap) {
        self.written(object, Deed::Created);
    }

    pub(crate) fn updated(&self, object: &ConfigMap) {
        self.written(object, Deed::Updated);
    }

    fn written(&self, object: &ConfigMap, deed: fn(String, State) -> Deed) {
        let (key, state, at) = read(object);
        let mut inner = self.inner.lock();
        inner.states.insert((key.clone(), state.clone()));
        inner.last.insert(state.0.clone(), at);
        inner.present.insert(key.clone(), state.clone());
        inner.note(number(&state.1), deed(key, state));
    }

    pub(crate) fn deleted(&self, key: &str, version: u64) {
        let mut inner = self.inner.lock();
        inner.present.remove(key);
        inner.note(version, Deed::Deleted(key.to_owned()));
    }

    pub(crate) fn lost_everything(&self, version: u64) {
        let mut inner = self.inner.lock();
        inner.present.clear();
        inner.note(version, Deed::LostEverything);
    }

    /// The server begins anew, with versions too.
    pub(crate) fn began_anew(&self) {
        let mut inner = self.inner.lock();
        inner.present.clear();
        inner.past.push(BTreeMap::new());
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

    /// How often versions have begun anew, with the first time.
    pub(crate) fn ages(&self) -> usize {
        self.inner.lock().past.len().max(1)
    }

    /// What there was at a version of an age.
    pub(crate) fn state_at(&self, age: usize, version: u64) -> BTreeMap<String, State> {
        let inner = self.inner.lock();
        let mut state = BTreeMap::new();
        for deed in inner.past.get(age).into_iter().flat_map(|past| past.range(..=version)).map(|(_, deed)| deed) {
            match deed.clone() {
                Deed::Created(key, now) | Deed::Updated(key, now) => drop(state.insert(key, now)),
                Deed::Deleted(key) => drop(state.remove(&key)),
                Deed::LostEverything => state.clear(),
            }
        }
        state
    }

    /// What happened next after a version of an age.
    pub(crate) fn next_after(&self, age: usize, version: u64) -> Option<(u64, Deed)> {
        let inner = self.inner.lock();
        let mut later = inner.past.get(age)?.range(version + 1..);
        later.next().map(|(version, deed)| (*version, deed.clone()))
    }
}

impl Inner {
    fn note(&mut self, version: u64, deed: Deed) {
        if self.past.is_empty() {
            self.past.push(BTreeMap::new());
        }
        let past = self.past.last_mut().expect("there is one");
        assert!(past.insert(version, deed).is_none(), "two things happened under version {version}");
    }
}

pub(crate) fn key_of(object: &ConfigMap) -> String {
    let meta = &object.metadata;
    format!("{}/{}", meta.namespace.as_deref().unwrap_or_default(), meta.name.as_deref().unwrap_or_default())
}

pub(crate) fn words(object: &ConfigMap) -> String {
    object.data.as_ref().and_then(|data| data.get("at")).cloned().unwrap_or_default()
}

pub(crate) fn number(version: &str) -> u64 {
    version.parse().expect("this server's versions are numbers")
}

fn read(object: &ConfigMap) -> (String, State, String) {
    let meta = &object.metadata;
    let state = (meta.uid.clone().unwrap_or_default(), meta.resource_version.clone().unwrap_or_default());
    (key_of(object), state, words(object))
}
