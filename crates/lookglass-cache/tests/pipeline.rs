//! Queue, store and backlogs as an informer puts them together: random changes go through the queue in batches into the
//! store, and what the store says has changed goes to subscribers of every policy and pace. Whatever happens on the
//! way, each ends with what a naive map ends with.

#![cfg(not(loom))]

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use lookglass_cache::{
    Backlog, BacklogPolicy, Change, ChangeBatch, DeltaQueue, Event, EventBatch, Feed, Index, IndexHandle, PushError,
    Store, StoreChange, Tombstone,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

type Name = &'static str;
type PodChange = Change<Name, Pod, u64>;
type Events = Arc<[Event<Pod>]>;

#[derive(Clone, Debug, Eq, PartialEq)]
struct Pod {
    name: Name,
    version: u32,
}

impl Pod {
    fn node(&self) -> u32 {
        self.version % 3
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// The reflector got a chunk; what finds no room it tries again with the next one.
    Receive(Vec<PodChange>),
    /// The informer takes a batch, unless a slow subscriber still holds up the one before.
    Process(usize),
    /// A subscriber takes events, and is done with them at the next `Handle`.
    Handle(usize, usize),
    Subscribe(BacklogPolicy),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let names = vec!["a", "b", "c", "d", "e", "f"];
    let pod = (prop::sample::select(names), 1..1000_u32).prop_map(|(name, version)| Pod { name, version });
    let change = prop_oneof![
        5 => pod.clone().prop_map(Change::Added),
        5 => pod.clone().prop_map(Change::Updated),
        4 => pod.clone().prop_map(Change::Deleted),
        1 => (pod.clone(), any::<bool>())
            .prop_map(|(pod, known)| Change::Tombstone(Tombstone { key: pod.name, last: known.then_some(pod) })),
        2 => (any::<u64>(), prop::collection::vec(pod.clone(), 0..7), prop::collection::vec(pod, 0..3))
            .prop_map(|(revision, objects, lacking)| {
                let unreadable = lacking.into_iter().map(|pod| pod.name).filter(|name| objects.iter().all(|pod| pod.name != *name));
                Change::ReplacedAll { revision, unreadable: unreadable.collect(), objects }
            }),
        1 => Just(Change::SyncAll),
        1 => any::<u64>().prop_map(Change::Bookmark),
    ];
    let step = prop_oneof![
        5 => prop::collection::vec(change, 0..8).prop_map(Step::Receive),
        6 => (0..9_usize).prop_map(Step::Process),
        7 => (any::<usize>(), 0..6_usize).prop_map(|(who, max)| Step::Handle(who, max)),
        1 => policies().prop_map(Step::Subscribe),
    ];
    prop::collection::vec(step, 0..80)
}

fn policies() -> impl Strategy<Value = BacklogPolicy> {
    prop_oneof![
        Just(BacklogPolicy::Unbounded),
        (0..6_usize).prop_map(|bound| BacklogPolicy::Coalesce { bound }),
        (0..6_usize).prop_map(|bound| BacklogPolicy::Block { bound }),
    ]
}

/// All that the pipeline must come to, change by change.
#[derive(Default)]
struct Oracle {
    pods: BTreeMap<Name, Pod>,
    revision: Option<u64>,
}

impl Oracle {
    fn apply(&mut self, change: &PodChange) {
        match change {
            Change::Added(pod) | Change::Updated(pod) => drop(self.pods.insert(pod.name, pod.clone())),
            Change::Deleted(pod) => drop(self.pods.remove(pod.name)),
            Change::Tombstone(tombstone) => drop(self.pods.remove(tombstone.key)),
            Change::ReplacedAll { revision, objects, unreadable } => {
                self.pods.retain(|name, _| unreadable.contains(name));
                self.pods.extend(objects.iter().map(|pod| (pod.name, pod.clone())));
                self.revision = Some(*revision);
            }
            Change::SyncAll => {}
            Change::Bookmark(revision) => self.revision = Some(*revision),
        }
    }
}

struct Subscriber {
    feed: Feed<Name, Pod>,
    backlog: Backlog<Name, Pod>,
    /// What its publisher could not push yet.
    held_up: Option<Events>,
    handling: Option<EventBatch<Name, Pod>>,
    /// The store as the events tell it.
    replay: BTreeMap<Name, Pod>,
}

impl Subscriber {
    fn publish(&mut self, events: Events, now: Instant) -> bool {
        match self.feed.try_push(events, now) {
            Ok(()) => true,
            Err(PushError::Full(events)) => {
                self.held_up = Some(events);
                false
            }
            Err(other) => panic!("the subscriber is there: {other:?}"),
        }
    }

    /// Whether there was anything.
    fn handle(&mut self, max: usize) -> Result<bool, TestCaseError> {
        self.handling = None;
        let Some(events) = self.backlog.try_next_batch(max).expect("the feed is open") else { return Ok(false) };
        for event in events.iter() {
            let name = event.object().name;
            match event {
                Event::Added { object, .. } => prop_assert_eq!(self.replay.insert(name, object.clone()), None),
                Event::Updated { old, new } => {
                    let seen = self.replay.insert(name, new.clone());
                    prop_assert_eq!(seen.as_ref(), Some(old), "`old` is what was seen last");
                }
                Event::Deleted { .. } => prop_assert!(self.replay.remove(name).is_some(), "nothing goes unseen"),
            }
        }
        self.handling = Some(events);
        Ok(true)
    }
}

struct Pipeline {
    queue: DeltaQueue<Name, Pod, u64>,
    /// The reflector's chunk, with what is left of those before.
    chunk: Vec<PodChange>,
    /// What was received and is not processed yet, to check the queue by.
    on_the_way: VecDeque<PodChange>,
    store: Store<Name, Pod, u64>,
    by_node: IndexHandle<Name, Pod, u32, u64>,
    subscribers: Vec<Subscriber>,
    oracle: Oracle,
    now: Instant,
}

impl Pipeline {
    fn new(capacity: usize) -> Self {
        let store = Store::builder().build(|pod: &Pod| pod.name);
        let by_node = store.add_index(Index::new("node", |pod: &Pod| Some(pod.node()))).expect("it is the first");
        #[expect(clippy::disallowed_methods, reason = "a test is a program's door; nothing here looks at ages")]
        let now = Instant::now();
        Self {
            queue: DeltaQueue::builder(|pod: &Pod| pod.name).capacity(capacity).build(),
            chunk: Vec::new(),
            on_the_way: VecDeque::new(),
            store,
            by_node,
            subscribers: Vec::new(),
            oracle: Oracle::default(),
            now,
        }
    }

    fn run(&mut self, step: Step) -> TestCaseResult {
        match step {
            Step::Receive(changes) => {
                self.on_the_way.extend(changes.iter().cloned());
                self.chunk.extend(changes);
                self.push_chunk();
            }
            Step::Process(max) => drop(self.process(max)?),
            Step::Handle(who, max) => {
                let who = who % self.subscribers.len().max(1);
                if let Some(subscriber) = self.subscribers.get_mut(who) {
                    subscriber.handle(max)?;
                }
            }
            Step::Subscribe(policy) => self.subscribe(policy),
        }
        Ok(())
    }

    fn push_chunk(&mut self) {
        match self.queue.try_push_all(&mut self.chunk) {
            Ok(()) => assert!(self.chunk.is_empty()),
            Err(PushError::Full(())) => assert!(!self.chunk.is_empty()),
            Err(other) => panic!("it is open and every pod has a name: {other:?}"),
        }
    }

    /// Who comes later is told the present state first.
    fn subscribe(&mut self, policy: BacklogPolicy) {
        let (feed, backlog) = Backlog::builder(|pod: &Pod| pod.name).policy(policy).build();
        let mut newcomer = Subscriber { feed, backlog, held_up: None, handling: None, replay: BTreeMap::new() };
        let present = self.store.list().into_iter().map(|object| Event::Added { object, initial: true });
        assert!(newcomer.publish(present.collect(), self.now), "nothing is pending, so anything passes");
        self.subscribers.push(newcomer);
        self.mark_synced();
    }

    /// Whether there was anything that could be done.
    fn process(&mut self, max: usize) -> Result<bool, TestCaseError> {
        for subscriber in &mut self.subscribers {
            if let Some(events) = subscriber.held_up.take()
                && !subscriber.publish(events, self.now)
            {
                return Ok(false);
            }
        }
        let Some(batch) = self.queue.try_pop_batch(max).expect("it is open") else { return Ok(false) };
        let settles = batch.is_initial() && matches!(*batch, [Change::ReplacedAll { .. }]);
        for change in batch.iter() {
            prop_assert_eq!(self.on_the_way.pop_front(), Some(change.clone()), "order across keys holds");
            self.oracle.apply(change);
        }
        let events: Events = apply(&self.store, &batch)?.into();
        prop_assert_eq!(contents(&self.store), self.oracle.pods.clone());
        for subscriber in &mut self.subscribers {
            subscriber.publish(Arc::clone(&events), self.now);
        }
        drop(batch);
        prop_assert!(!settles || self.queue.has_synced());
        self.mark_synced();
        Ok(true)
    }

    /// The mark comes after the events it is about, so who is held up gets it later.
    fn mark_synced(&self) {
        if self.queue.has_synced() {
            for subscriber in self.subscribers.iter().filter(|subscriber| subscriber.held_up.is_none()) {
                subscriber.feed.mark_synced();
            }
        }
    }

    /// Lets everything that is on its way arrive, and looks at what it has come to.
    fn settle(mut self) -> TestCaseResult {
        loop {
            self.push_chunk();
            let mut progress = self.process(usize::MAX)?;
            self.mark_synced();
            for subscriber in &mut self.subscribers {
                progress |= subscriber.handle(usize::MAX)?;
            }
            if !progress {
                break;
            }
        }
        prop_assert!(self.chunk.is_empty() && self.queue.is_empty() && self.on_the_way.is_empty());
        prop_assert_eq!(contents(&self.store), self.oracle.pods.clone());
        prop_assert_eq!(self.store.revision(), self.oracle.revision);
        for node in 0..3 {
            let here = self.oracle.pods.values().filter(|pod| pod.node() == node).map(|pod| pod.name);
            prop_assert_eq!(self.by_node.keys(&node), here.collect::<Vec<_>>());
        }
        for subscriber in &self.subscribers {
            prop_assert_eq!(&subscriber.replay, &self.oracle.pods, "{:?}", subscriber.backlog);
            prop_assert_eq!(subscriber.backlog.has_synced(), self.queue.has_synced());
        }
        Ok(())
    }
}

/// The consumer's part: brings a batch into the store, and tells what that has changed.
fn apply(store: &Store<Name, Pod, u64>, batch: &ChangeBatch<Name, Pod, u64>) -> Result<Vec<Event<Pod>>, TestCaseError> {
    let initial = batch.is_initial();
    let event = |change| match change {
        StoreChange::Added { new, .. } => Event::Added { object: new, initial },
        StoreChange::Updated { old, new, .. } => Event::Updated { old, new },
        StoreChange::Deleted { last, .. } => Event::Deleted { last, certain: false },
    };
    match &**batch {
        [Change::ReplacedAll { revision, objects, unreadable }] => {
            let kept = unreadable.iter().filter_map(|name| store.get_by_key(name));
            let replaced = store.replace(objects.iter().cloned().chain(kept), *revision).expect("every pod has a name");
            let events: Vec<_> = replaced.changes.into_iter().map(event).collect();
            let rank = |event: &Event<Pod>| match event {
                Event::Deleted { .. } => 0,
                Event::Updated { .. } => 1,
                Event::Added { .. } => 2,
            };
            prop_assert!(events.is_sorted_by_key(rank), "deletions, then updates, then additions");
            Ok(events)
        }
        [Change::SyncAll] => {
            let repeat = |pod: Pod| Event::Updated { old: pod.clone(), new: pod };
            Ok(store.list().into_iter().map(repeat).collect())
        }
        [Change::Bookmark(revision)] => {
            store.bookmark(*revision);
            Ok(Vec::new())
        }
        changes => {
            let applied = store.batch(|operations| {
                for change in changes {
                    match change {
                        Change::Added(pod) | Change::Updated(pod) => operations.add(pod.clone()),
                        Change::Deleted(pod) => operations.delete(pod),
                        Change::Tombstone(tombstone) => operations.remove(tombstone.key),
                        Change::ReplacedAll { .. } | Change::SyncAll | Change::Bookmark(_) => {
                            panic!("it goes alone: {change:?}")
                        }
                    }
                }
            });
            let mut events: Vec<_> = applied.complete().expect("every pod has a name").into_iter().map(event).collect();
            // A deletion that was seen tells the final state, which the store never had. No key is in a batch twice.
            for event in &mut events {
                let name = event.object().name;
                let seen = changes.iter().find_map(|change| match change {
                    Change::Deleted(pod) if pod.name == name => Some(pod.clone()),
                    _ => None,
                });
                if let (Event::Deleted { last, certain }, Some(pod)) = (event, seen) {
                    (*last, *certain) = (pod, true);
                }
            }
            Ok(events)
        }
    }
}

fn contents(store: &Store<Name, Pod, u64>) -> BTreeMap<Name, Pod> {
    store.snapshot().iter().map(|(name, pod)| (*name, pod.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_subscriber_replays_to_the_store_and_the_store_to_the_oracle(
        steps in steps(), capacity in 1..10_usize, policies in prop::collection::vec(policies(), 3)
    ) {
        let mut pipeline = Pipeline::new(capacity);
        for policy in policies {
            pipeline.subscribe(policy);
        }
        for step in steps {
            pipeline.run(step)?;
        }
        pipeline.settle()?;
    }
}
