//! What a server says of itself: the list of its paths, and who issues its tokens.

use serde::Serialize;

use super::{Document, Facts, health, indented};
use crate::Catalog;

/// `/`: everything that can be asked for, sorted.
pub(super) fn paths(catalog: &Catalog) -> Document {
    #[derive(Serialize)]
    struct Paths {
        paths: Vec<String>,
    }
    let fixed = [
        "/.well-known/openid-configuration",
        "/api",
        "/apis",
        "/apis/",
        "/flagz",
        "/healthz",
        "/livez",
        "/metrics",
        "/metrics/slis",
        "/openapi/v2",
        "/openapi/v3",
        "/openapi/v3/",
        "/openid/v1/jwks",
        "/readyz",
        "/statusz",
        "/version",
    ];
    let mut paths: Vec<String> = fixed.map(str::to_owned).into();
    for (group, versions) in catalog.groups() {
        let prefix = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        paths.extend(versions.iter().map(|version| format!("{prefix}/{}", version.version())));
        if !group.is_empty() {
            paths.push(prefix);
        }
    }
    for endpoint in ["healthz", "livez", "readyz"] {
        paths.extend(health::checks(endpoint).map(|check| format!("/{endpoint}/{check}")));
    }
    paths.sort_unstable();
    indented(&Paths { paths })
}

/// `/.well-known/openid-configuration`.
pub(super) fn openid(facts: &Facts) -> Document {
    #[derive(Serialize)]
    struct Configuration<'a> {
        issuer: &'a str,
        jwks_uri: String,
        response_types_supported: [&'static str; 1],
        subject_types_supported: [&'static str; 1],
        id_token_signing_alg_values_supported: [&'static str; 1],
    }
    let body = Configuration {
        issuer: &facts.issuer,
        jwks_uri: format!("https://{}/openid/v1/jwks", facts.address),
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
    };
    Document::new(200, "application/json", super::to_json(&body, false))
        .with(http::header::CACHE_CONTROL, http::HeaderValue::from_static("public, max-age=3600"))
}

/// `/openid/v1/jwks`: the keys that tokens are signed with. The server issues none, so there are no keys.
pub(super) fn keys() -> Document {
    Document::new(200, "application/jwk-set+json", r#"{"keys":[]}"#)
        .with(http::header::CACHE_CONTROL, http::HeaderValue::from_static("public, max-age=3600"))
}
