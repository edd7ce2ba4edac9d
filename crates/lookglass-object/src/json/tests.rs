use proptest::prelude::*;

use super::{
    style::{self, write},
    *,
};

fn skip_all(text: &str) -> Result<Range<usize>, JsonError> {
    let mut reader = Reader::new(text);
    let range = reader.skip()?;
    reader.end()?;
    Ok(range)
}

/// Reads everything by entering it, and builds what `serde_json` would.
fn build(reader: &mut Reader<'_>) -> Result<serde_json::Value, JsonError> {
    Ok(match reader.peek()? {
        Sort::Object => {
            reader.object()?;
            let mut members = serde_json::Map::new();
            while let Some(name) = reader.member()? {
                members.insert(name.decode()?.into(), build(reader)?);
            }
            members.into()
        }
        Sort::Array => {
            reader.array()?;
            let mut elements = Vec::new();
            while reader.element()? {
                elements.push(build(reader)?);
            }
            elements.into()
        }
        Sort::String => reader.string()?.decode()?.into(),
        Sort::Null | Sort::Bool | Sort::Number => {
            let range = reader.skip()?;
            serde_json::from_str(reader.text(range)).expect("a checked scalar")
        }
    })
}

proptest! {
    #[test]
    fn entering_and_skipping_see_what_serde_json_sees(value in style::value(), seed: u64) {
        let text = write(&value, seed);
        let mut reader = Reader::new(&text);
        prop_assert_eq!(build(&mut reader), Ok(value));
        prop_assert_eq!(reader.end(), Ok(()));
        let range = skip_all(&text).expect("legal JSON");
        prop_assert_eq!(&text[range], text.trim_matches([' ', '\n', '\t', '\r']));
    }

    #[test]
    fn a_text_that_is_cut_off_is_an_error_at_every_byte(value in style::value(), seed: u64) {
        let text = write(&value, seed);
        let text = text.trim();
        prop_assume!(!matches!(value, serde_json::Value::Number(_)));
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let cut = &text[..end];
            prop_assert!(skip_all(cut).is_err_and(|error| error.offset <= end), "{cut:?}");
            prop_assert!(build(&mut Reader::new(cut)).is_err(), "{cut:?}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused_as_serde_json_does(text in "[\\[\\]{}:,\"\\\\ \n0-9a-u.+-]{0,24}|[{\\[]{1,6}[\"a:,0\\]}]{0,12}") {
        let mut reader = Reader::new(&text);
        let ours = build(&mut reader).and_then(|value| reader.end().map(|()| value));
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{:?} {:?}", ours, theirs);
        // Stepping over is lenient inside, but never refuses what is legal.
        prop_assert!(theirs.is_err() || skip_all(&text).is_ok());
    }

    #[test]
    fn a_path_leads_to_where_the_byte_is(value in style::value(), seed: u64) {
        let text = write(&value, seed);
        for offset in 0..text.len() {
            let _any = path_at(text.as_bytes(), offset);
        }
    }
}

#[test]
fn nesting_is_bounded_and_costs_no_stack() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(skip_all(&nested(128)).is_ok());
    assert!(skip_all(&nested(129)).is_err_and(|error| error.kind == JsonErrorKind::TooDeep && error.offset == 128));
    assert!(skip_all(&"[".repeat(1 << 20)).is_err_and(|error| error.kind == JsonErrorKind::TooDeep));
    assert!(skip_all(&"{\"a\":".repeat(1 << 20)).is_err_and(|error| error.kind == JsonErrorKind::TooDeep));
    let text = "[".repeat(1 << 20);
    let mut reader = Reader::new(&text);
    let error = (0..).find_map(|_| reader.array().and_then(|()| reader.element()).err()).unwrap();
    assert_eq!((error.kind, error.offset), (JsonErrorKind::TooDeep, 128));
}

#[test]
fn brackets_must_match_in_kind() {
    for text in ["[}", "{]", "[[}]", "{\"a\":[}}", "]", "}"] {
        assert!(skip_all(text).is_err(), "{text}");
    }
}

#[test]
fn quotes_behind_backslashes_close_or_not() {
    for (text, end) in [(r#""\\""#, 4), (r#""\"""#, 4), (r#""\\\"""#, 6), (r#""\\\\""#, 6), (r#""""#, 2)] {
        assert_eq!(skip_all(text), Ok(0..end), "{text}");
    }
    assert!(skip_all(r#""\""#).is_err());
    assert!(skip_all(r#""\\\""#).is_err());
}

#[test]
fn many_escaped_quotes_take_linear_time() {
    let text = format!("\"{}\"", "\\\"".repeat(1 << 20));
    assert_eq!(skip_all(&text), Ok(0..text.len()));
    let text = format!("\"{}\"", "\\\\".repeat(1 << 20));
    assert_eq!(skip_all(&text), Ok(0..text.len()));
}

#[test]
fn bytes_must_be_utf8() {
    let error = Reader::from_bytes(b"{\"a\": \"\xff\"}").unwrap_err();
    assert_eq!((error.offset, error.kind), (7, JsonErrorKind::Utf8));
}

#[test]
fn an_invalid_escape_means_nothing() {
    let mut reader = Reader::new(r#""\ud800""#);
    let text = reader.string().unwrap();
    assert!(!text.is("x"));
    assert_eq!(text.decode().unwrap_err().kind, JsonErrorKind::Escape);
}

#[test]
fn errors_say_what_and_where() {
    let mut reader = Reader::new("{\"a\" 1}");
    reader.object().unwrap();
    assert_eq!(reader.member().unwrap_err().to_string(), "malformed JSON at byte 5: expected a colon");
    let mut reader = Reader::new("1 2");
    reader.skip().unwrap();
    assert_eq!(
        reader.end().unwrap_err().to_string(),
        "malformed JSON at byte 2: something follows the end of the value"
    );
}
