//! What a store looks like inside, as plain data.

use std::fmt;
use std::sync::Arc;

/// The inside of a store, for people and dashboards. Holds no keys and no values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreView<R> {
    /// How many values there are.
    pub len: usize,
    /// How many places for values are allocated; free ones are reused, and given back when three quarters are free.
    pub slots: usize,
    /// The revision the contents were given last.
    pub revision: Option<R>,
    /// The indexes in the order they were added.
    pub indexes: Vec<IndexView>,
}

/// The inside of one index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexView {
    /// Its name.
    pub name: Arc<str>,
    /// How many different index values there are.
    pub values: usize,
    /// How many pairs of an index value and a stored value there are.
    pub entries: usize,
    /// How often the function failed or panicked while values were stored.
    pub errors: u64,
    /// The last such failure.
    pub last_error: Option<Arc<str>>,
}

impl<R: fmt::Debug> StoreView<R> {
    /// The `Debug` form of the type that has this view.
    pub(crate) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct(name);
        out.field("len", &self.len).field("slots", &self.slots).field("revision", &self.revision);
        out.field("indexes", &self.indexes).finish_non_exhaustive()
    }
}
