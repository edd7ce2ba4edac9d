//! Requests for certificates.

use super::{
    super::{Cell, age, words::or},
    Object, Row,
};

pub(super) fn signing_request(object: &Object<'_>, row: &mut Row) {
    let [signer, user, seconds] = object.spec.members(["signerName", "username", "expirationSeconds"]);
    let wanted: Cell = if seconds.is_set() { age::human(seconds.integer()).into() } else { "<none>".into() };
    let [conditions, certificate] = object.status.members(["conditions", "certificate"]);
    let has = |kind: &str| conditions.items().any(|condition| condition.member("type").is(kind));
    let mut state = match () {
        () if has("Denied") => "Denied",
        () if has("Approved") => "Approved",
        () => "Pending",
    }
    .to_owned();
    if has("Failed") {
        state.push_str(",Failed");
    }
    if certificate.filled().is_some() {
        state.push_str(",Issued");
    }
    row.cells = vec![object.name(), object.age(), or(signer, "<none>"), user.into(), wanted, state.into()];
}
