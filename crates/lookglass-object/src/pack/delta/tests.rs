use proptest::prelude::*;

use super::*;

/// What `new` becomes against `base`, checked to come back.
fn delta(base: &[u8], new: &[u8]) -> Vec<u8> {
    let mut matcher = Matcher::default();
    matcher.hold(|bytes| bytes.extend_from_slice(base));
    let mut delta = Vec::new();
    assert!(matcher.encode(new, usize::MAX / 2, &mut delta));
    assert_eq!(unpacked_len(&delta), new.len());
    let mut back = Vec::new();
    apply(&delta, base, &mut back);
    assert_eq!(back, new, "against {base:?}");
    delta
}

/// Text as objects are made of.
fn pod(name: &str, uid: &str, ip: &str, digest: &str, time: &str) -> Vec<u8> {
    format!(
        r#"{{"metadata":{{"name":"web-7d4b9-{name}","namespace":"default","uid":"{uid}","labels":{{"app":"web","pod-template-hash":"7d4b9"}}}},"spec":{{"containers":[{{"name":"web","image":"registry.example/web:1.2.3","ports":[{{"containerPort":8080}}]}}]}},"status":{{"podIP":"{ip}","podIPs":[{{"ip":"{ip}"}}],"startTime":"{time}","containerStatuses":[{{"containerID":"containerd://{digest}","started":true}}]}}}}"#
    )
    .into_bytes()
}

const UIDS: [&str; 2] = ["0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10", "c1e8d7b6-a594-4382-8170-6f5e4d3c2b1a"];
const DIGESTS: [&str; 2] = [
    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
    "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447",
];

#[test]
fn kin_become_what_is_theirs_alone() {
    let base = pod("x8k2z", UIDS[0], "10.0.0.7", DIGESTS[0], "2026-01-02T03:04:05Z");
    let new = pod("q4w7n", UIDS[1], "10.0.113.42", DIGESTS[1], "2026-05-16T17:18:19Z");
    // 16 for the uid, 32 for the digest, 8 for the time, 5 each for name and address, and two or three for each of a dozen parts.
    let length = delta(&base, &new).len();
    assert!(length <= 16 + 32 + 8 + 2 * 5 + 12 * 5 / 2, "{length}");
    assert!(delta(&base, &base).len() <= 2 + 2);
}

#[test]
fn what_was_made_before_is_told_once() {
    let token = b"Zm9vYmFyYmF6cXV4 never seen before";
    let new = [&token[..], b"<|>", token, b"<|>", token].concat();
    assert!(delta(b"", &new).len() < token.len() + 20);
}

#[test]
fn runs_that_overlap_what_they_copy_come_back() {
    for length in 0..200 {
        delta(b"", &vec![b'~'; length]);
        delta(&[b'~'; 50], &vec![b'~'; length]);
        delta(b"", &b"~!~!~".repeat(length));
    }
}

#[test]
fn digits_take_half_and_only_what_is_digits_is_taken_for_them() {
    for (text, most) in [
        ("5891b5b522d5df08", 1 + 2 + 8),
        ("5891b5b522d5df0", 1 + 1 + 8),
        ("10.244.113.42:8080", 1 + 2 + 9),
        ("2026-01-02T03:04:05Z", 1 + 2 + 10),
        (UIDS[0], 1 + 2 + 16),
    ] {
        let length = delta(b"", text.as_bytes()).len();
        assert!(length <= most, "{text}: {length}");
    }
    for text in [
        "5891B5B522D5DF08",
        "0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a1",
        "0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a1g",
        "0f3b5e9a",
        "-",
        "",
    ] {
        delta(b"", text.as_bytes());
    }
}

#[test]
fn what_is_not_alike_is_given_up() {
    let mut matcher = Matcher::default();
    matcher.hold(|bytes| bytes.extend_from_slice(b"nothing like it"));
    let mut out = Vec::new();
    assert!(!matcher.encode(&[b'x'; 10].map(|_| b'!'), 5, &mut out));
    // What was written till then is the caller's to clear; the matcher goes on.
    out.clear();
    assert!(matcher.encode(b"nothing like it", 9, &mut out));
}

#[test]
fn a_matcher_that_goes_on_writes_what_a_new_one_would() {
    let base = pod("x8k2z", UIDS[0], "10.0.0.7", DIGESTS[0], "2026-01-02T03:04:05Z");
    let mut matcher = Matcher::default();
    for (held, name) in
        [(&b"another base, and a longer name"[..], "a-much-longer-name"), (&base, "q4w7n"), (&base, "p")]
    {
        matcher.hold(|bytes| bytes.extend_from_slice(held));
        let new = pod(name, UIDS[1], "10.0.0.8", DIGESTS[1], "2026-01-02T03:04:06Z");
        let mut out = Vec::new();
        assert!(matcher.encode(&new, usize::MAX / 2, &mut out));
        assert_eq!(out, delta(held, &new));
    }
}

/// Bytes out of few pieces, so that much is found, and much almost.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\"containerStatuses\":[{\"name\":\"".to_vec()),
        Just(UIDS[0].as_bytes().to_vec()),
        Just(DIGESTS[1].as_bytes().to_vec()),
        Just(b"2026-01-02T03:04:05Z".to_vec()),
        "[0-9a-f]{1,40}".prop_map(String::into_bytes),
        "[0-9.:/TZ-]{1,30}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
        (any::<u8>(), 0..100_usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn everything_comes_back(base in bytes(), new in bytes()) {
        delta(&base, &new);
    }

    #[test]
    fn so_does_what_was_made_of_the_base(
        base in bytes(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..30_usize, bytes()), 0..5),
    ) {
        let mut new = base.clone();
        for (at, length, put) in edits {
            let at = at.index(new.len() + 1);
            let end = (at + length).min(new.len());
            new.splice(at..end, put);
        }
        delta(&base, &new);
    }
}
