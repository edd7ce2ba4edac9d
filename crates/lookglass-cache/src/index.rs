//! Indexes over the values of a store: definitions and handles.

mod data;
mod definition;
mod erased;
mod exchange;
mod handle;
mod lookup;
mod members;
mod text;
mod values;

pub(crate) use data::IndexData;
pub(crate) use definition::Definition;
pub use definition::Index;
pub(crate) use erased::{ErasedIndex, Evaluation, IndexSlotValues};
pub(crate) use handle::Guard;
pub use handle::IndexHandle;
pub(crate) use lookup::Lookup;
pub use values::IntoIndexValues;
