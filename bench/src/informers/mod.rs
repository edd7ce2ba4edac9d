//! Informers, ours and the peers', from their start to their handlers: the same phases for each, and the same lines.
//!
//! * `sync`: from the start until the informer says that it is synced and every handler has been told of every object;
//! * `settle`: until the informer has nothing left to do for that, such as packing; again after the changes;
//! * `relist`: the watch expires, everything is listed again, and nothing has changed;
//! * `events`: changes at full speed, until every handler has been told of the last;
//! * `latency`: changes at a rate, each from its sending to the first handler;
//! * `query`: ours only, where a line's time is that of one query.

#[path = "../../peers/kube/peer.rs"]
mod kube;
mod own;
mod queries;

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use clap::{Args, ValueEnum};
use memchr::memmem;
use tokio::{sync::Notify, time::sleep};

use crate::{
    fleet::{SENT, SENT_BLANK},
    measure::{Failure, GiveBack, Line, Taking, control, resident, unix_time},
    programs::Who,
};

/// What is measured, against a load server that serves pods.
#[derive(Debug, Clone, Args)]
#[non_exhaustive]
pub struct Run {
    /// The load server's address, as it prints it.
    #[arg(long)]
    pub server: String,
    /// Whose code.
    #[arg(long, value_enum, default_value = "own")]
    pub client: Who,
    /// End when it is synced and settled.
    #[arg(long)]
    pub only_sync: bool,
    /// In JSON, which is what custom resources come in.
    #[arg(long)]
    pub json: bool,
    /// How many handlers.
    #[arg(long, default_value_t = 1)]
    pub handlers: usize,
    /// Handlers read the typed object of each change.
    #[arg(long)]
    pub typed: bool,
    /// Over HTTP/2, which kube does not speak.
    #[arg(long)]
    pub http2: bool,
    /// kube: with a streaming list instead of pages.
    #[arg(long)]
    pub streaming: bool,
    /// How objects are held; kube holds them typed.
    #[arg(long, value_enum, default_value = "auto")]
    pub retention: Retain,
    /// How many pods the server has.
    #[arg(long, default_value_t = 50_000)]
    pub objects: u64,
    /// How many changes at full speed.
    #[arg(long, default_value_t = 100_000)]
    pub events: u64,
    /// Changes a second whose latency is measured.
    #[arg(long, default_value_t = 2000)]
    pub rate: u64,
    /// For how long.
    #[arg(long, default_value_t = 3)]
    pub seconds: u64,
    /// How the allocator gives back what is free.
    #[arg(skip)]
    pub give_back: Option<GiveBack>,
}

/// How objects are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "what is measured")]
pub enum Retain {
    /// As the informer sees fit.
    Auto,
    /// As they came.
    Raw,
    /// Compressed.
    Packed,
}

/// Over when an informer has nothing left to do.
pub type Settled = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What handlers have been told.
#[derive(Debug, Default)]
pub struct Told {
    added: AtomicU64,
    changed: AtomicU64,
    /// How many handlers have been told of the version that is the last of a phase.
    finished: AtomicU64,
    /// Told of that.
    done: Notify,
    last: AtomicU64,
    latencies: Mutex<Option<Vec<u64>>>,
}

impl Told {
    /// A handler was told of an object that there was before.
    pub fn added(&self) {
        self.added.fetch_add(1, Relaxed);
    }

    /// A handler was told of a change; `sent` finds out when it was sent, and is asked only if that matters.
    pub fn changed(&self, first_handler: bool, version: Option<u64>, sent: impl FnOnce() -> Option<u64>) {
        self.changed.fetch_add(1, Relaxed);
        if first_handler
            && let Ok(mut latencies) = self.latencies.lock()
            && let Some(latencies) = &mut *latencies
            && let Some(sent) = sent()
        {
            latencies.push(unix_time().saturating_sub(sent));
        }
        if version.is_some_and(|version| version == self.last.load(Relaxed)) {
            self.finished.fetch_add(1, Relaxed);
            self.done.notify_one();
        }
    }
}

/// Reads the time of sending out of an object's bytes, in either encoding.
#[must_use]
pub fn sent_in(bytes: &[u8]) -> Option<u64> {
    let behind = memmem::find(bytes, SENT.as_bytes())? + SENT.len();
    let start = behind + bytes.get(behind..)?.iter().position(u8::is_ascii_digit)?;
    str::from_utf8(bytes.get(start..start + SENT_BLANK.len())?).ok()?.parse().ok()
}

/// Does the run, and prints its lines.
///
/// # Errors
///
/// The server does not answer as it should.
pub async fn run(run: Run, allocator: &str) -> Result<(), Failure> {
    match run.client {
        Who::Own => own::run(run, allocator).await,
        Who::Kube => kube::run(run, allocator).await,
    }
}

impl Run {
    /// Waits out all phases and prints their lines. Whoever calls has begun to take before it started its informer, and has the versions of the objects end with `version`.
    /// `settled` waits until the informer has nothing left to do.
    ///
    /// # Errors
    ///
    /// The load server does not answer.
    pub async fn phases(
        &self,
        client: &str,
        sync: Taking,
        told: &Arc<Told>,
        mut version: u64,
        settled: impl Fn() -> Settled + Send + Sync,
    ) -> Result<(), Failure> {
        let handlers = self.handlers as u64;
        let named = |what: &str| match self.handlers {
            1 => what.to_owned(),
            handlers => format!("{what}, {handlers} handlers"),
        };
        while told.added.load(Relaxed) < self.objects * handlers {
            sleep(MOMENT).await;
        }
        sync.end(client, &named("sync"), self.objects).await?.print();
        let begun = Taking::begin(&self.server).await?;
        settled().await;
        self.giving_back(begun.end(client, &named("settle"), self.objects).await?).print();
        if self.only_sync {
            return Ok(());
        }

        if self.handlers == 1 {
            let begun = Taking::begin(&self.server).await?;
            version += 1;
            self.relist(told, version).await?;
            begun.end(client, "relist", self.objects).await?.print();
        }

        let begun = Taking::begin(&self.server).await?;
        told.changed.store(0, Relaxed);
        self.churn(told, version + self.events, self.events, 0).await?;
        version += self.events;
        let mut line = begun.end(client, &named("events"), self.events).await?;
        line.told = Some(told.changed.load(Relaxed) as f64 / (self.events * handlers).max(1) as f64);
        line.print();
        let begun = Taking::begin(&self.server).await?;
        settled().await;
        self.giving_back(begun.end(client, &named("settle after events"), self.events).await?).print();

        let total = self.rate * self.seconds;
        if let Ok(mut latencies) = told.latencies.lock() {
            *latencies = Some(Vec::with_capacity(total as usize));
        }
        let begun = Taking::begin(&self.server).await?;
        self.churn(told, version + total, total, self.rate).await?;
        let line = begun.end(client, &named("latency"), total).await?;
        let latencies = told.latencies.lock().ok().and_then(|mut latencies| latencies.take());
        line.latencies(latencies.unwrap_or_default()).print();
        Ok(())
    }

    /// With what is resident when the allocator has given back what is free.
    fn giving_back(&self, mut line: Line) -> Line {
        line.given_back = self.give_back.map(|give_back| {
            give_back();
            resident().0
        });
        line
    }

    /// Has the watch expire, and waits until everything was listed again; a change that is told shows that the new watch is there.
    async fn relist(&self, told: &Told, version: u64) -> Result<(), Failure> {
        // Who has listed may not watch yet.
        while self.stats("watches").await? == 0 {
            sleep(MOMENT).await;
        }
        let before = self.stats("objects").await?;
        control(&self.server, "/load/expire?resource=pods").await?;
        while self.stats("objects").await? < before + self.objects {
            sleep(20 * MOMENT).await;
        }
        self.churn(told, version, 1, 0).await
    }

    /// What the load server counts.
    async fn stats(&self, name: &str) -> Result<u64, Failure> {
        let stats: serde_json::Value = serde_json::from_str(&control(&self.server, "/load/stats").await?)?;
        Ok(stats[name].as_u64().unwrap_or_default())
    }

    /// Has changes released, and waits until all handlers know of the last.
    async fn churn(&self, told: &Told, last: u64, events: u64, rate: u64) -> Result<(), Failure> {
        told.finished.store(0, Relaxed);
        told.last.store(last, Relaxed);
        control(&self.server, &format!("/load/churn?resource=pods&events={events}&rate={rate}")).await?;
        // Who looked every millisecond would wake threads half as often as the changes do, and be measured with them.
        while told.finished.load(Relaxed) < self.handlers as u64 {
            told.done.notified().await;
        }
        Ok(())
    }

    /// The version of the load server's lists.
    ///
    /// # Errors
    ///
    /// It does not answer as it should.
    pub async fn version(&self) -> Result<u64, Failure> {
        let page: serde_json::Value = serde_json::from_str(&control(&self.server, "/api/v1/pods?limit=1").await?)?;
        let version = page["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        Ok(version.parse()?)
    }
}

/// What more or less does not matter to what is measured.
const MOMENT: Duration = Duration::from_millis(1);
