//! Subjects of certificates, whole and broken.

use proptest::prelude::*;

use super::User;

/// An element of DER.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let head = match length {
        0..=0x7f => vec![tag, length as u8],
        0x80..=0xff => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, contents.to_vec()].concat()
}

fn name(kind: u8, tag: u8, value: &[u8]) -> Vec<u8> {
    let kind = der(0x06, &[0x55, 0x04, kind]);
    der(0x31, &der(0x30, &[kind, der(tag, value)].concat()))
}

const COMMON_NAME: u8 = 3;
const COUNTRY: u8 = 6;
const ORGANISATION: u8 = 10;

fn certificate(versioned: bool, names: &[Vec<u8>]) -> Vec<u8> {
    let version = if versioned { der(0xa0, &der(0x02, &[2])) } else { Vec::new() };
    let parts = [version, der(0x02, &[9]), der(0x30, b""), der(0x30, b""), der(0x30, b""), der(0x30, &names.concat())];
    let key_and_extensions = der(0x30, &[0; 200]);
    der(0x30, &[der(0x30, &[parts.concat(), key_and_extensions].concat()), der(0x30, b""), der(0x03, b"sig")].concat())
}

#[test]
fn the_common_name_is_the_user_and_organisations_are_groups() {
    let names = [
        name(COUNTRY, 0x13, b"CH"),
        name(ORGANISATION, 0x0c, b"system:masters"),
        name(ORGANISATION, 0x13, b"dev"),
        name(COMMON_NAME, 0x0c, "jürg".as_bytes()),
    ];
    let expected = User::new("jürg").in_group("system:masters").in_group("dev");
    for versioned in [true, false] {
        assert_eq!(User::from_certificate(&certificate(versioned, &names)), Some(expected.clone()));
    }
}

#[test]
fn the_last_common_name_counts() {
    let names = [name(COMMON_NAME, 0x0c, b"first"), name(COMMON_NAME, 0x0c, b"last")];
    assert_eq!(User::from_certificate(&certificate(true, &names)), Some(User::new("last")));
}

#[test]
fn a_certificate_without_a_common_name_names_nobody() {
    for names in [vec![], vec![name(ORGANISATION, 0x0c, b"dev")], vec![name(COMMON_NAME, 0x0c, b"")]] {
        assert_eq!(User::from_certificate(&certificate(true, &names)), None);
    }
    assert_eq!(User::from_certificate(&certificate(true, &[name(COMMON_NAME, 0x0c, b"\xff\xfe")])), None);
}

proptest! {
    #[test]
    fn cut_or_bent_bytes_never_panic(cut in 0usize..400, at in 0usize..400, bent: u8) {
        let mut bytes = certificate(true, &[name(ORGANISATION, 0x0c, b"dev"), name(COMMON_NAME, 0x0c, b"jane")]);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = bent;
        }
        bytes.truncate(cut.max(1));
        let _ = User::from_certificate(&bytes);
    }

    #[test]
    fn noise_never_panics(bytes: Vec<u8>) {
        prop_assert_eq!(User::from_certificate(&bytes).filter(|user| user.name.is_empty()), None);
    }
}
