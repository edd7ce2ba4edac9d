//! Subscribers of every kind: fast, slow, late, removed, panicking.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::{BacklogPolicy, Event, SharedInformer, Subscription};
use tokio::task::JoinHandle;

use crate::{
    chance::Chance,
    follower::Follower,
    ledger::{Ledger, State},
    run::Trace,
    spoiler::Plan,
    world::states,
};

pub(crate) struct Subscribers {
    trace: Trace,
    ledger: Ledger,
    plan: Plan,
    /// It is there from the beginning, fast, and told everything.
    witness: (Follower, Subscription),
    present: Vec<Member>,
    /// Those that went; what they were told must be true all the same.
    gone: Vec<Member>,
    number: usize,
    /// Those that are slow are not: else whoever asked for everything once more, more often than it can read that, would never be done.
    hurry: Arc<AtomicBool>,
}

/// The subscribers of an informer that was stopped.
pub(crate) struct Former {
    subscribers: Subscribers,
    waited: bool,
}

impl Former {
    /// What they were told is true, and they were told everything if that was waited for.
    pub(crate) fn check(&self) {
        let Subscribers { witness: (witness, _), present, gone, .. } = &self.subscribers;
        witness.check();
        for Member { follower, hold, joined } in present.iter().chain(gone) {
            follower.check();
            if let Hold::Reader(task) = hold {
                assert!(task.is_finished(), "a stream ends with its informer");
            }
            if self.waited {
                follower.check_against(&witness.steps(), *joined);
            }
        }
    }
}

struct Member {
    follower: Follower,
    hold: Hold,
    /// How much the witness had been told when it joined, if the witness was up to date.
    joined: Option<usize>,
}

enum Hold {
    Handler(Subscription),
    Reader(JoinHandle<()>),
    Nothing,
}

impl Subscribers {
    pub(crate) fn new(informer: &SharedInformer<ConfigMap>, trace: Trace, ledger: &Ledger, plan: &Plan) -> Self {
        let witness = Follower::new("0".to_owned(), trace.clone(), ledger, false, BTreeMap::new());
        let told = witness.clone();
        let subscriber = informer.subscriber().policy(BacklogPolicy::Unbounded);
        let subscription = subscriber.on_event(move |event: &Event<ConfigMap>| told.note(event));
        let witness = (witness, subscription);
        let (ledger, plan) = (ledger.clone(), plan.clone());
        Self { trace, ledger, plan, witness, present: Vec::new(), gone: Vec::new(), number: 0, hurry: Arc::default() }
    }

    pub(crate) fn hurry(&self, hurry: bool) {
        self.hurry.store(hurry, Ordering::Relaxed);
    }

    /// Another one, of any kind.
    pub(crate) fn join(&mut self, informer: &SharedInformer<ConfigMap>, chance: &mut Chance) {
        self.number += 1;
        let bound = chance.size(1..12);
        let policy = match chance.within(0..4) {
            0 => BacklogPolicy::Unbounded,
            1 => BacklogPolicy::Block { bound },
            _ => BacklogPolicy::Coalesce { bound },
        };
        let mut subscriber = informer.subscriber().policy(policy);
        if chance.one_in(4) {
            subscriber = subscriber.resync(chance.millis(2_000..60_000));
        }
        let merges = matches!(policy, BacklogPolicy::Coalesce { .. });
        let replay = states(informer.lister().all());
        let follower = Follower::new(self.number.to_string(), self.trace.clone(), &self.ledger, merges, replay);
        let joined = (self.witness.1.lag().events == 0).then(|| self.witness.0.steps().len());
        let told = follower.clone();
        let mut mood = Chance::new(chance.number());
        let hold = match chance.within(0..3) {
            0 => Hold::Handler(subscriber.on_event(move |event: &Event<ConfigMap>| told.note(event))),
            1 => Hold::Handler(subscriber.on_event(move |event: &Event<ConfigMap>| {
                told.note(event);
                if mood.one_in(3) {
                    // As a panic, without the noise of its message.
                    resume_unwind(Box::new("the handler panics"));
                }
            })),
            _ => {
                let mut events = subscriber.subscribe();
                let (hurry, plan) = (Arc::clone(&self.hurry), self.plan.clone());
                Hold::Reader(tokio::spawn(async move {
                    while let Some(event) = events.next().await {
                        told.note(&event);
                        if mood.one_in(4) && !hurry.load(Ordering::Relaxed) {
                            plan.nap(mood.pause().min(Duration::from_secs(120))).await;
                        }
                    }
                }))
            }
        };
        self.present.push(Member { follower, hold, joined });
    }

    /// One goes; if it says so, it waits until it is gone.
    pub(crate) async fn leave(&mut self, chance: &mut Chance) {
        if self.present.is_empty() {
            return;
        }
        let mut member = self.present.remove(chance.size(0..self.present.len() as u64));
        match std::mem::replace(&mut member.hold, Hold::Nothing) {
            Hold::Handler(subscription) if chance.one_in(2) => subscription.remove().await,
            Hold::Handler(subscription) => drop(subscription),
            Hold::Reader(task) => task.abort(),
            Hold::Nothing => {}
        }
        // No handler runs at this moment, since this one does.
        member.follower.is_gone();
        self.gone.push(member);
    }

    /// What the events of those that are there replay to.
    pub(crate) fn states(&self) -> Vec<BTreeMap<String, State>> {
        let all = [&self.witness.0].into_iter().chain(self.present.iter().map(|member| &member.follower));
        all.map(Follower::state).collect()
    }

    /// The informer was stopped. If that was waited for, everybody has been told what happened before; streams still have to be read.
    pub(crate) fn ended(self, waited: bool) -> Former {
        self.hurry(true);
        if waited {
            let told = self.witness.0.state();
            self.witness.0.is_gone();
            for member in self.present.iter().filter(|member| matches!(member.hold, Hold::Handler(_))) {
                assert_eq!(member.follower.state(), told, "a handler is told everything before its informer is gone");
                member.follower.is_gone();
            }
        }
        Former { subscribers: self, waited }
    }

    pub(crate) fn check(&self) {
        let (witness, subscription) = &self.witness;
        assert!(subscription.has_synced(), "{subscription:?}");
        witness.check();
        let steps = witness.steps();
        for Member { follower, hold, joined } in self.present.iter().chain(&self.gone) {
            follower.check();
            follower.check_against(&steps, *joined);
            if let Hold::Handler(subscription) = hold {
                assert!(subscription.has_synced(), "{subscription:?}");
            }
        }
    }
}
