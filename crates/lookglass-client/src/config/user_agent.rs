//! What the server's logs call a program.

use std::env::consts::{ARCH, OS};

use http::HeaderValue;

const LIBRARY: &str = concat!("lookglass/", env!("CARGO_PKG_VERSION"));

/// The library alone, for a config that nobody told of the program.
pub(super) fn of_library() -> HeaderValue {
    header(&format!("{LIBRARY} ({}/{})", os(), arch()))
}

/// A program whose version is not known says none, rather than one that is wrong.
pub(super) fn of_program(name: &str, version: Option<&str>) -> HeaderValue {
    let version = version.map(|version| format!("/{version}")).unwrap_or_default();
    header(&format!("{name}{version} ({}/{}) {LIBRARY}", os(), arch()))
}

/// Any text as a header.
pub(super) fn header(text: &str) -> HeaderValue {
    let text: String = text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '_' }).collect();
    // Visible ASCII is always a header; the default is never taken.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("lookglass"))
}

/// Go's names, which API servers' logs and audit rules know.
fn os() -> &'static str {
    if OS == "macos" { "darwin" } else { OS }
}

fn arch() -> &'static str {
    match ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}
