#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod auth;
pub mod bytes;
mod client;
pub mod clientset;
mod config;
mod discovery;
mod dynamic;
mod error;
mod list_watch;
mod mapper;
#[cfg(test)]
mod recorder;
mod resources;
mod rest;
mod retry;
mod scale;
mod transport;

pub use bytes::{Bookmark, WatchEvent};
pub use client::{
    Answered, Body, BodyEnded, Client, ClientBuilder, Connections, Endpoint, RequestLabels, RequestObserver, Retrying,
};
pub use clientset::Clientset;
pub use config::{
    Allowlist, Config, ConfigError, ConfigLoader, ConfigWarning, Context, Environment, ExecConfig, ExecPolicy,
    ExecVersion, Impersonate, InCluster, Interactive, Kubeconfig, Overrides, Pem, Problem, Proxy, ProxyKind, Rate,
    Secret, Timeouts,
};
pub use discovery::{
    ApiGroup, ApiResource, ApiVersion, Apis, Discovery, DiscoveryBuilder, Failure, OpenApiDocument, OpenApiIndex,
    Scope, ServerVersion, Subresource,
};
pub use dynamic::{Dynamic, Metadata};
pub use error::{BoxError, Error, with_causes};
pub use list_watch::{List, ListFrom, ListOptions, ListWatch, Watch, WatchFrom, WatchOptions};
pub use mapper::{Mapper, Mapping, NoMapping};
pub use resources::{
    ALL_NAMESPACES, Apply, CreateOnly, DeleteOptions, Deletion, FieldValidation, JsonPatch, LogOptions, Logs,
    ObjectList, Patch, Propagation, Resources, Subresources, WriteOptions,
};
pub use rest::{Answer, Rest, RestRequest, RestVersion};
pub use retry::{Backoff, Conflict, retry_on, retry_on_conflict};
pub use scale::{ScaleOf, Scales};

#[doc(no_inline)]
pub use lookglass_object as object;
