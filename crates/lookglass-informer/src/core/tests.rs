//! An informer whose only watch is a test.

use std::future::{pending, poll_fn};
use std::time::Duration;

use lookglass_cache::Change;
use lookglass_object::{Arrival, Depot, Gvk, Intake};

use super::*;
use crate::reflector::{Freshness, Sink as _};

/// Keeps the inlet for the test.
#[derive(Default, Clone)]
struct Caught(Arc<Mutex<Option<Inlet>>>);

impl Source for Caught {
    fn run(&self, inlet: Inlet, _: Cells) -> Work {
        *self.0.lock() = Some(inlet);
        Box::pin(pending())
    }

    fn freshness(&self) -> Freshness {
        Freshness::default()
    }

    fn received_bytes(&self) -> u64 {
        0
    }
}

/// What may differ.
#[derive(Clone, Copy)]
pub(super) struct Setup {
    pub(super) queue_capacity: usize,
    pub(super) retention: Retention,
    pub(super) cooling: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self { queue_capacity: 10, retention: Retention::Raw, cooling: Duration::ZERO }
    }
}

/// An informer that runs, the inlet of its only watch, and its work: the watch's, and housekeeping.
pub(super) fn running(setup: Setup) -> (Arc<Core>, Inlet, Intake<Dynamic>, Vec<Work>) {
    let Setup { queue_capacity, retention, cooling } = setup;
    let family = Depot::builder().build().family(&Gvk::core("v1", "ConfigMap"));
    let settings = Settings {
        name: "configs".into(),
        retention,
        cooling,
        queue_capacity,
        convert: None,
        subscriber: ListenerOptions::default(),
        hash_seed: Some(7),
        errors: ErrorHook::log(),
    };
    let caught = Caught::default();
    let part = Part { namespace: None, source: Box::new(caught.clone()) };
    let core = Core::new(Gvr::core("v1", "configmaps"), Arc::clone(&family), vec![part], settings);
    let work = core.start_here().expect("it was not running");
    let inlet = caught.0.lock().take().expect("the source was run");
    (core, inlet, Intake::new(family).retention(retention), work)
}

/// A config map of one of a few names.
pub(super) fn config(intake: &mut Intake<Dynamic>, name: u64, version: u64) -> Cell {
    let text = format!(r#"{{"metadata":{{"name":"c{name}","namespace":"a","resourceVersion":"{version}"}}}}"#);
    intake.json(text.as_bytes(), Arrival::Changed).expect("a config map")
}

#[tokio::test(start_paused = true)]
async fn a_steady_stream_of_changes_does_not_wake_housekeeping_for_each() {
    let cooling = Duration::from_secs(1);
    let (core, inlet, mut intake, mut work) =
        running(Setup { retention: Retention::Packed, cooling, ..Setup::default() });
    let mut housekeeping = work.pop().expect("it comes last");
    let polls = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&polls);
    // A task of its own, so that it is polled when it is woken and never else.
    let counted = tokio::spawn(poll_fn(move |cx| {
        counting.fetch_add(1, Ordering::Relaxed);
        housekeeping.as_mut().poll(cx)
    }));
    for version in 1..=500 {
        let change = Change::Updated(config(&mut intake, version, version));
        inlet.push(&mut vec![change]).await.expect("it runs");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(!core.cooling.lock().cooler.is_empty());
    tokio::time::sleep(cooling + Duration::from_millis(200)).await;
    counted.abort();
    assert!(core.cooling.lock().cooler.is_empty(), "everything has cooled");
    // Half a second in steps of 50 ms, each of them a wake-up and some turns of eight objects.
    let polls = polls.load(Ordering::Relaxed);
    assert!(polls < 150, "{polls}");
}
