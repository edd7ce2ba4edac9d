use proptest::prelude::*;

use super::*;
use crate::{
    Datum,
    json::style::{self, write},
};

fn steps(text: &str) -> Vec<String> {
    text.parse::<Path>().unwrap().steps().map(str::to_owned).collect()
}

#[test]
fn both_ways_of_writing_give_the_same_steps() {
    for (text, wanted) in [
        ("spec.nodeName", &["spec", "nodeName"][..]),
        (".spec.nodeName", &["spec", "nodeName"]),
        ("/spec/nodeName", &["spec", "nodeName"]),
        ("spec.containers[0].image", &["spec", "containers", "0", "image"]),
        ("spec.containers.0.image", &["spec", "containers", "0", "image"]),
        ("/a~1b/c~0d/~01", &["a/b", "c~d", "~1"]),
        ("labels['a.b/c'].x", &["labels", "a.b/c", "x"]),
        ("labels[\"a]\"][3]", &["labels", "a]", "3"]),
        (r"labels.a\.b/c", &["labels", "a.b/c"]),
        ("['x']", &["x"]),
        ("/", &[""]),
        ("x", &["x"]),
    ] {
        assert_eq!(steps(text), wanted, "{text}");
    }
}

#[test]
fn what_is_no_path_is_refused() {
    for text in
        ["", ".", "a.", "a..b", "a[", "a[]", "a[x]", "a['b'", "a]b", "[0]x", "a[0]b", "/a~2", "/a~", r"a\", "a.[0]."]
    {
        let error = text.parse::<Path>().unwrap_err();
        assert!(matches!(error, PathError::Malformed { .. }), "{text}: {error}");
    }
    let long = "a.".repeat(64) + "a";
    assert!(matches!(long.parse::<Path>(), Err(PathError::TooLong { .. })));
}

proptest! {
    #[test]
    fn a_path_prints_as_what_it_was_parsed_from(names in prop::collection::vec(style::name(), 1..6)) {
        let path = Path::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
    }

    #[test]
    fn any_text_is_a_path_or_refused(text in "[a/.~\\\\'\"\\[\\]0-9]{0,16}") {
        if let Ok(path) = text.parse::<Path>() {
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }
    }

    #[test]
    fn what_is_found_is_what_serde_json_finds(value in style::value(), seed: u64, names in prop::collection::vec(0..4_usize, 1..4)) {
        // Walks down by the numbers of members, so that most paths lead somewhere.
        let text = write(&value, seed);
        let mut there = Some(&value);
        let mut steps = Vec::new();
        for at in names {
            let (step, next) = match there {
                Some(serde_json::Value::Object(members)) => match members.iter().nth(at) {
                    Some((name, value)) => (name.clone(), Some(value)),
                    None => ("missing".to_owned(), members.get("missing")),
                },
                Some(serde_json::Value::Array(elements)) => (at.to_string(), elements.get(at)),
                _ => (at.to_string(), None),
            };
            steps.push(step);
            there = next;
        }
        let path = Path::of(&steps.iter().map(String::as_str).collect::<Vec<_>>());
        let found = path.find(Reader::new(&text), 0).unwrap().map(|reader| Datum::read(reader).unwrap());
        let found = found.map(|datum| match datum {
            Datum::Null => serde_json::Value::Null,
            Datum::Bool(bool) => bool.into(),
            Datum::Number(number) => number.into(),
            Datum::String(text) => (*text).into(),
            Datum::Json(text) => serde_json::from_str(&text).unwrap(),
        });
        prop_assert_eq!(found.as_ref(), there);
    }
}

#[test]
fn of_repeated_names_the_last_counts() {
    let path: Path = "a.b".parse().unwrap();
    let text = r#"{"a":{"b":1},"a":{"b":2,"b":3}}"#;
    let found = path.find(Reader::new(text), 0).unwrap().map(Datum::read);
    assert_eq!(found, Some(Ok(Datum::Number(3.into()))));
}
