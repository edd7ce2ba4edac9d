#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod bytes;
mod client;
mod error;
mod list_watch;

pub use bytes::{Bookmark, WatchEvent};
pub use client::{Body, Client, ClientBuilder};
pub use error::{BoxError, Error};
pub use list_watch::{List, ListFrom, ListOptions, ListWatch, Watch, WatchFrom, WatchOptions};
