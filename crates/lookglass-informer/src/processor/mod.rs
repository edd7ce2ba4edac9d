//! One stream of events for many listeners: [`Processor`].

mod control;
mod distributed;
mod leaving;
mod listener;
mod options;
mod report;

use std::cell::Cell;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lookglass_cache::{Backlog, Event, Feed, PushError};
use parking_lot::Mutex;

pub(crate) use self::control::{Control, Membership, Work};
pub use self::distributed::Distributed;
pub(crate) use self::leaving::Leaving;
pub use self::listener::Listener;
pub(crate) use self::listener::{caught, message};
pub use self::options::{ListenerOptions, ListenerView};
pub use self::report::{HandlerError, HandlerOutcome};
use crate::later::later;

/// Gives each event to every listener, at each one's own pace: client-go's `sharedProcessor`.
///
/// # Contract
///
/// * What is [distributed](Self::distribute) reaches every listener there is, in order. One that is slow has a
///   [`Backlog`] of its own, so that it holds up nobody else (unless it asked to, by
///   [`BacklogPolicy::Block`](lookglass_cache::BacklogPolicy::Block)).
/// * Whoever joins is first given what exists, as [`Event::Added`] with `initial: true`, then every change, and nothing
///   twice: writing the state and distributing what has changed is one step, and joining never falls in between.
/// * A listener leaves when it is dropped; it has nothing of the processor's in memory then.
///
/// # Cost
///
/// Distributing a batch takes one lock, one allocation for the batch, and for each listener one lock and one pointer.
/// Joining holds up the distribution while the replay is made: a clone of each value that exists.
///
/// ```
/// use lookglass_cache::Event;
/// use lookglass_informer::{ListenerOptions, Processor};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// # let now = std::time::Instant::now();
/// let processor = Processor::new(|pod: &&'static str| *pod);
/// let one = processor.add_listener(ListenerOptions::default(), now, Vec::new);
/// let other = processor.add_listener(ListenerOptions::default(), now, || vec!["web-0"]);
/// processor.distribute(now, || vec![Event::Added { object: "web-1", initial: false }]).accepted().await;
/// processor.close();
///
/// let mut told = Vec::new();
/// one.run(|event| told.push(*event.object())).await;
/// other.run(|event| told.push(*event.object())).await;
/// assert_eq!(told, ["web-1", "web-0", "web-1"]);
/// # }
/// ```
pub struct Processor<K: Clone + Eq + Hash, V: Clone> {
    hub: Arc<Hub<K, V>>,
}

pub(crate) struct Hub<K: Clone + Eq + Hash, V: Clone> {
    key: Arc<dyn Fn(&V) -> K + Send + Sync>,
    /// Held while the state is written and told, and while somebody joins. Whoever wants both takes it first.
    writing: Mutex<()>,
    /// Held for moments only: no user's function runs under it but the key function.
    members: Mutex<Members<K, V>>,
}

struct Members<K: Clone + Eq + Hash, V: Clone> {
    list: Vec<Member<K, V>>,
    joined: u64,
    synced: bool,
}

struct Member<K: Clone + Eq + Hash, V: Clone> {
    feed: Feed<K, V>,
    control: Arc<Control>,
    resync: Option<Resync>,
}

struct Resync {
    period: Duration,
    due: Instant,
}

impl<K, V> Processor<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A processor without listeners. The key function must give equal keys for all versions of an object; it only
    /// runs for events that have to be merged.
    pub fn new(key: impl Fn(&V) -> K + Send + Sync + 'static) -> Self {
        let members = Members { list: Vec::new(), joined: 0, synced: false };
        Self { hub: Arc::new(Hub { key: Arc::new(key), writing: Mutex::new(()), members: Mutex::new(members) }) }
    }

    /// Adds a listener, which is given what `present` says exists and from then on every event.
    ///
    /// `present` runs while distribution waits, so it must not distribute nor add another.
    pub fn add_listener(
        &self,
        options: ListenerOptions,
        now: Instant,
        present: impl FnOnce() -> Vec<V>,
    ) -> Listener<K, V> {
        self.join(options, now, present).0
    }

    /// The same, with the means to remove it from outside.
    pub(crate) fn join(
        &self,
        options: ListenerOptions,
        now: Instant,
        present: impl FnOnce() -> Vec<V>,
    ) -> (Listener<K, V>, Membership<K, V>) {
        let ListenerOptions { name, policy, resync } = options;
        let key = Arc::clone(&self.hub.key);
        let (feed, backlog) = Backlog::builder(move |value: &V| key(value)).policy(policy).build();
        let writing = self.hub.writing.lock();
        let replay = present().into_iter().map(|object| Event::Added { object, initial: true }).collect();
        let mut members = self.hub.members.lock();
        members.joined += 1;
        let control = Arc::new(Control::new(name, members.joined, resync));
        // Nothing is pending yet, so that under any policy it is taken.
        drop(feed.try_push(replay, now));
        if members.synced {
            feed.mark_synced();
        }
        let resync = resync.map(|period| Resync { period, due: later(now, period) });
        members.list.push(Member { feed: feed.clone(), control: Arc::clone(&control), resync });
        drop((members, writing));
        let membership = Membership::new(&self.hub, feed, &control, backlog.sync_checker());
        (Listener::of_hub(backlog, control, &self.hub), membership)
    }

    /// Changes the state that listeners are told of, and tells them what `write` says has changed.
    ///
    /// Nobody joins while `write` runs, so it must not add a listener nor distribute. `now` is when it happened, for the lag of the
    /// listeners. What does not wait has its events when this returns.
    pub fn distribute(&self, now: Instant, write: impl FnOnce() -> Vec<Event<V>>) -> Distributed<K, V> {
        self.publish(now, || (write(), false))
    }

    /// The same, and [`mark_synced`](Self::mark_synced) behind it if `write` says so.
    pub(crate) fn publish(&self, now: Instant, write: impl FnOnce() -> (Vec<Event<V>>, bool)) -> Distributed<K, V> {
        let writing = self.hub.writing.lock();
        let (events, synced) = {
            let _here = WritingHere::begin();
            write()
        };
        let events: Arc<[Event<V>]> = events.into();
        let mut members = self.hub.members.lock();
        let mut blocked = Vec::new();
        if !events.is_empty() {
            for member in &members.list {
                member.offer(&events, now, &mut blocked);
            }
        }
        if synced {
            members.mark_synced(&blocked);
        }
        drop((members, writing));
        Distributed::new(events, blocked, synced, now)
    }

    /// Tells everything once more to the listeners whose resync is due at `now`.
    pub(crate) fn resync(&self, now: Instant, present: impl FnOnce() -> Vec<V>) -> Distributed<K, V> {
        let _writing = self.hub.writing.lock();
        let events: Arc<[Event<V>]> = {
            let repeat = |value: V| Event::Updated { old: value.clone(), new: value };
            present().into_iter().map(repeat).collect()
        };
        let mut members = self.hub.members.lock();
        let due = |member: &Member<K, V>| member.resync.as_ref().is_some_and(|resync| resync.due <= now);
        let mut blocked = Vec::new();
        for member in members.list.iter_mut().filter(|member| due(member)) {
            member.offer(&events, now, &mut blocked);
            if let Some(resync) = &mut member.resync {
                resync.due = later(now, resync.period);
            }
        }
        Distributed::new(events, blocked, false, now)
    }

    /// When the next resync is due.
    pub(crate) fn next_resync(&self) -> Option<Instant> {
        let members = self.hub.members.lock();
        members.list.iter().filter_map(|member| Some(member.resync.as_ref()?.due)).min()
    }

    /// Says that what was distributed so far is the initial state: a listener has synced once it has handled that. Who
    /// joins later is synced once it has handled its replay.
    pub fn mark_synced(&self) {
        self.hub.members.lock().mark_synced(&[]);
    }

    /// Runs `change` while nothing is distributed and nobody joins.
    pub(crate) fn exclusively<T>(&self, change: impl FnOnce() -> T) -> T {
        let _writing = self.hub.writing.lock();
        change()
    }

    /// Lets every listener go: each handles what it has not been told yet, and then ends. The processor can be used anew,
    /// and has not synced.
    pub fn close(&self) {
        self.let_go().close();
    }

    /// Takes every listener out, to be told so later. The processor can be used anew, and has not synced.
    pub(crate) fn let_go(&self) -> Leaving<K, V> {
        let mut members = self.hub.members.lock();
        members.synced = false;
        Leaving::new(std::mem::take(&mut members.list))
    }

    /// How many listeners there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hub.members.lock().list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the listeners look like from outside.
    #[must_use]
    pub fn listeners(&self, now: Instant) -> Vec<ListenerView> {
        self.hub.members.lock().list.iter().map(|member| member.view(now)).collect()
    }
}

impl<K, V> Members<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `but` those that have to be given something before.
    fn mark_synced(&mut self, but: &[Feed<K, V>]) {
        self.synced = true;
        for member in &self.list {
            if !but.iter().any(|feed| feed.is_same(&member.feed)) {
                member.feed.mark_synced();
            }
        }
    }
}

impl<K, V> Member<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn offer(&self, events: &Arc<[Event<V>]>, now: Instant, blocked: &mut Vec<Feed<K, V>>) {
        // One that is closed is about to leave.
        if let Err(PushError::Full(_)) = self.feed.try_push(Arc::clone(events), now) {
            blocked.push(self.feed.clone());
        }
    }

    fn view(&self, now: Instant) -> ListenerView {
        self.control.view(self.feed.view(), self.feed.lag(now))
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Hub<K, V> {
    /// Takes a listener out; what it had pending is dropped with it.
    pub(crate) fn remove(&self, control: &Arc<Control>) {
        let mut members = self.members.lock();
        let position = members.list.iter().position(|member| Arc::ptr_eq(&member.control, control));
        let gone = position.map(|position| members.list.remove(position));
        drop(members);
        drop(gone);
    }
}

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in the middle of a write, during which nobody can join.
pub(crate) fn is_writing_here() -> bool {
    WRITING.get()
}

struct WritingHere {
    before: bool,
}

impl WritingHere {
    fn begin() -> Self {
        Self { before: WRITING.replace(true) }
    }
}

impl Drop for WritingHere {
    fn drop(&mut self) {
        WRITING.set(self.before);
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Clone for Processor<K, V> {
    fn clone(&self) -> Self {
        Self { hub: Arc::clone(&self.hub) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for Processor<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.hub.members.lock();
        f.debug_struct("Processor")
            .field("listeners", &members.list.len())
            .field("synced", &members.synced)
            .finish_non_exhaustive()
    }
}
