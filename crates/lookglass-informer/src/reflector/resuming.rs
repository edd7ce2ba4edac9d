//! A watch that survives: [`resuming_watch`].

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use lookglass_client::ListWatch;
use lookglass_object::ResourceVersion;
use tokio::time::Instant;

use super::{
    Failure, Freshness, Machine, ObjectChange, Random, ReflectorOptions,
    driver::{Driver, OnError},
};

/// Watches from a version on, and goes on through errors and cuts: client-go's `RetryWatcher`.
///
/// It keeps the newest version and resumes after it, so nothing is missed and nothing told twice; but for an object that cannot be read, of which only
/// [`on_error`](ResumingWatch::on_error) is told, unless it may [`relist`](ResumingWatch::relist). `after` is a version that the server gave, as that of a list: with `""` or `"0"` it ends at once. When that version has expired, which no resuming can help, it ends with an
/// error; or, with [`relist`](ResumingWatch::relist), tells the whole state anew and goes on from there.
///
/// # Cost
///
/// That of the watch. What has come and was not fetched is at most what one read gave; while it waits, nothing more is read.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_cache::Change;
/// use lookglass_client::ListWatch;
/// use lookglass_informer::resuming_watch;
/// use lookglass_object::{Dynamic, Gvk, Gvr};
///
/// let namespaces = ListWatch::<Dynamic>::dynamic(&client, Gvr::core("v1", "namespaces"), &Gvk::core("v1", "Namespace"));
/// let mut list = namespaces.list(&Default::default());
/// while let Some(item) = list.next().await {
///     println!("  {}", item?.key());
/// }
/// let mut watch = resuming_watch(&namespaces, list.version().clone());
/// while let Some(change) = watch.next().await {
///     match change {
///         Change::Added(namespace) => println!("+ {}", namespace.key()),
///         Change::Updated(namespace) => println!("~ {}", namespace.key()),
///         Change::Deleted(namespace) => println!("- {}", namespace.key()),
///         _ => {}
///     }
/// }
/// println!("{}", watch.failure().expect("it ends only so"));
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn resuming_watch<K: 'static>(list_watch: &ListWatch<K>, after: ResourceVersion) -> ResumingWatch<K> {
    let list_watch = list_watch.clone();
    let setup =
        Setup { list_watch, after, relist: false, options: ReflectorOptions::default(), on_error: None, seed: None };
    ResumingWatch {
        setup: Some(setup),
        running: None,
        ready: VecDeque::new(),
        chunk: Vec::new(),
        away: None,
        freshness: Freshness::default(),
    }
}

/// A watch that survives; from [`resuming_watch`]. A [`Stream`] as well. Dropping it closes the watch.
pub struct ResumingWatch<K> {
    setup: Option<Setup<K>>,
    running: Option<Driver<K>>,
    ready: VecDeque<ObjectChange<K>>,
    chunk: Vec<ObjectChange<K>>,
    /// Since when nothing was read, because what had come was not fetched.
    away: Option<Instant>,
    freshness: Freshness,
}

struct Setup<K> {
    list_watch: ListWatch<K>,
    after: ResourceVersion,
    relist: bool,
    options: ReflectorOptions,
    on_error: Option<OnError>,
    seed: Option<u64>,
}

impl<K: 'static> ResumingWatch<K> {
    /// Whether to go on from the whole state when the version has expired. It comes as one [`ReplacedAll`](lookglass_cache::Change::ReplacedAll): what was deleted in between is
    /// told only by not being in it. Of no effect once it has begun.
    #[must_use]
    pub fn relist(mut self, relist: bool) -> Self {
        if let Some(setup) = &mut self.setup {
            setup.relist = relist;
        }
        self
    }

    /// How it goes about it. Of no effect once it has begun.
    #[must_use]
    pub fn options(mut self, options: ReflectorOptions) -> Self {
        if let Some(setup) = &mut self.setup {
            setup.options = options;
        }
        self
    }

    /// Is called with everything that goes wrong and with what is done about it, as
    /// [`ReflectorBuilder::on_error`](super::ReflectorBuilder::on_error) says. Of no effect once it has begun.
    #[must_use]
    pub fn on_error(mut self, hook: impl Fn(&Failure) + Send + Sync + 'static) -> Self {
        if let Some(setup) = &mut self.setup {
            setup.on_error = Some(Arc::new(hook));
        }
        self
    }

    /// From which jitter is drawn. Of no effect once it has begun.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        if let Some(setup) = &mut self.setup {
            setup.seed = Some(seed);
        }
        self
    }

    /// The next change: added, updated, deleted, or a bookmark. `None` when it has ended: see [`failure`](Self::failure).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has come stays for the next call.
    pub async fn next(&mut self) -> Option<ObjectChange<K>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// How fresh it is, and what it has done.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness.clone()
    }

    /// What went wrong last. When it has ended, this is why.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<Failure>> {
        self.freshness.last_failure()
    }
}

impl<K: 'static> Stream for ResumingWatch<K> {
    type Item = ObjectChange<K>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ObjectChange<K>>> {
        let this = &mut *self;
        if let Some(Setup { list_watch, after, relist, options, on_error, seed }) = this.setup.take() {
            let seed = seed.unwrap_or_else(Random::any_seed);
            let machine = Machine::after(after, relist, options, seed, Instant::now().into_std());
            this.running = Some(Driver::new(list_watch, machine, this.freshness.clone(), on_error));
        }
        loop {
            if let Some(change) = this.ready.pop_front() {
                return Poll::Ready(Some(change));
            }
            let Some(driver) = &mut this.running else { return Poll::Ready(None) };
            if let Some(away) = this.away.take() {
                driver.machine.held_up(away.elapsed());
            }
            if !ready!(driver.poll_changes(&mut this.chunk, cx)) {
                this.running = None;
            }
            this.away = Some(Instant::now());
            this.ready.extend(this.chunk.drain(..));
        }
    }
}

impl<K> fmt::Debug for ResumingWatch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumingWatch").field("freshness", &self.freshness).finish_non_exhaustive()
    }
}
