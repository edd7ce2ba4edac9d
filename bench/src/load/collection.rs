//! All objects of one kind, and how far their changes have gone.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use lookglass_object::{Arrival, Depot, Dynamic, Encoding, Intake, Key};
use tokio::sync::watch;

use super::prepared::Prepared;
use crate::fleet::{BASE_VERSION, Encoded, Fleet, Kind};

pub(super) struct Collection {
    pub(super) kind: Kind,
    /// The version of lists.
    pub(super) version: u64,
    keys: Vec<Key>,
    json: Prepared,
    protobuf: Option<Prepared>,
    /// Which object the n-th event is about.
    stride: usize,
    released: watch::Sender<Released>,
}

/// What watches may send.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Released {
    /// So many events.
    pub(super) events: u64,
    /// How often all watches were told that their version has expired.
    pub(super) expired: u64,
}

impl Collection {
    /// Makes the objects of one kind, in the order in which API servers list them.
    pub(super) fn new(fleet: &Fleet, kind: Kind) -> Self {
        let mut intake = Intake::<Dynamic>::new(Depot::builder().build().family(&kind.gvk()));
        let mut objects: Vec<(Key, Encoded)> = (0..fleet.count(kind))
            .map(|index| {
                let object = fleet.object(kind, index);
                let cell = intake.json(&object.json, Arrival::Listed).expect("the fleet's objects are objects");
                (cell.key().clone(), object)
            })
            .collect();
        objects.sort_by(|one, other| order(&one.0).cmp(&order(&other.0)));
        let encoded = || objects.iter().map(|(_, object)| object);
        let json = Prepared::new(kind, Encoding::Json, encoded()).expect("every object has JSON");
        let protobuf = Prepared::new(kind, Encoding::Protobuf, encoded());
        let count = objects.len();
        // Far apart, as changes in a cluster are, and all of them before any twice.
        let stride = (count * 618 / 1000..).find(|stride| *stride > 0 && coprime(*stride, count)).unwrap_or(1);
        let all: usize = Kind::ALL.iter().map(|kind| fleet.count(*kind)).sum();
        Self {
            kind,
            version: BASE_VERSION + all as u64,
            keys: objects.into_iter().map(|(key, _)| key).collect(),
            json,
            protobuf: protobuf.filter(|_| kind.message().is_some()),
            stride,
            released: watch::Sender::default(),
        }
    }

    /// The objects in the encoding, or in JSON where there is no other.
    pub(super) fn prepared(&self, encoding: Encoding) -> (Encoding, &Prepared) {
        match &self.protobuf {
            Some(protobuf) if encoding == Encoding::Protobuf => (Encoding::Protobuf, protobuf),
            _ => (Encoding::Json, &self.json),
        }
    }

    /// Which objects are in a namespace; all without one.
    pub(super) fn within(&self, namespace: Option<&str>) -> Range<usize> {
        let Some(namespace) = namespace else { return 0..self.keys.len() };
        let start = self.keys.partition_point(|key| key.namespace().unwrap_or_default() < namespace);
        let end = self.keys.partition_point(|key| key.namespace().unwrap_or_default() <= namespace);
        start..end
    }

    pub(super) fn find(&self, namespace: Option<&str>, name: &str) -> Option<usize> {
        let wanted = (namespace.unwrap_or_default(), name);
        self.keys.binary_search_by(|key| order(key).cmp(&wanted)).ok()
    }

    /// The object that the event is about which leads to a version.
    pub(super) fn changed(&self, event: u64) -> usize {
        let count = self.keys.len().max(1) as u64;
        (event % count * self.stride as u64 % count) as usize
    }

    pub(super) fn released(&self) -> watch::Receiver<Released> {
        self.released.subscribe()
    }

    /// How many watches are open.
    pub(super) fn watches(&self) -> usize {
        self.released.receiver_count()
    }

    /// Ends all watches, as a server does that does not know their versions any more: whoever watched has to list anew.
    pub(super) fn expire(&self) {
        self.released.send_modify(|released| released.expired += 1);
    }

    /// Releases events: all at once, or so many a second from a thread of its own, since the runtime's timer knows milliseconds only.
    pub(super) fn release(self: &Arc<Self>, events: u64, rate: u64) {
        if rate == 0 {
            self.released.send_modify(|released| released.events += events);
            return;
        }
        let this = Arc::clone(self);
        std::thread::spawn(move || this.pace(events, rate));
    }

    #[expect(clippy::disallowed_methods, reason = "pacing is by the clock")]
    fn pace(&self, events: u64, rate: u64) {
        let begun = Instant::now();
        for event in 0..events {
            let due = Duration::from_nanos(event * 1_000_000_000 / rate);
            let early = due.saturating_sub(begun.elapsed());
            if !early.is_zero() {
                std::thread::sleep(early);
            }
            self.released.send_modify(|released| released.events += 1);
        }
    }
}

fn order(key: &Key) -> (&str, &str) {
    (key.namespace().unwrap_or_default(), key.name())
}

fn coprime(one: usize, other: usize) -> bool {
    if other == 0 { one == 1 } else { coprime(other, one % other) }
}
