//! A request in the making: [`RestRequest`].

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use lookglass_object::{FieldSelector, GroupVersion, Object, Selector};

use super::Answer;
use crate::{
    BoxError, Client, Error, ListOptions, Patch,
    client::Body,
    list_watch::{options::Query, request},
    resources::core::Reply,
};

/// A request in the making. What is wrong with it is told when it is sent; if more than one thing is, the first.
///
/// # Defaults
///
/// * [`accept`](Self::accept): JSON;
/// * no query, no body.
#[must_use = "nothing is sent before `send` or `stream`"]
#[derive(Clone)]
pub struct RestRequest {
    client: Client,
    method: Method,
    /// Up to the group and version, or the whole of it when it was given as a path.
    base: String,
    namespace: Option<String>,
    resource: Option<String>,
    name: Option<String>,
    below: Vec<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
    wrong: Option<String>,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl RestRequest {
    fn new(client: &Client, method: Method, base: String) -> Self {
        let headers = HeaderMap::from_iter([(header::ACCEPT, JSON)]);
        Self {
            client: client.clone(),
            method,
            base,
            namespace: None,
            resource: None,
            name: None,
            below: Vec::new(),
            query: Query::default(),
            headers,
            body: Bytes::new(),
            wrong: None,
        }
    }

    pub(super) fn of_path(client: &Client, method: Method, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Self::new(client, method, path.to_owned());
        query.clone_into(&mut request.query.0);
        let leads_elsewhere = path.split('/').any(|segment| segment == "." || segment == "..");
        if !path.starts_with('/') || leads_elsewhere || path.contains('#') {
            return request.but(format!("{path:?} is no path; it begins with a slash and goes straight down"));
        }
        request
    }

    pub(super) fn of_version(client: &Client, method: Method, version: &GroupVersion) -> Self {
        let mut base = String::from(if version.group().is_empty() { "/api" } else { "/apis" });
        let (group, version) = (Some(version.group()).filter(|group| !group.is_empty()), version.version());
        let mut wrong = None;
        for text in group.into_iter().chain([version]) {
            wrong = wrong.or(request::segment(text).err());
            request::path_segment(text, &mut base);
        }
        Self { wrong, ..Self::new(client, method, base) }
    }

    /// The namespace.
    pub fn namespace(mut self, namespace: &str) -> Self {
        let twice = self.namespace.replace(namespace.to_owned()).is_some();
        let wrong = if namespace.is_empty() { None } else { request::segment(namespace).err() };
        self.check("namespace", twice, wrong)
    }

    /// The resource: the plural, which is made lower case.
    pub fn resource(mut self, resource: &str) -> Self {
        let twice = self.resource.replace(resource.to_lowercase()).is_some();
        self.check("resource", twice, request::segment(resource).err())
    }

    /// The object.
    pub fn name(mut self, name: &str) -> Self {
        let twice = self.name.replace(name.to_owned()).is_some();
        self.check("name", twice, request::segment(name).err())
    }

    /// What is below the object, such as `status`, and below that.
    pub fn subresource<'a>(mut self, path: impl IntoIterator<Item = &'a str>) -> Self {
        let twice = !self.below.is_empty();
        self.below = path.into_iter().map(str::to_owned).collect();
        let wrong = self.below.iter().find_map(|text| request::segment(text).err());
        self.check("subresource", twice, wrong)
    }

    /// Goes on below with a path of somebody else's, such as of what is behind a proxy. A slash in front is not needed; one behind stays.
    pub fn suffix(mut self, path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        self.below.extend(path.split('/').map(str::to_owned));
        let leads_elsewhere = path.split('/').any(|segment| segment == "." || segment == "..");
        if leads_elsewhere { self.but(format!("{path:?} does not go straight down")) } else { self }
    }

    /// A parameter of the query; once more for more values.
    pub fn param(mut self, name: &str, value: impl fmt::Display) -> Self {
        let mut escaped = String::new();
        request::escape(name, &mut escaped);
        self.query.add(&escaped, &value.to_string());
        self
    }

    /// Only objects with these labels.
    pub fn labels(self, labels: &Selector) -> Self {
        self.param("labelSelector", labels)
    }

    /// Only objects with these fields.
    pub fn fields(self, fields: &FieldSelector) -> Self {
        self.param("fieldSelector", fields)
    }

    /// What is asked of a list, as parameters.
    pub fn list_options(mut self, options: &ListOptions) -> Self {
        let query = options.query(None);
        if !self.query.0.is_empty() && !query.is_empty() {
            self.query.0.push('&');
        }
        self.query.0.push_str(&query);
        self
    }

    /// A header, in place of the one that was there.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
                self
            }
            // The value may be secret.
            _ => self.but(format!("{name:?}, or its value, is no header")),
        }
    }

    /// In which forms the answer is taken, the best first.
    pub fn accept(self, types: &str) -> Self {
        self.header(header::ACCEPT.as_str(), types)
    }

    /// A body of some type.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(header::CONTENT_TYPE.as_str(), content_type)
    }

    /// A tree as the body.
    pub fn json(self, tree: &serde_json::Value) -> Self {
        self.body("application/json", tree.to_string())
    }

    /// An object as the body.
    pub fn object<K>(self, object: &Object<K>) -> Self {
        match object.json() {
            Ok(json) => self.body("application/json", json),
            Err(error) => self.but(error.to_string()),
        }
    }

    /// A change as the body, with its content type.
    pub fn patch(self, patch: &Patch) -> Self {
        self.body(patch.content_type(), patch.body().to_string())
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Errors
    ///
    /// It was not made well; the server refuses; nobody answers; or the answer was cut off.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn send(self) -> Result<Answer, Error> {
        self.sent().await
    }

    /// Sends it and hands out the answer with its body unread, for what is long or endless.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send), but for the answer's end.
    ///
    /// # Cancel safety
    ///
    /// As for [`send`](Self::send).
    pub async fn stream(self) -> Result<Response<Body>, Error> {
        self.streamed().await
    }

    fn sent(self) -> Reply<Answer> {
        let (what, request) = self.build();
        let client = self.client;
        Box::pin(async move {
            let response = client.fetch(&what, request?).await?;
            Ok(Answer::new(what, response))
        })
    }

    pub(crate) fn streamed(self) -> Reply<Response<Body>> {
        let (what, request) = self.build();
        let client = self.client;
        Box::pin(async move { client.send(&what, request?).await })
    }

    /// What is being done, and the request.
    fn build(&self) -> (String, Result<Request<Bytes>, Error>) {
        let mut path = self.base.clone();
        if let Some(namespace) = self.namespace.as_deref().filter(|namespace| !namespace.is_empty()) {
            path.push_str("/namespaces");
            request::path_segment(namespace, &mut path);
        }
        for text in self.resource.iter().chain(&self.name).chain(&self.below) {
            request::path_segment(text, &mut path);
        }
        let what = format!("{} {path}", self.method);
        if let Some(wrong) = self.wrong.clone().or_else(|| self.misplaced().map(str::to_owned)) {
            return (what.clone(), Err(Error::request(what, wrong)));
        }
        let uri = if self.query.0.is_empty() { path } else { format!("{path}?{}", self.query.0) };
        let request = Request::builder().method(self.method.clone()).uri(uri).body(self.body.clone());
        let request = request.map(|mut request| {
            *request.headers_mut() = self.headers.clone();
            request
        });
        let wrong = |error: BoxError| Error::request(&what, format!("no address can be made of it: {error}"));
        let request = request.map_err(|error| wrong(error.into()));
        (what, request)
    }

    /// A namespace that was said, and said to be none, where an object lives in one.
    fn misplaced(&self) -> Option<&'static str> {
        let says_none = self.namespace.as_deref() == Some("");
        if says_none && self.method == Method::POST {
            return Some("something is created in a namespace, and the one that is said is empty");
        }
        let about_one = [Method::GET, Method::PUT, Method::DELETE].contains(&self.method) && self.name.is_some();
        (says_none && about_one).then_some("an object is in a namespace, and the one that is said is empty")
    }

    fn check(self, what: &str, twice: bool, wrong: Option<String>) -> Self {
        match (twice, wrong) {
            (true, _) => self.but(format!("the {what} is said twice")),
            (false, Some(why)) => self.but(format!("the {what}: {why}")),
            (false, None) => self,
        }
    }

    pub(crate) fn but(mut self, wrong: String) -> Self {
        self.wrong.get_or_insert(wrong);
        self
    }
}

/// Verb and path: `GET /api/v1/namespaces/default/pods`.
impl fmt::Display for RestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.build().0)
    }
}

/// Without headers and body, which may be secret.
impl fmt::Debug for RestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestRequest").field("what", &self.build().0).field("wrong", &self.wrong).finish_non_exhaustive()
    }
}
