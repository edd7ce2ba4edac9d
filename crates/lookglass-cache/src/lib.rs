#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "conformance")]
pub mod conformance;
mod index;
mod key;
mod persistent;
mod snapshot;
mod store;

pub use index::{Index, IndexHandle, IntoIndexValues};
pub use key::{IndexValue, Revision, StoreKey, StoreValue};
pub use snapshot::{IndexSnapshot, Snapshot};
pub use store::{
    Applied, Batch, BoxError, Change, IndexError, IndexFailure, IndexView, Rejected, Replaced, Store, StoreBuilder,
    StoreError, StoreView,
};
