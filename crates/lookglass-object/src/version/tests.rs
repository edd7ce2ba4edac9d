use proptest::prelude::*;

use super::*;

fn rv(text: &str) -> ResourceVersion {
    text.into()
}

#[test]
fn is_two_words() {
    assert_eq!(size_of::<ResourceVersion>(), 16);
    assert_eq!(size_of::<Option<ResourceVersion>>(), 16);
}

// The table of apimachinery's own test of CompareResourceVersion; None is its error.
#[test]
fn compares_as_apimachinery_does() {
    let big = "99999999999999999999999999999999999999";
    for (a, b, expected) in [
        ("100", "200", Some(Ordering::Less)),
        ("200", "100", Some(Ordering::Greater)),
        ("9", "10", Some(Ordering::Less)),
        ("18446744073709551615", "18446744073709551616", Some(Ordering::Less)),
        ("18446744073709551617", "18446744073709551616", Some(Ordering::Greater)),
        ("1", big, Some(Ordering::Less)),
        (big, "20000000000000000000", Some(Ordering::Greater)),
        ("1", "01", None),
        ("0", "1", None),
        ("1", "", None),
        ("", "0", None),
        ("-1", "1", None),
        ("+1", "2", None),
        ("1a", "2", None),
        ("a", "b", None),
        ("٣", "4", None),
    ] {
        assert_eq!(rv(a).partial_cmp(&rv(b)), expected, "{a} {b}");
        assert_eq!(rv(b).partial_cmp(&rv(a)), expected.map(Ordering::reverse), "{b} {a}");
    }
}

#[test]
fn special_versions() {
    assert!(rv("").is_unset() && !rv("").is_any() && rv("") == ResourceVersion::default());
    assert!(rv("0").is_any() && !rv("0").is_unset() && rv("0") == ResourceVersion::any());
    assert!(!rv("00").is_any());
    assert_eq!(rv("7"), ResourceVersion::from(7));
    assert_eq!((rv("7").as_u64(), rv("07").as_u64(), rv("18446744073709551616").as_u64()), (Some(7), None, None));
    assert_eq!((rv("7").heap_size(), rv("x7").heap_size()), (0, 18));
    assert_eq!(format!("{:?} {:?} {:>4}", rv("7"), rv("x"), rv("7")), r#""7" "x"    7"#);
}

proptest! {
    #[test]
    fn prints_as_it_came(text in "\\PC{0,30}|[0-9+-]{0,24}") {
        prop_assert_eq!(rv(&text).to_string(), text);
    }

    #[test]
    fn order_is_lawful(a in "[0-9]{0,3}|[0-9]{19,21}", b in "[0-9]{0,3}|[0-9]{19,21}", c in "[0-9]{0,3}|[0-9]{19,21}") {
        let (a, b, c) = (rv(&a), rv(&b), rv(&c));
        prop_assert_eq!(a.partial_cmp(&b), b.partial_cmp(&a).map(Ordering::reverse));
        prop_assert_eq!(a == b, a.partial_cmp(&b) == Some(Ordering::Equal));
        prop_assert!(!(a.newer_than(&b) && b.newer_than(&c)) || a.newer_than(&c));
    }

    #[test]
    fn numbers_compare_as_numbers(a in 1..u128::MAX, b in 1..u128::MAX, shift in 0..120_u32) {
        let (a, b): (u128, u128) = ((a >> shift).max(1), (b >> shift).max(1));
        prop_assert_eq!(rv(&a.to_string()).partial_cmp(&rv(&b.to_string())), Some(a.cmp(&b)));
    }
}
