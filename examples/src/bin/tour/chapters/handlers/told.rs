//! What the handler does: [`Told`].

use k8s_openapi::api::core::v1::Pod;
use lookglass::object::Object;
use tokio::{
    sync::watch,
    time::{Duration, Instant},
};

use crate::stage::{Stage, Tone};

/// Counts what the handler is told, and prints now and then some of it.
pub(crate) struct Told {
    stage: Stage,
    counts: watch::Sender<Counts>,
}

#[derive(Default)]
struct Counts {
    initial: usize,
    added: usize,
    updated: usize,
    deleted: usize,
    uncertain: usize,
    /// When the next line may be printed, while any may.
    line: Option<Instant>,
}

/// No reader follows more lines than these.
const BETWEEN_LINES: Duration = Duration::from_millis(250);

impl Told {
    pub(super) fn new(stage: Stage) -> Self {
        Self { stage, counts: watch::Sender::default() }
    }

    pub(super) fn added(&self, pod: &Object<Pod>, initial: bool) {
        self.count(|counts| if initial { counts.initial += 1 } else { counts.added += 1 });
        if !initial {
            let node = pod.at("spec.nodeName").and_then(|node| node.text().map(|node| format!("on {node}")));
            self.print(Tone::Good, "+", pod, &node.unwrap_or_default());
        }
    }

    pub(super) fn updated(&self, old: &Object<Pod>, new: &Object<Pod>) {
        self.count(|counts| counts.updated += 1);
        // Read from the bytes, without decoding the pod.
        let ready = |pod: &Object<Pod>| pod.at("status.containerStatuses[0].ready").and_then(|ready| ready.as_bool());
        let what = match (ready(old), ready(new)) {
            (Some(true), Some(false)) => "not ready any more".to_owned(),
            (Some(false), Some(true)) => "ready again".to_owned(),
            _ => format!("{} -> {}", old.version(), new.version()),
        };
        self.print(Tone::Changed, "~", new, &what);
    }

    pub(super) fn deleted(&self, pod: &Object<Pod>, certain: bool) {
        self.count(|counts| {
            counts.deleted += 1;
            counts.uncertain += usize::from(!certain);
        });
        let last = if certain { "this is its last state" } else { "this is the last state that was seen" };
        self.print(Tone::Bad, "-", pod, last);
    }

    /// Of how many objects the handler was told that were there already.
    pub(crate) fn initial(&self) -> usize {
        self.counts.borrow().initial
    }

    /// How many deletions were found out about afterwards.
    pub(crate) fn uncertain(&self) -> usize {
        self.counts.borrow().uncertain
    }

    pub(super) fn begin_printing(&self) {
        self.count(|counts| {
            (counts.added, counts.updated, counts.deleted) = (0, 0, 0);
            counts.line = Some(Instant::now());
        });
    }

    /// How many were added, updated and deleted since.
    pub(super) fn end_printing(&self) -> (usize, usize, usize) {
        self.count(|counts| counts.line = None);
        let counts = self.counts.borrow();
        (counts.added, counts.updated, counts.deleted)
    }

    fn print(&self, tone: Tone, sign: &str, pod: &Object<Pod>, what: &str) {
        let now = Instant::now();
        let due = self.counts.send_if_modified(|counts| match &mut counts.line {
            Some(line) if *line <= now => {
                *line = now + BETWEEN_LINES;
                true
            }
            _ => false,
        });
        if due {
            let stage = self.stage;
            let key = format!("{:<28}", pod.key().to_string());
            stage.row(format!("{} {key} {}", stage.paint(tone, sign), stage.paint(Tone::Quiet, what)));
        }
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }
}
