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
    /// What was written under which version, since versions last began anew.
    said: BTreeMap<u64, String>,
    /// Uid and last words of what was deleted.
    farewells: BTreeSet<(String, String)>,
    present: BTreeMap<String, State>,
    /// What happened under which version; those before versions began anew, or went back, apart.
    past: Vec<BTreeMap<u64, Deed>>,
    /// Uids of what was gone, and was there again when the server was restored.
    risen: BTreeSet<String>,
    restored: bool,
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
        inner.said.insert(number(&state.1), at);
        inner.present.insert(key.clone(), state.clone());
        inner.note(number(&state.1), deed(key, state));
    }

    pub(crate) fn deleted(&self, key: &str, version: u64) {
        let mut inner = self.inner.lock();
        if let Some((uid, last)) = inner.present.remove(key) {
            let words = inner.said.get(&number(&last)).cloned().unwrap_or_default();
            inner.farewells.insert((uid, words));
        }
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
        inner.said.clear();
        inner.past.push(BTreeMap::new());
    }

    /// The server is as it was at a version, which it had since versions last began anew, or went back; what happened later has not.
    pub(crate) fn restored(&self, version: u64) {
        let mut inner = self.inner.lock();
        let past = inner.past.last().cloned().unwrap_or_default();
        let past: BTreeMap<u64, Deed> = past.into_iter().take_while(|(at, _)| *at <= version).collect();
        let present = state_of(past.values());
        let there: BTreeSet<&String> = inner.present.values().map(|state| &state.0).collect();
        let risen: Vec<String> =
            present.values().map(|state| &state.0).filter(|uid| !there.contains(uid)).cloned().collect();
        inner.risen.extend(risen);
        inner.said.retain(|at, _| *at <= version);
        inner.present = present;
        inner.past.push(past);
        inner.restored = true;
    }

    /// Whether versions of an object may have gone back.
    pub(crate) fn was_restored(&self) -> bool {
        self.inner.lock().restored
    }

    /// Whether the object of this uid was there again after it had gone.
    pub(crate) fn rose(&self, uid: &str) -> bool {
        self.inner.lock().risen.contains(uid)
    }

    /// What there is now.
    pub(crate) fn present(&self) -> BTreeMap<String, State> {
        self.inner.lock().present.clone()
    }

    pub(crate) fn had(&self, key: &str, state: &State) -> bool {
        self.inner.lock().states.contains(&(key.to_owned(), state.clone()))
    }

    /// Whether an object of this uid was deleted when it said this.
    pub(crate) fn parted(&self, uid: &str, words: &str) -> bool {
        self.inner.lock().farewells.contains(&(uid.to_owned(), words.to_owned()))
    }

    /// How often versions have begun anew, or gone back, with the first time.
    pub(crate) fn ages(&self) -> usize {
        self.inner.lock().past.len().max(1)
    }

    /// What there was at a version of an age.
    pub(crate) fn state_at(&self, age: usize, version: u64) -> BTreeMap<String, State> {
        let inner = self.inner.lock();
        let past = inner.past.get(age).into_iter().flat_map(|past| past.range(..=version));
        state_of(past.map(|(_, deed)| deed))
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

/// What there is after all this.
fn state_of<'a>(deeds: impl Iterator<Item = &'a Deed>) -> BTreeMap<String, State> {
    let mut state = BTreeMap::new();
    for deed in deeds {
        match deed.clone() {
            Deed::Created(key, now) | Deed::Updated(key, now) => drop(state.insert(key, now)),
            Deed::Deleted(key) => drop(state.remove(&key)),
            Deed::LostEverything => state.clear(),
        }
    }
    state
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
