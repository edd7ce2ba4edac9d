//! Whoever is told: what its events replay to, and whether they make sense.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::Event;
use lookglass_object::Object;
use parking_lot::Mutex;

use crate::{
    ledger::{Ledger, State, words},
    run::Trace,
};

/// Replays events, and notes what contradicts.
#[derive(Clone)]
pub(crate) struct Follower {
    name: String,
    trace: Trace,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    state: BTreeMap<String, State>,
    told: Vec<(String, State)>,
    /// Uid and last words of what was seen to be deleted.
    farewells: Vec<(String, String)>,
    contradictions: Vec<String>,
}

impl Follower {
    pub(crate) fn new(name: String, trace: Trace) -> Self {
        Self { name, trace, inner: Arc::default() }
    }

    pub(crate) fn note(&self, event: &Event<ConfigMap>) {
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        let (line, makes_sense) = match event {
            Event::Added { object, initial } => {
                let (key, state) = read(object);
                inner.told.push((key.clone(), state.clone()));
                let line = format!("+{key}@{}{}", state.1, if *initial { "i" } else { "" });
                (line, inner.state.insert(key, state).is_none())
            }
            Event::Updated { old, new } => {
                let ((key, before), (_, now)) = (read(old), read(new));
                inner.told.push((key.clone(), now.clone()));
                let line = format!("~{key}@{}>{}", before.1, now.1);
                let same = before.0 == now.0;
                (line, inner.state.insert(key, now).as_ref() == Some(&before) && same)
            }
            Event::Deleted { last, certain } => {
                let (key, state) = read(last);
                let line = format!("-{key}@{}{}", state.1, if *certain { "!" } else { "?" });
                let known = inner.state.remove(&key);
                if *certain {
                    let said = last.typed().map(|last| words(&last)).unwrap_or_default();
                    inner.farewells.push((state.0.clone(), said));
                }
                // A deletion that was seen has a version of its own; one that was found out shows what was known.
                let makes_sense = known.is_some_and(|known| known.0 == state.0 && (*certain || known == state));
                (line, makes_sense)
            }
        };
        self.trace.note(&format!("{}{line}", self.name));
        if !makes_sense {
            inner.contradictions.push(line);
        }
    }

    pub(crate) fn state(&self) -> BTreeMap<String, State> {
        self.inner.lock().state.clone()
    }

    /// Nothing may contradict itself, or have been told that never was.
    pub(crate) fn check(&self, ledger: &Ledger) {
        let inner = self.inner.lock();
        assert_eq!(inner.contradictions, [""; 0], "{}", self.name);
        for (key, state) in &inner.told {
            assert!(ledger.had(key, state), "{}: invented: {key} {state:?}", self.name);
        }
        for (uid, said) in &inner.farewells {
            assert_eq!(ledger.last_words(uid).as_ref(), Some(said), "{}: a deletion tells the last state", self.name);
        }
    }
}

fn read(object: &Object<ConfigMap>) -> (String, State) {
    (object.key().to_string(), (object.uid().to_string(), object.version().to_string()))
}
