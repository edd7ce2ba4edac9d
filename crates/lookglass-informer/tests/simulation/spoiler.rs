//! What comes from the server is not as it left it: for a while, objects come without their names, or with labels that are none, and cannot be read; and streaming lists
//! [end late](StreamingList).

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, combinators::UnsyncBoxBody};
use lookglass_apiserver::{ApiServer, ApiService};
use lookglass_client::{BoxError, Client};
use memchr::memmem;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};
use tower_service::Service;

use crate::{ledger::Ledger, streaming::StreamingList};

/// What is spoilt.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    /// The names of objects that cannot be read, how, and until when.
    names: Arc<Mutex<BTreeMap<&'static str, (Spoilt, Instant)>>>,
    /// By how much streaming lists end late that begin now.
    late: Arc<Mutex<Option<Duration>>>,
    /// How often the clock has jumped.
    jumps: Arc<AtomicU64>,
    /// From when to when somebody who reads was asleep, and so may have held up who reads from the server.
    naps: Arc<Mutex<Vec<(Instant, Instant)>>>,
    /// What was noticed that must not be.
    complaints: Arc<Mutex<Vec<String>>>,
}

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoilt {
    /// Nobody can know which it is.
    Name,
    /// It is known which it is, and not what has become of it.
    Label,
}

impl Plan {
    pub(crate) fn spoil(&self, name: &'static str, what: Spoilt, until: Instant) {
        self.names.lock().insert(name, (what, until));
    }

    pub(crate) fn end_late(&self, by: Duration) {
        *self.late.lock() = Some(by);
    }

    /// The clock jumps: what lasts too long then is nobody's fault.
    pub(crate) fn jump(&self) {
        self.jumps.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn jumps(&self) -> u64 {
        self.jumps.load(Ordering::Relaxed)
    }

    /// Whoever reads sleeps for a while.
    pub(crate) async fn nap(&self, time: Duration) {
        let now = Instant::now();
        self.naps.lock().push((now, now + time));
        sleep(time).await;
    }

    /// How long everybody has been awake since.
    pub(crate) fn awake_since(&self, since: Instant) -> Duration {
        let now = Instant::now();
        let (mut awake, mut seen) = (Duration::ZERO, since);
        // In the order in which they began.
        for (from, until) in &*self.naps.lock() {
            awake += from.min(&now).saturating_duration_since(seen);
            seen = seen.max(*until);
        }
        awake + now.saturating_duration_since(seen)
    }

    pub(crate) fn complain(&self, of: String) {
        self.complaints.lock().push(of);
    }

    pub(crate) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().clone()
    }

    pub(crate) fn clear(&self) {
        self.names.lock().clear();
        *self.late.lock() = None;
    }
}

/// Within how many bytes of its name the labels of an object begin.
const NEAR: usize = 300;

/// Stands between the server and one reflection.
#[derive(Clone)]
pub(crate) struct Spoiler {
    plan: Plan,
    ledger: Ledger,
    api: ApiServer,
    last: Arc<Mutex<Option<(usize, u64)>>>,
}

impl Spoiler {
    pub(crate) fn new(plan: &Plan, ledger: &Ledger, api: &ApiServer) -> Self {
        Self { plan: plan.clone(), ledger: ledger.clone(), api: api.clone(), last: Arc::default() }
    }

    pub(crate) fn client(&self) -> Client {
        let spoiling = Spoiling { service: self.api.service(), spoiler: self.clone() };
        Client::from(kube::Client::new(spoiling, "default"))
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan.clone()
    }

    /// In which age of the server, and at which version, something last came spoilt.
    pub(crate) fn last(&self) -> Option<(usize, u64)> {
        *self.last.lock()
    }

    /// What is left of a piece of a body. It is as long as before, so that frames stay frames.
    fn pass(&self, data: Bytes) -> Bytes {
        let mut names = self.plan.names.lock();
        names.retain(|_, (_, until)| *until > Instant::now());
        let mut spoilt = None;
        for (name, (what, _)) in &*names {
            // The beginning of metadata in JSON, and in protobuf: name, generateName, namespace.
            let json = format!("\"name\":\"{name}\",\"namespace\"").into_bytes();
            let protobuf = [b"\x0a\x01", name.as_bytes(), b"\x12\x00\x1a\x01"].concat();
            // A name of another member, and of one that was given up long ago; a number for a text, and what is no UTF-8.
            let json = (json, &b"m"[..], 2, &b"\"sim\":\"yes\""[..], &b"\"sim\":12345"[..]);
            let protobuf = (protobuf, &b"\x7a"[..], 0, &b"\x03sim\x12\x03yes"[..], &b"\x03sim\x12\x03\xff\xfe\xfd"[..]);
            for (found, other, at, label, no_label) in [json, protobuf] {
                for place in memmem::find_iter(&data, &found) {
                    let (at, by) = match what {
                        Spoilt::Name => (place + at, other),
                        Spoilt::Label => match memmem::find(&data[place..data.len().min(place + NEAR)], label) {
                            Some(at) => (place + at, no_label),
                            None => continue,
                        },
                    };
                    spoilt.get_or_insert_with(|| data.to_vec())[at..at + by.len()].copy_from_slice(by);
                }
            }
        }
        let Some(spoilt) = spoilt else { return data };
        *self.last.lock() = Some((self.ledger.ages() - 1, self.api.version()));
        spoilt.into()
    }
}

#[derive(Clone)]
struct Spoiling {
    service: ApiService,
    spoiler: Spoiler,
}

impl Service<Request<kube::client::Body>> for Spoiling {
    type Response = Response<UnsyncBoxBody<Bytes, BoxError>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Service::<Request<kube::client::Body>>::poll_ready(&mut self.service, cx)
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let streams = request.uri().query().is_some_and(|query| query.contains("sendInitialEvents=true"));
        let (answering, spoiler) = (self.service.call(request), self.spoiler.clone());
        Box::pin(async move {
            let answer = answering.await?;
            let (late, passing) = (*spoiler.plan.late.lock(), spoiler.clone());
            Ok(answer.map(|body| {
                let body = body.map_frame(move |frame| frame.map_data(|data| passing.pass(data))).boxed_unsync();
                if streams { StreamingList::new(body, late, spoiler.plan).boxed_unsync() } else { body }
            }))
        })
    }
}
