#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod bounds;
mod index;
mod persistent;
mod snapshot;
mod store;

pub use bounds::{IndexValue, Revision, StoreKey, StoreValue};
pub use index::{Index, IndexHandle, IntoIndexValues};
pub use snapshot::{IndexSnapshot, Snapshot};
pub use store::{
    Applied, Batch, BoxError, Change, IndexError, IndexFailure, IndexView, Rejected, Replaced, Store, StoreBuilder,
    StoreError, StoreView,
};
