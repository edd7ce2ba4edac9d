//! The pool with its connections and the tasks that drive them: [`Shared`].

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    runtime::Handle as Runtime,
    sync::oneshot,
    time::{Instant, sleep, timeout},
};

use super::{
    Failure,
    dial::Dialer,
    http1,
    http2::{self, News},
    lease::{Lease, Way},
    pool::{Action, Lane, Pool, Speaks},
    stream::Watched,
};

/// The pool with its connections. No lock is held while something of anybody else's is dropped or called.
pub(super) struct Shared {
    pub(super) dialer: Dialer,
    state: Mutex<State>,
    watched: Mutex<Vec<Watched>>,
}

struct State {
    pool: Pool,
    handles: HashMap<u64, Handle>,
    waiters: HashMap<u64, oneshot::Sender<Result<Lease, Failure>>>,
    next_waiter: u64,
    /// Of the TLS material that is in use.
    generation: u64,
    /// A task looks after idle connections and unread streams.
    has_keeper: bool,
    /// Of whoever asked last: where tasks are started, since places are also given back where there is no runtime.
    runtime: Option<Runtime>,
}

/// What the pool holds of a connection. Dropped, the connection ends when its streams have.
struct Handle {
    way: Way,
    close: oneshot::Sender<()>,
}

/// What is dropped or begun only when the lock is gone.
#[derive(Default)]
struct After {
    dials: Vec<Lane>,
    handles: Vec<Handle>,
    leases: Vec<Result<Lease, Failure>>,
}

impl Shared {
    pub(super) fn new(dialer: Dialer) -> Self {
        let state = State {
            pool: Pool::new(dialer.limits),
            handles: HashMap::new(),
            waiters: HashMap::new(),
            next_waiter: 0,
            generation: 0,
            has_keeper: false,
            runtime: None,
        };
        Self { dialer, state: Mutex::new(state), watched: Mutex::default() }
    }

    /// Waits for a place. Dropped early, somebody else gets it.
    pub(super) async fn place(self: &Arc<Self>, lane: Lane) -> Result<Lease, Failure> {
        let (tell, told) = oneshot::channel();
        let waiter = self.update(|state, _| {
            state.runtime = Some(Runtime::current());
            state.next_waiter += 1;
            state.waiters.insert(state.next_waiter, tell);
            state.pool.ask(lane, state.next_waiter);
            state.next_waiter
        });
        let _withdraw = Withdraw { shared: self, lane, waiter };
        // Longer than a connection takes to be made or not: so this is for those who wait for others to be done.
        let timeouts = &self.dialer.timeouts;
        let patience = timeouts.connect.saturating_add(timeouts.handshake.saturating_mul(3));
        match timeout(patience, told).await {
            Ok(Ok(granted)) => granted,
            // The sender goes only with its message.
            Ok(Err(_)) | Err(_) => Err(Failure::Busy { connections: self.count().0, patience }),
        }
    }

    /// How many connections there are, and how many streams on them.
    pub(super) fn count(&self) -> (usize, usize) {
        self.state.lock().pool.count()
    }

    /// Keeps an eye on whether a stream is read.
    pub(super) fn look_after(&self, stream: Watched) {
        self.watched.lock().push(stream);
    }

    /// The connection takes no new requests.
    pub(super) fn retire(self: &Arc<Self>, connection: u64) {
        self.update(|state, _| state.pool.retire(connection));
    }

    /// A request is over. `sender` is what a connection of HTTP/1.1 takes the next one by; without it, it is over as well.
    pub(super) fn released(self: &Arc<Self>, connection: u64, lane: Lane, sender: Option<http1::Sender>) {
        self.update(|state, after| {
            state.pool.released(connection, lane, Instant::now());
            let Some(Handle { way: Way::Http1(place), .. }) = state.handles.get_mut(&connection) else { return };
            *place = sender;
            if place.is_none() {
                state.pool.gone(connection);
                after.handles.extend(state.handles.remove(&connection));
            }
        });
    }

    /// Changes the state and does what follows.
    fn update<T>(self: &Arc<Self>, change: impl FnOnce(&mut State, &mut After) -> T) -> T {
        let mut after = After::default();
        let mut state = self.state.lock();
        let changed = change(&mut state, &mut after);
        for action in state.pool.settle(Instant::now()) {
            match action {
                Action::Dial(lane) => after.dials.push(lane),
                Action::Close(connection) => after.handles.extend(state.handles.remove(&connection)),
                Action::Abort(connection) => {
                    _ = state.handles.remove(&connection).map(|handle| handle.close.send(()));
                }
                Action::Grant { waiter, connection, lane } => {
                    after.leases.extend(self.grant(&mut state, waiter, connection, lane));
                }
            }
        }
        let needs_keeper = !state.pool.is_empty() && !std::mem::replace(&mut state.has_keeper, true);
        // Who waits for a connection has asked for it, on a runtime.
        let has_tasks = needs_keeper || !after.dials.is_empty();
        let runtime = if has_tasks { state.runtime.clone() } else { None };
        drop(state);
        if let Some(runtime) = runtime {
            if needs_keeper {
                runtime.spawn(keep(Keeper { shared: Arc::downgrade(self) }, self.dialer.limits.tick()));
            }
            for lane in std::mem::take(&mut after.dials) {
                runtime.spawn(dial(Dial { shared: Arc::downgrade(self), stage: Stage::Begun(lane) }));
            }
        }
        changed
    }

    /// Gives a place to who waited for it. What nobody wants any more comes back, to be dropped without the lock.
    fn grant(
        self: &Arc<Self>,
        state: &mut State,
        waiter: u64,
        connection: u64,
        lane: Lane,
    ) -> Option<Result<Lease, Failure>> {
        let way = match &mut state.handles.get_mut(&connection)?.way {
            Way::Http1(sender) => Way::Http1(sender.take()),
            Way::Http2(sender) => Way::Http2(sender.clone()),
        };
        let lease = Ok(Lease::new(way, Arc::downgrade(self), connection, lane));
        match state.waiters.remove(&waiter) {
            Some(waiter) => waiter.send(lease).err(),
            None => Some(lease),
        }
    }

    /// The TLS material is of this generation. Says whether that is news.
    pub(super) fn renew(self: &Arc<Self>, generation: u64) -> bool {
        self.update(|state, _| state.renew(generation))
    }

    fn heard(self: &Arc<Self>, connection: u64, news: News) {
        self.update(|state, _| match news {
            News::Limit(streams) => state.pool.limit(connection, streams),
            News::Leaving => state.pool.retire(connection),
            News::Silent(silent) => state.pool.silent(connection, silent),
        });
    }

    fn gone(self: &Arc<Self>, connection: u64) {
        self.update(|state, after| {
            state.pool.gone(connection);
            after.handles.extend(state.handles.remove(&connection));
        });
    }

    /// Takes a new connection in.
    fn begun(self: &Arc<Self>, lane: Lane, speaks: Speaks, generation: u64, handle: Handle) -> u64 {
        self.update(|state, _| {
            state.renew(generation);
            let connection = state.pool.dialled(lane, speaks, Instant::now());
            if generation < state.generation {
                state.pool.retire(connection);
            }
            state.handles.insert(connection, handle);
            connection
        })
    }

    fn failed(self: &Arc<Self>, lane: Lane, failure: &Failure) {
        self.update(|state, after| {
            for waiter in state.pool.failed(lane) {
                let told = state.waiters.remove(&waiter).map(|waiter| waiter.send(Err(failure.clone())));
                after.leases.extend(told.and_then(Result::err));
            }
        });
    }
}

impl State {
    /// The TLS material is another one: what was made with the former takes nothing new.
    fn renew(&mut self, generation: u64) -> bool {
        let is_news = generation > self.generation;
        if is_news {
            self.generation = generation;
            self.pool.retire_all(Instant::now());
        }
        is_news
    }
}

/// Takes a waiter's name off the list when he goes.
struct Withdraw<'a> {
    shared: &'a Arc<Shared>,
    lane: Lane,
    waiter: u64,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        if state.waiters.remove(&self.waiter).is_some() {
            state.pool.withdraw(self.lane, self.waiter);
        }
    }
}

/// What a task of a connection owes the pool, however it ends: a client may outlive the runtime on which it was first used, and the tasks end with that.
struct Dial {
    shared: Weak<Shared>,
    stage: Stage,
}

enum Stage {
    Begun(Lane),
    Open(u64),
    Over,
}

impl Drop for Dial {
    fn drop(&mut self) {
        let Some(shared) = self.shared.upgrade() else { return };
        match self.stage {
            Stage::Begun(lane) => shared.failed(lane, &Failure::unsent("the runtime ended that was to connect")),
            Stage::Open(connection) => shared.gone(connection),
            Stage::Over => {}
        }
    }
}

/// Makes a connection, takes it in and drives it until it is over.
async fn dial(mut task: Dial) {
    let Stage::Begun(lane) = task.stage else { return };
    // It is held while there may be somebody who waits.
    let Some(shared) = task.shared.upgrade() else { return };
    let (close, closing) = oneshot::channel();
    let begun = async {
        let connected = shared.dialer.connect(false).await?;
        let generation = connected.generation;
        if connected.is_http2 {
            let (sender, streams, connection) = http2::begin(connected.io, shared.dialer.timeouts.handshake).await?;
            Ok((Speaks::Http2 { streams }, Way::Http2(sender), generation, Driven::Http2(Box::new(connection))))
        } else {
            let (sender, connection) = http1::begin(connected.io).await?;
            Ok((Speaks::Http1, Way::Http1(Some(sender)), generation, Driven::Http1(connection)))
        }
    };
    let (speaks, way, generation, driven) = match begun.await {
        Ok(begun) => begun,
        Err(failure) => {
            task.stage = Stage::Over;
            return shared.failed(lane, &failure);
        }
    };
    let timeouts = shared.dialer.timeouts;
    let connection = shared.begun(lane, speaks, generation, Handle { way, close });
    task.stage = Stage::Open(connection);
    drop(shared);
    match driven {
        Driven::Http1(driven) => http1::drive(driven, closing).await,
        Driven::Http2(driven) => {
            let tell = |news| {
                if let Some(shared) = task.shared.upgrade() {
                    shared.heard(connection, news);
                }
            };
            driven.drive(closing, timeouts, tell).await;
        }
    }
}

enum Driven {
    Http1(http1::Connection),
    Http2(Box<http2::Connection>),
}

/// The one task that looks after the pool; when it ends early, with its runtime, another may.
struct Keeper {
    shared: Weak<Shared>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.state.lock().has_keeper = false;
        }
    }
}

/// Closes what is idle and what nobody reads, and follows certificates that rotate, for as long as there are connections.
async fn keep(mut keeper: Keeper, tick: Duration) {
    loop {
        sleep(tick).await;
        let Some(shared) = keeper.shared.upgrade() else { return };
        let patience = shared.dialer.limits.patience;
        let watched = std::mem::take(&mut *shared.watched.lock());
        let now = Instant::now();
        let watched: Vec<Watched> = watched.into_iter().filter(|stream| stream.look(now, patience)).collect();
        shared.watched.lock().extend(watched);
        // What cannot be had now stays as it is; who makes the next connection is told.
        let generation = shared.dialer.known_generation().await.unwrap_or_default();
        let over = shared.update(|state, _| {
            state.renew(generation);
            state.has_keeper = !state.pool.is_empty();
            !state.has_keeper
        });
        if over {
            // From here on there may be another one.
            keeper.shared = Weak::new();
            return;
        }
    }
}
