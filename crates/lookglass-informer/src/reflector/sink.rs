//! Where a reflector's changes go: [`Sink`].

use lookglass_cache::{BoxError, Change, DeltaFifo, DeltaQueue, EnqueueError, PushError};
use lookglass_object::{Key, Object, ResourceVersion};
use thiserror::Error;

/// A change of a reflection, on its way from the reflector.
pub type ObjectChange<K> = Change<Key, Object<K>, ResourceVersion>;

/// Where a reflector's changes go: a [`DeltaQueue`], a [`DeltaFifo`], or something of one's own.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use lookglass_informer::{ObjectChange, Sink, SinkError};
///
/// /// Counts what happens, and keeps nothing.
/// #[derive(Default)]
/// struct Counter(AtomicUsize);
///
/// impl<K: 'static> Sink<K> for Counter {
///     async fn push(&self, changes: &mut Vec<ObjectChange<K>>) -> Result<(), SinkError> {
///         self.0.fetch_add(changes.drain(..).count(), Ordering::Relaxed);
///         Ok(())
///     }
/// }
/// ```
///
/// # Contract
///
/// * Changes are taken out of `changes` from the front, in order. What was not taken is still there when the future ends, or is dropped: then it is
///   pushed again, together with what has come since.
/// * A receiver that has no room waits; meanwhile the reflector reads nothing, and the server's connection fills up.
/// * A [`Change::ReplacedAll`] says what there is; whatever else the receiver knows is gone, except for what it names as `unreadable`. A [`Change::Updated`] may come of an object that it does
///   not know, and a [`Change::Added`] of one that it knows: each says the object's present state.
pub trait Sink<K>: Send + Sync {
    /// Takes changes out of `changes`, in order, waiting for room as often as needed.
    ///
    /// # Errors
    ///
    /// [`SinkError::Closed`] ends the reflector. [`SinkError::Rejected`] says that the first change was taken out and dropped; the reflector reports
    /// that, pushes the others again, and lists anew after a while, since the receiver now lacks something.
    ///
    /// # Cancel safety
    ///
    /// As the contract says: what has not been taken is still in `changes`.
    fn push(&self, changes: &mut Vec<ObjectChange<K>>) -> impl Future<Output = Result<(), SinkError>> + Send;
}

/// Why a [`Sink`] did not take a change.
#[derive(Debug, Error)]
#[expect(clippy::exhaustive_enums, reason = "whoever writes a sink says one of these")]
pub enum SinkError {
    /// Nobody will read it any more.
    #[error("the receiver of changes is closed")]
    Closed,
    /// One change was refused, and dropped.
    #[error("a change was refused")]
    Rejected(#[source] BoxError),
}

impl<K: 'static> Sink<K> for DeltaQueue<Key, Object<K>, ResourceVersion> {
    async fn push(&self, changes: &mut Vec<ObjectChange<K>>) -> Result<(), SinkError> {
        self.push_all(changes).await.map_err(|error| match error {
            PushError::Closed(()) | PushError::Full(()) => SinkError::Closed,
            error => SinkError::Rejected(error.into()),
        })
    }
}

/// Bookmarks are left out: this queue has no place for them. A resync repeats what the known objects hold.
impl<K: 'static> Sink<K> for DeltaFifo<Key, Object<K>> {
    async fn push(&self, changes: &mut Vec<ObjectChange<K>>) -> Result<(), SinkError> {
        let mut rest = std::mem::take(changes).into_iter();
        for change in rest.by_ref() {
            let queued = match change {
                Change::Added(object) => self.add(object),
                Change::Updated(object) => self.update(object),
                Change::Deleted(object) => self.delete(object),
                Change::Tombstone(tombstone) => self.bury(tombstone),
                Change::ReplacedAll { objects, unreadable, .. } => self.replace_except(objects, unreadable),
                Change::SyncAll => self.resync(),
                Change::Bookmark(_) => Ok(()),
            };
            if let Err(error) = queued {
                *changes = rest.collect();
                return Err(match error {
                    EnqueueError::Closed => SinkError::Closed,
                    error => SinkError::Rejected(error.into()),
                });
            }
        }
        Ok(())
    }
}

impl<K, S: Sink<K> + ?Sized> Sink<K> for &S {
    fn push(&self, changes: &mut Vec<ObjectChange<K>>) -> impl Future<Output = Result<(), SinkError>> + Send {
        (**self).push(changes)
    }
}

impl<K, S: Sink<K> + ?Sized> Sink<K> for std::sync::Arc<S> {
    fn push(&self, changes: &mut Vec<ObjectChange<K>>) -> impl Future<Output = Result<(), SinkError>> + Send {
        (**self).push(changes)
    }
}
