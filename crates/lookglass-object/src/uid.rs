//! The identity of one life of an object: [`Uid`].

use std::fmt;

/// `metadata.uid`: which of several objects that had one key this is.
///
/// API servers write lower-case UUIDs, which take their 16 bytes here and no allocation. Any other text is kept as it is.
///
/// ```
/// use lookglass_object::Uid;
///
/// let uid = Uid::from("0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10");
/// assert_eq!(uid.to_string(), "0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10");
/// assert_eq!(Uid::from("fake-7").to_string(), "fake-7");
/// assert!(Uid::from("").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uid(Form);

// The order says nothing of age; it lets a uid be what an index is looked up by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
enum Form {
    #[default]
    None,
    Uuid([u8; 16]),
    Text(Box<str>),
}

impl Uid {
    /// Whether the object has none, as one that no API server has seen.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self.0, Form::None)
    }

    /// Bytes on the heap: none for a UUID.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        if let Form::Text(text) = &self.0 { text.len() } else { 0 }
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        Self(match parse(text.as_bytes()) {
            Some(uuid) => Form::Uuid(uuid),
            None if text.is_empty() => Form::None,
            None => Form::Text(text.into()),
        })
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::None => Ok(()),
            Form::Text(text) => f.pad(text),
            Form::Uuid(uuid) => f.pad(str::from_utf8(&spell(uuid)).unwrap_or_default()),
        }
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({self})")
    }
}

/// The one spelling of a UUID that [`parse`] reads.
pub(crate) fn spell(uuid: &[u8; 16]) -> [u8; 36] {
    let mut text = [b'-'; 36];
    for (byte, at) in uuid.iter().zip(PLACES) {
        text[at] = DIGITS[usize::from(byte >> 4)];
        text[at + 1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

/// The 16 bytes of a UUID in the one spelling that [`fmt::Display`] gives back.
pub(crate) fn parse(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|&at| text[at] != b'-') {
        return None;
    }
    // What is no digit is found at the end: a branch at each would cost more than all of it.
    let mut uuid = [0; 16];
    let mut seen = 0;
    for (byte, at) in uuid.iter_mut().zip(PLACES) {
        let (high, low) = (VALUES[usize::from(text[at])], VALUES[usize::from(text[at + 1])]);
        seen |= high | low;
        *byte = high << 4 | low & 15;
    }
    (seen & NO_DIGIT == 0).then_some(uuid)
}

/// Set in the value of what is no digit.
pub(crate) const NO_DIGIT: u8 = 0x80;

/// The value of each lower-case digit.
pub(crate) const VALUES: [u8; 256] = values(DIGITS);

/// What each byte is worth as a digit of an alphabet.
pub(crate) const fn values(alphabet: &[u8; 16]) -> [u8; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < alphabet.len() {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
}

/// Where each byte's two digits stand.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
pub(crate) const DIGITS: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_comes_back_as_it_was() {
        for text in [
            "0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10",
            "0F3B5E9A-6D0F-4F39-9D8F-2F3C1F6F7A10",
            "0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a1g",
            "0f3b5e9a06d0f-4f39-9d8f-2f3c1f6f7a10",
            "0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a1",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "äöüäöüäöüäöüäöüäöü",
            "x",
            "",
        ] {
            assert_eq!(Uid::from(text).to_string(), text);
        }
    }

    #[test]
    fn only_the_canonical_spelling_is_compact() {
        assert_eq!(Uid::from("0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10").heap_size(), 0);
        assert_eq!(Uid::from("0F3B5E9A-6D0F-4F39-9D8F-2F3C1F6F7A10").heap_size(), 36);
        assert_eq!(size_of::<Uid>(), 24);
    }
}
