//! Go's own words, over inputs that were made at random: `tests/data/go-words.jsonl`, a line each with the package that was asked, the input
//! and what it said (nothing where it was content).

use serde::Deserialize;

use super::{check, said};
use crate::{
    canonical::{self, Base64},
    params::Continue,
};

#[derive(Deserialize)]
struct Line {
    of: String,
    input: String,
    says: String,
}

fn lines(of: &'static str) -> impl Iterator<Item = Line> {
    let text = include_str!("../../tests/data/go-words.jsonl");
    let lines = text.lines().skip(1).map(|line| serde_json::from_str::<Line>(line).expect("a line of the data"));
    lines.filter(move |line| line.of == of)
}

pub(crate) fn compare(of: &'static str, ours: impl Fn(&str) -> String) {
    let wrong: Vec<String> = lines(of)
        .map(|line| (ours(&line.input), line))
        .filter(|(ours, line)| *ours != line.says)
        .map(|(ours, line)| format!("{:?}\n  Go:   {}\n  ours: {ours}\n", line.input, line.says))
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.concat());
    assert!(lines(of).count() > 10, "data for {of}");
}

#[test]
fn json() {
    compare("json", |input| {
        let found = check(input.as_bytes()).and_then(|checked| said(&checked).map(drop));
        let said = found.err().unwrap_or_default();
        // The version is parsed elsewhere in Go.
        if said.starts_with("unexpected GroupVersion") {
            return String::new();
        }
        said.strip_prefix("couldn't get version/kind; json parse error: ").map(Into::into).unwrap_or(said)
    });
}

#[test]
fn times() {
    compare("time", |input| canonical::time_words(input, false).unwrap_or_default());
    compare("microtime", |input| canonical::time_words(input, true).unwrap_or_default());
}

#[test]
fn base64() {
    compare("base64", |input| Base64::Standard.words(input).unwrap_or_default());
    // What can be decoded is no token all the same.
    compare("base64url", |input| {
        let refused = Continue::decode(input).expect_err("no token");
        let why = refused.message().rsplit("not valid: ").next().unwrap_or_default().to_owned();
        if why.starts_with("illegal base64") { why } else { String::new() }
    });
}

/// The scanners refuse in words of their own, and a few texts only one of them: where an anchor's name ends, keys that are empty. What both
/// read is the same, but for the line end of a block of text that the text ends in without one.
#[test]
fn yaml() {
    let (mut all, mut odd) = (0, Vec::new());
    for Line { input, says, .. } in lines("yaml") {
        all += 1;
        let refused = says.starts_with("yaml:") || says.starts_with("unsupported map key");
        match super::yaml_to_json(input.as_bytes()) {
            Ok(json) if !refused => {
                let cut = !input.ends_with('\n') && input.contains(['|', '>']);
                let json = String::from_utf8(json).expect("UTF-8");
                if input.contains('&') && json != says {
                    odd.push(input);
                } else if !cut {
                    assert_eq!(json, says, "{input:?}");
                }
            }
            Err(said) if refused => assert!(said.starts_with("yaml: line "), "{said}"),
            _ => odd.push(input),
        }
    }
    assert!(odd.len() * 20 < all, "{} of {all} differ: {odd:#?}", odd.len());
}
