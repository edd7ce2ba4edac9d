//! What a server can be told before it starts: [`Builder`].

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use lookglass_protocol::{
    builtin,
    documents::{Facts, Version},
    identity::{Anonymous, Authenticator, AuthenticatorBuilder, User},
    service::Service,
};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;

use super::{
    ApiServer, Error, Inner,
    bootstrap::Bootstrap,
    clock::{self, Clock},
    log::RequestLog,
};
use crate::{
    fault::Faults,
    storage::{ApiBackend, Limits, Storage},
    write::Writer,
};

/// Starts an [`ApiServer`].
///
/// Defaults:
///
/// - [`seed`](Self::seed): another one for each server, so that two servers never give the same uid;
/// - [`starting_at`](Self::starting_at), [`clock`](Self::clock): the machine's time at the start, then as tokio's clock goes;
/// - [`namespace`](Self::namespace): `default`, `kube-system`, `kube-public` and `kube-node-lease`, as in every cluster;
/// - [`node`](Self::node), [`object`](Self::object), [`yaml`](Self::yaml): none;
/// - [`history`](Self::history): 10,000 events and five minutes of each resource;
/// - [`token`](Self::token): none; clients in the process are the administrator, those on sockets have a certificate;
/// - [`anonymous`](Self::anonymous): health and version;
/// - [`request_log`](Self::request_log): the last 1,000 requests;
/// - [`version`](Self::version): [`Version::default`].
#[must_use = "no server is started before `start`"]
pub struct Builder {
    seed: Option<u64>,
    base: Option<Timestamp>,
    clock: Option<Clock>,
    bootstrap: Bootstrap,
    objects: Vec<Result<Value, Error>>,
    limits: Limits,
    authenticator: AuthenticatorBuilder,
    request_log: usize,
    version: Version,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            seed: None,
            base: None,
            clock: None,
            bootstrap: Bootstrap::default(),
            objects: Vec::new(),
            limits: Limits::default(),
            authenticator: Authenticator::builder(),
            request_log: 1_000,
            version: Version::default(),
        }
    }

    /// What uids and generated names are made of: with the same seed, the same writes in the same order give the same objects.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The time at the start.
    pub fn starting_at(mut self, time: Timestamp) -> Self {
        self.base = Some(time);
        self
    }

    /// Another clock, for `creationTimestamp` and all other times that the server writes. Timeouts follow tokio's clock whatever this says.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// One more namespace.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.bootstrap.namespaces.push(name.into());
        self
    }

    /// One more node, which is ready and has room for 110 pods.
    pub fn node(mut self, name: impl Into<String>) -> Self {
        self.bootstrap.nodes.push(name.into());
        self
    }

    /// One more object, created at the start, after namespaces and nodes, in the order in which they are given. It says its kind itself, as
    /// the types of k8s-openapi and of kube's `CustomResource` do.
    pub fn object(mut self, object: &impl Serialize) -> Self {
        let value = serde_json::to_value(object);
        self.objects.push(value.map_err(|source| Error::Encode { what: "an initial object".into(), source }));
        self
    }

    /// The objects of a YAML text, which may hold several documents; like [`object`](Self::object).
    pub fn yaml(mut self, text: &str) -> Self {
        match super::yaml::documents(text) {
            Ok(documents) => self.objects.extend(documents.into_iter().map(Ok)),
            Err(error) => self.objects.push(Err(error)),
        }
        self
    }

    /// How much of the past is kept of each resource: so many events, for so long. Watches resume and lists go on within it.
    pub fn history(mut self, events: usize, age: Duration) -> Self {
        self.limits.events = events;
        self.limits.age = age;
        self
    }

    /// What storage keeps, in full: the history, and how many events may wait for a slow watch.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Whoever shows this token is this user.
    pub fn token(mut self, token: impl AsRef<[u8]>, user: User) -> Self {
        self.authenticator = self.authenticator.token(token, user);
        self
    }

    /// What requests without credentials may ask for. Clients in the process and on a plain socket are not without: they are trusted.
    pub fn anonymous(mut self, anonymous: Anonymous) -> Self {
        self.authenticator = self.authenticator.anonymous(anonymous);
        self
    }

    /// How many requests are remembered for [`ApiServer::requests`]; 0 for none.
    pub fn request_log(mut self, requests: usize) -> Self {
        self.request_log = requests;
        self
    }

    /// What `/version` says, for clients that do something else when they meet another version. What the server does is the same.
    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// Starts the server.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, there is no server.
    ///
    /// # Errors
    ///
    /// An initial object is refused or cannot be read.
    pub async fn start(self) -> Result<ApiServer, Error> {
        let Self { seed, base, clock, bootstrap, objects, limits, authenticator, request_log, version } = self;
        let seed = seed.unwrap_or_else(clock::any_seed);
        let clock = clock.unwrap_or_else(|| clock::following_tokio(base.unwrap_or_else(clock::of_the_system)));
        let catalog = builtin::catalog();
        let storage = Storage::new(limits);
        let writer = Writer::new(storage.clone(), Arc::clone(catalog), Arc::clone(&clock), seed);
        let backend = Arc::new(ApiBackend::new(storage, Arc::clone(catalog), writer));
        let time = Arc::clone(&clock);
        let mut facts = Facts::new("localhost:443", clock());
        facts.version = version;
        let service = Service::builder(Arc::clone(&backend))
            .authenticator(authenticator.build())
            .facts(facts)
            .clock(move || time())
            .seed(seed)
            .build();
        let faults = Arc::new(Faults::new(Arc::clone(&backend)));
        let log = Arc::new(RequestLog::new(request_log));
        let authority = Mutex::default();
        let api = ApiServer(Arc::new(Inner { backend, service, faults, log, clock, authority, bootstrap }));
        api.bootstrap().await?;
        for object in objects {
            api.create_value(object?).await?;
        }
        Ok(api)
    }
}

impl fmt::Debug for Builder {
    /// Says how many objects there are, not what is in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("seed", &self.seed)
            .field("bootstrap", &self.bootstrap)
            .field("objects", &self.objects.len())
            .finish_non_exhaustive()
    }
}
