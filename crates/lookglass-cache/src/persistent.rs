//! Containers whose clones share their parts: a clone copies pointers, and the first change to a shared part copies
//! that part only. They are what makes a snapshot cheap and lets a long write be prepared while readers read on.

mod chunked;
mod slab;
mod table;

pub(crate) use chunked::Chunked;
pub(crate) use slab::Slab;
pub(crate) use table::Table;
