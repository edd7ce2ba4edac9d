//! What a [`DeltaFifo`](crate::DeltaFifo) compares with: the objects its consumer has already been given.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use crate::{BoxError, Revision, Store, StoreKey, StoreValue};

/// The objects that the consumer of a queue has stored so far; usually its store.
///
/// # Contract
///
/// The queue asks while it holds its own lock, so that nothing is queued meanwhile: an implementation answers quickly,
/// and never calls the queue.
///
/// A [`Store`] is one, whether it is the queue's alone or shared. This is the classic pair, with the consumer that
/// client-go calls `processDeltas`:
///
/// ```
/// use lookglass_cache::{Delta, DeltaFifo, Store};
///
/// let store = Store::new(|pair: &(&'static str, u8)| pair.0);
/// let fifo = DeltaFifo::builder(|pair: &(&'static str, u8)| pair.0).known_objects(store.clone()).build();
/// fifo.replace(vec![("a", 1), ("b", 1)])?;
/// fifo.update(("a", 2))?;
/// fifo.replace(vec![("a", 3)])?;
///
/// while let Some(mut popped) = fifo.try_pop()? {
///     for delta in popped.take_deltas() {
///         match delta {
///             Delta::Added(object) | Delta::Updated(object) | Delta::Replaced(object) | Delta::Sync(object) => {
///                 match store.put(*popped.key(), object)? {
///                     Some(_old) => println!("updated {}", popped.key()),
///                     None => println!("added {}", popped.key()),
///                 }
///             }
///             Delta::Deleted(_) | Delta::Tombstone(_) => drop(store.remove(popped.key())),
///         }
///     }
///     // Only now may the queue ask the store about this key.
///     drop(popped);
/// }
/// assert_eq!(store.list(), [("a", 3)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A map is one, and so is a pair of closures:
///
/// ```
/// use std::collections::HashMap;
/// use lookglass_cache::{BoxError, KnownObjects};
///
/// let none = (|| Vec::<String>::new(), |_: &String| -> Result<Option<u8>, BoxError> { Ok(None) });
/// assert_eq!(none.list_keys().len(), 0);
/// let map = HashMap::from([("a".to_owned(), 1_u8)]);
/// assert_eq!(map.get_by_key(&"a".to_owned())?, Some(1));
/// # Ok::<(), BoxError>(())
/// ```
pub trait KnownObjects<K, V>: Send + Sync {
    /// The keys of all known objects, in any order.
    fn list_keys(&self) -> Vec<K>;

    /// The known object of that key.
    ///
    /// # Errors
    ///
    /// When the lookup itself failed; the queue then reckons that there may be such an object.
    fn get_by_key(&self, key: &K) -> Result<Option<V>, BoxError>;
}

/// Each answer is the store at that moment; no lookup fails.
impl<K: StoreKey, V: StoreValue, R: Revision> KnownObjects<K, V> for Store<K, V, R> {
    fn list_keys(&self) -> Vec<K> {
        self.list_keys()
    }

    fn get_by_key(&self, key: &K) -> Result<Option<V>, BoxError> {
        Ok(self.get_by_key(key))
    }
}

impl<K, V, T: KnownObjects<K, V> + ?Sized> KnownObjects<K, V> for &T {
    fn list_keys(&self) -> Vec<K> {
        (**self).list_keys()
    }

    fn get_by_key(&self, key: &K) -> Result<Option<V>, BoxError> {
        (**self).get_by_key(key)
    }
}

impl<K, V, T: KnownObjects<K, V> + ?Sized> KnownObjects<K, V> for Arc<T> {
    fn list_keys(&self) -> Vec<K> {
        (**self).list_keys()
    }

    fn get_by_key(&self, key: &K) -> Result<Option<V>, BoxError> {
        (**self).get_by_key(key)
    }
}

impl<K, V, S> KnownObjects<K, V> for HashMap<K, V, S>
where
    K: Clone + Eq + Hash + Send + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher + Send + Sync,
{
    fn list_keys(&self) -> Vec<K> {
        self.keys().cloned().collect()
    }

    fn get_by_key(&self, key: &K) -> Result<Option<V>, BoxError> {
        Ok(self.get(key).cloned())
    }
}

impl<K, V, L, G> KnownObjects<K, V> for (L, G)
where
    L: Fn() -> Vec<K> + Send + Sync,
    G: Fn(&K) -> Result<Option<V>, BoxError> + Send + Sync,
{
    fn list_keys(&self) -> Vec<K> {
        self.0()
    }

    fn get_by_key(&self, key: &K) -> Result<Option<V>, BoxError> {
        self.1(key)
    }
}
