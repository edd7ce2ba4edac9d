//! The part of a URL behind the question mark.

use super::path::unescape;

/// The pairs of a query, in their order.
///
/// Read as Go's `url.ParseQuery` reads it, whose errors an API server passes over: pairs are cut at `&`; one that holds a `;` or an
/// escape that is none is dropped; `+` is a space; a key without `=` has the empty value. Bytes that are not UTF-8 become replacement
/// characters.
///
/// ```
/// use lookglass_protocol::request::Query;
///
/// let query = Query::parse("labelSelector=a+in+(b,c)&watch&limit=%zz");
/// assert_eq!(query.get("labelSelector"), Some("a in (b,c)"));
/// assert_eq!(query.get("watch"), Some(""));
/// assert_eq!(query.get("limit"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub(super) pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a query, without its question mark.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let pair = |piece: &str| {
            let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
            Some((component(key)?, component(value)?))
        };
        let pieces = text.split('&').filter(|piece| !piece.is_empty() && !piece.contains(';'));
        Self { pairs: pieces.filter_map(pair).collect() }
    }

    /// The first value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// All values of a key.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

fn component(text: &str) -> Option<String> {
    if !text.contains(['%', '+']) {
        return Some(text.to_owned());
    }
    let bytes = unescape(&text.replace('+', " "))?;
    Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
