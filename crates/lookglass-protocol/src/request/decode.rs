//! Single options of a query, converted as Kubernetes' generated code converts them.

use lookglass_object::{Quoted, Reason, Status};

use super::Query;

/// `0` and `false` are no; everything else is yes, the empty value too. `None` if the option is not there.
pub(super) fn flag(query: &Query, key: &str) -> Option<bool> {
    query.get(key).map(|value| !(value == "0" || value.eq_ignore_ascii_case("false")))
}

/// A whole number of 64 bits.
pub(super) fn number(query: &Query, key: &str) -> Result<Option<i64>, Status> {
    query.get(key).map(|text| parse_int(text).map_err(|what| bad_number("ParseInt", text, what))).transpose()
}

fn bad_number(function: &str, text: &str, what: &str) -> Status {
    Status::bad_request(number_error(function, text, what))
}

/// The words of Go's `strconv.NumError`.
fn number_error(function: &str, text: &str, what: &str) -> String {
    format!("strconv.{function}: parsing {}: {what}", Quoted(text))
}

const SYNTAX: &str = "invalid syntax";
const RANGE: &str = "value out of range";

fn parse_int(text: &str) -> Result<i64, &'static str> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(digits) {
        return Err(SYNTAX);
    }
    text.parse().map_err(|_| RANGE)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A resource version as a request gives it: absent and empty are the same. The error is Kubernetes' text.
pub(super) fn version(query: &Query) -> Result<Option<u64>, String> {
    let Some(text) = query.get("resourceVersion").filter(|text| !text.is_empty()) else { return Ok(None) };
    let what = if is_digits(text) {
        match text.parse() {
            Ok(version) => return Ok(Some(version)),
            Err(_) => RANGE,
        }
    } else {
        SYNTAX
    };
    let quoted = Quoted(text);
    Err(format!("resourceVersion: Invalid value: {quoted}: {}", number_error("ParseUint", text, what)))
}

/// What the real server makes of an error that nobody wrapped: 500 without a reason.
pub(super) fn unwrapped(message: String) -> Status {
    Status::failure(Reason::Unknown, message)
}
