//! A server's storage and writer without a wire, asked by method and path.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use jiff::Timestamp;
use lookglass_apiserver::{
    storage::{ApiBackend, Storage},
    write::Writer,
};
use lookglass_object::Status;
use lookglass_protocol::{
    Answer, Backend as _, Caller, Content, GetRequest, ListRequest, Patch, Resource, Stored, Target, WatchItem,
    WatchRequest, Watcher as _, Write, WriteRequest, builtin,
    params::{DeleteParams, ListParams, ListVersion, Propagation, WatchParams, WatchStart, WriteParams},
};
use serde_json::{Value, json};

/// A server at a time of its own.
pub(crate) struct Server {
    backend: ApiBackend<Writer>,
    seconds: Arc<AtomicI64>,
}

/// What came back: a code and JSON.
pub(crate) type Reply = (u16, Value);

#[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
impl Server {
    /// One with the namespaces that every cluster has, and `w2`.
    pub(crate) fn start() -> Self {
        let server = Self::empty();
        assert_eq!(server.post("/api/v1/namespaces", json!({"metadata": {"name": "w2"}})).0, 201);
        server
    }

    /// One with the namespaces that every cluster has.
    pub(crate) fn empty() -> Self {
        let seconds = Arc::new(AtomicI64::new(1_795_229_192));
        let clock = seconds.clone();
        let now = move || Timestamp::from_second(clock.load(Ordering::Relaxed)).expect("a time");
        let storage = Storage::default();
        let writer = Writer::new(storage.clone(), builtin::catalog().clone(), Arc::new(now), 7).with_root_ca("PEM");
        writer.create_namespaces();
        Self { backend: ApiBackend::new(storage, builtin::catalog().clone(), writer), seconds }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The version of the last change.
    pub(crate) fn version(&self) -> u64 {
        self.backend.storage().version()
    }

    /// A write, with all its parameters.
    pub(crate) fn write(&self, path: &str, write: Write) -> Result<Answer, Status> {
        now(self.backend.write(WriteRequest::new(caller(), target(path), write)))
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Reply {
        reply(self.write(path, Write::Create { body: bytes(&body), params: params() }))
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Reply {
        reply(self.write(path, Write::Update { body: bytes(&body), params: params() }))
    }

    pub(crate) fn merge(&self, path: &str, patch: Value) -> Reply {
        reply(self.write(path, Write::Patch { patch: Patch::Merge(bytes(&patch)), params: params() }))
    }

    pub(crate) fn json_patch(&self, path: &str, patch: Value) -> Reply {
        reply(self.write(path, Write::Patch { patch: Patch::Json(bytes(&patch)), params: params() }))
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.delete_with(path, DeleteParams::default())
    }

    pub(crate) fn delete_with(&self, path: &str, params: DeleteParams) -> Reply {
        reply(self.write(path, Write::Delete { params }))
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        let got = now(self.backend.get(GetRequest::new(caller(), target(path), ListVersion::Latest)));
        reply(got.map(|object| Answer::new(200, Content::Object(object))))
    }

    /// The names of what a collection holds.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let page =
            now(self.backend.list(ListRequest::new(caller(), target(path), ListParams::default()))).expect("a list");
        page.items.iter().map(|object| object.key().name().to_owned()).collect()
    }

    /// What a watch of a collection tells after a version: kinds of change and objects.
    pub(crate) fn frames(&self, path: &str, after: u64) -> Vec<(&'static str, Value)> {
        let mut params = WatchParams::default();
        params.start = WatchStart::After(after);
        let mut watcher = now(self.backend.watch(WatchRequest::new(caller(), target(path), params))).expect("a watch");
        let mut context = Context::from_waker(Waker::noop());
        let mut frames = Vec::new();
        while let Poll::Ready(Some(item)) = Pin::new(&mut watcher).poll_next(&mut context) {
            let WatchItem::Change(change) = item else { panic!("{item:?}") };
            frames.push((change.kind.as_str(), value(&change.object)));
        }
        frames
    }
}

/// Nothing in process ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("waits in process"),
    }
}

pub(crate) fn params() -> WriteParams {
    let mut params = WriteParams::default();
    params.field_manager = "test".into();
    params
}

pub(crate) fn background() -> DeleteParams {
    propagation(Propagation::Background)
}

pub(crate) fn propagation(propagation: Propagation) -> DeleteParams {
    let mut params = DeleteParams::default();
    params.propagation = Some(propagation);
    params
}

fn caller() -> Caller {
    let mut caller = Caller::named("tester");
    caller.groups = vec!["system:masters".into(), "system:authenticated".into()];
    caller
}

pub(crate) fn bytes(value: &Value) -> Bytes {
    // A text stands for itself, so that what is no JSON can be sent.
    match value.get("text").filter(|_| value.as_object().is_some_and(|members| members.len() == 1)) {
        Some(text) => Bytes::from(text.as_str().expect("a text").to_owned()),
        None => Bytes::from(value.to_string()),
    }
}

pub(crate) fn value(object: &Stored) -> Value {
    serde_json::from_slice(&object.json()).expect("an object")
}

pub(crate) fn reply(answer: Result<Answer, Status>) -> Reply {
    match answer {
        Ok(answer) => {
            let body = match &answer.content {
                Content::Object(object) => value(object),
                Content::List(page) => page.items.iter().map(value).collect(),
                Content::Done(status) => serde_json::to_value(status).expect("a status"),
            };
            (answer.code, body)
        }
        Err(status) => {
            (u16::try_from(status.code()).expect("a code"), serde_json::to_value(&status).expect("a status"))
        }
    }
}

/// The target of a path that is known to be one.
pub(crate) fn target(path: &str) -> Target {
    let mut segments = path.split('/').skip(1).peekable();
    let group = match segments.next() {
        Some("api") => "",
        Some("apis") => segments.next().expect("a group"),
        other => panic!("{other:?}"),
    };
    let version = segments.next().expect("a version");
    let mut rest: Vec<&str> = segments.collect();
    let namespace = (rest.first() == Some(&"namespaces")
        && rest.len() > 2
        && !["status", "finalize"].contains(&rest[2]))
    .then(|| {
        rest.remove(0);
        rest.remove(0)
    });
    let resource: Arc<Resource> = builtin::catalog().resource(group, version, rest[0]).expect("a resource").clone();
    let mut target = Target::collection(resource, namespace);
    target.name = rest.get(1).map(|name| (*name).to_owned());
    target.subresource = rest.get(2).map(|name| (*name).to_owned());
    target
}
