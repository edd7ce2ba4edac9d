//! The server as the replay sees it: [`Stage`]. In front of the curtain requests are answered, behind it objects are put in place.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use lookglass_apiserver::{
    ApiServer, ApiService, Fault, Serving,
    storage::{Expect, Next, Restart},
};
use lookglass_object::{Gvr, Key};
use lookglass_protocol::{
    ChangeKind, Resource, Stored, Target, builtin, documents::Version, identity::User, params::ListParams,
};
use serde_json::Value;
use tokio::time::Instant;
use tower_service::Service as _;

use crate::{
    sightings::Trouble,
    timeline::{State, Subject},
};

/// The body of an answer, whichever way it comes.
pub(crate) type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// How requests reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Way {
    /// By a call, on a paused clock: waiting takes no time.
    Call,
    /// Over a socket on loopback, on the real clock.
    Socket,
}

/// How the recorded server had been set up.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    /// Users by their tokens.
    pub(crate) tokens: BTreeMap<String, String>,
    pub(crate) version: Version,
}

/// A fresh server.
#[derive(Debug)]
pub(crate) struct Stage {
    api: ApiServer,
    service: ApiService,
    serving: Option<Serving>,
    /// How far its clock has been put forward, in milliseconds, beyond the time that passed.
    ahead: Arc<AtomicI64>,
    began: (Timestamp, Instant),
}

impl Stage {
    /// A server whose clock begins at a time. Gives also what it began with, which is taken away: it is put back, like all else, when its number
    /// comes.
    pub(crate) async fn new(way: Way, now: Timestamp, setup: Setup) -> anyhow::Result<(Self, Vec<(Subject, Value)>)> {
        let ahead = Arc::new(AtomicI64::new(0));
        let began = (now, Instant::now());
        let clock = Arc::clone(&ahead);
        let mut builder = ApiServer::builder().clock(move || time(began, &clock)).version(setup.version);
        for (token, user) in setup.tokens {
            builder = builder.token(token, User::new(user));
        }
        let api = builder.start().await?;
        let mut initial = Vec::new();
        for resource in api.catalog().resources() {
            let everything = Target::collection(resource.clone(), None);
            for item in api.storage().list(&everything, &ListParams::default()).await.unwrap_or_default().items {
                let subject = Subject {
                    gvr: resource.gvr.clone(),
                    namespace: item.key().namespace().map(str::to_owned),
                    name: item.key().name().to_owned(),
                };
                initial.push((subject, serde_json::from_slice(&item.json())?));
            }
        }
        api.storage().restart(Restart::Rewind);
        let service = api.service();
        let serving = match way {
            Way::Call => None,
            Way::Socket => Some(api.serve_plain("127.0.0.1:0").await?),
        };
        Ok((Self { api, service, serving, ahead, began }, initial))
    }

    /// Puts the clock forward to a time; it never goes back.
    pub(crate) fn forward_to(&self, time: Timestamp) {
        let behind = time.as_millisecond() - self::time(self.began, &self.ahead).as_millisecond();
        self.ahead.fetch_add(behind.max(0), Ordering::Relaxed);
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn call(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Body>> {
        let Some(serving) = &self.serving else {
            let response = self.service.call(request).await.map_err(|error| anyhow::anyhow!("{error}"))?;
            return Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()));
        };
        let address = serving.local_addr();
        let socket = tokio::net::TcpStream::connect(address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
        // It ends with the answer's body.
        tokio::spawn(connection);
        let (mut head, body) = request.into_parts();
        head.headers.insert(http::header::HOST, address.to_string().parse()?);
        let response = sender.send_request(Request::from_parts(head, body)).await?;
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }

    /// The number of the last change.
    pub(crate) fn version(&self) -> u64 {
        self.api.storage().version()
    }

    /// The next change has a higher number.
    pub(crate) fn skip_to(&self, number: u64) {
        self.api.storage().skip_to(number);
    }

    /// What there is now.
    pub(crate) fn current(&self, subject: &Subject) -> Option<Stored> {
        self.api.storage().get(&subject.gvr, &key(subject))
    }

    /// Puts an object as it was recorded, or takes it away, as the next change.
    pub(crate) fn set(&self, subject: &Subject, state: &State) -> anyhow::Result<()> {
        let resource = resource(&subject.gvr)?;
        let key = key(subject);
        let current = self.current(subject);
        let Some(object) = (match (state, &current) {
            (State::Present(object), _) => Some(object.clone()),
            (State::Gone, Some(current)) => Some(serde_json::from_slice(&current.json())?),
            (State::Gone, None) => None,
        }) else {
            return Ok(());
        };
        let change = match (state, &current) {
            (State::Gone, _) => ChangeKind::Deleted,
            (State::Present(_), Some(_)) => ChangeKind::Modified,
            (State::Present(_), None) => ChangeKind::Added,
        };
        let labels = self.api.storage().interner().labels(labels(&object));
        let made = self.api.storage().commit(&subject.gvr, &key, Expect::Any, |number| {
            let text = text(resource, &object, number);
            let stored = Stored::new(key.clone(), number, labels, change, text.as_bytes(), resource.entry);
            if change == ChangeKind::Deleted { Next::Remove(stored) } else { Next::Put(stored) }
        });
        anyhow::ensure!(made.is_ok(), "the storage refused {}", subject.name);
        Ok(())
    }

    /// Gets into a trouble.
    pub(crate) fn suffer(&self, trouble: Trouble) {
        match trouble {
            Trouble::Forgotten(number) => self.api.expire_before(number),
            Trouble::Compacted(number) => self.api.compact(number + 1),
            Trouble::Overloaded => {
                self.api.fault(Fault::too_many_requests(Duration::from_secs(1)).once());
            }
        }
    }
}

fn time((start, began): (Timestamp, Instant), ahead: &AtomicI64) -> Timestamp {
    // Relaxed: no other memory goes with it.
    let ahead = SignedDuration::from_millis(ahead.load(Ordering::Relaxed));
    let elapsed = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX);
    start.saturating_add(elapsed.saturating_add(ahead)).unwrap_or(Timestamp::MAX)
}

fn resource(gvr: &Gvr) -> anyhow::Result<&'static Resource> {
    let found = builtin::catalog().resource(gvr.group(), gvr.version(), gvr.resource());
    found.map(|found| &**found).ok_or_else(|| anyhow::anyhow!("{gvr} is not served"))
}

fn key(subject: &Subject) -> Key {
    Key::new(subject.namespace.as_deref().unwrap_or_default(), &subject.name)
}

fn labels(object: &Value) -> impl Iterator<Item = (&str, &str)> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    labels.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
}

/// The object as the storage wants it: its kind first, and its number in it.
fn text(resource: &Resource, object: &Value, number: u64) -> String {
    let mut text = format!(r#"{{"kind":"{}","apiVersion":"{}""#, resource.kind.kind(), resource.gvr.api_version());
    let mut object = object.clone();
    object["metadata"]["resourceVersion"] = number.to_string().into();
    for (name, member) in object.as_object().into_iter().flatten() {
        if name != "kind" && name != "apiVersion" {
            text.push_str(&format!(",{}:{member}", Value::from(name.as_str())));
        }
    }
    text.push('}');
    text
}
