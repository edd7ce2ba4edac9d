//! The inputs from which all others are made.

use std::sync::LazyLock;

use lookglass_object::protobuf::{Envelope, write_watch_event};
use lookglass_object::table::{KindEntry, Table};

/// Every built-in kind as Go's serialisers write it, at four sizes.
static GOLDEN: &[u8] = include_bytes!("../../crates/lookglass-object/tests/data/golden.bin.zst");

/// An object as Go writes it.
struct Golden {
    /// Its kind's place in the table.
    place: u16,
    /// Without the envelope.
    raw: Vec<u8>,
    envelope: Vec<u8>,
    json: Vec<u8>,
}

static OBJECTS: LazyLock<Vec<Golden>> = LazyLock::new(|| {
    let bytes = zstd::decode_all(GOLDEN).expect("the golden data are whole");
    let mut parts = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let (part, tail) = tail.split_at(u32::from_be_bytes(*length) as usize);
        parts.push(part);
        rest = tail;
    }
    // Kind, apiVersion, protobuf, its JSON, that JSON's protobuf.
    let (objects, _) = parts.as_chunks::<5>();
    // The full ones are large: every third object has all that matters, at a speed that finds more.
    let small = objects.iter().filter(|[_, _, envelope, ..]| envelope.len() < 12_000);
    small
        .map(|[kind, api_version, envelope, json, _]| {
            let (kind, api_version) = (String::from_utf8_lossy(kind), String::from_utf8_lossy(api_version));
            let entry = Table::builtin().kind_of(&api_version, &kind).expect("golden kinds are in the table");
            let place = Table::builtin().kinds().iter().position(|known| std::ptr::eq(known, entry));
            Golden {
                place: place.and_then(|place| u16::try_from(place).ok()).unwrap_or(0),
                raw: Envelope::parse(envelope).expect("golden envelopes are whole").raw().to_vec(),
                envelope: envelope.to_vec(),
                json: json.to_vec(),
            }
        })
        .collect()
});

/// The kind that the first two bytes choose, and what follows them.
pub(crate) fn kind_of(input: &[u8]) -> Option<(&'static KindEntry, &[u8])> {
    let (place, rest) = input.split_first_chunk::<2>()?;
    let kinds = Table::builtin().kinds();
    kinds.get(usize::from(u16::from_le_bytes(*place)) % kinds.len()).map(|kind| (kind, rest))
}

fn with_kind(golden: &Golden, rest: &[u8]) -> Vec<u8> {
    [&golden.place.to_le_bytes(), rest].concat()
}

pub(crate) fn kinds_and_protobuf() -> Vec<Vec<u8>> {
    OBJECTS.iter().map(|golden| with_kind(golden, &golden.raw)).collect()
}

pub(crate) fn kinds_and_json() -> Vec<Vec<u8>> {
    OBJECTS.iter().map(|golden| with_kind(golden, &golden.json)).collect()
}

pub(crate) fn envelopes() -> Vec<Vec<u8>> {
    OBJECTS.iter().step_by(3).map(|golden| golden.envelope.clone()).collect()
}

pub(crate) fn json() -> Vec<Vec<u8>> {
    let mut seeds = lines(
        "{\"a\":[1,-2.5e3,true,false,null,\"x\\u00e9\\n\\\"\"],\"b\":{\"c\":{}}}\n[]\n[[[[]]]]\n\"\\ud83d\\ude00\"\n-0.0\n\
         {\"metadata\":{\"name\":\"a\",\"namespace\":\"b\",\"uid\":\"u\",\"resourceVersion\":\"7\",\"labels\":{\"x\":\"1\",\
         \"y\":\"2\"},\"managedFields\":[{\"manager\":\"m\"}]},\"spec\":{\"a\":[{\"b\":1},{\"b\":\"}\"}]}}\n\
         {\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"managedFields\":[],\"name\":\"a\"},\"data\":{\"k\":\"v\"}}",
    );
    seeds.extend(OBJECTS.iter().filter(|golden| golden.json.len() < 4_000).map(|golden| golden.json.clone()));
    seeds
}

/// Recorded and built bodies, one a line.
pub(crate) fn statuses() -> Vec<Vec<u8>> {
    lines(include_str!("../../crates/lookglass-object/tests/data/statuses-recorded.jsonl"))
}

pub(crate) fn label_selectors() -> Vec<Vec<u8>> {
    inputs(include_str!("../../crates/lookglass-object/tests/data/label-selectors.jsonl"))
}

pub(crate) fn field_selectors() -> Vec<Vec<u8>> {
    inputs(include_str!("../../crates/lookglass-object/tests/data/field-selectors.jsonl"))
}

/// Paths, and behind a line's end the text to read at them.
pub(crate) fn paths() -> Vec<Vec<u8>> {
    let object =
        "{\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"image\":\"i\"},{\"a/b\":{\"~\":null,\"0\":2,\"\":true}}]}}";
    let paths = [
        "spec.nodeName",
        "/spec/containers/0/image",
        "spec.containers[1]['a/b'].0",
        "/spec/containers/1/a~1b/~0",
        "/",
        "/spec/",
        ".spec",
        "spec.containers[1].a/b.\\.",
        "[\"spec\"]",
        "/spec/containers/1/a~1b/0",
    ];
    paths.iter().map(|path| format!("{path}\n{object}").into_bytes()).collect()
}

pub(crate) fn keys() -> Vec<Vec<u8>> {
    lines(
        "name\nns/name\nprod:ns/name\narn:aws:eks:x:cluster/prod:ns/name\nprod:/name\nsystem:node\n/name\na/b/c\n:/\n/\n",
    )
}

pub(crate) fn versions() -> Vec<Vec<u8>> {
    lines("1\n2\n0\n\n18446744073709551615\n18446744073709551616\n007\nabc\n10\n9")
}

pub(crate) fn request_lines() -> Vec<Vec<u8>> {
    lines(
        "GET /api/v1/namespaces/w1/pods?watch=1&resourceVersion=5&allowWatchBookmarks=true\n\
         GET /apis/apps/v1/deployments?limit=500&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE5LCJzdGFydCI6Ii9jMlx1MDAwMCJ9\n\
         GET /api/v1/namespaces/w1/pods/p/log?follow=true\nPOST /api/v1/namespaces/w1/pods/p/binding\n\
         PATCH /apis/apps/v1/namespaces/w1/deployments/d/scale?fieldManager=m&force=true\n\
         DELETE /api/v1/namespaces/w1?gracePeriodSeconds=0&propagationPolicy=Foreground&dryRun=All\n\
         PUT /api/v1/namespaces/w1/finalize?fieldValidation=Strict\nGET /api/v1/watch/namespaces/w1/configmaps/c1\n\
         GET /api//v1/../v1/%2e%2e/namespaces%2fw1//pods/%ff/\nHEAD /version/\nOPTIONS *\n\
         DELETE /apis/batch/v1/namespaces/w1/jobs?fieldSelector=status.successful!%3D1&labelSelector=a+in+(b,c)",
    )
}

pub(crate) fn queries() -> Vec<Vec<u8>> {
    lines(
        "watch&limit=5&resourceVersion=7&resourceVersionMatch=NotOlderThan&sendInitialEvents=true\n\
         labelSelector=a%3Db,c+notin+(d)&fieldSelector=metadata.name%3Dx&timeoutSeconds=-1\n\
         dryRun=All&dryRun=All&fieldManager=a%09b&fieldValidation=Warn&force=0\n\
         orphanDependents=false&gracePeriodSeconds=9223372036854775808&uid=u&propagationPolicy=Orphan\n\
         a;b=1&%zz=1&x=%4&=&&&==&+=%2B",
    )
}

pub(crate) fn accepts() -> Vec<Vec<u8>> {
    lines(
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json\n\
         application/vnd.kubernetes.protobuf;q=0.9,application/yaml;q=0.5, */*;q=0.1\n\
         application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/*;stream=watch;pretty=1\n\
         application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1;sv=v1\n*\n*/\n,;=/;q=NaN;q=-1e400\n\
         application/strategic-merge-patch+json; charset=utf-8",
    )
}

pub(crate) fn yaml() -> Vec<Vec<u8>> {
    let texts = [
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, labels: &l {x: '1', on: yes}}\ndata: *l\n",
        "- 1\n- [a, .5, 0x1f, 1e3, ~]\n- |\n  text\n- >-\n  folded\n---\nb\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n<<: *b\n? {k: v}\n: \"\\u00e9\"\n",
        "!!str 1: !!binary aGk=\n# comment\n...\n%YAML 1.2\n---\n\"k\": 'v''s'\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

/// Tokens, and the JSON that they are base64 of.
pub(crate) fn tokens() -> Vec<Vec<u8>> {
    lines(
        "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE5LCJzdGFydCI6Ii9jMlx1MDAwMCJ9\ngarbage\n\
         {\"v\":\"meta.k8s.io/v1\",\"rv\":219,\"start\":\"/c2\\u0000\"}\n\
         {\"v\":\"meta.k8s.io/v1\",\"rv\":-1,\"start\":\"w1/c2\\u0000\"}\n{\"rv\":0,\"start\":\"/../a//b/.\",\"v\":null}",
    )
}

pub(crate) fn watch_streams() -> Vec<Vec<u8>> {
    let event = |golden: &Golden, event: &str| {
        let mut frame = Vec::new();
        write_watch_event(event, "v1", "Pod", &golden.raw, &mut frame).expect("small objects fit a frame");
        frame
    };
    let small: Vec<_> = OBJECTS.iter().filter(|golden| golden.raw.len() < 300).collect();
    small.chunks(3).map(|some| some.iter().flat_map(|golden| event(golden, "MODIFIED")).collect()).collect()
}

fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

/// The member `input` of each line but the first.
fn inputs(text: &str) -> Vec<Vec<u8>> {
    let input =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?.get("input")?.as_str().map(Into::into);
    text.lines().skip(1).filter_map(input).collect()
}
