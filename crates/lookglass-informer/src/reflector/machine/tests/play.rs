//! A machine that is played with in words.
//!
//! What is told: `open`; `+a3`, `~a3`, `-a3` (added, modified, deleted: name and version), `*7` (bookmark), `**7` (the one that ends the initial state), `!410` (error event);
//! `item a3`, `listed 7`, `listed 7 pages 2`; `eof`; `refused 403`, `refused 429 after 7`, `too large`, `unreachable`, `busy`, `proxy`, `timeout`, `untrusted`, `no credentials`, `cut`, `malformed`, `unreadable`, `unreadable a`, `rejected`;
//! `5s` (time goes by), `rested` (time goes by until the rest is over).
//!
//! What it does: `stream`, `stream >=7`, `list any 500`, `list >=7 all`, `list latest 500`, `probe >=7`, `watch 7`, `read`, `rest`, `over`; then the changes (`+a3 ~a3 -a3 *7 =7[a3 b4 ?c] sync`); then
//! what was reported (`expired:List`).

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_cache::Change;
use lookglass_client::{Error, ListFrom, WatchEvent, WatchFrom, bytes::Framer};
use lookglass_object::{Arrival, Depot, Encoding, Gvk, Intake, Key, Object, Reason, ResourceVersion, Status};

use crate::reflector::{Machine, ObjectChange, ReflectorOptions, Request, Step};

pub(super) struct Play {
    pub(super) machine: Machine<ConfigMap>,
    pub(super) now: Instant,
    /// When the machine wants to be asked again.
    pub(super) until: Option<Instant>,
}

impl Play {
    pub(super) fn new(options: ReflectorOptions) -> Self {
        let now = tokio::time::Instant::now().into_std();
        Self { machine: Machine::new(options, 1, now), now, until: None }
    }

    /// One that has listed as far as version 5, and watches.
    pub(super) fn watching(options: ReflectorOptions) -> Self {
        let mut play = Self::new(options);
        play.run(&[("", "stream"), ("open", "read"), ("**5", "read =5[]")]);
        play
    }

    /// Lines of what happens and what is to be done then. Where it says nothing of it, it does not matter.
    pub(super) fn run(&mut self, lines: &[(&str, &str)]) {
        for (at, (told, wanted)) in lines.iter().enumerate() {
            let done = self.tell(told);
            assert_eq!(done, *wanted, "line {at}: {told:?}; {:?}", self.machine);
        }
    }

    pub(super) fn tell(&mut self, told: &str) -> String {
        let now = self.now;
        let machine = &mut self.machine;
        let words: Vec<&str> = told.split(' ').collect();
        match words[..] {
            [""] => {}
            ["open"] => machine.opened(now),
            ["item", what] => machine.item(object(what), now),
            ["listed", version] => machine.listed(version.into(), 1, now),
            ["listed", version, "pages", pages] => machine.listed(version.into(), pages.parse().unwrap(), now),
            ["eof"] => machine.ended(now),
            ["refused", code] => machine.failed(refused(code, 0), now),
            ["refused", code, "after", seconds] => machine.failed(refused(code, seconds.parse().unwrap()), now),
            ["too", "large"] => {
                let status = Status::too_large_resource_version(9, 5, 1);
                machine.failed(Error::Refused { what: "list".into(), status }, now);
            }
            ["too", "large", "old"] => {
                // What servers before 1.19 say.
                let status = serde_json::from_str(
                    r#"{"kind":"Status","apiVersion":"v1","status":"Failure","code":504,"reason":"Timeout","details":{},
                        "message":"Timeout: Too large resource version: 9, current: 5"}"#,
                );
                machine.failed(Error::Refused { what: "list".into(), status: status.unwrap() }, now);
            }
            ["unreachable"] => {
                machine.failed(Error::Connection { what: "list".into(), source: "refused".into() }, now);
            }
            ["busy"] => {
                machine.failed(
                    Error::Busy { what: "watch".into(), connections: 1, patience: Duration::from_secs(1) },
                    now,
                );
            }
            ["proxy"] => {
                let (what, proxy, why) = ("watch".into(), "http://proxy".into(), "502".into());
                machine.failed(Error::Proxy { what, proxy, why, source: None }, now);
            }
            ["timeout"] => {
                machine.failed(Error::Timeout { what: "watch".into(), timeout: Duration::from_secs(1) }, now);
            }
            ["untrusted"] => {
                let (what, name) = ("watch".into(), "cluster".into());
                machine.failed(Error::Untrusted { what, name, source: "expired".into() }, now);
            }
            ["no", "credentials"] => {
                machine.failed(Error::Credentials { what: "watch".into(), source: "no plugin".into() }, now);
            }
            ["cut"] => machine.failed(Error::CutOff { what: "watch".into(), source: None }, now),
            ["malformed"] => machine.failed(Error::Malformed { what: "watch".into(), source: "page".into() }, now),
            ["unreadable"] => {
                machine.failed(Error::Item { what: "watch".into(), key: None, source: "no name".into() }, now);
            }
            ["unreadable", name] => {
                let key = Some(Key::cluster_scoped(name));
                machine.failed(Error::Item { what: "watch".into(), key, source: "another kind".into() }, now);
            }
            ["rejected"] => machine.rejected("no".into(), now),
            ["rested"] => self.now = self.until.expect("it rests"),
            [time] if time.ends_with('s') => {
                self.now += Duration::from_secs_f64(time.trim_end_matches('s').parse().unwrap());
            }
            [event] => machine.event(read(event), now),
            _ => panic!("{told:?}?"),
        }
        self.done()
    }

    fn done(&mut self) -> String {
        let step = self.machine.poll(self.now);
        self.until = if let Step::Rest { until } = step { Some(until) } else { None };
        let mut done = match step {
            Step::Ask(request) => ask(&request),
            Step::Read { .. } => "read".to_owned(),
            Step::Rest { .. } => "rest".to_owned(),
            Step::Over => "over".to_owned(),
        };
        let mut changes = Vec::new();
        self.machine.take_changes(&mut changes);
        for change in &changes {
            write!(done, " {}", show(change)).unwrap();
        }
        for failure in self.machine.take_failures() {
            write!(done, " {}:{:?}", failure.cause(), failure.remedy).unwrap();
        }
        done
    }

    /// How long it rests.
    pub(super) fn rest(&self) -> Duration {
        self.until.expect("it rests").saturating_duration_since(self.now)
    }
}

fn ask(request: &Request) -> String {
    match request {
        Request::List { from, page_size: 0 } => format!("list {} all", state(from)),
        Request::List { from, page_size } => format!("list {} {page_size}", state(from)),
        Request::Probe { from } => format!("probe {}", state(from)),
        Request::Watch { from: WatchFrom::State, .. } => "stream".to_owned(),
        Request::Watch { from: WatchFrom::StateNotOlderThan(version), .. } => format!("stream >={version}"),
        Request::Watch { from: WatchFrom::After(version), .. } => format!("watch {version}"),
        Request::Watch { from: WatchFrom::Any, .. } => "watch any".to_owned(),
    }
}

fn state(from: &ListFrom) -> String {
    match from {
        ListFrom::Latest => "latest".to_owned(),
        ListFrom::Any => "any".to_owned(),
        ListFrom::NotOlderThan(version) => format!(">={version}"),
        ListFrom::Exact(version) => format!("={version}"),
    }
}

fn show(change: &ObjectChange<ConfigMap>) -> String {
    let one = |object: &Object<ConfigMap>| format!("{}{}", object.name(), object.version());
    match change {
        Change::Added(object) => format!("+{}", one(object)),
        Change::Updated(object) => format!("~{}", one(object)),
        Change::Deleted(object) => format!("-{}", one(object)),
        Change::Tombstone(tombstone) => format!("x{}", tombstone.key),
        Change::ReplacedAll { revision, objects, unreadable } => {
            let lacking = unreadable.iter().map(|key| format!("?{key}"));
            format!("={revision}[{}]", objects.iter().map(one).chain(lacking).collect::<Vec<_>>().join(" "))
        }
        Change::SyncAll => "sync".to_owned(),
        Change::Bookmark(version) => format!("*{version}"),
    }
}

fn json(what: &str) -> String {
    let (name, version) = what.split_at(1);
    format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}","uid":"00000000-0000-4000-8000-0000000000{:02x}","resourceVersion":"{version}"}}}}"#,
        name.as_bytes()[0]
    )
}

fn intake() -> Intake<ConfigMap> {
    Intake::new(Depot::global().family(&Gvk::core("v1", "ConfigMap")))
}

/// `a3`: the object `a` in version 3.
fn object(what: &str) -> Object<ConfigMap> {
    intake().json(json(what).as_bytes(), Arrival::Changed).unwrap()
}

fn read(event: &str) -> WatchEvent<ConfigMap> {
    let (kind, object) = match (event.strip_prefix("**"), event.strip_prefix('*'), event.split_at(1)) {
        (Some(version), ..) => ("BOOKMARK", mark(version, r#","annotations":{"k8s.io/initial-events-end":"true"}"#)),
        (_, Some(version), _) => ("BOOKMARK", mark(version, "")),
        (.., ("+", what)) => ("ADDED", json(what)),
        (.., ("~", what)) => ("MODIFIED", json(what)),
        (.., ("-", what)) => ("DELETED", json(what)),
        (.., ("!", code)) => ("ERROR", serde_json::to_string(refused(code, 0).status().unwrap()).unwrap()),
        _ => panic!("{event:?}?"),
    };
    let mut framer = Framer::new(Encoding::Json);
    framer.feed(format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n").into_bytes().into());
    let frame = framer.next().unwrap().unwrap();
    WatchEvent::read(Encoding::Json, &frame, &mut intake()).unwrap()
}

fn mark(version: &str, more: &str) -> String {
    format!(r#"{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"resourceVersion":"{version}"{more}}}}}"#)
}

fn refused(code: &str, after: i32) -> Error {
    let status = match code {
        "401" => Status::unauthorized("who?"),
        "403" => Status::forbidden(None, "", "no"),
        "404" => Status::failure(Reason::NotFound, "no such resource"),
        "410" => Status::expired("too old"),
        "422" => Status::failure(Reason::Invalid, "sendInitialEvents is forbidden"),
        "429" => Status::too_many_requests("patience", after),
        "500" => Status::internal_error("oops"),
        "504" => Status::too_large_resource_version(9, 5, 1),
        _ => panic!("{code:?}?"),
    };
    Error::Refused { what: "list".into(), status }
}

/// What a machine knows as its version.
pub(super) fn version(play: &Play) -> ResourceVersion {
    play.machine.health().version
}
