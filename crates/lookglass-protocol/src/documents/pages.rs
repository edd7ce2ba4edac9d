//! Pages for people: `/flagz` and `/statusz`.

use jiff::{Timestamp, tz::TimeZone};

use super::{Document, Facts};

const WARNING: &str = "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging \
                       purposes only.";

/// `/flagz`: the flags that the server was started with. It has none.
pub(super) fn flags() -> Document {
    Document::text(200, head("flagz"))
}

/// `/statusz`: since when which version runs. Lines about Go are left out.
pub(super) fn status(now: Timestamp, facts: &Facts) -> Document {
    let started = facts.started.to_zoned(TimeZone::UTC).strftime("%a %b %e %H:%M:%S UTC %Y");
    let up = now.duration_since(facts.started).as_secs().max(0);
    let version = &facts.version;
    let body = format!(
        "{}Started: {started}\nUp: {} hr {:02} min {:02} sec\nBinary version: {}\nEmulation version: {}.{}\n\n\
         Paths: /flagz /healthz /livez /metrics /readyz /statusz /version\n",
        head("statusz"),
        up / 3600,
        up / 60 % 60,
        up % 60,
        version.git_version.trim_start_matches('v'),
        version.emulation_major,
        version.emulation_minor,
    );
    Document::text(200, body)
}

fn head(page: &str) -> String {
    format!("\nkube-apiserver {page}\n{WARNING}\n\n")
}
