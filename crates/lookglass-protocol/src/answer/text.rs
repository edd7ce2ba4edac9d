//! JSON as Go's encoder writes it for people, and as YAML.

use serde::Serialize;

/// A value as JSON with the escapes of Go's encoder, which makes texts safe inside HTML: `<`, `>`, `&` and two line separators.
pub(crate) fn go_json(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    let start = out.len();
    // Statuses, columns and cells are structs of texts, numbers and lists; writing those into memory does not fail.
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
    if out[start..].iter().any(|byte| matches!(byte, b'<' | b'>' | b'&' | 0xe2)) {
        let plain = out.split_off(start);
        escape(&plain, out);
    }
}

/// Outside of strings JSON has none of these bytes, so there is no need to know where strings are.
fn escape(mut json: &[u8], out: &mut Vec<u8>) {
    while let Some((&byte, rest)) = json.split_first() {
        let (escaped, length): (&[u8], usize) = match byte {
            b'<' => (b"\\u003c", 1),
            b'>' => (b"\\u003e", 1),
            b'&' => (b"\\u0026", 1),
            0xe2 if rest.starts_with(&[0x80, 0xa8]) => (b"\\u2028", 3),
            0xe2 if rest.starts_with(&[0x80, 0xa9]) => (b"\\u2029", 3),
            _ => (&json[..1], 1),
        };
        out.extend_from_slice(escaped);
        json = &json[length..];
    }
}

/// Compact JSON with line breaks and two spaces of indentation, as Go's `json.Indent` sets them.
pub(crate) fn indent(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => {
                let end = string_end(json, at);
                out.extend_from_slice(&json[at..end]);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                out.push(byte);
                if matches!(json.get(at + 1), Some(b'}' | b']')) {
                    at += 1;
                    out.push(json[at]);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

fn line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

/// Behind the quote that ends the string which begins at `start`.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if json[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    json.len()
}

/// JSON as YAML: keys sorted, texts quoted wherever a reader of YAML 1.1 would take them for something else.
pub(crate) fn yaml(json: &[u8]) -> Result<String, String> {
    let value: serde_json::Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    serde_saphyr::to_string(&value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Number, Value, json};

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let texts = prop_oneof![
            ".*",
            // What a reader of YAML may take for something else, or for the end of something.
            proptest::sample::select(
                &[
                    "on",
                    "No",
                    "~",
                    "null",
                    "1e3",
                    "0x1f",
                    "0o7",
                    "1_000",
                    ".inf",
                    "2026-11-21",
                    "12:30:45",
                    "-",
                    "- a",
                    "a: b",
                    "#",
                    "a #b",
                    " a ",
                    "'",
                    "\"",
                    "|",
                    ">",
                    "%",
                    "@",
                    "`",
                    "!",
                    "&a",
                    "*a",
                    "{",
                    "[",
                    "? ",
                    "---",
                    "...",
                    "a\nb\n",
                    "\n",
                    "\ta",
                    "<<",
                    "=",
                    "\u{85}",
                    "\u{2028}",
                    "\u{feff}",
                    "a\r\nb",
                    "",
                    "y",
                    "\u{7f}",
                    "a\n  b",
                    "  \n a",
                ][..]
            )
            .prop_map(str::to_owned),
        ];
        let leaves = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("JSON has no such number", |float| Number::from_f64(float).map(Value::from)),
            texts.clone().prop_map(Value::from),
        ];
        leaves.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((texts.clone(), inner), 0..5)
                    .prop_map(|pairs| Value::from(pairs.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn indented_json_is_what_others_indent(value in values()) {
            let mut compact = Vec::new();
            go_json(&value, &mut compact);
            let mut expected = Vec::new();
            escape(&serde_json::to_vec_pretty(&value).unwrap(), &mut expected);
            prop_assert_eq!(String::from_utf8(indent(&compact)).unwrap(), String::from_utf8(expected).unwrap());
        }

        #[test]
        fn escapes_mean_what_stood_there(value in values()) {
            let mut json = Vec::new();
            go_json(&value, &mut json);
            prop_assert!(!json.iter().any(|byte| b"<>&".contains(byte)));
            prop_assert_eq!(serde_json::from_slice::<Value>(&json).unwrap(), value);
        }

        #[test]
        fn yaml_is_read_as_what_was_written(value in values()) {
            let object = json!({ "value": value });
            let text = yaml(object.to_string().as_bytes()).unwrap();
            let read: Value = serde_saphyr::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
            prop_assert_eq!(read, object, "{}", text);
        }

        #[test]
        fn indenting_reads_anything(json in proptest::collection::vec(any::<u8>(), 0..60)) {
            indent(&json);
        }
    }

    #[test]
    fn go_escapes_what_html_would_read() {
        let mut json = Vec::new();
        go_json("<a>&\u{2028}\u{2029}é\u{20ac}", &mut json);
        assert_eq!(String::from_utf8(json).unwrap(), "\"\\u003ca\\u003e\\u0026\\u2028\\u2029é€\"");
    }
}
