//! Whoever is told: what its events replay to, and whether they make sense.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::Event;
use lookglass_object::Object;
use parking_lot::Mutex;

use crate::{
    ledger::{Ledger, State, number, words},
    run::Trace,
};

/// Replays events, and notes what contradicts.
#[derive(Clone)]
pub(crate) struct Follower {
    name: String,
    trace: Trace,
    ledger: Ledger,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// Its buffer merges events, so that it need not be told every state.
    merges: bool,
    /// What existed when it joined and has not been told yet: that comes first.
    replay: BTreeMap<String, State>,
    state: BTreeMap<String, State>,
    told: Vec<(String, State)>,
    /// What changed since it joined, without repetitions.
    steps: Vec<Step>,
    /// Uid and last words of what was seen to be deleted.
    farewells: Vec<(String, String)>,
    /// Uids of what was found to be gone.
    gone_unseen: Vec<String>,
    contradictions: Vec<String>,
    gone: bool,
    /// The server was restored from a backup, so that versions of an object may go back.
    back: bool,
}

/// From which state to which state an object went.
pub(crate) type Step = (String, Option<State>, Option<State>);

impl Follower {
    pub(crate) fn new(
        name: String,
        trace: Trace,
        ledger: &Ledger,
        merges: bool,
        replay: BTreeMap<String, State>,
    ) -> Self {
        Self {
            name,
            trace,
            ledger: ledger.clone(),
            inner: Arc::new(Mutex::new(Inner { merges, replay, ..Inner::default() })),
        }
    }

    pub(crate) fn note(&self, event: &Event<ConfigMap>) {
        let mut inner = self.inner.lock();
        inner.back = self.ledger.was_restored();
        let (line, makes_sense) = match event {
            Event::Added { object, initial } => {
                let (key, state) = read(object);
                let line = format!("+{key}@{}{}", state.1, if *initial { "i" } else { "" });
                (line, inner.added(key, state, *initial))
            }
            Event::Updated { old, new } => {
                let ((key, before), (_, now)) = (read(old), read(new));
                let line = format!("~{key}@{}>{}", before.1, now.1);
                (line, inner.updated(key, before, now))
            }
            Event::Deleted { last, certain } => {
                let (key, state) = read(last);
                let line = format!("-{key}@{}{}", state.1, if *certain { "!" } else { "?" });
                if *certain {
                    let said = last.typed().map(|last| words(&last)).unwrap_or_default();
                    inner.farewells.push((state.0.clone(), said));
                } else {
                    inner.gone_unseen.push(state.0.clone());
                }
                (line, inner.deleted(key, &state, *certain))
            }
        };
        self.trace.note(&format!("{} {line}", self.name));
        if !makes_sense || inner.gone {
            inner.contradictions.push(line);
        }
    }

    pub(crate) fn state(&self) -> BTreeMap<String, State> {
        self.inner.lock().state.clone()
    }

    /// From now on it must be told nothing more.
    pub(crate) fn is_gone(&self) {
        self.inner.lock().gone = true;
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.inner.lock().steps.clone()
    }

    /// Nothing may contradict itself, or have been told that never was.
    pub(crate) fn check(&self) {
        let (inner, ledger) = (self.inner.lock(), &self.ledger);
        assert_eq!(inner.contradictions, [""; 0], "{}", self.name);
        for (key, state) in &inner.told {
            assert!(ledger.had(key, state), "{}: invented: {key} {state:?}", self.name);
        }
        let present = ledger.present();
        for uid in &inner.gone_unseen {
            let is_gone = ledger.rose(uid) || present.values().all(|state| state.0 != *uid);
            assert!(is_gone, "{}: an invented deletion: {uid}", self.name);
        }
        for (uid, said) in &inner.farewells {
            assert!(ledger.parted(uid, said), "{}: a deletion tells the last state: {uid} {said}", self.name);
        }
    }

    /// Whoever is told every change was told what `witness`, who was there first, was told since it joined.
    pub(crate) fn check_against(&self, witness: &[Step], joined: Option<usize>) {
        let inner = self.inner.lock();
        if inner.merges {
            return;
        }
        let steps = &inner.steps;
        let is_part = match (joined, inner.gone) {
            (Some(joined), false) => witness[joined..] == **steps,
            (Some(joined), true) => witness[joined..].starts_with(steps),
            (None, false) => witness.ends_with(steps),
            (None, true) => steps.is_empty() || witness.windows(steps.len()).any(|part| part == *steps),
        };
        assert!(is_part, "{}: told {steps:?}\ninstead of {witness:?} since {joined:?}", self.name);
    }
}

impl Inner {
    fn added(&mut self, key: String, state: State, initial: bool) -> bool {
        self.told.push((key.clone(), state.clone()));
        let expected = self.replay.remove(&key);
        let is_replay = expected.is_some();
        let as_expected =
            expected.is_none_or(|expected| initial && expected == state) && (is_replay || self.replayed());
        if !is_replay {
            self.steps.push((key.clone(), None, Some(state.clone())));
        }
        self.state.insert(key, state).is_none() && as_expected
    }

    fn updated(&mut self, key: String, before: State, now: State) -> bool {
        self.told.push((key.clone(), now.clone()));
        let goes_on = before == now || number(&before.1) < number(&now.1) || self.back;
        if before != now {
            self.steps.push((key.clone(), Some(before.clone()), Some(now.clone())));
        }
        let same = before.0 == now.0;
        self.replayed() && self.state.insert(key, now) == Some(before) && same && goes_on
    }

    /// A deletion that was seen has a version of its own. One that was found out shows what was known last: to the informer, which may be
    /// ahead of a subscriber whose buffer merges.
    fn deleted(&mut self, key: String, last: &State, certain: bool) -> bool {
        let known = self.state.remove(&key);
        if !certain {
            self.told.push((key.clone(), last.clone()));
        }
        let makes_sense = known.as_ref().is_some_and(|known| {
            let (before, at) = (number(&known.1), number(&last.1));
            known.0 == last.0
                && (self.back || if certain { before < at } else { before == at || self.merges && before < at })
        });
        self.steps.push((key, known, None));
        self.replayed() && makes_sense
    }

    fn replayed(&self) -> bool {
        self.replay.is_empty()
    }
}

fn read(object: &Object<ConfigMap>) -> (String, State) {
    (object.key().to_string(), (object.uid().to_string(), object.version().to_string()))
}
