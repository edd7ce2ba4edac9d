use proptest::prelude::*;

use super::{super::MAX_DEPTH, *};

/// The same character by character, with everything it knows spelled out.
fn naive(bytes: &[u8], start: usize, levels: u32) -> Result<usize, JsonError> {
    let mut open = Vec::new();
    let (mut string, mut escaped) = (false, false);
    for (at, &byte) in bytes.iter().enumerate().skip(start) {
        let error = |kind| Err(JsonError { offset: at, kind });
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            _ if string => {}
            b'{' | b'[' if open.len() == levels as usize => return error(JsonErrorKind::TooDeep),
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => {
                let fits = if byte == b'}' { b'{' } else { b'[' };
                if open.pop() != Some(fits) {
                    return error(JsonErrorKind::Unbalanced);
                }
                if open.is_empty() {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
    }
    Err(truncated(bytes))
}

/// Both ways, of a container that begins at `start`; and its text cut off at every byte around the end that was found.
fn same(text: &str, start: usize, levels: u32) {
    let bytes = text.as_bytes();
    let found = container(bytes, start, levels);
    assert_eq!(found, naive(bytes, start, levels), "{start} {levels} {text:?}");
    if let Ok(end) = found {
        for end in end.saturating_sub(70).max(start + 1)..=end {
            let cut = &bytes[..end];
            assert_eq!(container(cut, start, levels), naive(cut, start, levels), "{start} {levels} {text:?} to {end}");
        }
    }
}

/// Texts of the characters that matter and of some that look like them by a bit or by the bytes of their code.
fn noise() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => Just('"'),
        6 => Just('\\'),
        4 => prop::sample::select(vec!['{', '}', '[', ']']),
        4 => any::<char>(),
        2 => prop::sample::select(vec!['\u{2}', '\u{1}', ';', '=', 'é', '€', '😀', '\u{7b}', '\u{0}', ',']),
    ];
    let stretch = prop_oneof![
        8 => character.prop_map(String::from),
        2 => (0..130_usize).prop_map(|count| "\\".repeat(count)),
        2 => (0..130_usize).prop_map(|count| "x".repeat(count)),
        1 => (0..40_usize).prop_map(|count| "\\\"".repeat(count)),
        1 => (0..60_usize).prop_map(|count| "{}[]".repeat(count)),
    ];
    prop::collection::vec(stretch, 0..60).prop_map(|stretches| stretches.concat())
}

proptest! {
    #[test]
    fn a_container_ends_or_fails_where_it_does_character_by_character(
        before in 0..70_usize, object: bool, noise in noise(), deep in prop_oneof![Just(MAX_DEPTH), 0..6_u32],
    ) {
        let text = format!("{}{}{noise}", " ".repeat(before), if object { '{' } else { '[' });
        same(&text, before, deep);
    }

    #[test]
    fn legal_json_ends_where_it_does_character_by_character(
        before in 0..70_usize, values in prop::collection::vec(super::super::style::value(), 1..20), seed: u64,
    ) {
        let text = format!("{}{}, {{}}", "\"".repeat(before), super::super::style::write(&values.into(), seed).trim());
        same(&text, before, MAX_DEPTH);
    }
}

proptest! {
    #[test]
    fn a_string_ends_where_it_does_character_by_character_and_is_plain_only_if_it_is(
        before in 0..9_usize,
        stretches in prop::collection::vec("[a-z/.-]{0,12}|[\u{0}-\u{7f}]{0,2}|[é€😀]{0,2}|\\\\{0,3}|\"?", 0..6),
    ) {
        let text = format!("{}\"{}\" more", "x".repeat(before), stretches.concat());
        let bytes = text.as_bytes();
        let mut escaped = false;
        let closes = |byte: &u8| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        };
        let end = bytes[before + 1..].iter().position(closes).map(|length| before + 1 + length);
        match string(bytes, before) {
            Err(error) => prop_assert_eq!((end, error), (None, truncated(bytes))),
            Ok((after, plain)) => {
                prop_assert_eq!(Some(after - 1), end);
                let is_plain = bytes[before + 1..after - 1].iter().all(|byte| *byte >= b' ' && *byte != b'\\');
                prop_assert!(is_plain || !plain, "{:?}", text);
                // What is short and has text behind it is known.
                prop_assert!(plain || !is_plain || after > before + 32 || after + 8 > bytes.len(), "{:?}", text);
            }
        }
    }
}

#[test]
fn backslashes_count_across_blocks_in_strings_and_nowhere_else() {
    for before in 0..70 {
        for count in 0..140 {
            let (blank, backslashes) = ("x".repeat(before), "\\".repeat(count));
            for text in [
                format!("[\"{blank}{backslashes}\"]\"]"),
                format!("[{blank}{backslashes}\"]\"]"),
                format!("[\"{blank}\"{backslashes}\"]\\\"]\"]"),
                format!("[{backslashes}{blank}\"{backslashes}\"]\"]"),
            ] {
                let bytes = text.as_bytes();
                assert_eq!(container(bytes, 0, 8), naive(bytes, 0, 8), "{text}");
            }
        }
    }
}

#[test]
fn what_comes_first_decides() {
    for (text, error) in [
        ("[[]", JsonErrorKind::Truncated),
        ("[[[]}", JsonErrorKind::TooDeep),
        ("[}[[", JsonErrorKind::Unbalanced),
        ("{\"]", JsonErrorKind::Truncated),
    ] {
        assert_eq!(container(text.as_bytes(), 0, 2).map_err(|error| error.kind), Err(error), "{text}");
    }
    assert_eq!(container(b"[]}\"[[[", 0, 2), Ok(2));
}

#[test]
fn hostile_texts_take_linear_time() {
    for stretch in ["\\", "\\\"", "\\\\\"", "\"\\", "{}", "\"\"", "é\\"] {
        let text = format!("[{}", stretch.repeat(1 << 20));
        let end = container(text.as_bytes(), 0, MAX_DEPTH);
        assert_eq!(end, naive(text.as_bytes(), 0, MAX_DEPTH), "{stretch}");
    }
}
