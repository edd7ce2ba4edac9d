//! Inputs as they stand on a command line.

use std::fmt::Write as _;

/// Two digits per byte.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String never fails.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that such a text stands for; `None` if it is none.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn bytes_come_back_and_other_text_does_not() {
        assert_eq!(decode(&encode(&[0, 10, 255])), Some(vec![0, 10, 255]));
        assert_eq!((decode("0"), decode("0g"), decode("")), (None, None, Some(vec![])));
    }
}
