//! The recorded answers of a real API server (see `tests/data/README.md`) and what else its handlers do.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::*;
use crate::builtin;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    label: String,
    path: String,
    accept: Option<String>,
    if_none_match: Option<String>,
    code: u16,
    headers: Map<String, Value>,
    body: Option<Value>,
    text: Option<String>,
}

fn recorded() -> Vec<Exchange> {
    serde_json::from_str(include_str!("../../tests/data/discovery.json")).expect("the recording is JSON")
}

fn facts() -> Facts {
    Facts::new("127.0.0.1:16443", "2026-11-21T02:43:28Z".parse().expect("a time"))
}

fn ask(path: &str, accept: Option<&str>, if_none_match: Option<&str>) -> Document {
    ask_of(&facts(), path, accept, if_none_match)
}

fn ask_of(facts: &Facts, path: &str, accept: Option<&str>, if_none_match: Option<&str>) -> Document {
    let mut headers = HeaderMap::new();
    for (name, value) in [(header::ACCEPT, accept), (header::IF_NONE_MATCH, if_none_match)] {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        }
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let now = "2026-11-21T02:43:54Z".parse().expect("a time");
    document(path, query, &headers, now, builtin::catalog(), facts)
}

fn text(document: &Document) -> &str {
    std::str::from_utf8(&document.body).expect("text")
}

#[test]
fn the_recorded_answers_are_given() {
    let mut compared = 0;
    for exchange in recorded() {
        // A resource's own answers, and those whose numbers and names are this server's.
        let other = exchange.path.starts_with("/api/v1/") || matches!(&*exchange.path, "/" | "/version" | "/metrics");
        if other || exchange.path.starts_with("/openapi") {
            continue;
        }
        let answer = ask(&exchange.path, exchange.accept.as_deref(), exchange.if_none_match.as_deref());
        let label = &exchange.label;
        assert_eq!(answer.code, exchange.code, "{label}");
        let mut headers: Map<String, Value> = Map::new();
        for (name, value) in &answer.headers {
            headers.insert(name.as_str().to_owned(), value.to_str().expect("text").into());
        }
        let mut expected = exchange.headers.clone();
        if let Some(length) = expected.remove("content-length") {
            // The real server indents errors' bodies for some readers; only what is compact can be compared.
            if exchange.code == 200 {
                assert_eq!(length, answer.body.len().to_string(), "{label}");
            }
        }
        assert_eq!(headers, expected, "{label}");
        if let Some(body) = exchange.body {
            assert_eq!(serde_json::from_slice::<Value>(&answer.body).expect("JSON"), body, "{label}");
        } else if let Some(body) = exchange.text {
            assert_eq!(text(&answer), body, "{label}");
        }
        compared += 1;
    }
    assert_eq!(compared, 24);
}
