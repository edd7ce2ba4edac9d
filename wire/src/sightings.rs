//! What the answers of a recording show: [`Sightings`], read one exchange after the other.

use lookglass_object::Gvr;
use serde_json::{Value, json};

use crate::{
    decode::{after, json_of, token_start, token_version},
    guess,
    place::Place,
    recording::{Content, Exchange, Frames, Recording},
    selection::Selection,
    timeline::{State, Subject, Timeline, Version, When, uid_of, version_of},
};

/// A list, or the initial state of a watch: what was there at some version, and by its silence what was not.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) exchange: usize,
    pub(crate) version: u64,
    pub(crate) selection: Selection,
    pub(crate) names: Vec<Subject>,
    /// Where a page begins and ends in the order of lists.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) remaining: Option<u64>,
}

impl Listed {
    /// Whether the list would show the object if it were there.
    pub(crate) fn covers(&self, subject: &Subject) -> bool {
        let key = self.selection.sort_key(subject);
        self.selection.looks_at(subject)
            && self.from.as_ref().is_none_or(|from| key >= *from)
            && self.to.as_ref().is_none_or(|to| key < *to)
    }
}

/// A frame that says an object was deleted, or, with selectors, ceased to match.
#[derive(Debug)]
pub(crate) struct Deleted {
    pub(crate) subject: Subject,
    pub(crate) number: u64,
    pub(crate) when: When,
    pub(crate) last: Value,
    pub(crate) selection: Selection,
}

/// An object that must have existed before an exchange, for it to end as it did.
#[derive(Debug)]
pub(crate) struct Needed {
    pub(crate) subject: Subject,
    pub(crate) exchange: usize,
    /// When it must have been there: before the exchange, or before a change during it.
    pub(crate) when: When,
    /// What it was like, as far as that can be told.
    pub(crate) hint: Value,
    /// Its version, or one that its version is below.
    pub(crate) version: Option<u64>,
    pub(crate) below: Option<u64>,
}

/// A trouble that the server was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Watches could not begin below a version any more.
    Forgotten(u64),
    /// States up to a version could not be listed any more.
    Compacted(u64),
    /// Requests were turned away.
    Overloaded,
}

/// Everything that the answers show.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    pub(crate) timeline: Timeline,
    pub(crate) listed: Vec<Listed>,
    pub(crate) deleted: Vec<Deleted>,
    pub(crate) needed: Vec<Needed>,
    /// Objects that were not there.
    pub(crate) missing: Vec<(Subject, usize)>,
    /// Objects that a recorded request removed.
    pub(crate) removed: Vec<(Subject, usize)>,
    /// Objects that a recorded request created.
    pub(crate) created: Vec<(Subject, usize)>,
    /// Objects that had been modified since the version that a refused write was made for.
    pub(crate) outdated: Vec<(Subject, usize, u64)>,
    /// Versions that a watch was told of though it was told of no change: others of its resource changed.
    pub(crate) nudged: Vec<(Gvr, u64, When)>,
    pub(crate) troubles: Vec<(usize, Trouble)>,
    /// The last number of what the server has from the beginning.
    pub(crate) initial: u64,
}

/// Frames this long after the first are changes during the watch and not its beginning.
const AT_ONCE_MS: u64 = 500;

impl Sightings {
    pub(crate) fn of(recording: &Recording) -> Self {
        let mut sightings = Self::default();
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            sightings.read(at, exchange);
        }
        // What a request asks for was a version by then, unless it was said to lie ahead: then it is above all that were met.
        let last = sightings.timeline.last();
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            let place = Place::of(&exchange.request.path);
            let asked = place.as_ref().and_then(|place| place.parameter("resourceVersion")?.parse().ok());
            if let Some(asked) = asked.filter(|asked| (1..=last).contains(asked)) {
                sightings.timeline.marks.push((asked, When::before(at)));
            }
        }
        sightings
    }

    fn read(&mut self, at: usize, exchange: &Exchange) {
        let Some(place) = Place::of(&exchange.request.path) else { return };
        if let Content::Text(text) = &exchange.response.content
            && exchange.response.status == 429
            && text.starts_with("Too many requests")
        {
            self.troubles.push((at, Trouble::Overloaded));
        }
        let decoded;
        let json = match &exchange.response.content {
            Content::Frames(frames) => return self.frames(at, &place, frames),
            Content::Json(json) => json,
            Content::Binary(bytes) => {
                decoded = json_of(bytes).unwrap_or_default();
                &decoded
            }
            Content::CutJson(..) | Content::Text(_) => return,
        };
        if exchange.response.status >= 300 {
            self.refusal(at, &place, exchange, json);
        } else if exchange.request.method == "GET" {
            if place.name.is_some() {
                self.object(at, &place, json);
            } else {
                self.list(at, &place, json);
            }
        } else {
            self.write(at, &place, exchange, json);
        }
    }

    fn subject(place: &Place, object: &Value) -> Option<Subject> {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let namespace = text("/metadata/namespace").or_else(|| place.namespace.clone());
        Some(Subject { gvr: place.gvr.clone(), namespace, name: text("/metadata/name")? })
    }

    fn see(&mut self, place: &Place, object: &Value, when: When, maker: Option<usize>) -> Option<Subject> {
        let (subject, number) = (Self::subject(place, object)?, version_of(object)?);
        let partial = object.get("kind").and_then(Value::as_str) == Some("PartialObjectMetadata");
        let version = Version { state: State::Present(object.clone()), when, maker, partial };
        self.timeline.add(subject.clone(), number, version);
        Some(subject)
    }

    fn object(&mut self, at: usize, place: &Place, json: &Value) {
        match json.get("kind").and_then(Value::as_str) {
            Some("Table") => {
                self.rows(at, place, json);
            }
            Some("Scale") => self.scaled(at, place, json),
            Some("Status") | None => {}
            _ => {
                self.see(place, json, When::before(at), None);
            }
        }
    }

    /// A scale is of an object that has its version and its number of replicas.
    fn scaled(&mut self, at: usize, place: &Place, scale: &Value) {
        let Some(subject) = Self::subject(place, scale) else { return };
        let of = |pointer: &str| scale.pointer(pointer).cloned().unwrap_or_default();
        let hint = json!({
            "metadata": {"name": of("/metadata/name"), "uid": of("/metadata/uid")},
            "spec": {"replicas": of("/spec/replicas")},
            "status": {"replicas": of("/status/replicas")},
        });
        let (when, version) = (When::before(at), version_of(scale));
        self.needed.push(Needed { subject, exchange: at, when, hint, version, below: None });
    }

    fn rows(&mut self, at: usize, place: &Place, table: &Value) -> Vec<Subject> {
        let rows = table.get("rows").and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| {
            let mut object = row.get("object").filter(|object| object.is_object())?.clone();
            if object.get("kind").and_then(Value::as_str) == Some("PartialObjectMetadata") {
                guess::from_cells(&place.gvr, table, row, &mut object);
            }
            self.see(place, &object, When::before(at), None)
        })
        .collect()
    }

    fn list(&mut self, at: usize, place: &Place, json: &Value) {
        let Some(kind) = json.get("kind").and_then(Value::as_str) else { return };
        let names = if kind == "Table" {
            if place.parameter("includeObject") == Some("None") {
                return;
            }
            self.rows(at, place, json)
        } else {
            let items = json.get("items").and_then(Value::as_array).into_iter().flatten();
            let items = items.map(|item| {
                let mut item = item.clone();
                if let Some(members) = item.as_object_mut() {
                    let item_kind = kind.strip_suffix("List").unwrap_or(kind);
                    members.entry("kind").or_insert_with(|| item_kind.into());
                    let version = json.get("apiVersion").cloned().unwrap_or_default();
                    members.entry("apiVersion").or_insert(version);
                }
                item
            });
            let items: Vec<Value> = items.collect();
            items.iter().filter_map(|item| self.see(place, item, When::before(at), None)).collect()
        };
        let (Some(version), Some(selection)) = (version_of(json), Selection::of(place)) else { return };
        self.timeline.marks.push((version, When::before(at)));
        let start = |token: Option<&str>| token.and_then(token_start);
        let to = json.pointer("/metadata/continue").and_then(Value::as_str);
        self.listed.push(Listed {
            exchange: at,
            version,
            selection,
            names,
            from: start(place.parameter("continue")),
            to: start(to),
            remaining: json.pointer("/metadata/remainingItemCount").and_then(Value::as_u64),
        });
    }

    fn frames(&mut self, at: usize, place: &Place, frames: &Frames) {
        let Some(selection) = Selection::of(place) else { return };
        let asked: Option<u64> = place.parameter("resourceVersion").and_then(|text| text.parse().ok());
        let asked = asked.filter(|asked| *asked > 0);
        let wants_state = place.parameter("sendInitialEvents").map_or(asked.is_none(), |value| value == "true");
        let marked = frames.frames.iter().position(|frame| ends_state(&frame.frame));
        let first_ms = frames.frames.first().map_or(0, |frame| frame.at_ms);
        let mut state = Vec::new();
        for (position, frame) in frames.frames.iter().enumerate() {
            let (kind, Some(object)) = (frame.frame.get("type").and_then(Value::as_str), frame.frame.get("object"))
            else {
                continue;
            };
            let initial = wants_state
                && kind == Some("ADDED")
                && marked.map_or(frame.at_ms <= first_ms + AT_ONCE_MS, |marked| position < marked);
            let replayed = asked.is_some() && frame.at_ms < AT_ONCE_MS;
            let when = When { exchange: at, ms: if initial || replayed { 0 } else { frame.at_ms.max(1) } };
            let shown = shown(place, object);
            match kind {
                Some("BOOKMARK") => {
                    let Some(version) = version_of(object) else { continue };
                    if marked == Some(position) {
                        self.timeline.marks.push((version, When::before(at)));
                    } else {
                        let when = When { exchange: at, ms: (frame.at_ms / 2).max(1) };
                        self.nudged.push((place.gvr.clone(), version, when));
                    }
                }
                Some("ERROR") => self.trouble(at, place, object),
                Some("ADDED" | "MODIFIED") => {
                    let subject = self.see(place, &shown, when, None);
                    if initial {
                        state.extend(subject);
                    } else if kind == Some("MODIFIED") {
                        self.need(when, place, &shown, asked);
                    }
                }
                Some("DELETED") => {
                    let (Some(subject), Some(number)) = (Self::subject(place, &shown), version_of(&shown)) else {
                        continue;
                    };
                    self.need(when, place, &shown, asked);
                    let selection = selection.clone();
                    self.deleted.push(Deleted { subject, number, when, last: shown, selection });
                }
                _ => {}
            }
        }
        let version = match marked {
            Some(marked) => frames.frames[marked].frame.get("object").and_then(version_of),
            None => Some(self.timeline.marks.iter().map(|(number, _)| *number).max().unwrap_or_default()),
        };
        let failed = frames.frames.iter().any(|frame| frame.frame.get("type").is_some_and(|kind| kind == "ERROR"));
        if wants_state
            && !failed
            && let Some(version) = version
        {
            let listed =
                Listed { exchange: at, version, selection, names: state, from: None, to: None, remaining: None };
            self.listed.push(listed);
        }
    }

    /// A change of an object tells that it was there before.
    fn need(&mut self, when: When, place: &Place, object: &Value, asked: Option<u64>) {
        let Some(subject) = Self::subject(place, object) else { return };
        let below = version_of(object).map(|version| asked.map_or(version, |asked| version.min(asked + 1)));
        let hint = object.clone();
        self.needed.push(Needed { subject, exchange: when.exchange, when, hint, version: None, below });
    }

    fn refusal(&mut self, at: usize, place: &Place, exchange: &Exchange, status: &Value) {
        self.trouble(at, place, status);
        let message = status.get("message").and_then(Value::as_str).unwrap_or_default();
        let reason = status.get("reason").and_then(Value::as_str).unwrap_or_default();
        let body: Value = serde_json::from_slice(&exchange.request.body).unwrap_or_default();
        let astray = status.pointer("/details/kind").is_some_and(|kind| kind == "namespaces");
        if exchange.request.method != "GET" && !(reason == "NotFound" && astray) {
            self.need_namespace(at, place);
        }
        let named =
            |name: &str| Subject { gvr: place.gvr.clone(), namespace: place.namespace.clone(), name: name.to_owned() };
        if let Some(name) = place.name.as_deref() {
            let about = status.pointer("/details/name").and_then(Value::as_str) == Some(name);
            if reason == "NotFound" && about {
                self.missing.push((named(name), at));
            } else if matches!(reason, "Conflict" | "Invalid") && about && exchange.request.method != "GET" {
                let mut hint = json!({"metadata": {"name": name}});
                if message.contains("the object has been modified")
                    && let Some(sent) = version_of(&body)
                {
                    self.outdated.push((named(name), at, sent));
                }
                if let Some(uid) = after(message, "UID in object meta: ").or_else(|| after(message, "UID in record ("))
                {
                    hint["metadata"]["uid"] = uid.into();
                }
                let version = after(message, "ResourceVersion in record (").and_then(|text| text.parse().ok());
                self.needed.push(Needed {
                    subject: named(name),
                    exchange: at,
                    when: When::before(at),
                    hint,
                    version,
                    below: None,
                });
            }
        } else if reason == "AlreadyExists"
            && let Some(name) = status.pointer("/details/name").and_then(Value::as_str)
        {
            let hint = if body.is_object() { body } else { json!({}) };
            self.needed.push(Needed {
                subject: named(name),
                exchange: at,
                when: When::before(at),
                hint,
                version: None,
                below: None,
            });
        }
    }

    /// What a refusal, as an answer or in a frame, tells of the server.
    fn trouble(&mut self, at: usize, place: &Place, status: &Value) {
        let message = status.get("message").and_then(Value::as_str).unwrap_or_default();
        if let Some(current) = after(message, "current: ").and_then(|text| text.parse().ok()) {
            self.timeline.marks.push((current, When::before(at)));
        }
        if status.get("code").and_then(Value::as_u64) != Some(410) {
            return;
        }
        let said = message.strip_prefix("too old resource version: ");
        let oldest = said.and_then(|rest| after(rest, "(")).and_then(|text| text.parse().ok());
        if let Some(oldest) = oldest {
            return self.troubles.push((at, Trouble::Forgotten(oldest)));
        }
        let asked = place.parameter("resourceVersion").and_then(|text| text.parse().ok());
        let paged = place.parameter("continue").and_then(token_version);
        self.troubles.extend(asked.or(paged).map(|state| (at, Trouble::Compacted(state))));
    }

    fn write(&mut self, at: usize, place: &Place, exchange: &Exchange, json: &Value) {
        let method = exchange.request.method.as_str();
        let kind = json.get("kind").and_then(Value::as_str).unwrap_or_default();
        let dry = place.parameter("dryRun").is_some();
        self.need_namespace(at, place);
        if method == "DELETE" {
            return self.removal(at, place, json, kind, dry);
        }
        if kind == "Status" || method == "POST" && place.subresource.is_some() {
            if let Some(name) = place.name.as_deref() {
                self.need_unbound(at, place, name);
            }
            return;
        }
        let Some(number) = version_of(json) else { return };
        let before = self.timeline.last();
        let made = number > before && !dry;
        if kind == "Scale" {
            if made {
                self.timeline.marks.push((number, When { exchange: at, ms: 1 }));
                self.timeline.marks.push((number - 1, When::before(at)));
                self.timeline.reserve(number);
            }
            return;
        }
        let created = exchange.response.status == 201;
        if !created {
            let body: Value = serde_json::from_slice(&exchange.request.body).unwrap_or_default();
            let hint = guess::before_write(exchange, &body, json);
            let version = version_of(&body).or((!made).then_some(number));
            if let Some(subject) = Self::subject(place, json) {
                self.needed.push(Needed {
                    subject,
                    exchange: at,
                    when: When::before(at),
                    hint,
                    version,
                    below: Some(number),
                });
            }
        }
        if dry {
            return;
        }
        let ends = uid_of(json).is_some() && is_finished(json);
        if !made || ends {
            if let Some(subject) = Self::subject(place, json).filter(|_| ends) {
                self.removed.push((subject, at));
            }
        } else if let Some(subject) = self.see(place, json, When::before(at), Some(at))
            && created
        {
            self.created.push((subject, at));
        }
    }

    /// What is created below an object needs the object; a pod is bound once.
    fn need_unbound(&mut self, at: usize, place: &Place, name: &str) {
        let subject = Subject { gvr: place.gvr.clone(), namespace: place.namespace.clone(), name: name.to_owned() };
        let mut hint = json!({"metadata": {"name": name}});
        if place.subresource.as_deref() == Some("binding") {
            hint["spec"] = json!({"nodeName": null});
            hint["status"] = json!({"conditions": null});
        }
        self.needed.push(Needed { subject, exchange: at, when: When::before(at), hint, version: None, below: None });
    }

    fn removal(&mut self, at: usize, place: &Place, json: &Value, kind: &str, dry: bool) {
        if let Some(items) = json.get("items").and_then(Value::as_array) {
            for item in items {
                let subject = self.see(place, item, When::before(at), None);
                self.removed.extend(subject.filter(|_| !dry).map(|subject| (subject, at)));
            }
            return;
        }
        let Some(name) = place.name.clone() else { return };
        let subject = Subject { gvr: place.gvr.clone(), namespace: place.namespace.clone(), name: name.clone() };
        if kind == "Status" {
            let uid = json.pointer("/details/uid").cloned().unwrap_or_default();
            let hint = json!({"metadata": {"name": name, "uid": uid}});
            self.needed.push(Needed {
                subject: subject.clone(),
                exchange: at,
                when: When::before(at),
                hint,
                version: None,
                below: None,
            });
        } else {
            let goes = is_finished(json);
            let made = !goes && !dry && version_of(json).is_some_and(|number| number > self.timeline.last());
            let mut hint = json.clone();
            guess::not_deleted(&mut hint);
            let version = version_of(json).filter(|_| !made);
            self.needed.push(Needed {
                subject: subject.clone(),
                exchange: at,
                when: When::before(at),
                hint,
                version,
                below: version_of(json),
            });
            if made {
                self.see(place, json, When::before(at), Some(at));
            }
            if !goes {
                return;
            }
        }
        if !dry {
            self.removed.push((subject, at));
        }
    }

    /// A namespace must be there for anything to be written in it.
    fn need_namespace(&mut self, at: usize, place: &Place) {
        let Some(namespace) = place.namespace.as_deref() else { return };
        let subject = Subject { gvr: Gvr::core("v1", "namespaces"), namespace: None, name: namespace.to_owned() };
        let labels = json!({"kubernetes.io/metadata.name": namespace});
        let hint = json!({
            "kind": "Namespace", "apiVersion": "v1", "metadata": {"name": namespace, "labels": labels},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
        });
        self.needed.push(Needed { subject, exchange: at, when: When::before(at), hint, version: None, below: None });
    }
}

/// An object whose last hindrance was taken away: the answer still shows it, but it is gone.
fn is_finished(object: &Value) -> bool {
    let metadata = object.pointer("/metadata");
    let has = |member| metadata.and_then(|metadata| metadata.get(member)).is_some_and(|value| !value.is_null());
    let held = object.pointer("/spec/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    has("deletionTimestamp") && !has("finalizers") && !held
}

fn ends_state(frame: &Value) -> bool {
    let annotation = "/metadata/annotations/k8s.io~1initial-events-end";
    frame.get("type").and_then(Value::as_str) == Some("BOOKMARK")
        && frame.get("object").is_some_and(|object| {
            object.pointer(annotation).is_some() || object.pointer(&format!("/rows/0/object{annotation}")).is_some()
        })
}

/// The object that a frame is about: itself, or the one of a Table's row.
fn shown(place: &Place, object: &Value) -> Value {
    if object.get("kind").and_then(Value::as_str) != Some("Table") {
        return object.clone();
    }
    let Some(row) = object.pointer("/rows/0") else { return Value::Null };
    let mut shown = row.get("object").cloned().unwrap_or_default();
    if shown.get("kind").and_then(Value::as_str) == Some("PartialObjectMetadata") {
        guess::from_cells(&place.gvr, object, row, &mut shown);
    }
    shown
}
