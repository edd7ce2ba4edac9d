//! The options of creates, updates and patches.

use lookglass_object::{Quoted, Status};

use super::{Query, decode::flag, invalid::Problems};
use crate::{
    Verb,
    body::go_text,
    media::PatchType,
    params::{FieldValidation, WriteParams},
};

/// Reads the options of a create, an update or a patch. Without a field manager the caller's user agent up to its first `/` is one.
///
/// # Errors
///
/// 422 with a cause for each option that is wrong.
pub fn write_params(
    query: &Query,
    verb: Verb,
    patch: Option<PatchType>,
    user_agent: &str,
) -> Result<WriteParams, Status> {
    let mut problems = Problems::default();
    let manager = query.get("fieldManager").unwrap_or_default();
    let force = flag(query, "force").filter(|_| verb == Verb::Patch);
    let options = match (verb, patch) {
        (Verb::Patch, Some(PatchType::Apply)) => {
            if manager.is_empty() {
                problems.required("fieldManager", "is required for apply patch");
            }
            "PatchOptions"
        }
        (Verb::Patch, _) => {
            if force.is_some() {
                problems.forbidden("force", "may not be specified for non-apply patch");
            }
            "PatchOptions"
        }
        (Verb::Update, _) => "UpdateOptions",
        _ => "CreateOptions",
    };
    check_manager(manager, &mut problems);
    let dry_run = dry_run(query.all("dryRun"), &mut problems);
    let validation = query.get("fieldValidation").unwrap_or_default();
    let field_validation = match validation {
        "" | "Warn" => FieldValidation::Warn,
        "Ignore" => FieldValidation::Ignore,
        "Strict" => FieldValidation::Strict,
        other => {
            let supported = ["", "Ignore", "Strict", "Warn"];
            problems.not_supported("fieldValidation", &Quoted(other).to_string(), &supported);
            FieldValidation::Warn
        }
    };
    problems.settle(options)?;
    let field_manager = if manager.is_empty() { manager_of(user_agent) } else { manager.to_owned() };
    Ok(WriteParams { dry_run, field_manager, field_validation, force: force.unwrap_or_default() })
}

/// How long the name of a field manager may be, in bytes.
const MANAGER_MAX: usize = 128;

fn check_manager(manager: &str, problems: &mut Problems) {
    if manager.len() > MANAGER_MAX {
        problems.too_long("fieldManager", MANAGER_MAX);
    }
    for (at, c) in manager.char_indices().filter(|(_, c)| !is_printable(*c)) {
        let why = format!("invalid character U+{:04X} (at position {at})", u32::from(c));
        problems.invalid("fieldManager", &Quoted(manager).to_string(), &why);
    }
}

fn manager_of(user_agent: &str) -> String {
    let mut manager = String::new();
    let before_slash = user_agent.split('/').next().unwrap_or_default();
    for c in before_slash.chars().filter(|c| is_printable(*c)) {
        if manager.len() + c.len_utf8() > MANAGER_MAX {
            break;
        }
        manager.push(c);
    }
    if manager.is_empty() { "unknown".into() } else { manager }
}

/// Go's `unicode.IsPrint`: what is quoted without an escape.
fn is_printable(c: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = c.encode_utf8(&mut buffer);
    matches!(c, '"' | '\\') || c.is_ascii_graphic() || Quoted(text).to_string().trim_matches('"') == text
}

/// Whether nothing is to be stored; the only value there is says so.
pub(super) fn dry_run<'v>(values: impl Iterator<Item = &'v str>, problems: &mut Problems) -> bool {
    let values: Vec<&str> = values.collect();
    if values.iter().any(|value| *value != "All") {
        let shown: Vec<String> = values.iter().map(|value| go_text(value)).collect();
        problems.not_supported("dryRun", &format!("[{}]", shown.join(",")), &["All"]);
    }
    !values.is_empty()
}
