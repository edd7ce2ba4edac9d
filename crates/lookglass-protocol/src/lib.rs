#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod answer;
mod backend;
pub mod body;
pub mod builtin;
mod caller;
pub mod canonical;
mod catalog;
pub mod documents;
pub mod frames;
pub mod identity;
pub mod media;
pub mod params;
pub mod request;
mod resource;
pub mod service;
mod stored;
pub mod table;
pub mod token;
pub mod transport;

pub use backend::{
    Answer, Backend, Content, GetRequest, ListRequest, Page, Patch, WatchItem, WatchRequest, Watcher, Write,
    WriteRequest,
};
pub use caller::Caller;
pub use catalog::Catalog;
pub use resource::{Column, Resource, Scope, Subresource, Target, Text, Verb, Verbs};
pub use stored::{Change, ChangeKind, Stored};
