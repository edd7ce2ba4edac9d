//! Strong tags of documents, as the real server makes them.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha512};

/// The SHA-512 of some bytes in upper case.
pub(super) fn of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(128);
    for byte in Sha512::digest(bytes) {
        let _ = write!(text, "{byte:02X}");
    }
    text
}
