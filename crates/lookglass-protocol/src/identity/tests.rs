//! Who is let in, as whom, and who is not.

mod certificates;
mod impersonating;

use http::{Extensions, HeaderMap, Request, request::Parts};
use lookglass_object::Reason;

use super::{Anonymous, Authenticator, Peer, User};
use crate::Caller;

fn request(path: &str, headers: &[(&'static str, &str)]) -> Parts {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn authenticator() -> Authenticator {
    Authenticator::builder().token("t0k", User::new("viewer").in_group("view")).build()
}

#[test]
fn a_token_names_its_user() {
    let mut request = request("/api", &[("authorization", "Bearer t0k"), ("user-agent", "kubectl/v1.36")]);
    let caller = authenticator().authenticate(&mut request).unwrap();
    assert_eq!(caller.user, "viewer");
    assert_eq!(caller.groups, ["view", "system:authenticated"]);
    assert_eq!(caller.user_agent, "kubectl/v1.36");
}

#[test]
fn the_token_is_gone_after_it_was_read() {
    for value in ["Bearer t0k", "Basic dXNlcjpwYXNz"] {
        let mut request = request("/version", &[("authorization", value)]);
        authenticator().authenticate(&mut request).unwrap();
        assert_eq!(request.headers, HeaderMap::new(), "{value}");
    }
    let text = format!("{:?} {:?}", authenticator(), Authenticator::builder().token("t0k", User::new("viewer")));
    assert!(!text.contains("t0k") && !text.contains("viewer"), "{text}");
}

#[test]
fn a_wrong_token_is_refused_in_the_words_of_a_real_server() {
    for token in ["Bearer nope", "Bearer t0k2", "bearer T0K", "Bearer t0"] {
        // A wrong token is refused even where nobody would have needed one.
        for path in ["/api/v1/pods", "/livez"] {
            let status = authenticator().authenticate(&mut request(path, &[("authorization", token)])).unwrap_err();
            assert_eq!(
                serde_json::to_string(&status).unwrap(),
                r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#
            );
        }
    }
}

#[test]
fn the_scheme_is_read_without_regard_to_case_or_spaces_around() {
    for value in ["bearer t0k", "BEARER t0k", " Bearer t0k ", "Bearer t0k trailing words"] {
        let caller = authenticator().authenticate(&mut request("/api", &[("authorization", value)]));
        assert_eq!(caller.unwrap().user, "viewer", "{value}");
    }
}

#[test]
fn other_schemes_and_empty_tokens_are_no_credentials() {
    for value in ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "", "t0k", "Bearert0k"] {
        let ask = |path| authenticator().authenticate(&mut request(path, &[("authorization", value)]));
        assert_eq!(ask("/livez").unwrap().user, Caller::ANONYMOUS, "{value}");
        assert_eq!(ask("/api").unwrap_err().code(), 401, "{value}");
    }
}

#[test]
fn anonymous_requests_may_ask_what_was_configured() {
    let allowed = |anonymous, path| {
        let authenticator = Authenticator::builder().anonymous(anonymous).build();
        let answer = authenticator.authenticate(&mut request(path, &[]));
        if let Ok(caller) = &answer {
            assert_eq!(
                (&*caller.user, &*caller.groups),
                (Caller::ANONYMOUS, &["system:unauthenticated".to_owned()][..])
            );
        }
        answer.is_ok()
    };
    for path in ["/healthz", "/livez", "/readyz", "/livez/ping", "/readyz/a/b", "/version", "/livez?verbose"] {
        assert!(allowed(Anonymous::Health, path), "{path}");
        assert!(!allowed(Anonymous::Refused, path), "{path}");
    }
    for path in
        ["/", "/api", "/versions", "/version/x", "/livezz", "/metrics", "/api/livez", "//livez", "/openapi/v3", "*"]
    {
        assert!(!allowed(Anonymous::Health, path), "{path}");
        assert!(allowed(Anonymous::Everything, path), "{path}");
    }
    assert_eq!(Anonymous::default(), Anonymous::Health);
}

#[test]
fn what_the_transport_knows_counts_before_a_token() {
    let mut parts = request("/api", &[("authorization", "Bearer wrong")]);
    parts.extensions = Extensions::new();
    parts.extensions.insert(Peer::unknown().with_user(User::admin()));
    let caller = authenticator().authenticate(&mut parts).unwrap();
    assert_eq!(caller.user, "system:admin");
    assert_eq!(caller.groups, ["system:masters", "system:authenticated"]);
    assert!(!parts.headers.contains_key("authorization"));
}

#[test]
fn a_peer_without_a_user_has_shown_nothing() {
    let mut parts = request("/api", &[]);
    parts.extensions.insert(Peer::unknown());
    assert_eq!(*authenticator().authenticate(&mut parts).unwrap_err().reason(), Reason::Unauthorized);
}

#[test]
fn hostile_headers_end_in_an_answer() {
    for bytes in [&b"Bearer \xff\xfe"[..], b"\xff", b"Bearer\t", b"bearer  t0k"] {
        let mut parts = request("/api", &[]);
        parts.headers.insert("authorization", http::HeaderValue::from_bytes(bytes).unwrap());
        parts.headers.insert("user-agent", http::HeaderValue::from_bytes(b"\xc3\x28").unwrap());
        assert_eq!(authenticator().authenticate(&mut parts).unwrap_err().code(), 401);
    }
}
