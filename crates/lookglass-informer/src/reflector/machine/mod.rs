//! What a reflector does, without doing it: [`Machine`].

mod beginning;
mod doing;
mod errors;
mod gathering;
mod inputs;
mod step;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use lookglass_object::ResourceVersion;

pub use self::step::{Request, Step};
use self::{
    doing::{Asked, Doing, Next},
    gathering::Gathering,
};
use super::{
    Failure, Freshness, Health, ObjectChange, Phase, ReflectorError, ReflectorOptions, Remedy, backoff::Waits,
    random::Random,
};

/// What a reflector does, as a state machine: no I/O, no clock, no chance of its own.
///
/// Told what came of its requests and what time it is, it says what to ask for next, which changes to push, what went wrong and when to look again. Whoever
/// drives it does what it [says](Step) and nothing else; [`Reflector`](super::Reflector) does so over a `ListWatch`.
///
/// ```
/// use lookglass_informer::ReflectorOptions;
/// use lookglass_informer::reflector::{Machine, Request, Step};
/// use lookglass_object::Dynamic;
///
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// # let now = std::time::Instant::now();
/// let options = ReflectorOptions::default().streaming(false);
/// let mut machine = Machine::<Dynamic>::new(options, 7, now);
/// assert!(matches!(machine.poll(now), Step::Ask(Request::List { page_size: 500, .. })));
/// // The list is empty, and the next thing is to watch after its version.
/// machine.listed("42".into(), 1, now);
/// assert!(matches!(machine.poll(now), Step::Ask(Request::Watch { .. })));
/// let mut changes = Vec::new();
/// machine.take_changes(&mut changes);
/// assert_eq!(changes.len(), 1, "what there is replaces everything");
/// ```
///
/// # What it promises
///
/// * **Exact.** The changes that come out, applied in order, are the server's state, whatever goes wrong in between. A deletion is told as such when the watch told it; else it is
///   in a [`Change::ReplacedAll`](lookglass_cache::Change::ReplacedAll), by what is missing there.
/// * **Versions never go back**, unless a list says so that asked for the newest state, after the server was found to have gone back.
/// * **Nothing stops it** but [`Step::Over`], which there is only without [relisting](Self::after): every error has a remedy and a time.
///
/// # The rules
///
/// | what | then |
/// | --- | --- |
/// | the beginning; a list is due | a streaming list; a list in pages where streaming is off or failed lately |
/// | first list | in pages: whatever the server has at hand; as a stream: the newest |
/// | later lists | not older than what was seen last; the newest, once that version was found to be expired or ahead of the server |
/// | a streaming list stands still, takes too long, or is refused as not understood | a list in pages at once, and for `streaming_retry` |
/// | a streaming list is forbidden | a list in pages at once |
/// | a streaming list breaks off | again at once if objects had come; in pages from the second time on |
/// | the token of a page expired | the whole list in one page, at once |
/// | a list has no version, or `"0"` | it is taken and nothing is watched, since what went in between would never be told; the newest is listed after a wait, and so on. But where versions were told before it is not believed |
/// | a watch ends, or breaks off, after it told something or lived for a second | it is opened again at once after the last version |
/// | it does so earlier | the same after a wait; nothing is listed, but for each eighth time in a row, in case that nothing lets a watch through |
/// | 429, nobody answers, or no connection is free | the same after a wait, which is no shorter than the server asked for |
/// | the version expired (410), in a stream or as an answer | a list, at a moment drawn at random so that not all come at once |
/// | the version is ahead of the server, or an event's or a list's version goes back | a list of the newest state, of which nothing counts as known |
/// | 401, 403, 404 | a long wait, then again: a watch for a right, a list for a resource; each eighth time that a watch is forbidden, a list, in case that the right to list is there |
/// | credentials cannot be had, or the server's certificate is not trusted | a long wait, then the same again |
/// | another error of a watch | a wait, then a watch; each third time without a step forward, a list |
/// | an object of a watch cannot be read | the last good state stays, and a list comes later to repair it |
/// | an object of a list cannot be read | the same. If the error says which object it is, that one is not declared gone; if not, nothing is by this list, unless it is the first |
/// | a watch says nothing for `silence`, though this server sends bookmarks | the server is asked whether it still knows the version (a list of one item); then the watch is opened again. Each time there was nothing wrong the patience doubles |
/// | a watch does not end in time | the same |
///
/// # Cost
///
/// An event is a comparison of versions and a push onto a vector. A list is gathered as handles of 8 bytes; of what its receiver has already nothing else need be held, if what is asked is
/// asked over a `ListWatch` with [known objects](lookglass_client::ListWatch::known).
pub struct Machine<K> {
    options: ReflectorOptions,
    random: Random,
    /// Whether it may list; else it ends where it would have to.
    lists: bool,
    doing: Doing<K>,
    ask: Option<Request>,
    waits: Waits,
    slow: Waits,
    repairs: Waits,
    /// What was seen last cannot be asked for: the newest state is.
    stale: bool,
    /// Streaming lists are not tried before.
    pages_until: Option<Instant>,
    /// Streaming lists in a row that broke off.
    torn: u32,
    /// The server gave its cheapest list in pages, so it has no cache that would be bypassed by asking for pages.
    paged: bool,
    /// Failures of watches in a row without a step forward.
    strikes: u32,
    /// Watches in a row that ended or broke off at once or were forbidden, without a step forward.
    shorts: u32,
    /// This server sends bookmarks.
    bookmarks: bool,
    /// How long a watch may be silent now.
    patience: Duration,
    repair_at: Option<Instant>,
    resync_at: Option<Instant>,
    health: Health,
    changes: Vec<ObjectChange<K>>,
    failures: Vec<Arc<Failure>>,
}

impl<K> Machine<K> {
    /// A machine that begins with a list.
    #[must_use]
    pub fn new(options: ReflectorOptions, seed: u64, now: Instant) -> Self {
        Self {
            random: Random::new(seed),
            lists: true,
            doing: Doing::Resting { until: now, then: Next::List, why: None },
            ask: None,
            waits: Waits::new(options.backoff),
            slow: Waits::new(options.slow_backoff),
            repairs: Waits::new(options.repair),
            stale: false,
            pages_until: None,
            torn: 0,
            paged: false,
            strikes: 0,
            shorts: 0,
            bookmarks: false,
            patience: options.silence,
            repair_at: None,
            resync_at: None,
            health: Health::default(),
            changes: Vec::new(),
            failures: Vec::new(),
            options,
        }
    }

    /// A machine that begins with a watch after a version, which is one that a server gave: neither `""` nor `"0"`. Where only a list could help, it does one if `relist`; else
    /// it ends.
    #[must_use]
    pub fn after(version: ResourceVersion, relist: bool, options: ReflectorOptions, seed: u64, now: Instant) -> Self {
        let mut machine = Self::new(options, seed, now);
        machine.health.version = version;
        machine.health.complete = true;
        machine.lists = relist;
        machine.doing = Doing::Resting { until: now, then: Next::Watch, why: None };
        if inputs::says_nothing(&machine.health.version) {
            let error = ReflectorError::NoStart { version: std::mem::take(&mut machine.health.version) };
            machine.fail(error, Remedy::List, Duration::ZERO, now);
        }
        machine
    }

    /// How it goes about it.
    #[must_use]
    pub fn options(&self) -> &ReflectorOptions {
        &self.options
    }

    /// What is to be done now. Ask again after each input, and when the time has come that was said.
    pub fn poll(&mut self, now: Instant) -> Step {
        self.check_deadlines(now);
        if let Doing::Resting { until, then, .. } = self.doing
            && until <= now
        {
            self.begin(then, now);
        }
        self.resync(now);
        if let Some(request) = self.ask.take() {
            return Step::Ask(request);
        }
        let resync = self.resync_at;
        let by = |at: Instant| resync.map_or(at, |resync| resync.min(at));
        match &self.doing {
            Doing::Over => Step::Over,
            Doing::Resting { until, .. } => Step::Rest { until: by(*until) },
            _ => Step::Read { until: by(self.deadline().unwrap_or(now)) },
        }
    }

    /// Whether it takes what comes of its last request; if not, that is not worth reading any more.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        !matches!(self.doing, Doing::Resting { .. } | Doing::Over)
    }

    /// Whether there is something to [push](Self::take_changes) or to [report](Self::take_failures).
    #[must_use]
    pub fn has_output(&self) -> bool {
        !self.changes.is_empty() || !self.failures.is_empty()
    }

    /// Moves the changes that have come to the end of `into`.
    pub fn take_changes(&mut self, into: &mut Vec<ObjectChange<K>>) {
        if into.is_empty() {
            // Both keep their memory for the next time.
            std::mem::swap(into, &mut self.changes);
        } else {
            into.append(&mut self.changes);
        }
    }

    /// What went wrong since the last call.
    pub fn take_failures(&mut self) -> Vec<Arc<Failure>> {
        std::mem::take(&mut self.failures)
    }

    /// How fresh the reflection is.
    #[must_use]
    pub fn health(&self) -> Health {
        Health { phase: self.phase(), ..self.health.clone() }
    }

    /// The changes were held up for so long, and nothing was read meanwhile: a silence of that time is no sign of anything.
    pub fn held_up(&mut self, time: Duration) {
        self.doing.shift(time);
    }

    fn phase(&self) -> Phase {
        match &self.doing {
            Doing::Resting { until, why: Some(why), .. } => Phase::BackingOff { until: *until, why: *why },
            Doing::Resting { why: None, .. } if self.health.complete => Phase::Opening,
            Doing::Resting { .. } => Phase::Waiting,
            Doing::Listing { gathering, .. } => Phase::Listing { items: gathering.len() },
            Doing::Streaming { gathering, .. } => Phase::Streaming { items: gathering.len() },
            Doing::Watching { asked, .. } if asked.answered.is_some() => Phase::Watching,
            Doing::Watching { .. } | Doing::Probing { .. } => Phase::Opening,
            Doing::Over => Phase::Stopped,
        }
    }
}

impl<K> fmt::Debug for Machine<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("doing", &self.doing).field("health", &self.health).finish_non_exhaustive()
    }
}

impl Freshness {
    /// Shows how a machine is now.
    pub(super) fn show<K>(&self, machine: &Machine<K>) {
        self.publish(&machine.health());
    }
}
