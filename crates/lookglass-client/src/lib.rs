#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod auth;
pub mod bytes;
mod client;
mod config;
mod error;
mod list_watch;
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
pub use error::{BoxError, Error};
pub use list_watch::{List, ListFrom, ListOptions, ListWatch, Watch, WatchFrom, WatchOptions};
