//! The server as a value: started, used, dropped.

mod bootstrap;
mod builder;
mod clock;
mod error;
mod log;
mod objects;
mod service;
mod serving;
mod until;
mod yaml;

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use lookglass_object::Gvr;
use lookglass_protocol::{Backend as _, Catalog, service::Service, transport::Authority};
use parking_lot::Mutex;

pub use self::{
    builder::Builder,
    error::Error,
    log::RequestRecord,
    objects::Kind,
    service::{Answering, ApiService},
    serving::Serving,
    yaml::Applied,
};
use self::{clock::Clock, log::RequestLog};
use crate::{
    fault::{Behind, Fault, FaultHandle, Faults, Faulty},
    storage::{ApiBackend, Backup, Restart, Storage},
    write::Writer,
};

/// A Kubernetes API server in this process.
///
/// It is a handle: clones are the same server. Clients, services and sockets made from it are handles too; when the last of all of them is
/// dropped, everything is freed.
///
/// It needs a tokio runtime with time, which may be paused: then the server's time stands still with it.
///
/// ```
/// use k8s_openapi::api::core::v1::ConfigMap;
/// use lookglass_apiserver::ApiServer;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), lookglass_apiserver::Error> {
/// let api = ApiServer::start().await?;
/// api.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {color: green}}").await?;
/// let config = api.get::<ConfigMap>("default/web").await?;
/// assert_eq!(config.data.unwrap()["color"], "green");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ApiServer(Arc<Inner>);

type Api = ApiBackend<Writer>;

struct Inner {
    backend: Arc<Api>,
    /// Without faults before it and without a log: what the methods of this type use.
    service: Service<Api>,
    faults: Arc<Faults>,
    log: Arc<RequestLog>,
    clock: Clock,
    /// Made when the first socket with TLS asks for it.
    authority: Mutex<Option<Authority>>,
    bootstrap: bootstrap::Bootstrap,
}

impl ApiServer {
    /// A server with the defaults of its [`Builder`].
    ///
    /// # Cancel safety
    ///
    /// Dropped early, there is no server.
    ///
    /// # Errors
    ///
    /// None with the defaults.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// A builder with its defaults.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The server without a socket: a tower service of HTTP requests, for a client of one's own. A request without an `Authorization` header comes
    /// from the administrator.
    #[must_use]
    pub fn service(&self) -> ApiService {
        let faulty = Faulty::new(self.0.service.clone(), Arc::clone(&self.0.faults));
        ApiService::new(faulty, Arc::clone(&self.0.log), Arc::clone(&self.0.clock))
    }

    /// A [`kube::Client`] that speaks to the server without a socket, as the administrator and in the namespace `default`.
    #[cfg(feature = "kube-client")]
    #[must_use]
    pub fn kube_client(&self) -> kube::Client {
        kube::Client::new(self.service(), "default")
    }

    /// The version of the last change of anything.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.storage().version()
    }

    /// The server's time, from which `creationTimestamp` and its kin are taken.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// Everything that is stored, with its past: for tests that look behind the wire.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        self.0.backend.storage()
    }

    /// What is served now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        self.0.backend.catalog()
    }

    /// Has something go wrong: see [`Fault`].
    pub fn fault(&self, fault: Fault) -> FaultHandle {
        self.0.faults.set(fault)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// Forgets the past before `version`: watches that would begin there are told 410 `Expired` in a frame, pages of older lists are refused with
    /// 410. Watches that are open go on.
    pub fn expire_before(&self, version: u64) {
        self.storage().expire_before(version);
    }

    /// Forgets old states before `version`, as etcd's compaction does: lists of them and pages of such lists are refused with 410, watches resume
    /// as before.
    pub fn compact(&self, version: u64) {
        self.storage().compact(version);
    }

    /// Ends all watches and does to what is stored what a restart of the server does. What was [lost](Restart::Lose) begins again with the
    /// namespaces and nodes the server was started with, but without its initial objects.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, namespaces and nodes may be missing.
    ///
    /// # Errors
    ///
    /// None unless something else writes at the same time.
    pub async fn restart(&self, restart: Restart) -> Result<(), Error> {
        self.storage().restart(restart);
        match restart {
            Restart::Keep => Ok(()),
            Restart::Lose | Restart::Rewind => self.bootstrap().await,
        }
    }

    /// Everything that is stored, as it is now: for [`restore`](Self::restore).
    #[must_use]
    pub fn backup(&self) -> Backup {
        self.storage().backup()
    }

    /// Ends all watches and has everything as it was when the backup was made: objects with the uids and versions of then. Versions go on from there, so that clients see lower ones than
    /// those they know, and then the same ones once more, for something else.
    pub fn restore(&self, backup: &Backup) {
        self.storage().restore(backup);
    }

    /// The last requests, oldest first: see [`Builder::request_log`]. Those of this type's own methods are not among them.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.0.log.records()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.0.log.clear();
    }

    async fn bootstrap(&self) -> Result<(), Error> {
        self.0.backend.writes().create_namespaces();
        self.0.bootstrap.run(self).await
    }
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer").field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Behind for Arc<Api> {
    fn catalog(&self) -> Arc<Catalog> {
        ApiBackend::catalog(self)
    }

    fn lose_events(&self, resource: &Gvr, lose: bool) {
        self.storage().lose_events(resource, lose);
    }
}
