//! Exchanges that were recorded with a real API server of 1.36, done again.
//!
//! Where the server makes something up (uids, versions, times, the end of a generated name), the recorded one stands for ours from then on.

use std::collections::BTreeMap;

use lookglass_protocol::{
    Patch, Write,
    params::{DeleteParams, Propagation},
};
use serde::Deserialize;
use serde_json::Value;

use super::support::{Reply, Server, bytes, params, reply};

#[derive(Deserialize)]
struct Recording {
    recording: String,
    exchanges: Vec<Exchange>,
}

#[derive(Deserialize)]
struct Exchange {
    label: String,
    method: String,
    path: String,
    patch: Option<String>,
    body: Option<Value>,
    /// `None` where it only sets up what the recording found.
    code: Option<u16>,
    answer: Option<Value>,
    warning: Option<String>,
}

/// Recorded texts and ours.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// Learns what the server made up this time.
    fn learn(&mut self, recorded: &Value, ours: &Value) {
        for name in ["uid", "resourceVersion", "name"] {
            let text = |value: &Value| value["metadata"][name].as_str().map(String::from);
            if let (Some(recorded), Some(ours)) = (text(recorded), text(ours)) {
                self.0.insert(recorded, ours);
            }
        }
        if let (Some(recorded), Some(ours)) = (recorded["details"]["uid"].as_str(), ours["details"]["uid"].as_str()) {
            self.0.insert(recorded.into(), ours.into());
        }
    }

    fn ours(&self, recorded: &Value) -> Value {
        match recorded {
            Value::String(text) => self.0.get(text).unwrap_or(text).as_str().into(),
            Value::Array(elements) => elements.iter().map(|element| self.ours(element)).collect(),
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), self.ours(value))).collect(),
            other => other.clone(),
        }
    }
}

/// Without what differs from run to run.
fn leveled(value: &Value) -> Value {
    match value {
        Value::String(text) => leveled_text(text).into(),
        Value::Array(elements) => elements.iter().map(leveled).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), leveled(value))).collect(),
        other => other.clone(),
    }
}

fn leveled_text(text: &str) -> String {
    let is_time = text.len() == 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    let is_version = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() > 1;
    let is_generated = text.len() == 9 && text.starts_with("gen-");
    match text {
        _ if is_time => "TIME".into(),
        _ if is_version => "VERSION".into(),
        _ if is_generated => "GENERATED".into(),
        text => {
            let is_uid = |word: &str| word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4;
            let word = |word: &str| {
                let core = word.trim_matches(['(', ')', '.', ',']);
                let numbered =
                    word.trim_end_matches('.') == format!("({core})") && core.bytes().all(|byte| byte.is_ascii_digit());
                match core {
                    core if is_uid(core) && !core.starts_with("11111111") => word.replace(core, "UID"),
                    core if numbered && core != "1" => word.replace(core, "VERSION"),
                    _ => word.to_owned(),
                }
            };
            text.split(' ').map(word).collect::<Vec<_>>().join(" ")
        }
    }
}

fn delete_params(query: &str, body: Option<&Value>) -> DeleteParams {
    let mut params = DeleteParams::default();
    params.dry_run = query.contains("dryRun=All");
    let text = |path: &str| body.and_then(|body| body.pointer(path)).and_then(Value::as_str).map(String::from);
    params.uid = text("/preconditions/uid");
    params.resource_version = text("/preconditions/resourceVersion");
    params.grace_period_seconds = body.and_then(|body| body["gracePeriodSeconds"].as_i64());
    params.propagation = match text("/propagationPolicy").as_deref() {
        Some("Background") => Some(Propagation::Background),
        Some("Foreground") => Some(Propagation::Foreground),
        Some("Orphan") => Some(Propagation::Orphan),
        _ => query.contains("orphanDependents=false").then_some(Propagation::Background),
    };
    params
}

fn exchange(server: &Server, exchange: &Exchange, names: &Names) -> (Reply, Vec<String>) {
    let (path, query) = exchange.path.split_once('?').unwrap_or((&exchange.path, ""));
    let body = exchange.body.as_ref().map(|body| names.ours(body));
    let mut params = params();
    params.dry_run = query.contains("dryRun=All");
    let sent = body.as_ref().map(bytes).unwrap_or_default();
    let write = match (&*exchange.method, exchange.patch.as_deref()) {
        ("GET", _) => return (server.get(path), Vec::new()),
        ("POST", _) => Write::Create { body: sent, params },
        ("PUT", _) => Write::Update { body: sent, params },
        ("PATCH", Some("merge")) => Write::Patch { patch: Patch::Merge(sent), params },
        ("PATCH", Some("json")) => Write::Patch { patch: Patch::Json(sent), params },
        ("DELETE", _) => Write::Delete { params: delete_params(query, body.as_ref()) },
        other => panic!("{other:?}"),
    };
    let answer = server.write(path, write);
    let warnings = answer.as_ref().map(|answer| answer.warnings.clone()).unwrap_or_default();
    (reply(answer), warnings)
}

#[test]
fn what_a_real_server_answered_is_answered() {
    let recordings: Vec<Recording> = serde_json::from_str(include_str!("data/writes.json")).expect("recordings");
    let mut different = Vec::new();
    let mut equal = 0;
    for recording in recordings {
        let (server, mut names) = (Server::empty(), Names::default());
        for recorded in &recording.exchanges {
            server.pass(1);
            let ((code, answer), warnings) = exchange(&server, recorded, &names);
            let about = format!("{} {}: {}", recording.recording, recorded.label, recorded.path);
            let Some(wanted) = recorded.code else {
                assert!(code < 300, "{about}: {answer}");
                continue;
            };
            if let Some(recorded) = &recorded.answer {
                names.learn(recorded, &answer);
            }
            let warnings: Vec<String> = warnings.iter().map(|text| format!("299 - {text:?}")).collect();
            // Of several warnings the recording kept the last.
            let same_warnings = match &recorded.warning {
                Some(warning) => warnings.contains(warning),
                None => warnings.is_empty(),
            };
            let wanted_answer = recorded.answer.as_ref().map(leveled);
            let same_answer = wanted_answer.as_ref().is_none_or(|wanted| *wanted == leveled(&answer));
            if code == wanted && same_answer && same_warnings {
                equal += 1;
            } else {
                let wanted_answer = wanted_answer.unwrap_or_default();
                different
                    .push(format!("{about}\n  wanted {wanted} {wanted_answer}\n  got    {code} {answer} {warnings:?}"));
            }
        }
    }
    assert!(different.is_empty(), "{equal} equal, {} not:\n{}", different.len(), different.join("\n"));
}
