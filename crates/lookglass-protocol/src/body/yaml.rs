//! YAML as JSON.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_saphyr::{Location, Options, options::DuplicateKeyPolicy};

use super::value;

/// How deep a text may nest. The reader goes down by recursion, and without optimisation a level takes it 18 KiB of a stack that has 2 MiB in
/// a tokio worker. The schemas of the largest custom resource definitions nest about 40 levels.
const MAX_DEPTH: usize = 64;

/// How many values an alias may repeat in all, over the text's own.
const MAX_REPLAYED: usize = 100_000;

/// The JSON of the first document of a YAML text: keys are text and sorted, the last of two equal ones counts, and plain scalars mean
/// what they mean in YAML 1.1 (`yes` is true), as in Kubernetes. No document is `null`.
///
/// ```
/// use lookglass_protocol::body::yaml_to_json;
///
/// assert_eq!(yaml_to_json(b"b: yes\na: [1, x]\n").unwrap(), br#"{"a":[1,"x"],"b":true}"#);
/// ```
///
/// # Errors
///
/// Malformed YAML, more than one budget allows (depth, aliases, size), numbers that are not finite; as in Go with `yaml: line 3:` in front,
/// behind that in other words.
pub fn yaml_to_json(yaml: &[u8]) -> Result<Vec<u8>, String> {
    let yaml = first_document(yaml);
    let document = serde_saphyr::from_slice_with_options::<Option<Document>>(yaml, options(yaml.len()));
    let document = document.map_err(|error| complaint(&error))?;
    let mut json = Vec::with_capacity(yaml.len());
    value::write(&document.map_or(Value::Null, |document| document.0), &mut json);
    Ok(json)
}

/// Cuts at the second marker of a document's begin, or at one of its end. In column 0 these are nothing else, whatever they are in.
fn first_document(yaml: &[u8]) -> &[u8] {
    let mut begun = false;
    let mut at = 0;
    for line in yaml.split_inclusive(|byte| *byte == b'\n') {
        let ends = |rest: &[u8]| rest.first().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        let begins = line.strip_prefix(b"---").is_some_and(ends);
        if begun && (begins || line.strip_prefix(b"...").is_some_and(ends)) {
            return &yaml[..at];
        }
        let content = line.trim_ascii();
        begun |= begins || !(content.is_empty() || matches!(line[0], b'%' | b'#'));
        at += line.len();
    }
    yaml
}

struct Document(Value);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        value::read(from).map(|(value, _)| Self(value))
    }
}

fn options(length: usize) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            // Each needs at least a byte, and lists of empty scalars a few events for one.
            max_events: length.saturating_mul(4).saturating_add(1024),
            max_nodes: length.saturating_mul(2).saturating_add(1024),
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_REPLAYED,
        },
    }
}

fn complaint(error: &serde_saphyr::Error) -> String {
    let error = error.without_snippet();
    let line = error.location().map(|at: Location| at.line());
    let text = error.to_string();
    // The line is said once, where Go says it.
    let what = text.lines().next().unwrap_or_default();
    let what = what.split_once(" at line ").map_or(what, |(what, _)| what);
    let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    format!("yaml: {line}{what}")
}
