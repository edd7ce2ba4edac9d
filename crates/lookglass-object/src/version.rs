//! Which version of an object: [`ResourceVersion`].

use std::{cmp::Ordering, convert::Infallible, fmt, str::FromStr};

/// The version of an object or a list, as the API server gave it. Print it and hand it back; it is never computed.
///
/// ```
/// use lookglass_object::ResourceVersion;
///
/// let (seen, now) = (ResourceVersion::from("998"), ResourceVersion::from("1002"));
/// assert!(now.newer_than(&seen));
/// assert_eq!(now.to_string(), "1002");
/// assert!(!ResourceVersion::from("opaque").newer_than(&seen));
/// ```
///
/// # Order
///
/// Since Kubernetes 1.35 versions of one resource may be compared as numbers. The rules are those of apimachinery's
/// `CompareResourceVersion`: decimal digits of any length without a leading zero compare as numbers; everything else is
/// unordered. `""` (not known, or "the newest" in a request) and `"0"` ("any" in a request) are no versions of anything, so
/// they too are older or newer than nothing. Versions of different resources, or of different clusters, must not be compared;
/// the type cannot know.
///
/// # Cost
///
/// 16 bytes. Numbers below 2^64 need no allocation, which is every version that Kubernetes makes; another text is kept as it
/// is, boxed twice to keep the common case small.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResourceVersion(Repr);

// Exactly one form per text: `Number` wherever the text is what the number prints as.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Unset,
    Number(u64),
    // A fat pointer here would make every version three words.
    Text(Box<Box<str>>),
}

impl ResourceVersion {
    /// The version that is not known, `""`. In a request it asks for the newest state.
    #[must_use]
    pub const fn unset() -> Self {
        Self(Repr::Unset)
    }

    /// Any version, `"0"`. In a request it accepts whatever state the server has at hand.
    #[must_use]
    pub const fn any() -> Self {
        Self(Repr::Number(0))
    }

    /// Whether this is `""`.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.0 == Repr::Unset
    }

    /// Whether this is `"0"`.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.0 == Repr::Number(0)
    }

    /// The number, if it is one below 2^64 in canonical form. `"0"` counts as 0 here.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self.0 {
            Repr::Number(number) => Some(number),
            Repr::Unset | Repr::Text(_) => None,
        }
    }

    /// Whether both can be compared and this one is newer. False for equal versions and for whatever is unordered: ask
    /// [`partial_cmp`](Self::partial_cmp) where "older" and "who knows" must be told apart.
    #[must_use]
    pub fn newer_than(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Greater)
    }

    /// Bytes that this version holds on the heap.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        match &self.0 {
            Repr::Unset | Repr::Number(_) => 0,
            Repr::Text(text) => size_of::<Box<str>>() + text.len(),
        }
    }
}

/// `None` unless both are numbers that a server gives out, or both are the same.
impl PartialOrd for ResourceVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (&self.0, &other.0) {
            (a, b) if a == b => Some(Ordering::Equal),
            (Repr::Unset | Repr::Number(0), _) | (_, Repr::Unset | Repr::Number(0)) => None,
            (Repr::Number(a), Repr::Number(b)) => Some(a.cmp(b)),
            // A number that is kept as text is longer than any u64, or equally long and greater.
            (Repr::Number(_), Repr::Text(b)) => is_number(b).then_some(Ordering::Less),
            (Repr::Text(a), Repr::Number(_)) => is_number(a).then_some(Ordering::Greater),
            (Repr::Text(a), Repr::Text(b)) => {
                (is_number(a) && is_number(b)).then(|| a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
            }
        }
    }
}

/// Decimal digits without a leading zero.
fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() && !text.starts_with('0')
}

impl From<&str> for ResourceVersion {
    fn from(text: &str) -> Self {
        let canonical = is_number(text) || text == "0";
        Self(match text.parse() {
            Ok(number) if canonical => Repr::Number(number),
            _ if text.is_empty() => Repr::Unset,
            _ => Repr::Text(Box::new(text.into())),
        })
    }
}

impl From<u64> for ResourceVersion {
    fn from(number: u64) -> Self {
        Self(Repr::Number(number))
    }
}

impl FromStr for ResourceVersion {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

/// The version that is not known.
impl Default for ResourceVersion {
    fn default() -> Self {
        Self::unset()
    }
}

/// The text exactly as it came.
impl fmt::Display for ResourceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Unset => f.pad(""),
            Repr::Number(number) => fmt::Display::fmt(number, f),
            Repr::Text(text) => f.pad(text),
        }
    }
}

impl fmt::Debug for ResourceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Unset => f.write_str("\"\""),
            Repr::Number(number) => write!(f, "\"{number}\""),
            Repr::Text(text) => fmt::Debug::fmt(text, f),
        }
    }
}

#[cfg(test)]
mod tests;
