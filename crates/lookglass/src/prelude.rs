//! What most programs use, in one line: `use lookglass::prelude::*;`
//!
//! The names of types only, and the traits behind their methods. `Result` and `Error` are not among them, since they would hide the standard
//! library's: write `lookglass::Result`. [`Dynamic`] and [`Meta`] are what objects are when their type is not known; the client of
//! such objects has the same name in `lookglass::client`.
//!
//! ```no_run
//! # #[cfg(feature = "informer")] mod program {
//! use std::time::Duration;
//!
//! use k8s_openapi::api::core::v1::Pod;
//! use lookglass::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! async fn main() -> lookglass::Result<()> {
//!     let client = Client::from_env().await?;
//!     let pods = SharedInformer::builder(ListWatch::<Pod>::typed(&client)).build();
//!     let by_node = pods.add_index(Index::path("spec.nodeName"))?;
//!     let _subscription = pods.on_event(|event: &Event<Pod>| println!("{}", event.key()));
//!     pods.start().synced(Duration::from_secs(30)).await?;
//!
//!     let web: Selector = "app=web,tier!=db".parse()?;
//!     for pod in pods.lister().namespace("default").list(&web) {
//!         println!("{} {:?}", pod.name(), pod.typed()?.status);
//!     }
//!     println!("{} on node-7", by_node.count("node-7"));
//!     pods.shutdown().await;
//!     Ok(())
//! }
//! # }
//! ```

#[cfg(all(feature = "apiserver", feature = "client"))]
pub use crate::InProcess as _;
#[cfg(feature = "apiserver")]
pub use crate::apiserver::{ApiServer, Fault};
#[cfg(feature = "client")]
pub use crate::client::{
    ALL_NAMESPACES, Apply, Client, Clientset, Config, DeleteOptions, Discovery, ListOptions, ListWatch, Mapper,
    Metadata, ObjectList, Patch, Resources, Rest, Scales, WatchEvent, WatchOptions, retry_on_conflict,
};
#[cfg(feature = "informer")]
pub use crate::informer::{
    Event, EventExt as _, EventHandler, EventStream, Index, IndexHandle, Lister, Reflector, SharedInformer, Snapshot,
    Subscription,
};
pub use crate::{
    object::{Dynamic, FieldSelector, Gvk, Gvr, Key, Meta, Object, ResourceVersion, Selector},
    workqueue::{DelayingQueue, Queue, RateLimitingQueue},
};
