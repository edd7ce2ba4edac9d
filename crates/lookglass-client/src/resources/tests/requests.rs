//! What is sent, to the letter.

use std::time::Duration;

use k8s_openapi::api::{
    apps::v1::Deployment,
    authentication::v1::TokenRequest,
    certificates::v1::CertificateSigningRequest,
    core::v1::{Binding, Namespace},
};
use lookglass_object::{Gvk, Gvr, ResourceVersion, Uid};
use serde_json::json;

use crate::{
    Apply, Clientset, DeleteOptions, Dynamic, Error, FieldValidation, JsonPatch, ListOptions, Metadata, Patch,
    Propagation, WriteOptions, recorder::Recorder,
};

const DEPLOYMENT: &str =
    r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","namespace":"default"}}"#;
const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

fn server() -> (Recorder, Clientset) {
    let recorder = Recorder::default();
    let clientset = Clientset::new(&recorder.client());
    (recorder, clientset)
}

fn web() -> Deployment {
    serde_json::from_value(
        json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"selector": {}, "template": {}}}),
    )
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_form_of_patch_has_its_content_type() {
    let (recorder, clientset) = server();
    let options = WriteOptions::new().dry_run(true).field_manager("me & you").field_validation(FieldValidation::Strict);
    let deployments = clientset.apps_v1().deployments("default").write_options(options);
    let query = "dryRun=All&fieldManager=me%20%26%20you&fieldValidation=Strict";
    let body = json!({"spec": {"replicas": 1}});
    let operations = JsonPatch::new().remove("/a").rename("/b", "/c").copy("/c", "/d").add("/e/-", 1);
    let apply = Patch::Apply { object: body.clone(), force: true };
    for (patch, content_type, query) in [
        (Patch::Merge(body.clone()), "application/merge-patch+json", query.to_owned()),
        (Patch::Strategic(body.clone()), "application/strategic-merge-patch+json", query.to_owned()),
        (apply.clone(), "application/apply-patch+yaml", format!("{query}&force=true")),
        (operations.into(), "application/json-patch+json", query.to_owned()),
    ] {
        recorder.answer(DEPLOYMENT);
        deployments.patch("web", &patch).await.unwrap();
        let seen = recorder.one();
        assert_eq!(seen.line(), format!("PATCH {WEB}?{query}"));
        assert_eq!(seen.header("content-type"), content_type);
        assert_eq!(&seen.json(), patch.body());
    }
    recorder.answer(DEPLOYMENT);
    deployments.patch_status("web", &Patch::Merge(body)).await.unwrap();
    assert_eq!(recorder.one().line(), format!("PATCH {WEB}/status?{query}"));
    // Nobody applies namelessly.
    let error = clientset.apps_v1().deployments("default").patch("web", &apply).await.unwrap_err();
    assert!(matches!(&error, Error::Request { .. }) && error.to_string().contains("field manager"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_operation_list_is_what_the_standard_says() {
    let patch = Patch::from(JsonPatch::new().test("/a", 1).replace("/a", "x").rename("/b", "/c").remove("/d"));
    let wanted = json!([
        {"op": "test", "path": "/a", "value": 1},
        {"op": "replace", "path": "/a", "value": "x"},
        {"op": "move", "from": "/b", "path": "/c"},
        {"op": "remove", "path": "/d"},
    ]);
    assert_eq!(patch, Patch::Json(wanted));
}

#[tokio::test(start_paused = true)]
async fn applying_sends_the_object_as_its_manager_wants_it() {
    let (recorder, clientset) = server();
    let deployments = clientset.apps_v1().deployments("default");
    recorder.answer(DEPLOYMENT);
    deployments.apply("ctl", &web()).await.unwrap();
    let seen = recorder.one();
    assert_eq!(seen.line(), format!("PATCH {WEB}?fieldManager=ctl"));
    assert_eq!(seen.header("content-type"), "application/apply-patch+yaml");
    assert_eq!((&seen.json()["kind"], &seen.json()["apiVersion"]), (&json!("Deployment"), &json!("apps/v1")));
    recorder.answer(DEPLOYMENT);
    deployments.apply_status(Apply::by("ctl").force(), &web()).await.unwrap();
    assert_eq!(recorder.one().line(), format!("PATCH {WEB}/status?fieldManager=ctl&force=true"));

    let mut read = web();
    read.metadata.managed_fields = Some(vec![Default::default()]);
    let nameless = Deployment::default();
    for (manager, object, why) in
        [("ctl", read, "managedFields"), ("ctl", nameless, "metadata.name"), ("", web(), "field manager")]
    {
        let error = deployments.apply(manager, &object).await.unwrap_err();
        assert!(matches!(&error, Error::Request { .. }) && error.to_string().contains(why), "{error}");
    }
    assert!(recorder.seen().is_empty(), "nothing of that must be sent");
}

#[tokio::test(start_paused = true)]
async fn the_options_of_a_deletion_are_its_body() {
    let (recorder, clientset) = server();
    let deployments = clientset.apps_v1().deployments("default");
    let options = DeleteOptions::new()
        .grace_period(Duration::from_secs(5))
        .propagation(Propagation::Foreground)
        .only_if_uid(&Uid::from("u-1"))
        .only_if_version(&ResourceVersion::from("7"))
        .dry_run(true);
    recorder.answer(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}"#);
    deployments.delete_with("web", &options).await.unwrap();
    let seen = recorder.one();
    assert_eq!(seen.line(), format!("DELETE {WEB}"));
    let body = json!({
        "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 5, "propagationPolicy": "Foreground",
        "preconditions": {"uid": "u-1", "resourceVersion": "7"}, "dryRun": ["All"],
    });
    assert_eq!(seen.json(), body);
    assert_eq!(seen.header("content-type"), "application/json");

    recorder.answer(DEPLOYMENT);
    deployments.delete("web").await.unwrap().object().unwrap();
    assert_eq!(recorder.one().json(), json!({"apiVersion": "v1", "kind": "DeleteOptions"}));

    recorder.answer(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}"#);
    let web = ListOptions::default().labels("app=web".parse().unwrap()).page_size(3);
    deployments.delete_collection(&DeleteOptions::new(), &web).await.unwrap();
    assert_eq!(recorder.one().line(), "DELETE /apis/apps/v1/namespaces/default/deployments?labelSelector=app%3Dweb");
    let everywhere = clientset.apps_v1().deployments("").delete_collection(&DeleteOptions::new(), &web).await;
    assert!(matches!(everywhere, Err(Error::Request { .. })), "{everywhere:?}");
}

#[tokio::test(start_paused = true)]
async fn built_in_kinds_are_asked_for_in_protobuf_and_trees_in_json() {
    let (recorder, clientset) = server();
    let (gvr, kind) = (Gvr::new("apps", "v1", "deployments"), Gvk::new("apps", "v1", "Deployment"));
    recorder.answer(DEPLOYMENT);
    clientset.apps_v1().deployments("default").get("web").await.unwrap();
    assert_eq!(recorder.one().header("accept"), "application/vnd.kubernetes.protobuf,application/json");
    recorder.answer(DEPLOYMENT);
    Dynamic::new(clientset.client()).known(gvr.clone(), &kind).namespace("default").get("web").await.unwrap();
    assert_eq!(recorder.one().header("accept"), "application/json");
    // A server that knows nothing of partial objects answers with the whole.
    recorder.answer(DEPLOYMENT);
    let metadata = Metadata::new(clientset.client()).known(gvr, &kind).namespace("default");
    let meta = metadata.get("web").await.unwrap();
    assert_eq!((meta.kind(), meta.typed().unwrap().metadata.name.as_deref()), ("Deployment", Some("web")));
    let partial = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    let wanted = format!("application/vnd.kubernetes.protobuf;{partial},application/json;{partial},application/json");
    assert_eq!(recorder.one().header("accept"), wanted);
    recorder.answer(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}"#);
    metadata.delete("web").await.unwrap();
    assert_eq!(recorder.one().header("accept"), format!("application/json;{partial},application/json"));
}

#[tokio::test(start_paused = true)]
async fn names_that_would_lead_elsewhere_are_refused_and_odd_ones_are_escaped() {
    let (recorder, clientset) = server();
    let roles = clientset.rbac_v1().cluster_roles();
    for name in ["", ".", "..", "a/b", "a%2fb"] {
        let error = roles.get(name).await.unwrap_err();
        assert!(matches!(error, Error::Request { .. }), "{name:?}: {error:?}");
        assert!(matches!(roles.delete(name).await, Err(Error::Request { .. })), "{name:?}");
    }
    for namespace in [".", "..", "a/b"] {
        let error = clientset.core_v1().pods(namespace).get("a").await.unwrap_err();
        assert!(matches!(error, Error::Request { .. }), "{namespace:?}: {error:?}");
    }
    assert!(recorder.seen().is_empty());
    for (name, path) in [("system:node", "system:node"), ("my role?#", "my%20role%3F%23"), ("é", "%C3%A9")] {
        recorder.answer(
            json!({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name}})
                .to_string(),
        );
        assert_eq!(roles.get(name).await.unwrap().name(), name);
        assert_eq!(recorder.one().line(), format!("GET /apis/rbac.authorization.k8s.io/v1/clusterroles/{path}"));
    }
    let namespaced =
        Dynamic::new(clientset.client()).known(Gvr::core("v1", "nodes"), &Gvk::core("v1", "Node")).namespace("default");
    let error = namespaced.get("a").await.unwrap_err();
    assert!(error.to_string().contains("nodes live in no namespace"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn subresources_of_any_kind_are_read_and_written() {
    let (recorder, clientset) = server();
    let scale = clientset.apps_v1().deployments("default").subresource("scale");
    let body = json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 2}});
    for _ in 0..3 {
        recorder.answer(body.to_string());
    }
    let read = scale.get("web").await.unwrap();
    assert_eq!((read.kind(), read.at("spec.replicas").unwrap().as_i64()), ("Scale", Some(2)));
    let typed = read.typed_as::<k8s_openapi::api::autoscaling::v1::Scale>().unwrap();
    assert_eq!(typed.spec.as_ref().unwrap().replicas, Some(2));
    scale.update("web", &body).await.unwrap();
    scale.patch("web", &Patch::Merge(json!({"spec": {"replicas": 3}}))).await.unwrap();
    let seen: Vec<_> = recorder.seen().iter().map(|seen| seen.line()).collect();
    assert_eq!(seen, [format!("GET {WEB}/scale"), format!("PUT {WEB}/scale"), format!("PATCH {WEB}/scale")]);
}

#[tokio::test(start_paused = true)]
async fn what_only_some_kinds_have_goes_where_it_belongs() {
    let (recorder, clientset) = server();
    let core = clientset.core_v1();
    recorder.answer(r#"{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{},"spec":{"audiences":[]},"status":{"token":"t","expirationTimestamp":"2030-01-01T00:00:00Z"}}"#);
    let token = core.service_accounts("default").create_token("robot", &TokenRequest::default()).await.unwrap();
    assert_eq!(token.status.unwrap().token.as_deref(), Some("t"));
    let seen = recorder.one();
    assert_eq!(seen.line(), "POST /api/v1/namespaces/default/serviceaccounts/robot/token");
    assert_eq!(seen.json()["kind"], "TokenRequest");

    let namespace: Namespace = serde_json::from_value(json!({"metadata": {"name": "w"}})).unwrap();
    recorder.answer(r#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"w"}}"#);
    core.namespaces().finalize(&namespace).await.unwrap();
    assert_eq!(recorder.one().line(), "PUT /api/v1/namespaces/w/finalize");

    let request: CertificateSigningRequest =
        serde_json::from_value(json!({"metadata": {"name": "csr"}, "spec": {"request": "", "signerName": "s"}}))
            .unwrap();
    recorder.answer(
        r#"{"kind":"CertificateSigningRequest","apiVersion":"certificates.k8s.io/v1","metadata":{"name":"csr"}}"#,
    );
    clientset.certificates_v1().certificate_signing_requests().update_approval(&request).await.unwrap();
    assert_eq!(recorder.one().line(), "PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/csr/approval");

    for (request, line) in [
        (
            core.services("w").proxy(http::Method::GET, "https:web:443").suffix("/a/b/"),
            "GET /api/v1/namespaces/w/services/https:web:443/proxy/a/b/",
        ),
        (core.nodes().proxy(http::Method::POST, "n").suffix("x"), "POST /api/v1/nodes/n/proxy/x"),
        (core.pods("w").proxy(http::Method::GET, "p:80"), "GET /api/v1/namespaces/w/pods/p:80/proxy"),
    ] {
        recorder.answer_as("text/html", "hello");
        assert_eq!(request.send().await.unwrap().text().unwrap(), "hello");
        assert_eq!(recorder.one().line(), line);
    }
    assert!(matches!(core.pods("").proxy(http::Method::GET, "p").send().await, Err(Error::Request { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_is_only_sent_comes_back_answered_or_as_it_was() {
    let (recorder, clientset) = server();
    recorder.answer(r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","metadata":{},"spec":{"token":"t"},"status":{"authenticated":true}}"#);
    let answered = clientset.authentication_v1().token_reviews().create(&Default::default()).await.unwrap();
    assert_eq!(answered.status.unwrap().authenticated, Some(true));
    assert_eq!(recorder.one().line(), "POST /apis/authentication.k8s.io/v1/tokenreviews");
    recorder.answer(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}"#);
    let binding: Binding =
        serde_json::from_value(json!({"metadata": {"name": "web-0"}, "target": {"name": "n"}})).unwrap();
    assert_eq!(clientset.core_v1().bindings("w").create(&binding).await.unwrap(), binding);
    assert_eq!(recorder.one().line(), "POST /api/v1/namespaces/w/bindings");
    assert!(matches!(clientset.core_v1().bindings("").create(&binding).await, Err(Error::Request { .. })));
}
