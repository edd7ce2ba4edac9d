//! A backend as simple as can be: all that ever happened in one list, walked from the start for every question. It is the yardstick of the
//! conformance suites, and what the service is tested over.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use lookglass_object::{FieldSelector, Gvr, Interner, Key, Reason, Selector, Status};
use lookglass_protocol::{
    Answer, Backend, Catalog, Change, ChangeKind, Content, GetRequest, ListRequest, Page, Stored, Target, WatchItem,
    WatchRequest, Watcher, Write, WriteRequest,
    params::{Continue, ListParams, ListVersion, WatchStart},
};
use serde_json::{Value, json};

/// The backend. Clones are handles of one.
#[derive(Clone)]
pub(crate) struct Naive {
    catalog: Arc<Catalog>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    version: u64,
    /// Versions up to this are forgotten.
    compacted: u64,
    log: Vec<Entry>,
    labels: Interner,
    wakers: Vec<Waker>,
    /// What the next writes answer.
    scripted: Vec<Result<Answer, Status>>,
    /// The writes that were asked for.
    written: Vec<WriteRequest>,
}

#[derive(Clone)]
struct Entry {
    gvr: Gvr,
    /// `None` for a deletion.
    now: Option<Stored>,
    /// A deletion's object carries the deletion's version.
    told: Stored,
    before: Option<Stored>,
}

impl Naive {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog, state: Arc::default() }
    }

    pub(crate) fn target(&self, group: &str, version: &str, plural: &str, namespace: Option<&str>) -> Target {
        Target::collection(self.catalog.resource(group, version, plural).unwrap().clone(), namespace)
    }

    /// Creates or changes an object; `rest` is what stands beside the metadata.
    pub(crate) fn put(&self, target: &Target, name: &str, labels: &[(&str, &str)], rest: &Value) -> Stored {
        let labels: BTreeMap<_, _> = labels.iter().copied().collect();
        let labels = if labels.is_empty() { Value::Null } else { json!(labels) };
        self.change(target, name, |version, _| Some(body(target, name, version, &labels, rest)))
    }

    pub(crate) fn remove(&self, target: &Target, name: &str) -> Stored {
        self.change(target, name, |_, _| None)
    }

    /// What happened elsewhere: an object as it was written down, with the version that stands in it.
    pub(crate) fn tell(&self, target: &Target, change: ChangeKind, json: &str) {
        let value: Value = serde_json::from_str(json).unwrap();
        let metadata = &value["metadata"];
        let version = metadata["resourceVersion"].as_str().unwrap().parse().unwrap();
        let name = metadata["name"].as_str().unwrap();
        let mut state = self.lock();
        assert!(version > state.version, "{name} comes too late");
        state.version = version;
        let key = Key::new(metadata["namespace"].as_str().unwrap_or_default(), name);
        let before = state.at(u64::MAX, &target.resource.gvr).remove(key.as_str());
        let labels = metadata["labels"].as_object().cloned().unwrap_or_default();
        let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
        let labels = state.labels.labels(labels);
        let told = Stored::new(key, version, labels, change, json.as_bytes(), target.resource.entry);
        let now = (change != ChangeKind::Deleted).then(|| told.clone());
        state.log.push(Entry { gvr: target.resource.gvr.clone(), now, told, before });
        state.wake();
    }

    /// Moves the version on to this one.
    pub(crate) fn reach(&self, version: u64) {
        let mut state = self.lock();
        assert!(version >= state.version);
        state.version = version;
        state.wake();
    }

    /// Moves the version without touching anything.
    pub(crate) fn tick(&self) -> u64 {
        let mut state = self.lock();
        state.version += 1;
        state.wake();
        state.version
    }

    pub(crate) fn version(&self) -> u64 {
        self.lock().version
    }

    /// Forgets everything up to a version.
    pub(crate) fn compact(&self, version: u64) {
        self.lock().compacted = version;
    }

    /// What the next write answers.
    pub(crate) fn script(&self, answer: Result<Answer, Status>) {
        self.lock().scripted.push(answer);
    }

    pub(crate) fn written(&self) -> Vec<WriteRequest> {
        self.lock().written.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, target: &Target, name: &str, make: impl FnOnce(u64, Option<&Stored>) -> Option<String>) -> Stored {
        let mut state = self.lock();
        let key = Key::new(target.namespace.as_deref().unwrap_or_default(), name);
        let before = state.at(u64::MAX, &target.resource.gvr).remove(key.as_str());
        state.version += 1;
        let version = state.version;
        let entry = target.resource.entry;
        let stored = |state: &State, json: &str, change| {
            let value: Value = serde_json::from_str(json).unwrap();
            let labels = value["metadata"]["labels"].as_object().cloned().unwrap_or_default();
            let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            Stored::new(key.clone(), version, state.labels.labels(labels), change, json.as_bytes(), entry)
        };
        let (now, told) = match make(version, before.as_ref()) {
            Some(json) => {
                let change = if before.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
                let now = stored(&state, &json, change);
                (Some(now.clone()), now)
            }
            None => {
                let last = before.clone().expect("only what exists is removed");
                let json = String::from_utf8(last.json().to_vec()).unwrap();
                let from = format!(r#""resourceVersion":"{}""#, last.version());
                let json = json.replacen(&from, &format!(r#""resourceVersion":"{version}""#), 1);
                (None, stored(&state, &json, ChangeKind::Deleted))
            }
        };
        state.log.push(Entry { gvr: target.resource.gvr.clone(), now, told: told.clone(), before });
        state.wake();
        told
    }
}

fn body(target: &Target, name: &str, version: u64, labels: &Value, rest: &Value) -> String {
    let resource = &target.resource;
    let mut metadata = format!(r#"{{"name":"{name}""#);
    if let Some(namespace) = &target.namespace {
        metadata += &format!(r#","namespace":"{namespace}""#);
    }
    metadata += &format!(
        r#","uid":"00000000-0000-4000-8000-{:012}","resourceVersion":"{version}","creationTimestamp":"2026-11-21T02:43:56Z""#,
        name.len()
    );
    if !labels.is_null() {
        metadata += &format!(r#","labels":{labels}"#);
    }
    metadata += "}";
    let rest = rest.as_object().map_or(String::new(), |rest| {
        rest.iter().map(|(name, value)| format!(r#","{name}":{value}"#)).collect::<String>()
    });
    let (kind, api_version) = (resource.kind.kind(), resource.kind.api_version());
    if resource.entry.is_some() {
        format!(r#"{{"kind":"{kind}","apiVersion":"{api_version}","metadata":{metadata}{rest}}}"#)
    } else {
        format!(r#"{{"apiVersion":"{api_version}","kind":"{kind}","metadata":{metadata}{rest}}}"#)
    }
}

impl State {
    /// What there was at a version.
    fn at(&self, version: u64, gvr: &Gvr) -> BTreeMap<String, Stored> {
        let mut objects = BTreeMap::new();
        for entry in self.log.iter().filter(|entry| entry.gvr == *gvr && entry.told.version() <= version) {
            match &entry.now {
                Some(now) => objects.insert(entry.told.key().as_str().to_owned(), now.clone()),
                None => objects.remove(entry.told.key().as_str()),
            };
        }
        objects
    }

    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

fn chosen(namespace: Option<&str>, labels: &Selector, fields: &FieldSelector, object: &Stored) -> bool {
    let field = |name: &str| match name {
        "metadata.name" => Some(Cow::Borrowed(object.key().name())),
        "metadata.namespace" => object.key().namespace().map(Cow::Borrowed),
        _ => None,
    };
    namespace.is_none_or(|namespace| object.key().namespace() == Some(namespace))
        && labels.matches(object.labels())
        && fields.matches(field)
}

fn too_old() -> Status {
    Status::expired("The resourceVersion for the provided list is too old.")
}

impl Backend for Naive {
    type Watcher = NaiveWatcher;

    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn get(&self, request: GetRequest) -> Result<Stored, Status> {
        let name = request.target.name.clone().unwrap_or_default();
        match &*name {
            "panic" => panic!("asked to"),
            "forever" => std::future::pending().await,
            _ => {}
        }
        let key = Key::new(request.target.namespace.as_deref().unwrap_or_default(), &name);
        let state = self.lock();
        if let ListVersion::NotOlderThan(version) = request.version
            && version > state.version
        {
            return Err(Status::too_large_resource_version(version, state.version, 1));
        }
        let gvr = &request.target.resource.gvr;
        state.at(u64::MAX, gvr).remove(key.as_str()).ok_or_else(|| Status::not_found(gvr, &name))
    }

    async fn list(&self, request: ListRequest) -> Result<Page, Status> {
        let ListRequest { target, params, .. } = request;
        let ListParams { labels, fields, version, limit, continuation, .. } = params;
        let state = self.lock();
        let version = match (&continuation, version) {
            (Some(next), _) => next.version.unwrap_or(state.version),
            (None, ListVersion::Exact(version)) => version,
            (None, ListVersion::NotOlderThan(version)) if version > state.version => version,
            (None, _) => state.version,
        };
        if version > state.version {
            return Err(Status::too_large_resource_version(version, state.version, 1));
        }
        if version < state.compacted {
            return Err(too_old());
        }
        let namespace = target.namespace.as_deref();
        let relative = |object: &Stored| match namespace {
            Some(_) => object.key().name().to_owned(),
            None => object.key().as_str().to_owned(),
        };
        let mut items: Vec<Stored> = state.at(version, &target.resource.gvr).into_values().collect();
        items.retain(|object| chosen(namespace, &labels, &fields, object));
        if let Some(Continue { start, .. }) = &continuation {
            items.retain(|object| relative(object).as_bytes() >= start.as_bytes());
        }
        let mut page = Page::whole(items, version);
        if let Some(limit) = limit.filter(|limit| *limit < page.items.len()) {
            let left = page.items.split_off(limit);
            let last = page.items.last().map(relative).unwrap_or_default();
            page.next = Some(Continue::new(Some(version), format!("{last}\0")));
            page.remaining = (labels.is_empty() && fields.is_empty()).then_some(left.len());
        }
        Ok(page)
    }

    async fn watch(&self, request: WatchRequest) -> Result<NaiveWatcher, Status> {
        let WatchRequest { target, params, .. } = request;
        let state = self.lock();
        let mut ready = Vec::new();
        let mut from = state.version;
        match params.start {
            WatchStart::After(version) if version < state.compacted => {
                let text = format!("too old resource version: {version} ({})", state.compacted);
                ready.push(WatchItem::Failed(Status::expired(text)));
            }
            WatchStart::After(version) => from = version,
            WatchStart::State { version: ListVersion::NotOlderThan(version), .. } if version > state.version => {
                let status = Status::too_large_resource_version(version, state.version, 1);
                ready.push(WatchItem::Failed(status));
            }
            WatchStart::State { .. } => {
                for object in state.at(u64::MAX, &target.resource.gvr).into_values() {
                    if chosen(target.namespace.as_deref(), &params.labels, &params.fields, &object) {
                        ready.push(WatchItem::Change(Change::new(ChangeKind::Added, object)));
                    }
                }
                ready.push(WatchItem::Complete(from));
            }
            WatchStart::Now => {}
        }
        ready.reverse();
        drop(state);
        Ok(NaiveWatcher { backend: self.clone(), target, params, ready, from })
    }

    async fn write(&self, request: WriteRequest) -> Result<Answer, Status> {
        let mut state = self.lock();
        state.written.push(request.clone());
        if !state.scripted.is_empty() {
            return state.scripted.remove(0);
        }
        drop(state);
        match (&request.write, &request.target.name) {
            (Write::Create { body, .. }, _) => {
                let body: Value = serde_json::from_slice(body).map_err(Status::bad_request_of)?;
                let name = body["metadata"]["name"].as_str().unwrap_or_default();
                Ok(Answer::new(201, Content::Object(self.put(&request.target, name, &[], &json!({})))))
            }
            (Write::Delete { .. }, Some(name)) => {
                Ok(Answer::new(200, Content::Object(self.remove(&request.target, name))))
            }
            _ => Err(Status::failure(Reason::InternalError, "this backend cannot do that")),
        }
    }
}

trait BadRequestOf {
    fn bad_request_of(error: impl std::fmt::Display) -> Self;
}

impl BadRequestOf for Status {
    fn bad_request_of(error: impl std::fmt::Display) -> Self {
        Self::bad_request(error.to_string())
    }
}

/// A watch: looks through everything that happened after `from` whenever it is asked.
pub(crate) struct NaiveWatcher {
    backend: Naive,
    target: Target,
    params: lookglass_protocol::params::WatchParams,
    /// The initial state, last first.
    ready: Vec<WatchItem>,
    from: u64,
}

impl Watcher for NaiveWatcher {
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WatchItem>> {
        let this = &mut *self;
        if let Some(item) = this.ready.pop() {
            return Poll::Ready(Some(item));
        }
        let mut state = this.backend.lock();
        let params = &this.params;
        let matches =
            |object: &Stored| chosen(this.target.namespace.as_deref(), &params.labels, &params.fields, object);
        for entry in &state.log {
            if entry.gvr != this.target.resource.gvr || entry.told.version() <= this.from {
                continue;
            }
            if entry.told.key().name() == "panic" {
                panic!("asked to");
            }
            this.from = entry.told.version();
            let was = entry.before.as_ref().is_some_and(matches);
            let is = entry.now.as_ref().is_some_and(matches);
            let change = match (was, is) {
                (false, true) => Change::new(ChangeKind::Added, entry.told.clone()),
                (true, true) => Change::new(ChangeKind::Modified, entry.told.clone()),
                (true, false) if entry.now.is_none() => Change::new(ChangeKind::Deleted, entry.told.clone()),
                (true, false) => {
                    let last = entry.before.as_ref().expect("it matched");
                    let from = format!(r#""resourceVersion":"{}""#, last.version());
                    let to = format!(r#""resourceVersion":"{}""#, this.from);
                    let json = String::from_utf8(last.json().to_vec()).unwrap().replacen(&from, &to, 1);
                    let (key, labels) = (last.key().clone(), last.labels().clone());
                    let kind = ChangeKind::Deleted;
                    Change::new(kind, Stored::new(key, this.from, labels, kind, json.as_bytes(), last.entry()))
                }
                (false, false) => continue,
            };
            return Poll::Ready(Some(WatchItem::Change(change)));
        }
        state.wakers.push(cx.waker().clone());
        Poll::Pending
    }

    fn progress(&self) -> u64 {
        if !self.ready.is_empty() {
            return 0;
        }
        let state = self.backend.lock();
        // Up to the first change that is still to be told.
        let params = &self.params;
        let matches =
            |object: &Stored| chosen(self.target.namespace.as_deref(), &params.labels, &params.fields, object);
        let waiting = state.log.iter().find(|entry| {
            entry.gvr == self.target.resource.gvr
                && entry.told.version() > self.from
                && (entry.before.as_ref().is_some_and(matches) || entry.now.as_ref().is_some_and(matches))
        });
        waiting.map_or(state.version, |entry| entry.told.version() - 1)
    }
}
