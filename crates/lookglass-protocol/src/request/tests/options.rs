use proptest::prelude::*;

use super::*;
use crate::{
    media::{BodyType, PatchType},
    params::{FieldValidation, Propagation},
    request::{delete_params, write_params},
};

fn write(verb: Verb, patch: Option<PatchType>, query: &str) -> Result<crate::params::WriteParams, Status> {
    write_params(&Query::parse(query), verb, patch, "wire-recorder/1.0 (x)")
}

#[test]
fn writes_have_defaults() {
    let params = write(Verb::Create, None, "").expect("no options");
    assert_eq!((params.dry_run, params.force), (false, false));
    assert_eq!((&*params.field_manager, params.field_validation), ("wire-recorder", FieldValidation::Warn));
    let query = "dryRun=All&dryRun=All&fieldManager=kubectl-create&fieldValidation=Strict&force=true";
    let params = write(Verb::Patch, Some(PatchType::Apply), query).expect("options");
    assert_eq!((params.dry_run, params.force), (true, true));
    assert_eq!((&*params.field_manager, params.field_validation), ("kubectl-create", FieldValidation::Strict));
    let nobody = write_params(&Query::default(), Verb::Update, None, "\u{7}").expect("no options");
    assert_eq!(nobody.field_manager, "unknown");
    // `force=false` on a create is of no meaning.
    assert!(write(Verb::Create, None, "force=false").is_ok());
}

#[test]
fn write_options_are_refused_in_the_real_words() {
    let long = "a".repeat(129);
    for (verb, patch, query, kind, wanted) in [
        (
            Verb::Create,
            None,
            "dryRun=Some",
            "CreateOptions",
            "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"",
        ),
        (
            Verb::Create,
            None,
            "fieldValidation=Sometimes",
            "CreateOptions",
            "fieldValidation: Unsupported value: \"Sometimes\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
        ),
        (
            Verb::Create,
            None,
            &format!("fieldManager={long}"),
            "CreateOptions",
            "fieldManager: Too long: may not be more than 128 bytes",
        ),
        (
            Verb::Patch,
            Some(PatchType::Merge),
            "force=true",
            "PatchOptions",
            "force: Forbidden: may not be specified for non-apply patch",
        ),
        (
            Verb::Patch,
            Some(PatchType::Apply),
            "",
            "PatchOptions",
            "fieldManager: Required value: is required for apply patch",
        ),
        // Sources.
        (
            Verb::Update,
            None,
            "dryRun=",
            "UpdateOptions",
            "dryRun: Unsupported value: [\"\"]: supported values: \"All\"",
        ),
        (
            Verb::Update,
            None,
            "fieldManager=a%09",
            "UpdateOptions",
            "fieldManager: Invalid value: \"a\\t\": invalid character U+0009 (at position 1)",
        ),
    ] {
        let wanted = (422, "Invalid".to_owned(), format!("{kind}.meta.k8s.io \"\" is invalid: {wanted}"));
        assert_eq!(refused(write(verb, patch, query)), wanted, "{query}");
    }
}

fn delete(query: &str, body: &str) -> Result<crate::params::DeleteParams, Status> {
    delete_params(&Query::parse(query), Some((BodyType::Json, body.as_bytes())))
}

#[test]
fn a_body_of_delete_options_counts_whole() {
    let params =
        delete("dryRun=All&gracePeriodSeconds=5", r#"{"propagationPolicy":"Background"}"#).expect("kubectl's body");
    assert_eq!((params.dry_run, params.grace_period_seconds), (false, None));
    assert_eq!(params.propagation, Some(Propagation::Background));
    let params = delete(
        "",
        r#"{"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":-7,"dryRun":["All"],"orphanDependents":false,
            "preconditions":{"uid":"u","resourceVersion":"1"}}"#,
    )
    .expect("options of a group");
    assert_eq!((params.dry_run, params.grace_period_seconds), (true, Some(1)));
    assert_eq!((params.uid.as_deref(), params.resource_version.as_deref()), (Some("u"), Some("1")));
    assert_eq!((params.propagation, params.accepted_while_pending), (Some(Propagation::Background), true));
    let params = delete("gracePeriodSeconds=0&propagationPolicy=Orphan&uid=u&dryRun=All", "").expect("a query");
    assert_eq!((params.dry_run, params.grace_period_seconds), (true, Some(0)));
    assert_eq!((params.uid.as_deref(), params.propagation), (Some("u"), Some(Propagation::Orphan)));
    assert_eq!(delete_params(&Query::default(), None), Ok(crate::params::DeleteParams::default()));
    assert_eq!(delete("", "null"), Ok(crate::params::DeleteParams::default()));
}

#[test]
fn delete_options_come_in_all_encodings() {
    let yaml = b"kind: DeleteOptions\npropagationPolicy: Orphan\n";
    let params = delete_params(&Query::default(), Some((BodyType::Yaml, yaml))).expect("YAML");
    assert_eq!(params.propagation, Some(Propagation::Orphan));
    let mut raw = Vec::new();
    let message =
        lookglass_object::table::Table::builtin().kind("", "v1", "DeleteOptions").expect("built in").message();
    let json = br#"{"gracePeriodSeconds":3}"#;
    lookglass_object::protobuf::from_json(message, json, lookglass_object::protobuf::Zeros::Written, &mut raw)
        .expect("JSON");
    let mut body = Vec::new();
    lookglass_object::protobuf::write_envelope("meta.k8s.io/v1", "DeleteOptions", &raw, &mut body);
    let params = delete_params(&Query::default(), Some((BodyType::Protobuf, &body))).expect("protobuf");
    assert_eq!(params.grace_period_seconds, Some(3));
}

#[test]
fn delete_options_are_refused_in_the_real_words() {
    let invalid =
        |text: &str| (422, "Invalid".to_owned(), format!("DeleteOptions.meta.k8s.io \"\" is invalid: {text}"));
    let bad = |text: &str| (400, "BadRequest".to_owned(), text.to_owned());
    for (body, wanted) in [
        (
            r#"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":"x"}"#,
            bad("json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64"),
        ),
        (
            r#"{"propagationPolicy":"Sideways"}"#,
            invalid(
                "propagationPolicy: Unsupported value: \"Sideways\": supported values: \"Foreground\", \"Background\", \
                 \"Orphan\", \"nil\"",
            ),
        ),
        (
            r#"{"propagationPolicy":"Orphan","orphanDependents":true}"#,
            invalid(
                "propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set",
            ),
        ),
        // Sources.
        (r#"{"dryRun":["No"]}"#, invalid("dryRun: Unsupported value: [\"No\"]: supported values: \"All\"")),
        ("{", bad("couldn't get version/kind; json parse error: unexpected end of JSON input")),
    ] {
        assert_eq!(refused(delete("", body)), wanted, "{body}");
    }
    assert_eq!(refused(delete("gracePeriodSeconds=x", "")), bad("strconv.ParseInt: parsing \"x\": invalid syntax"));
    assert_eq!(refused(delete("", r#"{"kind":"Pod"}"#)).0, 400);
}

proptest! {
    /// Whatever the options are, there is a manager that a server would take from a client.
    #[test]
    fn the_default_manager_is_one_that_may_be_given(agent in "\\PC{0,200}|.{0,20}") {
        let first = write_params(&Query::default(), Verb::Create, None, &agent).expect("no options");
        prop_assert!(!first.field_manager.is_empty());
        let query = Query::parse(&format!("fieldManager={}", escape(&first.field_manager)));
        let second = write_params(&query, Verb::Create, None, "").expect("a manager");
        prop_assert_eq!(second.field_manager, first.field_manager);
    }

    #[test]
    fn what_is_escaped_is_read_back(key in ".{1,20}", value in ".{0,40}") {
        let query = Query::parse(&format!("x=1&{}={}&{}", escape(&key), escape(&value), escape(&key)));
        prop_assert_eq!(query.all(&key).last(), Some(""));
        if key != "x" {
            prop_assert_eq!(query.get(&key), Some(value.as_str()));
        }
    }
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
