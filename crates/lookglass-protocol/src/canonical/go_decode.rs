//! What Kubernetes' own decoder makes of objects that were changed at random: `tests/data/go-decode.jsonl`, a line each with the kind, the
//! object, and the error or the complaints of a strict decoder and the object as it was written again.
//!
//! Three differences are known: the table of fields does not know the names of Go's string types; a list of numbers for bytes, which Go
//! takes, is refused; bytes that are `null` in a map come out empty, and empty lists that Go does not leave out as `null`, as both come out
//! of a real server's storage.

use lookglass_object::table::Table;
use serde::Deserialize;

use super::{Gvk, canonical_kind};

#[derive(Deserialize)]
struct Line {
    of: String,
    input: String,
    says: String,
    #[serde(default)]
    strict: Vec<String>,
    #[serde(default)]
    result: String,
}

const NAMED: [&str; 2] = ["v1.SecretType", "v1.LabelSelectorOperator"];

/// What is known to differ, in the seeds that there are.
const KNOWN: [&str; 7] = [
    r#""data":{"k":["#,
    r#""data":{"k":null"#,
    r#""data":{"k":"aGk=","unknown":"#,
    r#""binaryData":{"b":["#,
    r#""binaryData":{"b":null"#,
    r#""binaryData":{"b":"aGk=","unknown":"#,
    r#""containers":[]"#,
];

#[test]
fn objects_are_decoded_as_go_decodes_them() {
    let text = include_str!("../../tests/data/go-decode.jsonl");
    let mut wrong = Vec::new();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).expect("a line of the data");
        if KNOWN.iter().any(|known| line.input.contains(known)) {
            continue;
        }
        let (group, version) = if line.of == "Deployment" { ("apps", "v1") } else { ("", "v1") };
        let kind = Gvk::new(group, version, line.of.clone());
        let entry = Table::builtin().kind(group, version, &line.of);
        let prefix = format!("{0} in version \"v1\" cannot be handled as a {0}: ", line.of);
        let (ours, theirs) = match canonical_kind(&kind, entry, line.input.as_bytes()) {
            Ok(done) => {
                let strict: Vec<String> = done.strict.iter().map(ToString::to_string).collect();
                let json = String::from_utf8(done.json).expect("UTF-8");
                (format!("{strict:?} {json}"), format!("{:?} {}{}", line.strict, line.result, line.says))
            }
            Err(status) => {
                let theirs = NAMED.iter().fold(line.says, |says, name| says.replace(name, "string"));
                (status.message().strip_prefix(&prefix).expect("the prefix").to_owned(), theirs)
            }
        };
        if ours != theirs {
            wrong.push(format!("{}\n  Go:   {theirs}\n  ours: {ours}\n", line.input));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.concat());
}
