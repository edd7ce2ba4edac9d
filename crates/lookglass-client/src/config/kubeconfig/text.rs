//! A file's bytes as a tree.

use std::path::Path;

use serde_json::Value;
use serde_saphyr::options::DuplicateKeyPolicy;

use crate::config::{ConfigError, words};

/// What a kubeconfig says, whether it is YAML or JSON. No text is `null`. Errors say where, and show nothing of what stands there.
pub(crate) fn tree(bytes: &[u8], file: Option<&Path>) -> Result<Value, ConfigError> {
    let text = decoded(bytes).ok_or_else(|| {
        ConfigError::syntax(file, None, "is not text in UTF-8 or UTF-16; was it cut off, or is it another file?")
    })?;
    let json = text.trim_start().starts_with('{').then(|| serde_json::from_str(&text).ok()).flatten();
    json.map_or_else(|| yaml(&text, file), Ok)
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn yaml(text: &str, file: Option<&Path>) -> Result<Value, ConfigError> {
    // Of two equal keys the last counts, as for kubectl.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            // Each needs at least a byte; a fleet's kubeconfig may well be large.
            max_events: text.len().saturating_mul(4).saturating_add(1024),
            max_nodes: text.len().saturating_mul(2).saturating_add(1024),
            max_total_scalar_bytes: text.len().saturating_mul(2),
            max_depth: 64,
            flow_nesting_limit: 64,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    let tree = serde_saphyr::from_slice_with_options::<Option<Value>>(text.as_bytes(), options);
    tree.map(Option::unwrap_or_default).map_err(|error| {
        let error = error.without_snippet();
        let at = error.location().filter(|at| at.line() > 0).map(|at| (at.line(), at.column()));
        match error {
            serde_saphyr::Error::MultipleDocuments { .. } => {
                let problem = "holds several documents; put each into a file of its own, and list them in KUBECONFIG";
                ConfigError::syntax(file, at, problem)
            }
            // The scanner's words are about its marks. Other messages may hold values.
            serde_saphyr::Error::ExternalMessage { msg, .. } => {
                ConfigError::syntax(file, at, &format!("is neither YAML nor JSON: {}", words::without_long(msg)))
            }
            _ => ConfigError::syntax(file, at, "is neither YAML nor JSON"),
        }
    })
}
