//! Which requests a fault is for: [`Matcher`].

use std::sync::Arc;

use http::{HeaderValue, Method, Request, Uri, header};
use lookglass_protocol::{
    Catalog, Target, Verb,
    request::{Call, Query, Route, route},
};

/// Which requests a fault is for; what is not said does not matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Matcher {
    pub(super) verb: Option<Verb>,
    pub(super) resource: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) path: Option<String>,
    pub(super) user_agent: Option<String>,
}

/// What is kept of a request, for as long as it or its watch lasts. Everything in it is shared with the request, not copied.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) user_agent: Option<HeaderValue>,
}

impl Asked {
    pub(crate) fn of<R>(request: &Request<R>) -> Self {
        let user_agent = request.headers().get(header::USER_AGENT).cloned();
        Self { method: request.method().clone(), uri: request.uri().clone(), user_agent }
    }

    pub(crate) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The verb and the target, if it is a resource's. Read only where a fault is set.
    pub(super) fn call(&self, catalog: &Catalog) -> Option<Arc<Call>> {
        match route(&self.method, self.uri.path(), &Query::parse(self.query()), catalog) {
            Ok(Route::Resource(call)) => Some(Arc::new(call)),
            Ok(Route::Document(_)) | Err(_) => None,
        }
    }
}

impl Matcher {
    /// Whether the fault is for this request; `call` is what [`Asked::call`] gave.
    pub(super) fn matches(&self, asked: &Asked, call: Option<&Call>) -> bool {
        let Self { verb, resource, namespace, name, path, user_agent } = self;
        let target = call.map(|call| &call.target);
        verb.is_none_or(|verb| call.is_some_and(|call| call.verb == verb))
            && resource.as_ref().is_none_or(|resource| target.is_some_and(|target| is_of(target, resource)))
            && namespace.as_ref().is_none_or(|it| target.is_some_and(|target| target.namespace.as_ref() == Some(it)))
            && name.as_ref().is_none_or(|it| target.is_some_and(|target| target.name.as_ref() == Some(it)))
            && path.as_ref().is_none_or(|prefix| asked.uri.path().starts_with(&**prefix))
            && user_agent.as_ref().is_none_or(|part| asked.user_agent.as_ref().is_some_and(|it| contains(it, part)))
    }
}

/// Whether `resource` (`pods`, `pods/status`, `deployments.apps`) names the target's.
fn is_of(target: &Target, resource: &str) -> bool {
    let (resource, subresource) = match resource.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource)),
        None => (resource, None),
    };
    names(target.resource.gvr.resource(), target.resource.gvr.group(), resource)
        && subresource.is_none_or(|wanted| target.subresource.as_deref() == Some(wanted))
}

/// Whether `wanted` is the plural name, alone or with its group.
pub(super) fn names(plural: &str, group: &str, wanted: &str) -> bool {
    match wanted.strip_prefix(plural) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('.') == Some(group),
        None => false,
    }
}

fn contains(value: &HeaderValue, part: &str) -> bool {
    String::from_utf8_lossy(value.as_bytes()).contains(part)
}
