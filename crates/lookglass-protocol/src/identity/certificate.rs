//! The subject of an X.509 certificate, and nothing else of it.
//!
//! The certificate was verified before (that is the work of the TLS library, which does not tell the subject); what is left is to walk past six
//! fields of DER and to read a list of names. Bytes that are not as they should be give `None`, never a panic.

use super::User;

/// The user whom the subject names: the last common name, and the organisations as groups.
pub(super) fn subject(der: &[u8]) -> Option<User> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (mut to_be_signed, _) = element(certificate, SEQUENCE)?;
    if let Some((_, rest)) = element(to_be_signed, VERSION) {
        to_be_signed = rest;
    }
    for skipped in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE] {
        (_, to_be_signed) = element(to_be_signed, skipped)?;
    }
    let (mut names, _) = element(to_be_signed, SEQUENCE)?;
    let mut user = User::new("");
    while !names.is_empty() {
        let mut set;
        (set, names) = element(names, SET)?;
        while !set.is_empty() {
            let attribute;
            (attribute, set) = element(set, SEQUENCE)?;
            let (kind, value) = element(attribute, OBJECT_IDENTIFIER)?;
            match (kind, text(value)) {
                (COMMON_NAME, Some(value)) => user.name = value.to_owned(),
                (ORGANISATION, Some(value)) => user = user.in_group(value),
                _ => {}
            }
        }
    }
    (!user.name.is_empty()).then_some(user)
}

/// The contents of the element at the beginning, if its tag is this one, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Four bytes of length are 4 GiB; a longer form is not a certificate.
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    (found == tag).then_some(())?;
    rest.split_at_checked(length)
}

/// A string in one of the types that are UTF-8 or a part of it.
fn text(der: &[u8]) -> Option<&str> {
    let (value, _) = [UTF8_STRING, PRINTABLE_STRING, IA5_STRING].into_iter().find_map(|tag| element(der, tag))?;
    std::str::from_utf8(value).ok()
}

const INTEGER: u8 = 0x02;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;

/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.10
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
