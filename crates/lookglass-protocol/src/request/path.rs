//! The path of a URL, without its escapes.

use std::borrow::Cow;

/// Takes the percent escapes out; `None` if one of them is none.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let (&[high, low], after) = after.split_first_chunk::<2>()?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push((digit(high)? << 4 | digit(low)?) as u8);
        rest = after;
    }
    Some(bytes)
}

/// The path as the server sees it. Escapes are taken out *before* it is cut into segments, so that `%2f` cuts as well as a slash does;
/// bytes that are not UTF-8 become replacement characters. `None` if an escape is none.
pub(super) fn decoded(path: &str) -> Option<Cow<'_, str>> {
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let bytes = unescape(path)?;
    Some(String::from_utf8_lossy(&bytes).into_owned().into())
}

/// What is wrong with a name as a segment of a storage key; the real server's words.
pub(super) fn segment_problem(name: &str) -> Option<String> {
    match name {
        "." => return Some("may not be '.'".into()),
        ".." => return Some("may not be '..'".into()),
        _ => {}
    }
    let held: Vec<String> = (["/", "%"].iter().filter(|part| name.contains(**part)))
        .map(|part| format!("may not contain '{part}'"))
        .collect();
    (!held.is_empty()).then(|| held.join(";"))
}
