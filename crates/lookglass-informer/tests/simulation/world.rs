//! The server, who writes to it, and the caches that follow it.

use std::{collections::BTreeMap, future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use k8s_openapi::{api::core::v1::ConfigMap, jiff::Timestamp};
use lookglass_apiserver::{ApiServer, Backup, Fault, Restart};
use lookglass_client::ListWatch;
use lookglass_informer::{Freshness, InformerError, Phase, ReflectorOptions, SharedInformer, SharedInformerBuilder};
use lookglass_object::{Encoding, Object, Retention};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::{
    by_hand::{ByHand, Failures, Making},
    chance::Chance,
    ledger::{Ledger, State, key_of},
    misfortune,
    run::{Trace, hop},
    spoiler::{Plan, Spoiler, Spoilt},
    subscribers::{Former, Subscribers},
};

const NAMESPACES: [&str; 2] = ["a", "b"];
const NAMES: [&str; 5] = ["v", "w", "x", "y", "z"];

/// In which everything must have come right once the faults are over: longer than any wait, and than any watch lasts.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);

pub(crate) struct World {
    pub(crate) api: ApiServer,
    pub(crate) trace: Trace,
    ledger: Ledger,
    written: u64,
    /// How much of that nobody follows.
    elsewhere: u64,
    /// The server's past was lost, so that versions may be found to have gone back.
    forgot: bool,
    backup: Option<Backup>,
    by_hand: Vec<ByHand>,
    pub(crate) informer: SharedInformer<ConfigMap>,
    failures: Arc<Failures>,
    /// How many of them the informer counted before it was last stopped.
    counted: u64,
    pub(crate) subscribers: Subscribers,
    /// Those of the times before the informer was stopped.
    former: Vec<Former>,
    pub(crate) spoils: Plan,
}

impl World {
    pub(crate) async fn new(seed: u64, chance: &mut Chance) -> Self {
        let trace = Trace::new();
        let events = chance.size(4..60);
        let api = NAMESPACES.iter().fold(ApiServer::builder(), |api, name| api.namespace(*name)).seed(seed);
        let api = api.starting_at(Timestamp::UNIX_EPOCH).history(events, Duration::from_secs(300)).request_log(50);
        let api = api.start().await.expect("it starts");
        let encoding = chance.of(&[Encoding::Json, Encoding::Protobuf]);
        let (ledger, spoils) = (Ledger::default(), Plan::default());
        let spoiler = || Spoiler::new(&spoils, &ledger, &api);
        let list_watch = |spoiler: &Spoiler| ListWatch::<ConfigMap>::typed(&spoiler.client()).encoding(encoding);
        let mut options = ReflectorOptions::default().streaming(!chance.one_in(4));
        options = options.labels("sim".parse().expect("a selector"));
        if chance.one_in(3) {
            options = options.page_size(u32::try_from(chance.within(1..5)).expect("it is small"));
        }
        if chance.one_in(3) {
            options = options.resync(chance.millis(5_000..120_000));
        }
        let options = &options;
        let making =
            Making { list_watch: &list_watch, spoiler: &spoiler, options, seed, trace: &trace, ledger: &ledger };
        let mut by_hand = vec![making.with_delta_queue(chance)];
        if chance.one_in(3) {
            by_hand.push(making.with_delta_fifo(chance));
        }
        let failures = Arc::<Failures>::default();
        let (told, hook) = (trace.clone(), Arc::clone(&failures));
        let informer = informer(list_watch(&spoiler()), options, chance).seed(seed).on_error(move |error| {
            told.note_kind(error);
            if let InformerError::Reflector { failure, .. } = error {
                hook.note(failure);
            }
        });
        let informer = informer.start();
        let subscribers = Subscribers::new(&informer, trace.clone(), &ledger, &spoils);
        Self {
            api,
            trace,
            ledger,
            written: 0,
            elsewhere: 0,
            forgot: false,
            backup: None,
            by_hand,
            informer,
            failures,
            counted: 0,
            subscribers,
            former: Vec::new(),
            spoils,
        }
    }

    // === what happens ===

    pub(crate) async fn write(&mut self, chance: &mut Chance) {
        for _ in 0..chance.within(1..6) {
            self.write_one(chance).await;
            if chance.one_in(3) {
                hop().await;
            }
        }
        self.trace.note(&format!("wrote up to {}", self.api.version()));
    }

    /// Takes two versions at most.
    async fn write_one(&mut self, chance: &mut Chance) {
        let (namespace, name) = (chance.of(&NAMESPACES), chance.of(&NAMES));
        let key = format!("{namespace}/{name}");
        let exists = self.ledger.present().contains_key(&key);
        match chance.within(0..4) {
            0 | 1 if exists => self.update(namespace, name).await,
            2 if exists => self.delete(&key).await,
            // While somebody may not be looking.
            3 if exists => {
                self.delete(&key).await;
                self.create(namespace, name).await;
            }
            _ if exists => {}
            _ => self.create(namespace, name).await,
        }
    }

    async fn create(&mut self, namespace: &str, name: &str) {
        let object = self.config(namespace, name);
        let created = self.api.create(&object).await.expect("it is not there");
        self.ledger.created(&created);
    }

    async fn update(&mut self, namespace: &str, name: &str) {
        let object = self.config(namespace, name);
        let updated = self.api.update(&object).await.expect("it is there");
        self.ledger.updated(&updated);
    }

    async fn delete(&mut self, key: &str) {
        self.api.delete::<ConfigMap>(key).await.expect("it is there");
        self.ledger.deleted(key, self.api.version());
    }

    fn config(&mut self, namespace: &str, name: &str) -> ConfigMap {
        self.written += 1;
        // Some are large, so that cuts find them in the middle.
        let filler = "x".repeat(if self.written.is_multiple_of(7) { 3_000 } else { 20 });
        serde_json::from_value(serde_json::json!({
            "metadata": { "namespace": namespace, "name": name, "labels": { "sim": "yes" } },
            "data": { "at": self.written.to_string(), "filler": filler },
        }))
        .expect("a ConfigMap")
    }

    pub(crate) async fn strike(&mut self, chance: &mut Chance) {
        let before = self.api.version();
        let (what, lost) = misfortune::strike(&self.api, chance).await;
        if lost {
            self.forgot = true;
            self.ledger.lost_everything(before + 1);
        }
        self.trace.note(&what);
    }

    /// An object comes without its name, or with a label that is none, for a while, in lists and in watches.
    pub(crate) fn spoil(&mut self, chance: &mut Chance) {
        let (name, what) = (chance.of(&NAMES), chance.of(&[Spoilt::Name, Spoilt::Label]));
        self.trace.note(&format!("spoil {what:?} of {name}"));
        self.spoils.spoil(name, what, Instant::now() + chance.millis(100..120_000));
    }

    /// Streaming lists end late from now on, with changes before their end.
    pub(crate) fn end_late(&mut self, chance: &mut Chance) {
        let by = chance.millis(1..9_000);
        self.trace.note("late ends");
        self.spoils.end_late(by);
    }

    /// Something is written that nobody follows: versions go on, which only bookmarks tell.
    pub(crate) async fn write_elsewhere(&mut self) {
        self.elsewhere += 1;
        let object =
            serde_json::json!({ "metadata": { "namespace": "a", "name": format!("elsewhere-{}", self.elsewhere) } });
        let object: ConfigMap = serde_json::from_value(object).expect("a ConfigMap");
        self.api.create(&object).await.expect("it is not there");
        self.trace.note("wrote elsewhere");
    }

    /// The informer is stopped and started anew, at once or after a while. Nothing is left of it meanwhile.
    pub(crate) async fn restart(&mut self, chance: &mut Chance) {
        self.trace.note("stop");
        let watches = self.informer.freshness();
        let waits = !chance.one_in(4);
        if waits {
            self.informer.shutdown().await;
        } else {
            let mut stopping = pin!(self.informer.shutdown());
            // Once it is polled, it is stopped; to wait is another matter.
            _ = poll_fn(|cx| Poll::Ready(stopping.as_mut().poll(cx))).await;
        }
        assert!(!self.informer.is_running() && !self.informer.is_synced(), "it is stopped");
        assert_eq!(states(self.informer.lister().all()), BTreeMap::new(), "nothing is left");
        self.counted += watches.iter().map(|it| it.freshness.counters().failures).sum::<u64>();
        if chance.one_in(2) {
            self.write(chance).await;
            sleep(chance.pause()).await;
        }
        let first = chance.one_in(2);
        if first {
            self.informer.start();
        }
        let subscribers = Subscribers::new(&self.informer, self.trace.clone(), &self.ledger, &self.spoils);
        self.informer.start();
        self.former.push(std::mem::replace(&mut self.subscribers, subscribers).ended(waits));
        self.trace.note("start");
    }

    /// The server is restored from a backup of its first moment: its versions begin anew. Nobody can find out once they have reached what was seen before, so
    /// they are kept from that until everybody has found out.
    pub(crate) async fn rewind(&mut self) {
        let low = 40;
        let seen = self.freshness().iter().all(|freshness| freshness.version().as_u64().is_some_and(|it| it > low));
        if !seen || self.ledger.present().is_empty() {
            return;
        }
        self.api.clear_faults();
        self.settle().await;
        if self.freshness().iter().any(|freshness| freshness.version().as_u64().is_none_or(|it| it <= low)) {
            return;
        }
        self.trace.note("rewind");
        self.api.restart(Restart::Rewind).await.expect("nobody else writes");
        assert!(self.api.version() < low, "{}", self.api.version());
        self.forgot = true;
        self.backup = None;
        self.ledger.began_anew();
        let began = Instant::now();
        self.settle().await;
        self.trace.note(&format!("rewound after {:?}", began.elapsed()));
    }

    /// A backup is made, or the server is restored from the one that was: objects are there again as they were, with the uids and versions of then, and versions are given out once more, for
    /// something else. As after a [`rewind`](Self::rewind), until everybody has found out they are kept from what anybody has seen.
    pub(crate) async fn restore(&mut self, chance: &mut Chance) {
        let Some(backup) = self.backup.take() else {
            self.trace.note("backup");
            self.backup = Some(self.api.backup());
            return;
        };
        self.settle().await;
        // Whoever has seen nothing of what happened since is not wrong about anything, and would not find out.
        let seen = self.freshness().iter().map(|freshness| freshness.version().as_u64()).min().flatten().unwrap_or(0);
        if seen <= backup.version() {
            return;
        }
        self.trace.note(&format!("restore {} at {seen}", backup.version()));
        self.api.restore(&backup);
        self.forgot = true;
        self.ledger.restored(backup.version());
        for _ in 0..chance.within(0..12) {
            if self.api.version() + 2 < seen {
                self.write_one(chance).await;
                hop().await;
            }
        }
        let began = Instant::now();
        let found_out = async {
            let ahead = |it: &Freshness| it.version().as_u64().is_none_or(|version| version > self.api.version());
            while self.freshness().iter().any(ahead) || !self.is_settled() {
                sleep(Duration::from_secs(5)).await;
            }
        };
        timeout(PATIENCE, found_out).await.expect("everybody finds out");
        self.check_contents().await;
        self.trace.note(&format!("restored after {:?}", began.elapsed()));
    }

    /// Watches break off while nothing is wrong with the server: as long as it knows the version, that is no reason to list.
    pub(crate) async fn cut(&mut self, chance: &mut Chance) {
        self.settle().await;
        self.write(chance).await;
        self.settle().await;
        let calm = async {
            while self.freshness().iter().any(|freshness| freshness.phase() != Phase::Watching) {
                sleep(Duration::from_secs(5)).await;
            }
        };
        timeout(PATIENCE, calm).await.expect("everybody watches in the end");
        // What could not be read is repaired by a list, later.
        let repairs = self.by_hand.iter().map(|it| &it.failures).chain([&self.failures]);
        if let Some(last) = repairs.filter_map(|failures| failures.repair()).max() {
            sleep_until(last + Duration::from_secs(1)).await;
            self.settle().await;
        }
        if chance.one_in(2) {
            // All that tells of it is a bookmark.
            self.write_elsewhere().await;
            sleep(Duration::from_secs(65)).await;
        }
        self.trace.note("cuts");
        let relists = |world: &Self| world.freshness().iter().map(|it| it.counters().relists).sum::<u64>();
        let excuses =
            |world: &Self| world.failures.reasons() + world.by_hand.iter().map(|it| it.failures.reasons()).sum::<u64>();
        let (lists, excused) = (relists(self), excuses(self));
        for _ in 0..chance.within(1..4) {
            let fault = if chance.one_in(2) { Fault::cut_watches() } else { Fault::cut_mid_frame().once() };
            drop(self.api.fault(fault.resource("configmaps")));
            if chance.one_in(2) {
                sleep(chance.millis(0..1_500)).await;
            }
            self.write(chance).await;
            sleep(chance.millis(0..3_000)).await;
        }
        self.settle().await;
        assert!(relists(self) == lists || excuses(self) > excused, "a cut was a reason to list");
    }

    fn freshness(&self) -> Vec<Freshness> {
        let watches = self.informer.freshness().into_iter().map(|watch| watch.freshness);
        watches.chain(self.by_hand.iter().map(|it| it.freshness.clone())).collect()
    }

    // === what must be ===

    /// The faults stop; then everything must come right.
    pub(crate) async fn settle(&self) {
        self.api.clear_faults();
        self.spoils.clear();
        self.subscribers.hurry(true);
        let all = async {
            let mut wait = Duration::from_millis(100);
            while !self.is_settled() {
                sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(20));
            }
        };
        if timeout(PATIENCE, all).await.is_err() {
            panic!(
                "not settled:\nserver   {:?}\nby hand  {:#?}\ninformer {:?}\nsubscribers {:?}\n{:#?}\nrequests {:#?}",
                self.ledger.present(),
                self.by_hand.iter().map(|it| (it.name, states(it.store.list()))).collect::<Vec<_>>(),
                states(self.informer.lister().all()),
                self.subscribers.states(),
                self.freshness(),
                self.api.requests().iter().rev().take(5).collect::<Vec<_>>(),
            );
        }
        self.subscribers.hurry(false);
    }

    fn is_settled(&self) -> bool {
        let present = self.ledger.present();
        self.by_hand.iter().all(|it| present == states(it.store.list()))
            && present == states(self.informer.lister().all())
            && self.subscribers.states().iter().all(|state| *state == present)
    }

    /// Everything is as it should be, and stays so.
    pub(crate) async fn check(&mut self) {
        self.settle().await;
        self.subscribers.hurry(true);
        sleep(Duration::from_secs(200)).await;
        assert!(self.is_settled(), "it came right and went wrong again");
        for by_hand in &mut self.by_hand {
            by_hand.check().await;
        }
        assert_eq!(self.spoils.complaints(), [""; 0]);
        self.subscribers.check();
        for former in &self.former {
            former.check();
        }
        assert!(self.informer.is_synced());
        let freshness = self.informer.freshness();
        let told = freshness.iter().map(|it| it.freshness.counters().failures).sum::<u64>();
        assert_eq!(self.failures.all(), self.counted + told, "the hook is told everything");
        let back = self.failures.back() + self.by_hand.iter().map(|it| it.failures.back()).sum::<u64>();
        assert!(self.forgot || back == 0, "the server's versions never went back, but somebody's did");
        self.check_contents().await;
    }

    /// What is kept is what is served, and not only in the same versions.
    async fn check_contents(&self) {
        let mut served = BTreeMap::new();
        for mut object in self.api.list::<ConfigMap>().await.expect("it can be listed") {
            object.metadata.managed_fields = None;
            if object.metadata.labels.is_some() {
                served.insert(key_of(&object), object);
            }
        }
        let by_index = NAMESPACES.map(|name| self.informer.lister().namespace(name).all()).concat();
        let mut kept = vec![("informer", self.informer.lister().all()), ("index", by_index)];
        kept.extend(self.by_hand.iter().map(|it| (it.name, it.store.list())));
        for (whose, kept) in kept {
            let decoded =
                kept.iter().map(|object| (object.key().to_string(), (*object.typed().expect("readable")).clone()));
            assert_eq!(decoded.collect::<BTreeMap<_, _>>(), served, "{whose}");
        }
    }
}

pub(crate) fn states(objects: Vec<Object<ConfigMap>>) -> BTreeMap<String, State> {
    let state = |object: Object<ConfigMap>| {
        (object.key().to_string(), (object.uid().to_string(), object.version().to_string()))
    };
    objects.into_iter().map(state).collect()
}

fn informer(
    list_watch: ListWatch<ConfigMap>,
    options: &ReflectorOptions,
    chance: &mut Chance,
) -> SharedInformerBuilder<ConfigMap> {
    let retention = chance.of(&[Retention::Auto, Retention::Raw, Retention::Packed]);
    let mut informer = SharedInformer::builder(list_watch).retention(retention);
    informer = informer.queue_capacity(chance.size(1..30)).cooling(chance.millis(0..10_000));
    if chance.one_in(6) {
        informer = informer.typed();
    }
    if chance.one_in(3) {
        informer = informer.namespaces(NAMESPACES);
    }
    informer.reflector(|_| options.clone())
}
