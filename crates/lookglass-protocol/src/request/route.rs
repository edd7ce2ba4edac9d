//! What method and path ask for.

use std::sync::Arc;

use http::Method;
use lookglass_object::Status;

use super::{
    Query,
    decode::flag,
    path::{decoded, segment_problem},
};
use crate::{Catalog, Resource, Target, Verb};

/// What is asked for.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "a path is a resource's or it is not")]
pub enum Route {
    /// A verb on a resource.
    Resource(Call),
    /// Everything else, by its path: discovery documents of what exists (without a slash at the end), and whatever is not below `/api`
    /// and `/apis`, known or not.
    Document(String),
}

/// A verb on a resource.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Call {
    /// What is to be done. The resource, or its subresource, has the verb.
    pub verb: Verb,
    /// With what. Of a watch always a collection.
    pub target: Target,
    /// Set by the deprecated paths with `/watch/` in them, which watch whatever the query says and know nothing of initial events.
    pub legacy_watch: bool,
    /// The one name that such a path watches.
    pub watched_name: Option<String>,
}

impl Call {
    /// A verb on a target.
    #[must_use]
    pub fn new(verb: Verb, target: Target) -> Self {
        Self { verb, target, legacy_watch: false, watched_name: None }
    }
}

/// Why a request is answered at once.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the real server answers in these two forms")]
pub enum Refusal {
    /// With a `Status`, in the encoding that the client accepts.
    Status(Status),
    /// With plain text.
    Text {
        /// The HTTP code.
        code: u16,
        /// The body.
        text: String,
    },
}

impl Refusal {
    /// 404 as of a path that nobody serves.
    #[must_use]
    pub fn page_not_found() -> Self {
        Self::Text { code: 404, text: "404 page not found\n".into() }
    }

    /// 404 as of a path below a group that is served.
    #[must_use]
    pub fn no_such_resource() -> Self {
        Self::Status(Status::from_response(404, "", None, "", "404: Page Not Found", 0, false))
    }

    fn method_not_allowed() -> Self {
        Self::Status(Status::from_response(405, "", None, "", "405: Method Not Allowed", 0, false))
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

/// Finds out what is asked for. `path` is the URL's path as it was sent, escapes and all.
///
/// Escapes are taken out first, so `%2f` is a slash; segments are taken as they are: `.` and `..` are names (which no object can have),
/// doubled slashes an empty segment. A slash at the end is passed over.
///
/// # Errors
///
/// The path does not exist (404; as text if not even its group does), has no such method (405), holds a malformed escape (400), or a
/// name that none can be (400).
///
/// ```
/// use http::Method;
/// use lookglass_protocol::{Catalog, request::{Query, Refusal, Route, route}};
///
/// let (query, nothing) = (Query::default(), Catalog::default());
/// let found = route(&Method::GET, "/livez/ping", &query, &nothing);
/// assert!(matches!(found, Ok(Route::Document(path)) if path == "/livez/ping"));
/// let found = route(&Method::GET, "/apis/nope.io/v1/things", &query, &nothing);
/// assert_eq!(found.unwrap_err(), Refusal::page_not_found());
/// ```
pub fn route(method: &Method, path: &str, query: &Query, catalog: &Catalog) -> Result<Route, Refusal> {
    let Some(path) = decoded(path) else {
        return Err(Refusal::Text { code: 400, text: "400 Bad Request".into() });
    };
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match &*segments {
        _ if !below("/api") && !below("/apis") && !below("/version") => Ok(Route::Document(path.into_owned())),
        ["api" | "apis" | "version"] => document(method, &segments),
        ["version", ..] => Err(Refusal::no_such_resource()),
        ["api", version, rest @ ..] => in_version(method, &segments, "", version, rest, query, catalog),
        ["apis", group, rest @ ..] => {
            // A group of custom resources alone is served by another part of the real server, which knows no `Status` for what is missing.
            let mut kinds = (catalog.resources().iter())
                .filter(|resource| !group.is_empty() && resource.gvr.group() == *group)
                .map(|resource| resource.is_custom());
            let Some(first) = kinds.next() else { return Err(Refusal::page_not_found()) };
            let only_custom = first && kinds.all(|custom| custom);
            let found = match rest {
                [] => document(method, &segments),
                [version, rest @ ..] => in_version(method, &segments, group, version, rest, query, catalog),
            };
            found.map_err(|refusal| match refusal == Refusal::no_such_resource() {
                true if only_custom => Refusal::page_not_found(),
                _ => refusal,
            })
        }
        _ => Err(Refusal::no_such_resource()),
    }
}

fn document(method: &Method, segments: &[&str]) -> Result<Route, Refusal> {
    if method != Method::GET {
        return Err(Refusal::method_not_allowed());
    }
    Ok(Route::Document(format!("/{}", segments.join("/"))))
}

fn in_version(
    method: &Method,
    segments: &[&str],
    group: &str,
    version: &str,
    rest: &[&str],
    query: &Query,
    catalog: &Catalog,
) -> Result<Route, Refusal> {
    let served = |resource: &Arc<Resource>| resource.gvr.group() == group && resource.gvr.version() == version;
    if !catalog.resources().iter().any(served) {
        return Err(Refusal::no_such_resource());
    }
    if rest.is_empty() {
        return document(method, segments);
    }
    let (legacy_watch, rest) = match rest {
        ["watch", rest @ ..] if !rest.is_empty() => (true, rest),
        rest => (false, rest),
    };
    let place = Place::find(group, version, rest, catalog).ok_or_else(Refusal::no_such_resource)?;
    let call = if legacy_watch { place.watched(method)? } else { place.called(method, query)? };
    Ok(Route::Resource(call))
}

/// A resource and what the path says behind its name.
struct Place<'a> {
    resource: &'a Arc<Resource>,
    /// `None` for the cluster and for all namespaces at once.
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    subresource: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn find(group: &str, version: &str, rest: &[&'a str], catalog: &'a Catalog) -> Option<Self> {
        let (namespace, plural, rest) = match rest {
            // These two are parts of the namespace itself.
            ["namespaces", _, "status" | "finalize", ..] if group.is_empty() => (None, rest[0], &rest[1..]),
            ["namespaces", namespace, plural, rest @ ..] => (Some(*namespace), *plural, rest),
            [plural, rest @ ..] => (None, *plural, rest),
            [] => return None,
        };
        let resource = catalog.resource(group, version, plural)?;
        let (name, subresource) = match rest {
            [] => (None, None),
            [name] => (Some(*name), None),
            [name, sub] => (Some(*name), Some(*sub)),
            // Whatever follows is the proxied server's business.
            [name, sub @ "proxy", ..] => (Some(*name), Some(*sub)),
            _ => return None,
        };
        let fits = match (resource.is_namespaced(), namespace) {
            (true, None) => name.is_none(),
            (namespaced, namespace) => namespaced == namespace.is_some(),
        };
        fits.then_some(Self { resource, namespace, name, subresource })
    }

    /// The verb of an ordinary path.
    fn called(self, method: &Method, query: &Query) -> Result<Call, Refusal> {
        let (verbs, possible): (_, &[Verb]) = match (self.name, self.subresource) {
            (Some(_), Some(name)) => {
                let sub = self.resource.subresource(name).ok_or_else(Refusal::no_such_resource)?;
                (sub.verbs, &[Verb::Create, Verb::Get, Verb::Update, Verb::Patch, Verb::Delete])
            }
            (Some(_), None) => (self.resource.verbs, &[Verb::Get, Verb::Update, Verb::Patch, Verb::Delete]),
            // All namespaces at once can only be read.
            _ if self.resource.is_namespaced() && self.namespace.is_none() => (self.resource.verbs, &[Verb::List]),
            _ => (self.resource.verbs, &[Verb::List, Verb::Create, Verb::DeleteCollection]),
        };
        if !possible.iter().any(|verb| verbs.contains(*verb)) {
            return Err(Refusal::no_such_resource());
        }
        let of_object = self.name.is_some();
        let verb = match *method {
            Method::GET => Some(if of_object { Verb::Get } else { Verb::List }),
            // Custom resources take it for a GET.
            Method::HEAD if self.resource.is_custom() => Some(if of_object { Verb::Get } else { Verb::List }),
            Method::POST => Some(Verb::Create),
            Method::PUT => Some(Verb::Update),
            Method::PATCH => Some(Verb::Patch),
            Method::DELETE => Some(if of_object { Verb::Delete } else { Verb::DeleteCollection }),
            _ => None,
        };
        let allowed = verb.filter(|verb| possible.contains(verb) && verbs.contains(*verb));
        let Some(mut verb) = allowed else { return Err(self.refused(verb)) };
        if verb == Verb::List && flag(query, "watch").unwrap_or_default() {
            verb = Verb::Watch;
            if !verbs.contains(verb) {
                return Err(Status::method_not_supported(&self.resource.gvr, verb.as_str()).into());
            }
        }
        self.into_call(verb)
    }

    /// The watch of a path with `/watch/` in it.
    fn watched(self, method: &Method) -> Result<Call, Refusal> {
        if self.subresource.is_some() || !self.resource.verbs.contains(Verb::Watch) {
            return Err(Refusal::no_such_resource());
        }
        if method != Method::GET {
            return Err(Refusal::method_not_allowed());
        }
        let name = self.name;
        let call = Self { name: None, ..self }.into_call(Verb::Watch)?;
        Ok(Call { legacy_watch: true, watched_name: name.map(Into::into), ..call })
    }

    fn refused(&self, verb: Option<Verb>) -> Refusal {
        if self.resource.is_custom() {
            return Status::method_not_supported(&self.resource.gvr, verb.map_or("", Verb::as_str)).into();
        }
        Refusal::method_not_allowed()
    }

    fn into_call(self, verb: Verb) -> Result<Call, Refusal> {
        let namespace = self.namespace.filter(|namespace| !namespace.is_empty());
        if self.namespace.is_some() && namespace.is_none() && !matches!(verb, Verb::List | Verb::Watch) {
            return Err(Status::bad_request("Namespace parameter required.").into());
        }
        if let Some(name) = self.name {
            if name.is_empty() {
                return Err(Status::bad_request("name must be provided").into());
            }
            if let Some(problem) = segment_problem(name) {
                let quoted = lookglass_object::Quoted(name);
                return Err(Status::bad_request(format!("Name parameter invalid: {quoted}: {problem}")).into());
            }
        }
        let target = Target {
            resource: self.resource.clone(),
            namespace: namespace.map(Into::into),
            name: self.name.map(Into::into),
            subresource: self.subresource.map(Into::into),
        };
        Ok(Call::new(verb, target))
    }
}
