//! Subscribers of every kind: fast, slow, late, removed, panicking.

use std::{collections::BTreeMap, panic::resume_unwind, time::Duration};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::{BacklogPolicy, Event, SharedInformer, Subscription};
use tokio::{task::JoinHandle, time::sleep};

use crate::{
    chance::Chance,
    follower::Follower,
    ledger::{Ledger, State},
    run::Trace,
};

pub(crate) struct Subscribers {
    trace: Trace,
    present: Vec<(Follower, Hold)>,
    /// Those that went; what they were told must be true all the same.
    gone: Vec<Follower>,
    number: usize,
}

enum Hold {
    Handler(Subscription),
    Reader(JoinHandle<()>),
}

impl Subscribers {
    pub(crate) fn new(trace: Trace) -> Self {
        Self { trace, present: Vec::new(), gone: Vec::new(), number: 0 }
    }

    /// Another one, of any kind.
    pub(crate) fn join(&mut self, informer: &SharedInformer<ConfigMap>, chance: &mut Chance) {
        self.number += 1;
        let follower = Follower::new(format!("{} ", self.number), self.trace.clone());
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
        let told = follower.clone();
        let hold = match chance.within(0..3) {
            0 => Hold::Handler(subscriber.on_event(move |event: &Event<ConfigMap>| told.note(event))),
            1 => {
                let mut mood = Chance::new(chance.number());
                Hold::Handler(subscriber.on_event(move |event: &Event<ConfigMap>| {
                    told.note(event);
                    if mood.one_in(3) {
                        // As a panic, without the noise of its message.
                        resume_unwind(Box::new("the handler panics"));
                    }
                }))
            }
            _ => {
                let mut events = subscriber.subscribe();
                let mut mood = Chance::new(chance.number());
                Hold::Reader(tokio::spawn(async move {
                    while let Some(event) = events.next().await {
                        told.note(&event);
                        if mood.one_in(4) {
                            sleep(mood.pause().min(Duration::from_secs(120))).await;
                        }
                    }
                }))
            }
        };
        self.present.push((follower, hold));
    }

    /// One goes; if it says so, it waits until it is gone.
    pub(crate) async fn leave(&mut self, chance: &mut Chance) {
        if self.present.is_empty() {
            return;
        }
        let (follower, hold) = self.present.remove(chance.size(0..self.present.len() as u64));
        match hold {
            Hold::Handler(subscription) if chance.one_in(2) => {
                subscription.remove().await;
                let at_once = follower.state();
                sleep(chance.millis(0..2_000)).await;
                assert_eq!(follower.state(), at_once, "whoever is gone is told nothing more");
            }
            Hold::Handler(subscription) => drop(subscription),
            Hold::Reader(task) => task.abort(),
        }
        self.gone.push(follower);
    }

    /// What the events of those that are there replay to.
    pub(crate) fn states(&self) -> Vec<(usize, BTreeMap<String, State>)> {
        self.present.iter().map(|(follower, _)| follower.state()).enumerate().collect()
    }

    pub(crate) fn check(&self, ledger: &Ledger) {
        for follower in self.present.iter().map(|(follower, _)| follower).chain(&self.gone) {
            follower.check(ledger);
        }
        for (_, hold) in &self.present {
            if let Hold::Handler(subscription) = hold {
                assert!(subscription.has_synced(), "{subscription:?}");
            }
        }
    }
}
