use std::time::Duration;

use super::*;
use crate::body::go_words::compare;
use crate::params::{Continue, ListVersion, WatchStart};

const W1: &str = "/api/v1/namespaces/w1/configmaps";
const TOKEN: &str = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE5LCJzdGFydCI6Ii9jMlx1MDAwMCJ9";

#[test]
fn lists_mean_what_the_matrix_says() {
    for (query, version, limit) in [
        ("", ListVersion::Latest, None),
        ("limit=3", ListVersion::Latest, Some(3)),
        ("limit=-3", ListVersion::Latest, None),
        ("limit=0&resourceVersion=", ListVersion::Latest, None),
        ("limit=3&resourceVersion=0", ListVersion::Any, None),
        ("resourceVersion=0&resourceVersionMatch=NotOlderThan", ListVersion::Any, None),
        ("resourceVersion=219", ListVersion::NotOlderThan(219), None),
        ("resourceVersion=219&limit=2", ListVersion::Exact(219), Some(2)),
        ("resourceVersion=219&limit=2&resourceVersionMatch=NotOlderThan", ListVersion::NotOlderThan(219), Some(2)),
        ("resourceVersion=219&resourceVersionMatch=Exact", ListVersion::Exact(219), None),
        // One object by its name is not paged.
        ("resourceVersion=219&limit=2&fieldSelector=metadata.name%3Dc1", ListVersion::NotOlderThan(219), Some(2)),
        ("timeoutSeconds=5&timeout=5m&pretty=1&nonsense", ListVersion::Latest, None),
    ] {
        let params = list(&format!("{W1}?{query}")).expect(query);
        assert_eq!((params.version, params.limit, params.continuation), (version, limit, None), "{query}");
    }
    let all = list("/api/v1/configmaps?resourceVersion=219&limit=2&fieldSelector=metadata.name%3Dc1").expect("a list");
    assert_eq!(all.version, ListVersion::Exact(219), "a name alone does not name one object of all namespaces");
}

#[test]
fn pages_go_on_from_their_token() {
    for (version, limit) in [("", Some(3)), ("&resourceVersion=0", None), ("&resourceVersion=", Some(3))] {
        let params = list(&format!("{W1}?limit=3&continue={TOKEN}{version}")).expect("a page");
        assert_eq!(params.continuation, Some(Continue::new(Some(219), "c2\0")));
        assert_eq!(params.limit, limit, "{version}");
    }
}

#[test]
fn lists_are_refused_in_the_real_words() {
    let invalid = |text: &str| (422, "Invalid".to_owned(), format!("ListOptions.meta.k8s.io \"\" is invalid: {text}"));
    let bad = |text: &str| (400, "BadRequest".to_owned(), text.to_owned());
    let name_rule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                     alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    for (query, wanted) in [
        (
            format!("limit=3&resourceVersion=5&continue={TOKEN}"),
            bad("specifying resource version is not allowed when using continue"),
        ),
        (
            format!("limit=3&resourceVersionMatch=Exact&continue={TOKEN}"),
            invalid(
                "[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, \
                 resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided]",
            ),
        ),
        (
            "limit=3&continue=garbage".into(),
            bad(
                "invalid continue token: continue key is not valid: invalid character '\\u0081' looking for beginning of value",
            ),
        ),
        (
            "limit=3&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjIiLCJydiI6NSwic3RhcnQiOiJhIn0".into(),
            bad(
                "invalid continue token: continue key is not valid: server does not recognize this encoded version meta.k8s.io/v2",
            ),
        ),
        (
            "resourceVersionMatch=Exact&resourceVersion=0".into(),
            invalid(
                "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
            ),
        ),
        (
            "resourceVersionMatch=Exact".into(),
            invalid(
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            ),
        ),
        (
            "resourceVersionMatch=Newer&resourceVersion=5".into(),
            invalid(
                "resourceVersionMatch: Unsupported value: \"Newer\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
            ),
        ),
        (
            "sendInitialEvents=true".into(),
            invalid("sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
        ),
        (
            "resourceVersion=abc".into(),
            bad(
                "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": \
                 invalid syntax",
            ),
        ),
        // Sources.
        (
            "resourceVersion=99999999999999999999".into(),
            bad(
                "invalid resource version: resourceVersion: Invalid value: \"99999999999999999999\": strconv.ParseUint: \
                 parsing \"99999999999999999999\": value out of range",
            ),
        ),
        ("limit=x".into(), bad("strconv.ParseInt: parsing \"x\": invalid syntax")),
        ("limit=".into(), bad("strconv.ParseInt: parsing \"\": invalid syntax")),
        ("timeoutSeconds=1s".into(), bad("strconv.ParseInt: parsing \"1s\": invalid syntax")),
        (
            "timeoutSeconds=99999999999999999999".into(),
            bad("strconv.ParseInt: parsing \"99999999999999999999\": value out of range"),
        ),
        ("labelSelector==".into(), bad("found '=', expected: !, identifier, or 'end of string'")),
        ("labelSelector=par%3Din(".into(), bad("found '(', expected: ',' or 'end of string'")),
        (
            "labelSelector=-bad%3D1".into(),
            bad(&format!("unable to parse requirement: <nil>: Invalid value: \"-bad\": {name_rule}")),
        ),
        (
            "fieldSelector=data.k%3Dv".into(),
            bad("\"data.k\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
        ),
        ("fieldSelector=bad".into(), bad("invalid selector: 'bad'; can't understand 'bad'")),
    ] {
        assert_eq!(refused(list(&format!("{W1}?{query}"))), wanted, "{query}");
    }
}

#[test]
fn each_kind_selects_by_its_own_fields() {
    let pods = list("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1,status.phase!%3DFailed").expect("fields of pods");
    assert_eq!(pods.fields.to_string(), "spec.nodeName=n1,status.phase!=Failed");
    // Of a resource without fields of its own both common ones may be named, in the cluster too (sources).
    assert!(list("/apis/storage.k8s.io/v1/storageclasses?fieldSelector=metadata.namespace%3Da").is_ok());
    for (target, wanted) in [
        ("/api/v1/pods?fieldSelector=spec.x%3D1", "field label not supported: spec.x"),
        ("/api/v1/nodes?fieldSelector=metadata.namespace%3D1", "field label not supported: metadata.namespace"),
        ("/apis/batch/v1/jobs?fieldSelector=spec.x%3D1", "field label \"spec.x\" not supported for batchv1.Job"),
        (
            "/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.x%3D1",
            "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.x",
        ),
        (
            "/apis/apps/v1/deployments?fieldSelector=spec.x%3D1",
            "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
        ),
    ] {
        assert_eq!(refused(list(target)), (400, "BadRequest".into(), wanted.into()), "{target}");
    }
}

#[test]
fn watches_mean_what_the_matrix_says() {
    let state = |version, end_mark| WatchStart::State { version, end_mark };
    for (query, start) in [
        ("", state(ListVersion::Latest, false)),
        ("resourceVersion=0", state(ListVersion::Any, false)),
        ("resourceVersion=0&allowWatchBookmarks=true", state(ListVersion::Any, true)),
        ("allowWatchBookmarks=true", state(ListVersion::Latest, true)),
        ("resourceVersion=295", WatchStart::After(295)),
        ("resourceVersion=295&allowWatchBookmarks=1", WatchStart::After(295)),
        (
            "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
            state(ListVersion::Latest, true),
        ),
        (
            "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0&allowWatchBookmarks=true",
            state(ListVersion::Any, true),
        ),
        (
            "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=295&allowWatchBookmarks=true",
            state(ListVersion::NotOlderThan(295), true),
        ),
        ("sendInitialEvents=true&resourceVersionMatch=NotOlderThan", state(ListVersion::Latest, false)),
        ("sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", WatchStart::Now),
        ("sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0", WatchStart::Now),
        ("sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=5", WatchStart::After(5)),
    ] {
        let params = watch(&format!("{W1}?watch=1&{query}")).expect(query);
        assert_eq!(params.start, start, "{query}");
        assert_eq!(params.bookmarks, query.contains("allowWatchBookmarks"), "{query}");
    }
}

#[test]
fn watches_end_when_they_are_told_to() {
    for (seconds, timeout) in
        [("", None), ("&timeoutSeconds=0", None), ("&timeoutSeconds=327", Some(327)), ("&timeoutSeconds=-1", Some(0))]
    {
        let params = watch(&format!("{W1}?watch=1{seconds}")).expect("a watch");
        assert_eq!(params.timeout, timeout.map(Duration::from_secs), "{seconds}");
    }
}

#[test]
fn watches_are_refused_in_the_real_words() {
    let invalid = |text: &str| (422, "Invalid".to_owned(), format!("ListOptions.meta.k8s.io \"\" is invalid: {text}"));
    let requires =
        "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
    for (query, wanted) in [
        ("sendInitialEvents=true", invalid(requires)),
        (
            "sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=5",
            invalid(&format!(
                "[{requires}, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]"
            )),
        ),
        (
            "resourceVersionMatch=NotOlderThan&resourceVersion=5",
            invalid(
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            ),
        ),
        // A real server answers this with 500 and no reason.
        (
            "resourceVersion=abc",
            (
                500,
                String::new(),
                "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax".into(),
            ),
        ),
    ] {
        assert_eq!(refused(watch(&format!("{W1}?watch=1&{query}"))), wanted, "{query}");
    }
}

#[test]
fn deprecated_paths_watch_one_name_and_mark_nothing() {
    let one = watch("/api/v1/watch/namespaces/w1/configmaps/c1?allowWatchBookmarks=1").expect("a watch");
    assert_eq!(one.fields.to_string(), "metadata.name=c1");
    assert_eq!(one.start, WatchStart::State { version: ListVersion::Latest, end_mark: false });
    assert_eq!(
        refused(watch("/api/v1/watch/namespaces/w1/configmaps/c1?fieldSelector=metadata.name%3Dc2")).2,
        "fieldSelector metadata.name doesn't match requested name"
    );
}

/// Go's own words.
#[test]
fn numbers_are_read_as_go_reads_them() {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    compare("int", |input| {
        let refused = list(&format!("{W1}?limit={}", escape(input))).err();
        refused.map_or_else(String::new, |status| status.message().to_owned())
    });
    compare("uint", |input| {
        let refused = list(&format!("{W1}?resourceVersion={}", escape(input))).err();
        // Of an empty one nothing is said, since it counts as none.
        let Some(refused) = refused else { return if input.is_empty() { EMPTY.to_owned() } else { String::new() } };
        refused.message().split_once("\": ").map(|(_, why)| why.to_owned()).unwrap_or_default()
    });
}

const EMPTY: &str = "strconv.ParseUint: parsing \"\": invalid syntax";

#[test]
fn single_reads_say_how_old_they_may_be() {
    use crate::request::get_version;
    let read = |query| get_version(&Query::parse(query));
    assert_eq!(read(""), Ok(ListVersion::Latest));
    assert_eq!(read("resourceVersion=0"), Ok(ListVersion::Any));
    assert_eq!(read("resourceVersion=7&watch=1"), Ok(ListVersion::NotOlderThan(7)));
    assert_eq!(refused(read("resourceVersion=abc")).0, 500);
    assert_eq!(refused(read("export=true")).0, 400);
    assert_eq!(read("export=false"), Ok(ListVersion::Latest));
}
