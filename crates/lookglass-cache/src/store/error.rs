//! What can go wrong with a store.

use std::sync::Arc;

use crate::key::BoxError;

/// Why a store refused an operation. The store is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The key function failed.
    #[error("cannot compute the key of the value")]
    Key {
        /// What the key function said.
        source: BoxError,
    },
    /// The store was made for explicit keys, and the operation needs to compute one.
    #[error("this store has no key function: use `put`, `remove` and `replace_entries`, or make it with `Store::new`")]
    NoKeyFunction,
    /// The transformer failed.
    #[error("cannot transform the value")]
    Transform {
        /// What the transformer said.
        source: BoxError,
    },
    /// There is an index of this name already.
    #[error("indexer conflict: index with name {name} exists already; drop its handles or choose another name")]
    IndexConflict {
        /// The name asked for.
        name: Arc<str>,
    },
    /// There is no index of this name.
    #[error("index with name {name} does not exist; `index_names` lists those that do")]
    UnknownIndex {
        /// The name asked for.
        name: Arc<str>,
    },
    /// The index of this name has values of another type.
    #[error("index with name {name} is not over {asked}; use its typed handle")]
    IndexType {
        /// The name asked for.
        name: Arc<str>,
        /// The type it was asked by.
        asked: &'static str,
    },
    /// The index function failed for the value given to the lookup.
    #[error("index {name} has no answer for the value")]
    Index {
        /// The index asked.
        name: Arc<str>,
        /// What its function did.
        source: IndexError,
    },
    /// Some operations of a batch were left out.
    #[error("failed to execute ({failed}/{total}) transactions")]
    Batch {
        /// How many were left out.
        failed: usize,
        /// How many there were.
        total: usize,
        /// Why the first of them was.
        #[source]
        first: Box<Self>,
    },
}

/// What an index function did instead of answering.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// It returned an error.
    #[error("the index function failed: {0}")]
    Failed(BoxError),
    /// It panicked, with this message.
    #[error("the index function panicked: {0}")]
    Panicked(String),
}
