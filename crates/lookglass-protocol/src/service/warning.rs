//! `Warning` headers, as many and as long as clients can be asked to take.

use http::{HeaderMap, HeaderValue, header::WARNING};

/// So many characters in all are written; beyond that each warning is cut.
const TOTAL: usize = 4096;

/// What a warning is cut to.
const ITEM: usize = 256;

/// Adds a header for each warning, each text once. Texts that a header cannot hold are left out, as the real server does.
pub(crate) fn write(warnings: &[String], headers: &mut HeaderMap) {
    let mut texts: Vec<&str> = Vec::new();
    for text in warnings {
        if !text.is_empty() && !texts.contains(&text.as_str()) {
            texts.push(text);
        }
    }
    let total: usize = texts.iter().map(|text| text.chars().count()).sum();
    let limit = if total > TOTAL { ITEM } else { usize::MAX };
    let mut written = 0;
    for text in texts {
        if written >= TOTAL {
            break;
        }
        let text = text.char_indices().nth(limit).map_or(text, |(end, _)| &text[..end]);
        if let Some(header) = value(text) {
            written += text.chars().count();
            headers.append(WARNING, header);
        }
    }
}

/// `299 - "text"`.
fn value(text: &str) -> Option<HeaderValue> {
    if text.contains(char::is_control) {
        return None;
    }
    let mut value = String::with_capacity(text.len() + 10);
    value.push_str("299 - \"");
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            value.push('\\');
        }
        value.push(char);
    }
    value.push('"');
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(warnings: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        write(&warnings.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), &mut headers);
        headers.get_all(WARNING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    #[test]
    fn a_warning_is_quoted_and_said_once() {
        assert_eq!(
            written(&["unknown field \"spec.foo\"", "", "a\\b", "unknown field \"spec.foo\"", "line\nbreak", "größer"]),
            [r#"299 - "unknown field \"spec.foo\"""#, r#"299 - "a\\b""#, r#"299 - "größer""#]
        );
    }

    #[test]
    fn beyond_the_limit_each_is_cut_and_the_rest_is_left_out() {
        let long = "ä".repeat(4096);
        assert_eq!(written(&[&long]), [format!("299 - \"{long}\"")], "as long as allowed");
        let cut = format!("299 - \"{}\"", "ä".repeat(256));
        assert_eq!(written(&[&long, "b"]), [cut, "299 - \"b\"".to_owned()]);
        let many: Vec<String> = (0..40).map(|n| format!("{n}{}", "x".repeat(300))).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(written(&many).len(), 16, "sixteen of 256 make the limit");
    }
}
