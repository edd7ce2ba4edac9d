//! Others' words, as they may be repeated.

/// A word of this length may be a token or a key.
const LONG: usize = 32;

/// The text without words that are long enough to be a secret.
pub(crate) fn without_long(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words
        .map(|word| if word.trim().len() >= LONG { word.replace(word.trim(), "[...]") } else { word.to_owned() })
        .collect()
}
