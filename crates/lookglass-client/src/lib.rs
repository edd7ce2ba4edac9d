#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod auth;
pub mod bytes;
mod client;
mod config;
mod discovery;
mod error;
mod list_watch;
mod mapper;
mod retry;
mod scale;
mod transport;

pub use bytes::{Bookmark, WatchEvent};
pub use client::{
    Answered, Body, BodyEnded, Client, ClientBuilder, Connections, Endpoint, RequestLabels, RequestObserver, Retrying,
};
pub use config::{
    Allowlist, Config, ConfigError, ConfigLoader, ConfigWarning, Context, Environment, ExecConfig, ExecPolicy,
    ExecVersion, Impersonate, InCluster, Interactive, Kubeconfig, Overrides, Pem, Problem, Proxy, ProxyKind, Rate,
    Secret, Timeouts,
};
pub use discovery::{
    ApiGroup, ApiResource, ApiVersion, Apis, Discovery, DiscoveryBuilder, Failure, OpenApiDocument, OpenApiIndex,
    Scope, ServerVersion, Subresource,
};
pub use error::{BoxError, Error};
pub use list_watch::{List, ListFrom, ListOptions, ListWatch, Watch, WatchFrom, WatchOptions};
pub use mapper::{Mapper, Mapping, NoMapping};
pub use retry::{Backoff, Conflict, retry_on, retry_on_conflict};
pub use scale::{ScaleOf, Scales};
