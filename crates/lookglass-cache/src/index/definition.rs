//! An index before it is given to a store, and what it remembers of its failures.

use std::borrow::Borrow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::values::{IntoIndexValues, Values};
use crate::bounds::IndexValue;
use crate::key::BoxError;
use crate::store::IndexError;

/// Is given the value, and its slot's index value when there is exactly one.
type Function<V, I> = dyn Fn(&V, Option<&I>) -> Result<Found<I>, BoxError> + Send + Sync;

/// What an index function says of a value.
pub(crate) enum Found<I> {
    /// The index value is the one that was given.
    Same,
    These(Values<I>),
}

/// What to index by: a name and a function from a value to its index values.
///
/// The function runs outside every lock that a reader could wait for, once per stored version of a value (and once per
/// lookup by example). It may read the store, but must not write to it, nor drop the last
/// handle of an index of it (which is a write): that waits for itself. When it returns an error or panics, that value is
/// left out of that index, and the failure is counted and reported; nothing else happens.
///
/// ```
/// use lookglass_cache::Index;
///
/// struct Pod { node: Option<String>, images: Vec<String> }
///
/// let by_node = Index::new("node", |pod: &Pod| pod.node.clone());
/// let by_image = Index::new("image", |pod: &Pod| pod.images.clone());
/// assert_eq!((by_node.name(), by_image.name()), ("node", "image"));
/// ```
pub struct Index<V, I> {
    pub(super) name: Arc<str>,
    pub(super) function: Arc<Function<V, I>>,
}

impl<V: 'static, I: IndexValue> Index<V, I> {
    /// An index of this name; `function` returns an `Option`, a `Vec`, or a `Result` of either.
    pub fn new<T>(name: impl Into<Arc<str>>, function: impl Fn(&V) -> T + Send + Sync + 'static) -> Self
    where
        T: IntoIndexValues<Value = I>,
    {
        let function =
            move |value: &V, _: Option<&I>| function(value).into_vec_or_one().map(|found| Found::These(found.0));
        Self { name: name.into(), function: Arc::new(function) }
    }

    /// An index by something that the value holds already: an update that leaves it as it was clones nothing, neither a
    /// `String` nor the count of an `Arc`. A `&str` is kept as a `String`, a `&T` as a clone.
    ///
    /// ```
    /// use lookglass_cache::{Index, Store};
    ///
    /// struct Pod { name: &'static str, node: Option<String> }
    ///
    /// let pods = Store::new(|pod: &std::sync::Arc<Pod>| pod.name);
    /// let by_node = pods.add_index(Index::by_ref("node", |pod: &std::sync::Arc<Pod>| pod.node.as_deref()))?;
    /// pods.add(Pod { name: "web-0", node: Some("node-7".into()) }.into())?;
    /// assert_eq!((by_node.keys("node-7"), by_node.values()), (vec!["web-0"], vec!["node-7".to_owned()]));
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    pub fn by_ref<Q>(name: impl Into<Arc<str>>, function: impl Fn(&V) -> Option<&Q> + Send + Sync + 'static) -> Self
    where
        I: Borrow<Q>,
        Q: ToOwned<Owned = I> + Eq + ?Sized,
    {
        let function = move |value: &V, current: Option<&I>| {
            Ok(match (function(value), current) {
                (Some(found), Some(current)) if *found == *current.borrow() => Found::Same,
                (Some(found), _) => Found::These(Values::One(found.to_owned())),
                (None, _) => Found::These(Values::None),
            })
        };
        Self { name: name.into(), function: Arc::new(function) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<V, I> Clone for Index<V, I> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), function: self.function.clone() }
    }
}

impl<V, I> fmt::Debug for Index<V, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An index as a store keeps it: shared by the data, its snapshots and the handles.
pub(crate) struct Definition<V, I> {
    index: Index<V, I>,
    errors: AtomicU64,
    last_error: Mutex<Option<Arc<str>>>,
}

impl<V: 'static, I: IndexValue> Definition<V, I> {
    pub(crate) const fn new(index: Index<V, I>) -> Self {
        Self { index, errors: AtomicU64::new(0), last_error: Mutex::new(None) }
    }

    pub(crate) const fn name(&self) -> &Arc<str> {
        &self.index.name
    }

    /// The index values of this value.
    pub(crate) fn values_of(&self, value: &V) -> Result<Values<I>, IndexError> {
        self.ask(value, None).map(|found| match found {
            Found::These(values) => values,
            Found::Same => Values::None, // Never said when nothing was given.
        })
    }

    /// Asks the function; a panic becomes an error.
    #[inline]
    pub(crate) fn ask(&self, value: &V, current: Option<&I>) -> Result<Found<I>, IndexError> {
        // Unwind safety: the function only gets a shared reference, and its own state is its own affair.
        match catch_unwind(AssertUnwindSafe(|| (self.index.function)(value, current))) {
            Ok(answer) => answer.map_err(IndexError::Failed),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                Err(IndexError::Panicked(text.unwrap_or_else(|| "(no message)".to_owned())))
            }
        }
    }

    /// Remembers a failure for the debug view.
    pub(crate) fn count(&self, error: &IndexError) {
        // Relaxed: a count for people, ordered with nothing.
        self.errors.fetch_add(1, Ordering::Relaxed);
        *self.last_error.lock() = Some(error.to_string().into());
    }

    pub(crate) fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    pub(crate) fn last_error(&self) -> Option<Arc<str>> {
        self.last_error.lock().clone()
    }
}
