//! From the server's answers to changes: lists and watches that survive whatever happens to them.
//!
//! | | |
//! | --- | --- |
//! | [`Reflector`] | keeps a [`Sink`] (a queue of the cache, or one's own) up to date with one resource |
//! | [`resuming_watch`] | a watch alone, from a version on, that survives errors and cuts |
//! | [`Freshness`] | tells at any time how fresh a reflection is |
//! | [`Machine`] | all the rules, without I/O, clock or chance |

mod backoff;
mod builder;
mod driver;
mod failure;
mod freshness;
mod machine;
mod options;
mod random;
mod resuming;
mod sink;
#[cfg(test)]
mod tests;

use std::{fmt, future::poll_fn, pin::pin, task::Poll};

use lookglass_client::ListWatch;
use tokio::time::Instant;

pub use self::{
    backoff::Backoff,
    builder::ReflectorBuilder,
    failure::{Cause, Failure, ReflectorError, Remedy},
    freshness::{Counters, Freshness, Health, Phase},
    machine::{Machine, Request, Step},
    options::ReflectorOptions,
    resuming::{ResumingWatch, resuming_watch},
    sink::{ObjectChange, Sink, SinkError},
};
use self::{driver::Driver, random::Random};

/// Keeps a [`Sink`] up to date with one resource: client-go's `Reflector`.
///
/// It lists, watches, and goes on watching through cuts, expired versions, refusals, servers that restart and watches that die without a word; what it does when is the table of
/// [`Machine`]. What it pushes, applied in order, is the server's state.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_cache::{Change, DeltaQueue};
/// use lookglass_client::ListWatch;
/// use lookglass_informer::Reflector;
/// use lookglass_object::{Key, Object, ResourceVersion};
///
/// let queue = DeltaQueue::<Key, Object<Pod>, ResourceVersion>::new(|pod: &Object<Pod>| pod.key().clone());
/// let pods = Reflector::builder(ListWatch::<Pod>::typed(&client).namespace("default"))
///     .on_error(|failure| eprintln!("{failure}"))
///     .build();
/// let freshness = pods.freshness();
/// let (pushed_into, until) = (queue.clone(), std::future::pending());
/// let task = tokio::spawn(async move { pods.run(pushed_into, until).await });
/// for change in queue.pop_batch(100).await? {
///     if let Change::ReplacedAll { objects, .. } = change {
///         println!("{} pods to begin with; {}", objects.len(), freshness.phase());
///     }
/// }
/// # task.abort();
/// # Ok(())
/// # }
/// ```
///
/// # Cost
///
/// What has come is pushed in batches, with one lock of the queue for each. While the queue has no room, nothing is read.
pub struct Reflector<K> {
    list_watch: ListWatch<K>,
    builder: builder::Parts<K>,
    freshness: Freshness,
}

/// Why a reflector ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way to end")]
pub enum ReflectorEnd {
    /// What it was to run until has come.
    Until,
    /// Its sink is closed.
    SinkClosed,
}

impl<K: 'static> Reflector<K> {
    /// A reflector with the [defaults](ReflectorBuilder).
    #[must_use]
    pub fn new(list_watch: ListWatch<K>) -> Self {
        Self::builder(list_watch).build()
    }

    /// Starts building one.
    pub fn builder(list_watch: ListWatch<K>) -> ReflectorBuilder<K> {
        ReflectorBuilder::new(list_watch)
    }

    /// Tells at any time how fresh the reflection is: before it runs, while it runs, and after.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness.clone()
    }

    /// What it lists and watches.
    #[must_use]
    pub fn list_watch(&self) -> &ListWatch<K> {
        &self.list_watch
    }

    /// Reflects until `until` comes, or the sink is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops everything: the connection is closed, and what was read and not yet pushed is lost with it. The sink then holds a
    /// state that was true, and a new reflector's first list puts right what it lacks. Whatever was pushed was pushed whole: a list never in part.
    pub async fn run(self, sink: impl Sink<K>, until: impl Future<Output = ()> + Send) -> ReflectorEnd {
        let mut until = pin!(until);
        let now = Instant::now();
        let machine = self.builder.machine(now.into_std());
        let list_watch = self.builder.listing(self.list_watch);
        let mut driver = Driver::new(list_watch, machine, self.freshness, self.builder.on_error);
        let mut changes = Vec::new();
        loop {
            let more = poll_fn(|cx| {
                if until.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                driver.poll_changes(&mut changes, cx).map(Some)
            });
            match more.await {
                // A machine that may list goes on for ever.
                None | Some(false) => return ReflectorEnd::Until,
                Some(true) => {}
            }
            let began = Instant::now();
            while !changes.is_empty() {
                let pushed = {
                    let mut push = pin!(sink.push(&mut changes));
                    poll_fn(|cx| {
                        if until.as_mut().poll(cx).is_ready() {
                            return Poll::Ready(None);
                        }
                        push.as_mut().poll(cx).map(Some)
                    })
                    .await
                };
                match pushed {
                    None => return ReflectorEnd::Until,
                    Some(Ok(())) => {}
                    Some(Err(SinkError::Closed)) => return ReflectorEnd::SinkClosed,
                    Some(Err(SinkError::Rejected(error))) => {
                        driver.machine.rejected(error, Instant::now().into_std());
                        driver.tell();
                    }
                }
            }
            driver.machine.held_up(began.elapsed());
        }
    }
}

impl<K> fmt::Debug for Reflector<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reflector")
            .field("list_watch", &self.list_watch)
            .field("freshness", &self.freshness)
            .finish_non_exhaustive()
    }
}
