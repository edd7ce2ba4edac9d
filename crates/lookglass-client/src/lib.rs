#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod bytes;
mod client;
pub mod clientset;
mod dynamic;
mod error;
mod list_watch;
mod resources;
mod rest;

pub use bytes::{Bookmark, WatchEvent};
pub use client::{Body, Client, ClientBuilder};
pub use clientset::Clientset;
pub use dynamic::{Dynamic, Metadata};
pub use error::{BoxError, Error};
pub use list_watch::{List, ListFrom, ListOptions, ListWatch, Watch, WatchFrom, WatchOptions};
#[doc(no_inline)]
pub use lookglass_object as object;
pub use resources::{
    ALL_NAMESPACES, Apply, CreateOnly, DeleteOptions, Deletion, FieldValidation, JsonPatch, LogOptions, Logs,
    ObjectList, Patch, Propagation, Resources, Subresources, WriteOptions,
};
pub use rest::{Answer, Rest, RestRequest, RestVersion};
