//! Random changes, lists, pages and watches against a naive oracle: the log of everything that happened.

use std::collections::BTreeMap;

use lookglass_apiserver::storage::Limits;
use lookglass_protocol::params::{Continue, ListParams, ListVersion, WatchStart};
use proptest::{prelude::*, sample::select};

use crate::support::{Desk, Tap, items, list_params, next_page};

const KEYS: [&str; 7] = ["a/x", "a/y", "a/z", "a-b/x", "a0/x", "b/x", "b/y"];
const LABELS: [&str; 5] = ["", "app=web", "app=db", "app=web,tier=front", "tier=back"];
const NODES: [&str; 3] = ["", "one", "two"];
const NAMESPACES: [Option<&str>; 4] = [None, Some("a"), Some("b"), Some("none")];
const LABEL_SELECTORS: [&str; 7] =
    ["", "app=web", "app!=web", "app in (web,db)", "!tier", "tier", "app=web,tier=front"];
const FIELD_SELECTORS: [&str; 6] = [
    "",
    "metadata.name=x",
    "metadata.name!=x",
    "spec.nodeName=one",
    "spec.nodeName!=one",
    "metadata.namespace=a,spec.nodeName=",
];

/// What a request selects, by places in the tables above.
#[derive(Clone, Copy, Debug)]
struct Choice {
    namespace: Option<&'static str>,
    labels: &'static str,
    fields: &'static str,
}

#[derive(Clone, Debug)]
enum Step {
    Put(&'static str, &'static str, &'static str),
    Remove(&'static str),
    /// A change of another resource, which takes a version.
    Elsewhere,
    /// Opens a watch; the number is how far back it begins, or ahead.
    Watch(Choice, Start, u64),
    Poll(usize, usize),
    DropWatch(usize),
    /// A list of a version so far back.
    ListAt(Choice, u64),
    /// The first page of a list.
    Page(Choice, usize),
    /// The next page of the oldest list that has one.
    NextPage,
    Compact(u64),
    Expire(u64),
}

#[derive(Clone, Copy, Debug)]
enum Start {
    After,
    Ahead,
    Now,
    State(bool),
}

fn choice() -> impl Strategy<Value = Choice> {
    (select(&NAMESPACES[..]), select(&LABEL_SELECTORS[..]), select(&FIELD_SELECTORS[..]))
        .prop_map(|(namespace, labels, fields)| Choice { namespace, labels, fields })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let start = prop_oneof![
        4 => Just(Start::After),
        1 => Just(Start::Ahead),
        1 => Just(Start::Now),
        3 => any::<bool>().prop_map(Start::State),
    ];
    let step = prop_oneof![
        20 => (select(&KEYS[..]), select(&LABELS[..]), select(&NODES[..])).prop_map(|(k, l, n)| Step::Put(k, l, n)),
        8 => select(&KEYS[..]).prop_map(Step::Remove),
        2 => Just(Step::Elsewhere),
        6 => (choice(), start, 0..25_u64).prop_map(|(choice, start, back)| Step::Watch(choice, start, back)),
        8 => (0..8_usize, 1..12_usize).prop_map(|(watch, most)| Step::Poll(watch, most)),
        1 => (0..8_usize).prop_map(Step::DropWatch),
        5 => (choice(), 0..25_u64).prop_map(|(choice, back)| Step::ListAt(choice, back)),
        4 => (choice(), 1..4_usize).prop_map(|(choice, limit)| Step::Page(choice, limit)),
        6 => Just(Step::NextPage),
        1 => (0..40_u64).prop_map(Step::Compact),
        1 => (0..40_u64).prop_map(Step::Expire),
    ];
    prop::collection::vec(step, 1..120)
}

/// An object as the oracle knows it.
#[derive(Clone, Copy, Debug)]
struct Known {
    key: &'static str,
    labels: &'static str,
    node: &'static str,
    version: u64,
}

impl Known {
    fn is_of(&self, choice: &Choice) -> bool {
        let (namespace, name) = self.key.split_once('/').expect("a namespaced key");
        let label = |key: &str| self.labels.split(',').filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == key);
        let (app, tier) = (label("app").map(|(_, value)| value), label("tier").map(|(_, value)| value));
        let labels = match choice.labels {
            "" => true,
            "app=web" => app == Some("web"),
            "app!=web" => app != Some("web"),
            "app in (web,db)" => app.is_some(),
            "!tier" => tier.is_none(),
            "tier" => tier.is_some(),
            "app=web,tier=front" => app == Some("web") && tier == Some("front"),
            other => unreachable!("{other} is in the table"),
        };
        let fields = match choice.fields {
            "" => true,
            "metadata.name=x" => name == "x",
            "metadata.name!=x" => name != "x",
            "spec.nodeName=one" => self.node == "one",
            "spec.nodeName!=one" => self.node != "one",
            "metadata.namespace=a,spec.nodeName=" => namespace == "a" && self.node.is_empty(),
            other => unreachable!("{other} is in the table"),
        };
        choice.namespace.is_none_or(|wanted| wanted == namespace) && labels && fields
    }

    fn said(&self) -> String {
        format!("{}@{}", self.key, self.version)
    }
}

/// Everything that ever happened; `None` is a removal.
#[derive(Debug, Default)]
struct Log(Vec<(u64, &'static str, Option<Known>)>);

impl Log {
    fn state(&self, version: u64) -> BTreeMap<&'static str, Known> {
        let mut state = BTreeMap::new();
        for (_, key, known) in self.0.iter().copied().take_while(|(at, ..)| *at <= version) {
            match known {
                Some(known) => state.insert(key, known),
                None => state.remove(key),
            };
        }
        state
    }

    fn list(&self, version: u64, choice: &Choice) -> Vec<String> {
        self.state(version).values().filter(|known| known.is_of(choice)).map(Known::said).collect()
    }

    /// What a watch is told of the changes after a version.
    fn changes(&self, after: u64, choice: &Choice) -> Vec<String> {
        let mut told = Vec::new();
        for (version, key, now) in self.0.iter().filter(|(version, ..)| *version > after) {
            let was = self.state(version - 1).get(key).is_some_and(|known| known.is_of(choice));
            let is = now.is_some_and(|known| known.is_of(choice));
            let kind = match (was, is) {
                (false, false) => continue,
                (false, true) => "ADDED",
                (true, true) => "MODIFIED",
                (true, false) => "DELETED",
            };
            told.push(format!("{kind} {key}@{version}"));
        }
        told
    }
}

struct Watched {
    tap: Tap,
    choice: Choice,
    /// What came before the changes: the state, and its mark.
    first: Vec<String>,
    after: u64,
    received: Vec<String>,
    progress: u64,
}

struct Paged {
    choice: Choice,
    params: ListParams,
    next: Continue,
    version: u64,
    seen: Vec<String>,
}

/// How many events the storage under test keeps.
const KEPT: usize = 20;

struct World {
    pods: Desk,
    log: Log,
    watches: Vec<Watched>,
    pages: Vec<Paged>,
    watch_floor: u64,
    state_floor: u64,
}

impl World {
    fn new() -> Self {
        let mut limits = Limits::default();
        limits.events = KEPT;
        let pods = Desk::of(("", "v1", "pods"), limits);
        Self { pods, log: Log::default(), watches: vec![], pages: vec![], watch_floor: 0, state_floor: 0 }
    }

    fn now(&self) -> u64 {
        self.pods.storage.version()
    }

    fn note(&mut self, version: u64, key: &'static str, known: Option<Known>) {
        self.log.0.push((version, key, known));
        if let Some(lost) = self.log.0.len().checked_sub(KEPT + 1) {
            self.watch_floor = self.watch_floor.max(self.log.0[lost].0);
            self.state_floor = self.state_floor.max(self.log.0[lost].0);
        }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Put(key, labels, node) => {
                let rest = if node.is_empty() { String::new() } else { format!(r#","spec":{{"nodeName":"{node}"}}"#) };
                let version = self.pods.put_with(key, labels, &rest);
                self.note(version, key, Some(Known { key, labels, node, version }));
            }
            Step::Remove(key) => {
                if self.log.state(u64::MAX).contains_key(key) {
                    let version = self.pods.remove(key);
                    self.note(version, key, None);
                }
            }
            Step::Elsewhere => {
                self.pods.beside(("", "v1", "nodes")).put("n", "");
            }
            Step::Watch(choice, start, distance) => self.open(choice, start, distance).await,
            Step::Poll(watch, most) => {
                if let Some(watch) = self.watches.get_mut(watch) {
                    poll(&self.log, watch, most);
                }
            }
            Step::DropWatch(watch) => {
                if watch < self.watches.len() {
                    self.watches.swap_remove(watch);
                }
                assert_eq!(self.pods.storage.memory().watches, self.watches.len());
            }
            Step::ListAt(choice, back) => {
                let version = self.now().saturating_sub(back).max(1);
                let params = list_params(ListVersion::Exact(version), None, choice.labels, choice.fields);
                let page = self.pods.list(choice.namespace, &params).await;
                if version < self.state_floor {
                    assert_eq!(page.expect_err("it is too old").code(), 410);
                } else {
                    let page = page.expect("it is known");
                    assert_eq!((items(&page), page.version), (self.log.list(version, &choice), version));
                }
            }
            Step::Page(choice, limit) => {
                let params = list_params(ListVersion::Latest, Some(limit), choice.labels, choice.fields);
                let paged = Paged { choice, params, next: Continue::new(None, ""), version: self.now(), seen: vec![] };
                self.page(paged, true).await;
            }
            Step::NextPage => {
                if !self.pages.is_empty() {
                    let paged = self.pages.remove(0);
                    self.page(paged, false).await;
                }
            }
            Step::Compact(back) => {
                let version = self.now().saturating_sub(back);
                self.pods.storage.compact(version);
                self.state_floor = self.state_floor.max(version);
            }
            Step::Expire(back) => {
                let version = self.now().saturating_sub(back);
                self.pods.storage.expire_before(version);
                self.state_floor = self.state_floor.max(version);
                self.watch_floor = self.watch_floor.max(version);
            }
        }
    }

    async fn open(&mut self, choice: Choice, start: Start, distance: u64) {
        let now = self.now();
        let (start, after, first) = match start {
            Start::After => (WatchStart::After(now.saturating_sub(distance)), now.saturating_sub(distance), vec![]),
            Start::Ahead => (WatchStart::After(now + distance), now + distance, vec![]),
            Start::Now => (WatchStart::Now, now, vec![]),
            Start::State(end_mark) => {
                let state = self.log.list(now, &choice).into_iter().map(|object| format!("ADDED {object}"));
                let mark = end_mark.then(|| format!("COMPLETE {now}"));
                (WatchStart::State { version: ListVersion::Latest, end_mark }, now, state.chain(mark).collect())
            }
        };
        let mut tap = self.pods.watch(choice.namespace, start, choice.labels, choice.fields).await;
        if after < self.watch_floor {
            let floor = self.watch_floor;
            assert_eq!(tap.drain(), [format!("FAILED 410 too old resource version: {after} ({floor})"), "END".into()]);
            return;
        }
        self.watches.push(Watched { tap, choice, first, after, received: vec![], progress: 0 });
    }

    async fn page(&mut self, mut paged: Paged, first: bool) {
        let params = if first { paged.params.clone() } else { next_page(paged.params.clone(), paged.next.clone()) };
        let page = match self.pods.list(paged.choice.namespace, &params).await {
            Ok(page) => page,
            Err(status) => {
                assert!(!first && paged.version < self.state_floor, "{status:?}");
                let token = Continue::decode(status.continue_token().expect("a token")).expect("it is one");
                assert_eq!(token, Continue::new(None, paged.next.start));
                return;
            }
        };
        assert_eq!(page.version, paged.version);
        let all = self.log.list(paged.version, &paged.choice);
        paged.seen.extend(items(&page));
        assert_eq!(paged.seen, all[..paged.seen.len()], "pages are a list of version {}", paged.version);
        let whole = paged.choice.labels.is_empty() && paged.choice.fields.is_empty();
        match page.next {
            Some(next) => {
                assert_eq!(Some(page.items.len()), params.limit);
                assert_eq!(page.remaining, whole.then(|| all.len() - paged.seen.len()));
                paged.next = next;
                self.pages.push(paged);
            }
            None => assert_eq!((paged.seen, page.remaining), (all, None)),
        }
    }

    async fn finish(mut self) {
        for watch in &mut self.watches {
            poll(&self.log, watch, usize::MAX);
            let expected = [watch.first.clone(), self.log.changes(watch.after, &watch.choice)].concat();
            assert_eq!(watch.received, expected, "a watch of {:?} after {}", watch.choice, watch.after);
            let last = self.log.0.last().map_or(0, |(version, ..)| *version);
            assert_eq!(watch.tap.progress(), watch.after.max(last));
            replay(&self.log, watch);
        }
        let live = self.watches.len();
        assert_eq!(self.pods.storage.memory().watches, live);
        self.watches.clear();
        assert_eq!(self.pods.storage.memory().watches, 0);
    }
}

/// Takes some of what a watch has to tell, and compares it with what it should have.
fn poll(log: &Log, watch: &mut Watched, most: usize) {
    watch.received.extend(watch.tap.take(most));
    let expected = [watch.first.clone(), log.changes(watch.after, &watch.choice)].concat();
    let count = watch.received.len();
    assert_eq!(
        watch.received,
        expected[..count.min(expected.len())],
        "a watch of {:?} after {}",
        watch.choice,
        watch.after
    );
    let progress = watch.tap.progress();
    assert!(progress >= watch.progress, "progress never goes back");
    watch.progress = progress;
    // What is still to come lies behind what a bookmark may say.
    for told in expected[count..].iter().filter(|told| count >= watch.first.len() && !told.starts_with("COMPLETE")) {
        let version: u64 = told.rsplit('@').next().and_then(|version| version.parse().ok()).expect("a version");
        assert!(version > progress, "{told} is to come, progress is {progress}");
    }
}

/// What a watch told, applied to the state in which it began, is the state of now.
fn replay(log: &Log, watch: &Watched) {
    let mut state: BTreeMap<String, String> = BTreeMap::new();
    if watch.first.is_empty() {
        let began = log.list(watch.after, &watch.choice);
        state.extend(began.into_iter().map(|said| (said.split('@').next().unwrap_or_default().to_owned(), said)));
    }
    for told in watch.received.iter().filter(|told| !told.starts_with("COMPLETE")) {
        let (kind, said) = told.split_once(' ').expect("a kind and an object");
        let key = said.split('@').next().unwrap_or_default().to_owned();
        if kind == "DELETED" {
            state.remove(&key)
        } else {
            state.insert(key, said.to_owned())
        };
    }
    // One that began ahead knows nothing of what it skipped.
    if watch.after <= log.0.last().map_or(0, |(version, ..)| *version) {
        let mut list = log.list(u64::MAX, &watch.choice);
        list.sort();
        let mut replayed: Vec<String> = state.into_values().collect();
        replayed.sort();
        assert_eq!(replayed, list);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_is_as_the_log_says(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new();
            for step in steps {
                world.step(step).await;
            }
            world.finish().await;
        });
    }
}
