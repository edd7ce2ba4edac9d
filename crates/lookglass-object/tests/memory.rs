//! What the crate promises about its allocations, counted by an allocator.

#[path = "memory/allocations.rs"]
mod allocations;
#[path = "memory/cells.rs"]
mod cells;
#[path = "memory/encodings.rs"]
mod encodings;
#[path = "memory/names.rs"]
mod names;
