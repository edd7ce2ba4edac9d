#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod builtin;
mod cell;
pub mod codec;
mod cooler;
mod datum;
mod decoded;
mod decoder;
mod depot;
mod family;
mod intake;
mod intern;
pub mod json;
mod key;
mod kind;
mod labels;
mod memory;
mod object;
mod pack;
mod path;
pub mod protobuf;
mod quote;
mod retention;
mod scan;
mod scheme;
mod selector;
mod serde_text;
mod status;
pub mod table;
mod text;
mod uid;
pub mod validate;
mod version;
mod views;
pub mod wire;

pub use cooler::{Cooled, Cooler};
pub use datum::Datum;
pub use decoded::DecodedStats;
pub use decoder::{DecodeError, Decoder, Encoding};
pub use depot::{Depot, DepotBuilder};
pub use family::Family;
pub use intake::{Arrival, Intake, IntakeError, Lookup};
pub use intern::Interner;
pub use key::{ClusterName, Deleted, IntoKey, Key, KeyError, KeyRef, key_of, key_of_deleted};
pub use kind::{GroupVersion, Gvk, Gvr, ParseKindError, compare_api_versions};
pub use labels::LabelSet;
pub use memory::Memory;
pub use object::{Object, ReadError};
pub use pack::Training;
pub use path::{IntoPath, Path, PathError};
pub use quote::Quoted;
pub use retention::Retention;
pub use scan::ScanError;
pub use scheme::{Scheme, SchemeError};
pub use selector::{
    FieldRequirement, FieldSelector, FieldSelectorError, InvalidRequirement, Labels, Matcher, Operator, Requirement,
    Selector, SelectorError,
};
pub use status::{Reason, Status, StatusCause, StatusDetails};
pub use uid::Uid;
pub use version::ResourceVersion;
pub use views::{Dynamic, Meta, Whole};
