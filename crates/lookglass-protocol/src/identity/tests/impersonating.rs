//! `Impersonate-*` headers.

use super::{Authenticator, Peer, User, request};
use crate::Caller;

fn act_as(headers: &[(&'static str, &str)], followed: bool) -> Result<Caller, lookglass_object::Status> {
    let mut parts = request("/api", headers);
    parts.extensions.insert(Peer::unknown().with_user(User::admin()));
    let answer = Authenticator::builder().impersonation(followed).build().authenticate(&mut parts);
    if answer.is_ok() {
        assert!(parts.headers.keys().all(|name| !name.as_str().starts_with("impersonate")));
    }
    answer
}

#[test]
fn the_headers_name_user_and_groups() {
    let caller =
        act_as(&[("impersonate-user", "jane"), ("impersonate-group", "dev"), ("impersonate-group", "ops")], true);
    let caller = caller.unwrap();
    assert_eq!(caller.user, "jane");
    assert_eq!(caller.groups, ["dev", "ops", "system:authenticated"]);
}

#[test]
fn a_service_account_is_in_its_groups_unless_others_are_named() {
    let web = ("impersonate-user", "system:serviceaccount:prod:web");
    let groups = act_as(&[web], true).unwrap().groups;
    assert_eq!(groups, ["system:serviceaccounts", "system:serviceaccounts:prod", "system:authenticated"]);
    let groups = act_as(&[web, ("impersonate-group", "dev")], true).unwrap().groups;
    assert_eq!(groups, ["dev", "system:authenticated"]);
    for name in ["system:serviceaccount:prod", "system:serviceaccount::web", "system:serviceaccount:a:b:c"] {
        assert_eq!(act_as(&[("impersonate-user", name)], true).unwrap().groups, ["system:authenticated"], "{name}");
    }
}

#[test]
fn nobody_can_be_impersonated_too() {
    let caller = act_as(&[("impersonate-user", "system:anonymous")], true).unwrap();
    assert_eq!(caller.groups, ["system:unauthenticated"]);
}

#[test]
fn groups_without_a_user_are_refused() {
    for header in ["impersonate-group", "impersonate-uid", "impersonate-extra-scopes"] {
        let status = act_as(&[(header, "x")], true).unwrap_err();
        assert_eq!(status.code(), 400, "{header}");
    }
}

#[test]
fn where_it_is_not_followed_it_is_refused_and_not_ignored() {
    let status = act_as(&[("impersonate-user", "jane")], false).unwrap_err();
    assert_eq!(status.code(), 403);
    assert_eq!(
        status.message(),
        r#"forbidden: User "system:admin" cannot impersonate resource "users" in API group "" at the cluster scope"#
    );
    assert_eq!(act_as(&[], false).unwrap().user, "system:admin");
}
