//! The byte path, without I/O: bodies of lists and watches in, [`Object`](lookglass_object::Object) cells out.
//!
//! # Promises
//!
//! * Whatever way the network cuts a body into chunks, the same objects come out.
//! * A list is read item by item as it arrives; no more of it is held than one chunk and one item.
//! * An item that cannot be taken in is an error of its own; the others come.
//! * Errors say where in the body and, as [`ListWatch`](crate::ListWatch) gives them, with what the frame or the list begins: at most 40 bytes, none of an object's content, and none at all of
//!   Secrets.
//!
//! # Cost
//!
//! One pass over the bytes and one copy into the cell; what spans two chunks is copied once more.

mod event;
mod framer;
mod list;
pub(crate) mod place;

#[cfg(test)]
mod tests;

pub(crate) use event::status;
pub use event::{Bookmark, EventError, WatchEvent};
pub use framer::{FrameError, Framer};
pub use list::{ItemError, ListError, ListHead, ListReader};
