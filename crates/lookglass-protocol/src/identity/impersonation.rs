//! `Impersonate-User` and its kin: acting as somebody else.

use http::{HeaderMap, HeaderName, HeaderValue};
use lookglass_object::Status;

use super::User;
use crate::Caller;

/// The user to act as: the one that the headers name, else `user`. The headers are removed, as their work is done.
pub(super) fn follow(user: User, headers: &mut HeaderMap, allowed: bool) -> Result<User, Status> {
    let Some(wanted) = wanted(headers)? else {
        return Ok(user);
    };
    let is_ours = |name: &HeaderName| name.as_str().starts_with(PREFIX);
    let names: Vec<HeaderName> = headers.keys().filter(|name| is_ours(name)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
    if allowed {
        return Ok(wanted);
    }
    let why =
        format!("User {:?} cannot impersonate resource \"users\" in API group \"\" at the cluster scope", user.name);
    Err(Status::forbidden(None, "", why))
}

/// Whom the headers name. Groups, a uid or extras alone name nobody, and that is the client's mistake.
fn wanted(headers: &HeaderMap) -> Result<Option<User>, Status> {
    if !headers.keys().any(|name| name.as_str().starts_with(PREFIX)) {
        return Ok(None);
    }
    let name = headers.get(USER).map(text).transpose()?.unwrap_or_default();
    if name.is_empty() {
        return Err(Status::bad_request("requested impersonation without impersonating a user"));
    }
    let groups = headers.get_all(GROUP).iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let user = groups.iter().fold(User::new(name), |user, group| user.in_group(*group));
    Ok(Some(match (name == Caller::ANONYMOUS, service_account(name)) {
        (true, _) => user.in_group(User::UNAUTHENTICATED),
        (false, Some(namespace)) if groups.is_empty() => user
            .in_group("system:serviceaccounts")
            .in_group(format!("system:serviceaccounts:{namespace}"))
            .in_group(User::AUTHENTICATED),
        (false, _) => user.in_group(User::AUTHENTICATED),
    }))
}

/// The namespace in `system:serviceaccount:prod:web`.
fn service_account(name: &str) -> Option<&str> {
    let (namespace, name) = name.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some(namespace)
}

fn text(value: &HeaderValue) -> Result<&str, Status> {
    std::str::from_utf8(value.as_bytes()).map_err(|_| Status::bad_request("an Impersonate header is not UTF-8"))
}

const PREFIX: &str = "impersonate-";
const USER: &str = "impersonate-user";
const GROUP: &str = "impersonate-group";
