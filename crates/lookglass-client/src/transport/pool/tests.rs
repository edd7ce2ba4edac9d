//! Whatever happens, in whatever order: limits hold, nobody is forgotten, and nobody is passed over.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

const LIMITS: Limits =
    Limits { connections: 7, streams: 6, long: 4, idle: Duration::from_secs(90), patience: Duration::from_secs(30) };

#[derive(Clone, Copy, Debug)]
enum Step {
    Ask(Lane),
    Withdraw(prop::sample::Index),
    Dialled(prop::sample::Index, Speaks),
    Failed(prop::sample::Index),
    Released(prop::sample::Index),
    Retire(prop::sample::Index),
    RetireAll,
    Gone(prop::sample::Index),
    Silent(prop::sample::Index, bool),
    Limit(prop::sample::Index, usize),
    Pass(u64),
}

fn speaks() -> impl Strategy<Value = Speaks> {
    prop_oneof![
        1 => Just(Speaks::Http1),
        4 => (1..10_usize).prop_map(|streams| Speaks::Http2 { streams }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<prop::sample::Index>;
    prop_oneof![
        12 => prop_oneof![Just(Lane::Short), Just(Lane::Long)].prop_map(Step::Ask),
        2 => any().prop_map(Step::Withdraw),
        8 => (any(), speaks()).prop_map(|(at, speaks)| Step::Dialled(at, speaks)),
        1 => any().prop_map(Step::Failed),
        8 => any().prop_map(Step::Released),
        1 => any().prop_map(Step::Retire),
        1 => Just(Step::RetireAll),
        1 => any().prop_map(Step::Gone),
        2 => (any(), prop::bool::ANY).prop_map(|(at, silent)| Step::Silent(at, silent)),
        1 => (any(), 0..10_usize).prop_map(|(at, streams)| Step::Limit(at, streams)),
        1 => (0..700_u64).prop_map(Step::Pass),
    ]
}

/// The world outside of the pool.
struct World {
    pool: Pool,
    now: Instant,
    next: u64,
    waiting: [VecDeque<u64>; 2],
    dialing: Vec<Lane>,
    open: BTreeMap<u64, Speaks>,
    leases: Vec<(u64, Lane)>,
}

impl World {
    fn settle(&mut self) {
        for action in self.pool.settle(self.now) {
            match action {
                Action::Dial(lane) => self.dialing.push(lane),
                Action::Grant { waiter, connection, lane } => {
                    assert_eq!(self.waiting[lane as usize].pop_front(), Some(waiter), "somebody was passed over");
                    assert!(self.open.contains_key(&connection), "of a connection that is none");
                    self.leases.push((connection, lane));
                }
                Action::Close(connection) => {
                    assert!(self.open.remove(&connection).is_some());
                    assert!(self.leases.iter().all(|(of, _)| *of != connection), "closed while it is used");
                }
                Action::Abort(connection) => {
                    assert!(self.open.remove(&connection).is_some());
                    self.leases.retain(|(of, _)| *of != connection);
                }
            }
        }
        assert_eq!(self.pool.settle(self.now), [], "settling is not settled");
    }

    fn pick(&self, at: prop::sample::Index) -> Option<u64> {
        (!self.open.is_empty()).then(|| *self.open.keys().nth(at.index(self.open.len())).unwrap())
    }

    fn step(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Ask(lane) => {
                self.next += 1;
                self.waiting[lane as usize].push_back(self.next);
                self.pool.ask(lane, self.next);
            }
            Step::Withdraw(at) => {
                for lane in LANES {
                    let waiting = &mut self.waiting[lane as usize];
                    if let Some(waiter) = (!waiting.is_empty()).then(|| waiting.remove(at.index(waiting.len()))) {
                        self.pool.withdraw(lane, waiter.unwrap());
                    }
                }
            }
            Step::Dialled(at, speaks) if !self.dialing.is_empty() => {
                let lane = self.dialing.swap_remove(at.index(self.dialing.len()));
                let connection = self.pool.dialled(lane, speaks, now);
                assert!(self.open.insert(connection, speaks).is_none());
            }
            Step::Failed(at) if !self.dialing.is_empty() => {
                let lane = self.dialing.swap_remove(at.index(self.dialing.len()));
                let told = self.pool.failed(lane);
                if !self.dialing.contains(&lane) {
                    assert_eq!(told, self.waiting[lane as usize].drain(..).collect::<Vec<_>>());
                } else {
                    assert!(told.is_empty());
                }
            }
            Step::Released(at) if !self.leases.is_empty() => {
                let (connection, lane) = self.leases.swap_remove(at.index(self.leases.len()));
                self.pool.released(connection, lane, now);
            }
            Step::RetireAll => self.pool.retire_all(now),
            Step::Pass(seconds) => self.now += Duration::from_secs(seconds),
            Step::Retire(at) | Step::Gone(at) | Step::Silent(at, _) | Step::Limit(at, _) => {
                let Some(connection) = self.pick(at) else { return };
                match step {
                    Step::Retire(_) => self.pool.retire(connection),
                    Step::Silent(_, silent) => self.pool.silent(connection, silent),
                    Step::Limit(_, streams) if self.open[&connection] != Speaks::Http1 => {
                        self.open.insert(connection, Speaks::Http2 { streams });
                        self.pool.limit(connection, streams);
                    }
                    Step::Gone(_) => {
                        self.pool.gone(connection);
                        self.open.remove(&connection);
                        self.leases.retain(|(of, _)| *of != connection);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn check(&self, had: &BTreeMap<u64, [usize; 2]>) {
        assert_eq!(self.pool.count(), (self.open.len(), self.leases.len()));
        assert!(self.open.len() + self.dialing.len() <= LIMITS.connections);
        let long_ones =
            self.open.len() + self.dialing.len() - self.dialing.iter().filter(|l| **l == Lane::Short).count();
        assert!(long_ones <= LIMITS.connections);
        for (id, carried) in self.carried() {
            let before = had.get(&id).copied().unwrap_or_default();
            let grew = |lane: usize| carried[lane] > before[lane];
            let all: usize = carried.iter().sum();
            match self.open[&id] {
                Speaks::Http1 => assert!(all <= 1),
                Speaks::Http2 { streams } => {
                    // A limit that was lowered takes nothing away from those who are there.
                    assert!(all <= streams.min(LIMITS.streams) || !(grew(0) || grew(1)), "more than the peer allows");
                    assert!(carried[Lane::Long as usize] <= LIMITS.long);
                }
            }
        }
        for lane in LANES {
            if self.waiting[lane as usize].is_empty() {
                continue;
            }
            assert!(self.pool.place(lane).is_none(), "somebody waits and there is room");
            let kept = if lane == Lane::Long { KEPT } else { 0 };
            let is_full = self.open.len() + self.dialing.len() >= LIMITS.connections - kept;
            let is_closed = |connection: &&Connection| {
                connection.lane == lane && !connection.retired && connection.speaks == Speaks::Http2 { streams: 0 }
            };
            let is_asked_to_wait = self.pool.connections.values().filter(is_closed).count() >= CLOSED;
            assert!(is_full || is_asked_to_wait || self.dialing.contains(&lane), "somebody waits for nothing");
        }
    }

    fn carried(&self) -> BTreeMap<u64, [usize; 2]> {
        let mut carried = BTreeMap::<u64, [usize; 2]>::new();
        for (connection, lane) in &self.leases {
            carried.entry(*connection).or_default()[*lane as usize] += 1;
        }
        carried
    }
}

fn world() -> World {
    World {
        pool: Pool::new(LIMITS),
        now: now(),
        next: 0,
        waiting: Default::default(),
        dialing: Vec::new(),
        open: BTreeMap::new(),
        leases: Vec::new(),
    }
}

/// Any moment will do.
fn now() -> Instant {
    Instant::now()
}

proptest! {
    #[test]
    fn limits_hold_and_nobody_is_forgotten(steps in prop::collection::vec(step(), 1..200)) {
        let mut world = world();
        for step in steps {
            let had = world.carried();
            world.step(step);
            world.settle();
            world.check(&had);
        }
        // In the end everybody goes, and so does every connection.
        for lane in LANES {
            for waiter in std::mem::take(&mut world.waiting[lane as usize]) {
                world.pool.withdraw(lane, waiter);
            }
        }
        for (connection, lane) in std::mem::take(&mut world.leases) {
            world.pool.released(connection, lane, world.now);
        }
        for lane in std::mem::take(&mut world.dialing) {
            world.pool.failed(lane);
        }
        world.now += LIMITS.idle;
        world.settle();
        prop_assert!(world.pool.is_empty() && world.open.is_empty());
    }
}

#[test]
fn a_peer_that_allows_no_stream_for_now_is_not_stormed() {
    let mut world = World { pool: Pool::new(Limits::default()), ..world() };
    for _ in 0..50 {
        world.step(Step::Ask(Lane::Short));
    }
    world.settle();
    let mut made = 0;
    while let Some(lane) = world.dialing.pop() {
        made += 1;
        let connection = world.pool.dialled(lane, Speaks::Http2 { streams: 0 }, world.now);
        world.open.insert(connection, Speaks::Http2 { streams: 0 });
        world.settle();
    }
    assert_eq!(made, CLOSED);
    world.pool.limit(1, 100);
    world.settle();
    assert_eq!(world.leases.len(), 50);
}

/// Asks for so much in the given order, makes every connection that is wanted, and says how many there are.
fn connections(order: &[(Lane, usize)], streams: usize) -> usize {
    let limits = Limits::default();
    let mut world = World { pool: Pool::new(limits), ..world() };
    for (lane, number) in order {
        for _ in 0..*number {
            world.step(Step::Ask(*lane));
        }
        world.settle();
        while let Some(lane) = world.dialing.pop() {
            let connection = world.pool.dialled(lane, Speaks::Http2 { streams }, world.now);
            world.open.insert(connection, Speaks::Http2 { streams });
            world.settle();
        }
    }
    assert!(world.waiting.iter().all(VecDeque::is_empty));
    world.open.len()
}

#[test]
fn how_many_connections_are_made_does_not_depend_on_who_comes_first() {
    use Lane::{Long, Short};
    for order in [&[(Long, 200), (Short, 1)], &[(Short, 1), (Long, 200)]] {
        assert_eq!(connections(order, 100), 3);
        assert_eq!(connections(order, 250), 3);
        assert_eq!(connections(order, 1), 201);
    }
    assert_eq!(connections(&[(Long, 1), (Short, 1), (Long, 79)], 100), 2);
    assert_eq!(connections(&[(Short, 1), (Long, 81)], 100), 3);
    assert_eq!(connections(&[(Short, 101)], 100), 2);
    let one_by_one: Vec<_> = std::iter::repeat_n((Long, 1), 200).chain([(Short, 1)]).collect();
    assert_eq!(connections(&one_by_one, 100), 3);
}
