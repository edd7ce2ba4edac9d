//! Causes of an invalid object, as Kubernetes words them.

use lookglass_object::{Quoted, StatusCause};
use serde_json::Value;

/// The field must be there. `why` may be empty.
pub(crate) fn required(field: impl Into<String>, why: &str) -> StatusCause {
    cause("FieldValueRequired", "Required value".to_owned(), why, field)
}

/// The value is wrong.
pub(crate) fn invalid(field: impl Into<String>, value: &Value, why: &str) -> StatusCause {
    let value = match value {
        Value::String(text) => Quoted(text).to_string(),
        other => other.to_string(),
    };
    cause("FieldValueInvalid", format!("Invalid value: {value}"), why, field)
}

/// The text is wrong.
pub(crate) fn invalid_text(field: impl Into<String>, value: &str, why: &str) -> StatusCause {
    cause("FieldValueInvalid", format!("Invalid value: {}", Quoted(value)), why, field)
}

/// The field may not be there, or not be changed.
pub(crate) fn forbidden(field: impl Into<String>, why: &str) -> StatusCause {
    cause("FieldValueForbidden", "Forbidden".to_owned(), why, field)
}

/// The text is none of those it may be.
pub(crate) fn unsupported(field: impl Into<String>, value: &str, supported: &[&str]) -> StatusCause {
    let supported: Vec<String> = supported.iter().map(|text| Quoted(text).to_string()).collect();
    let why = format!("supported values: {}", supported.join(", "));
    cause("FieldValueNotSupported", format!("Unsupported value: {}", Quoted(value)), &why, field)
}

/// The value was there before.
pub(crate) fn duplicate(field: impl Into<String>, value: &str) -> StatusCause {
    cause("FieldValueDuplicate", format!("Duplicate value: {}", Quoted(value)), "", field)
}

/// The value has more than `limit` bytes.
pub(crate) fn too_long(field: impl Into<String>, limit: usize) -> StatusCause {
    cause("FieldValueTooLong", "Too long".to_owned(), &format!("may not be more than {limit} bytes"), field)
}

fn cause(reason: &str, mut message: String, why: &str, field: impl Into<String>) -> StatusCause {
    if !why.is_empty() {
        message.push_str(": ");
        message.push_str(why);
    }
    StatusCause::new(reason, message, field)
}
