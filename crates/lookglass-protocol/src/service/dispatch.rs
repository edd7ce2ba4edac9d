//! From a request to a reply: who asks, what for, and what the backend says to it.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};
use lookglass_object::Status;

use super::{
    Body, BoxError, Shared,
    body::{self, ReadError},
    meter::{Meter, labels},
    reply::Reply,
};
use crate::{
    Answer, Backend, Caller, Content, GetRequest, ListRequest, Patch, Resource, Target, Verb, WatchRequest, Write,
    WriteRequest,
    answer::{self, Include, View},
    body::{Expected, to_json},
    documents::{self, RequestLabels},
    frames::{Encoder, Frames},
    media::{self, BodyType, Form, Offer, PatchType, Shown, Transform},
    request::{self, Call, Query, Refusal, Route},
};

/// What is known of a request whatever comes of it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) method: Method,
    accept: Option<String>,
    user_agent: String,
    query: Query,
    /// What it is counted as.
    pub(super) labels: RequestLabels,
}

impl Seen {
    pub(super) fn of(parts: &Parts) -> Self {
        let accept: Vec<&str> = texts(&parts.headers, &header::ACCEPT).collect();
        Self {
            method: parts.method.clone(),
            accept: (!accept.is_empty()).then(|| accept.join(",")),
            user_agent: texts(&parts.headers, &header::USER_AGENT).next().unwrap_or_default().to_owned(),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            labels: RequestLabels::document("other"),
        }
    }

    /// How a `Status` is written for this client.
    pub(super) fn status_form(&self) -> Form {
        let mut form = media::status_form(self.accept.as_deref());
        form.pretty |= media::wants_pretty(&self.query, &self.user_agent);
        form
    }

    fn negotiate(&self, shown: Shown, resource: &Resource) -> Result<Form, Status> {
        let mut form = media::negotiate(self.accept.as_deref(), Offer::new(shown, resource))?;
        form.pretty |= media::wants_pretty(&self.query, &self.user_agent);
        Ok(form)
    }

    fn include(&self, form: Form) -> Result<Include, Status> {
        match form.transform {
            Transform::Table => Include::parse(self.query.get("includeObject").unwrap_or_default()),
            _ => Ok(Include::default()),
        }
    }
}

/// The resource as its answers show it. Of a subresource with a kind of its own a Table has the plain columns.
fn of_answers(target: &Target) -> Arc<Resource> {
    let resource = &target.resource;
    let sub = target.subresource.as_deref().and_then(|name| resource.subresource(name));
    match sub.map(|sub| &sub.kind).filter(|kind| !kind.kind().is_empty() && kind.kind() != resource.kind.kind()) {
        Some(kind) => Arc::new(Resource { kind: kind.clone(), columns: Vec::new(), ..Resource::clone(resource) }),
        None => Arc::clone(resource),
    }
}

/// The values of a header, those that are text.
fn texts<'a>(headers: &'a HeaderMap, name: &'a HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

impl<B: Backend> Shared<B> {
    /// The whole way of a request.
    pub(super) async fn handle<R>(&self, mut parts: Parts, body: R, seen: &mut Seen) -> Result<Reply, Refusal>
    where
        R: http_body::Body<Error: Into<BoxError>>,
    {
        let caller = self.options.authenticator.authenticate(&mut parts)?;
        let catalog = self.backend.catalog();
        match request::route(&parts.method, parts.uri.path(), &seen.query, &catalog)? {
            Route::Document(path) => {
                let query = parts.uri.query().unwrap_or_default();
                let now = (self.options.clock)();
                let facts = &self.options.facts;
                Ok(documents::document(&path, query, &parts.headers, now, &catalog, facts).into())
            }
            Route::Resource(call) => {
                seen.labels = labels(&call);
                let content_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str);
                // What is not even text is a media type that nobody knows.
                let content_type = content_type.map(|text| text.unwrap_or("?"));
                self.call(call, caller, content_type, body, seen).await
            }
        }
    }

    async fn call<R>(
        &self,
        call: Call,
        caller: Caller,
        content_type: Option<&str>,
        body: R,
        seen: &Seen,
    ) -> Result<Reply, Refusal>
    where
        R: http_body::Body<Error: Into<BoxError>>,
    {
        let resource = of_answers(&call.target);
        let shown = match call.verb {
            Verb::List | Verb::DeleteCollection => Shown::List,
            Verb::Watch => Shown::Watch,
            _ => Shown::Object,
        };
        let patch = (call.verb == Verb::Patch).then(|| PatchType::of(content_type, &resource)).transpose()?;
        let form = seen.negotiate(shown, &resource)?;
        let include = seen.include(form)?;
        let view = || View { form, include, now: (self.options.clock)() };
        let query = &seen.query;
        let write = match call.verb {
            Verb::Get => {
                let version = request::get_version(query)?;
                let object = self.backend.get(GetRequest::new(caller, call.target, version)).await?;
                return Ok(Reply::encoded(200, answer::object(&resource, &object, view())?));
            }
            Verb::List => {
                let params = request::list_params(query, &call)?;
                let page = self.backend.list(ListRequest::new(caller, call.target, params)).await?;
                return Ok(Reply::encoded(200, answer::list(&resource, &page, view())?));
            }
            Verb::Watch => return Ok(self.watch(call, caller, form, include, seen).await?),
            Verb::Create => {
                let encoding = BodyType::of(content_type, Some(&resource))?;
                let body = self.read(body).await?;
                let params = request::write_params(query, call.verb, None, &seen.user_agent)?;
                Write::Create { body: to_json(encoding, body, &Expected::of(&call.target))?, params }
            }
            Verb::Update => {
                let body = self.read(body).await?;
                let params = request::write_params(query, call.verb, None, &seen.user_agent)?;
                let encoding = BodyType::of(content_type, Some(&resource))?;
                Write::Update { body: to_json(encoding, body, &Expected::of(&call.target))?, params }
            }
            Verb::Patch => {
                let body = self.read(body).await?;
                let params = request::write_params(query, call.verb, patch, &seen.user_agent)?;
                let patch = match patch {
                    Some(PatchType::Json) => Patch::Json(body),
                    Some(PatchType::Strategic) => Patch::Strategic(body),
                    Some(PatchType::Apply) => Patch::Apply(body),
                    Some(PatchType::Merge) | None => Patch::Merge(body),
                };
                Write::Patch { patch, params }
            }
            Verb::Delete => Write::Delete { params: self.delete_params(content_type, body, query).await? },
            Verb::DeleteCollection => {
                let list = request::list_params(query, &call)?;
                Write::DeleteCollection { list, params: self.delete_params(content_type, body, query).await? }
            }
        };
        let Answer { code, content, warnings } =
            self.backend.write(WriteRequest::new(caller, call.target, write)).await?;
        let encoded = match content {
            Content::Object(object) => answer::object(&resource, &object, view())?,
            Content::List(page) => answer::list(&resource, &page, view())?,
            Content::Done(status) => answer::status(&status, seen.status_form()),
        };
        Ok(Reply::encoded(code, encoded).with_warnings(warnings))
    }

    async fn watch(
        &self,
        call: Call,
        caller: Caller,
        form: Form,
        include: Include,
        seen: &Seen,
    ) -> Result<Reply, Status> {
        let params = request::watch_params(&seen.query, &call)?;
        let resource = Arc::clone(&call.target.resource);
        let (start, bookmarks) = (params.start, params.bookmarks);
        let timeout = params.timeout.unwrap_or_else(|| self.options.random.spread(DEFAULT_WATCH));
        let request = WatchRequest::new(caller, call.target, params);
        let watcher = self.backend.watch(request).await?;
        let meter = Meter::new(Arc::clone(&self.options.facts), seen.labels.clone(), &resource.kind);
        let encoder = Encoder::new(resource, form, include, Arc::clone(&self.options.clock));
        let content_type = encoder.content_type();
        let frames = Frames::new(watcher, encoder, start, bookmarks, timeout, meter);
        Ok(Reply::new(200, content_type, Body::stream(frames)))
    }

    async fn delete_params<R>(
        &self,
        content_type: Option<&str>,
        body: R,
        query: &Query,
    ) -> Result<crate::params::DeleteParams, Status>
    where
        R: http_body::Body<Error: Into<BoxError>>,
    {
        let body = self.read(body).await?;
        if body.is_empty() {
            return request::delete_params(query, None);
        }
        let encoding = BodyType::of(content_type, None)?;
        request::delete_params(query, Some((encoding, &body)))
    }

    async fn read<R>(&self, body: R) -> Result<Bytes, Status>
    where
        R: http_body::Body<Error: Into<BoxError>>,
    {
        let limit = self.options.body_limit;
        body::read(body, limit).await.map_err(|error| match error {
            ReadError::TooLarge => Status::request_entity_too_large(format_args!("limit is {limit}")),
            ReadError::Broken(error) => Status::bad_request(error.to_string()),
        })
    }
}

/// How long a watch lasts that says nothing of it, at least; twice as long at most, so that watches that began together do not end so.
const DEFAULT_WATCH: Duration = Duration::from_secs(30 * 60);
