//! What a handle does, whatever its type: [`Core`]. Compiled once, here; the typed handle only says what the answers are.

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use lookglass_object::{Arrival, Dynamic, Encoding, Family, Gvr, Intake, Object, Retention, Status};
use serde::Deserialize;

use super::{Apply, DeleteOptions, Deletion, ObjectList, Patch, WriteOptions, body::Body, patch::APPLY};
use crate::{
    Client, Error, ListFrom, ListOptions,
    list_watch::{
        options::Query,
        request::{self, Asked},
    },
};

/// What comes when a request has been answered. Boxed, so that what happens until then is compiled here and not where it is waited for.
pub(crate) type Reply<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// A resource, and how it is spoken to.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) client: Client,
    pub(crate) gvr: Gvr,
    pub(crate) family: Arc<Family>,
    /// Whether its objects live in namespaces, if that is known.
    pub(crate) namespaced: Option<bool>,
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) encoding: Encoding,
    pub(crate) keep_managed_fields: bool,
    pub(crate) options: WriteOptions,
}

/// A request in the making.
pub(crate) struct Call {
    pub(crate) what: String,
    method: Method,
    path: Result<String, String>,
    query: Query,
    accept: String,
    body: Option<(&'static str, Bytes)>,
}

const JSON: &str = "application/json";

impl Call {
    pub(crate) fn query(mut self, add: impl FnOnce(&mut Query)) -> Self {
        add(&mut self.query);
        self
    }

    pub(crate) fn body(self, content_type: &'static str, body: Bytes) -> Self {
        Self { body: Some((content_type, body)), ..self }
    }

    pub(crate) fn accept(self, accept: String) -> Self {
        Self { accept, ..self }
    }

    /// What is being done, and the request.
    pub(crate) fn request(self) -> (String, Result<Request<Bytes>, Error>) {
        let Self { what, method, path, query, accept, body } = self;
        let build = || {
            let path = path?;
            let uri = if query.0.is_empty() { path } else { format!("{path}?{}", query.0) };
            let mut request = Request::builder().method(method).uri(uri).header(header::ACCEPT, accept);
            let mut bytes = Bytes::new();
            if let Some((content_type, body)) = body {
                request = request.header(header::CONTENT_TYPE, content_type);
                bytes = body;
            }
            request.body(bytes).map_err(|error| format!("no address can be made of it: {error}"))
        };
        let request = build().map_err(|why: String| Error::request(&what, why));
        (what, request)
    }
}

impl Core {
    pub(crate) fn new(client: &Client, gvr: Gvr, family: Arc<Family>, namespaced: Option<bool>) -> Self {
        Self {
            client: client.clone(),
            gvr,
            encoding: if family.has_protobuf() { Encoding::Protobuf } else { Encoding::Json },
            family,
            namespaced,
            namespace: None,
            keep_managed_fields: false,
            options: WriteOptions::default(),
        }
    }

    pub(crate) fn get(&self, name: &str, from: &ListFrom) -> Reply<Object<Dynamic>> {
        let call = self.named(Method::GET, "get", name, &[]);
        let version = match from {
            ListFrom::Latest => None,
            ListFrom::Any => Some("0".to_owned()),
            ListFrom::NotOlderThan(version) => Some(version.to_string()),
            ListFrom::Exact(_) => {
                let error = Error::request(call.what, "a get shows no exact version; list that version instead");
                return Box::pin(async { Err(error) });
            }
        };
        self.object(call.query(|query| {
            if let Some(version) = version {
                query.add("resourceVersion", &version);
            }
        }))
    }

    /// The list in all its pages. When the token of a later page has expired, all is asked for anew, and in one.
    pub(crate) fn list(&self, options: &ListOptions) -> Reply<ObjectList<Dynamic>> {
        let (core, mut options) = (self.clone(), options.clone());
        Box::pin(async move {
            let mut list = ObjectList::default();
            loop {
                let token = list.next.take();
                match core.add_page(&mut list, &options, token.as_deref()).await {
                    Ok(()) => {}
                    Err(error) if token.is_some() && error.status().is_some_and(Status::is_resource_expired) => {
                        options.page_size = 0;
                        list = ObjectList::default();
                        core.add_page(&mut list, &options, None).await?;
                    }
                    Err(error) => return Err(error),
                }
                if list.next.is_none() {
                    list.remaining = None;
                    return Ok(list);
                }
            }
        })
    }

    pub(crate) fn page(&self, options: &ListOptions, token: Option<&str>) -> Reply<ObjectList<Dynamic>> {
        let (core, options, token) = (self.clone(), options.clone(), token.map(str::to_owned));
        Box::pin(async move {
            let mut list = ObjectList::default();
            core.add_page(&mut list, &options, token.as_deref()).await?;
            Ok(list)
        })
    }

    async fn add_page(
        &self,
        list: &mut ObjectList<Dynamic>,
        options: &ListOptions,
        token: Option<&str>,
    ) -> Result<(), Error> {
        let what = self.what("list", None, self.namespace.as_deref());
        let path =
            request::path(&self.gvr, self.namespace.as_deref(), &[]).map_err(|why| Error::request(&what, why))?;
        let request = request::get(&what, &path, &options.query(token), &self.accept(Asked::List))?;
        let response = self.client.send(&what, request).await?;
        list.read(&what, response, self.intake()).await
    }

    pub(crate) fn create(&self, body: Result<Vec<u8>, String>) -> Reply<Object<Dynamic>> {
        let call = self.sent(Method::POST, "create", body, |_| Ok(Vec::new()));
        self.object(call.query(|query| self.options.query(query)))
    }

    pub(crate) fn update(&self, below: Option<&str>, body: Result<Vec<u8>, String>) -> Reply<Object<Dynamic>> {
        let call = self.sent(Method::PUT, "update", body, |body| below_name(body, below));
        self.object(call.query(|query| self.options.query(query)))
    }

    pub(crate) fn apply(
        &self,
        below: Option<&str>,
        by: &Apply,
        body: Result<Vec<u8>, String>,
    ) -> Reply<Object<Dynamic>> {
        let mut call = self.sent(Method::PATCH, "apply", body, |body| {
            if body.has_managed_fields {
                return Err(
                    "what is applied must not have managedFields: apply a new object, not one that was read".into()
                );
            }
            below_name(body, below)
        });
        if let Some((content_type, _)) = &mut call.body {
            *content_type = APPLY;
        }
        if by.field_manager.is_empty() {
            call.path = Err("applying needs a field manager: say who owns the fields".into());
        }
        let options = WriteOptions { field_manager: Some(by.field_manager.clone()), ..self.options.clone() };
        self.object(call.query(|query| {
            options.query(query);
            if by.force {
                query.add("force", "true");
            }
        }))
    }

    pub(crate) fn patch(&self, name: &str, below: &[&str], patch: &Patch) -> Reply<Object<Dynamic>> {
        let call = self.patch_call(name, below, patch);
        self.object(call)
    }

    pub(crate) fn patch_call(&self, name: &str, below: &[&str], patch: &Patch) -> Call {
        let mut call = self.named(Method::PATCH, "patch", name, below);
        // A tree has no key that is no text, so it can always be written.
        call = call.body(patch.content_type(), patch.body().to_string().into());
        call = call.query(|query| self.options.query(query));
        if let Patch::Apply { force, .. } = patch {
            if self.options.field_manager.is_none() {
                call.path = Err("applying needs a field manager: say it in the write options, or use `apply`".into());
            }
            if *force {
                call = call.query(|query| query.add("force", "true"));
            }
        }
        call
    }

    pub(crate) fn delete(&self, name: &str, options: &DeleteOptions) -> Reply<Deletion<Dynamic>> {
        let call = self.named(Method::DELETE, "delete", name, &[]);
        let call = self.deleting(call, options, Asked::Object);
        let core = self.clone();
        let (what, request) = call.request();
        Box::pin(async move {
            let response = core.client.fetch(&what, request?).await?;
            match success(response.body()) {
                Some(status) => Ok(Deletion::Status(status)),
                None => core.taken(&what, &response).map(Deletion::Object),
            }
        })
    }

    pub(crate) fn delete_collection(&self, options: &DeleteOptions, which: &ListOptions) -> Reply<ObjectList<Dynamic>> {
        let namespace = self.place(None);
        let what = self.what("delete all", None, self.namespace.as_deref());
        let path = namespace.and_then(|namespace| request::path(&self.gvr, namespace.as_deref(), &[]));
        // A server that is told a limit deletes one page and tells nobody that there is more. Told none, it goes through all in pages of its own.
        let query = Query(which.clone().page_size(0).query(None));
        let call = Call { what, method: Method::DELETE, path, query, accept: String::new(), body: None };
        let call = self.deleting(call, options, Asked::List);
        let core = self.clone();
        let (what, request) = call.request();
        Box::pin(async move {
            let response = core.client.fetch(&what, request?).await?;
            let mut list = ObjectList::default();
            if success(response.body()).is_none() {
                let response = response.map(crate::client::Body::from);
                list.read(&what, response, core.intake()).await?;
            }
            Ok(list)
        })
    }

    /// A status is the answer as often as not, and only JSON says what it is from its beginning.
    fn deleting(&self, call: Call, options: &DeleteOptions, asked: Asked) -> Call {
        let body = serde_json::to_vec(&options.body(self.options.dry_run)).map_err(|error| error.to_string());
        let mut call = call.accept(request::accept(Encoding::Json, self.family.is_metadata_only(), asked));
        match body {
            Ok(body) => call.body(JSON, body.into()),
            Err(why) => {
                call.path = Err(why);
                call
            }
        }
    }

    /// A request about one object, or about what is below it.
    pub(crate) fn named(&self, method: Method, verb: &str, name: &str, below: &[&str]) -> Call {
        let path = self.place(None).and_then(|namespace| {
            let below: Vec<&str> = [name].iter().chain(below).copied().collect();
            request::path(&self.gvr, namespace.as_deref(), &below)
        });
        let what = self.what(&verb_of(verb, below), Some(name), self.namespace.as_deref());
        Call { what, method, path, query: Query::default(), accept: self.accept(Asked::Object), body: None }
    }

    /// A request that sends an object to the path that it itself says.
    pub(crate) fn sent(
        &self,
        method: Method,
        verb: &str,
        body: Result<Vec<u8>, String>,
        below: impl FnOnce(&Body) -> Result<Vec<String>, String>,
    ) -> Call {
        let accept = self.accept(Asked::Object);
        let body = body.and_then(|json| Body::of(self.family.gvk(), json));
        let (name, namespace) = match &body {
            Ok(body) => (body.name.as_deref(), body.namespace.as_deref().or(self.namespace.as_deref())),
            Err(_) => (None, self.namespace.as_deref()),
        };
        let what = self.what(verb, name, namespace);
        let located = body.and_then(|body| {
            let below = below(&body)?;
            let below: Vec<&str> = below.iter().map(String::as_str).collect();
            let namespace = self.place(body.namespace.as_deref())?;
            Ok((request::path(&self.gvr, namespace.as_deref(), &below)?, body.json))
        });
        let (path, body) = match located {
            Ok((path, json)) => (Ok(path), Some((JSON, json))),
            Err(why) => (Err(why), None),
        };
        Call { what, method, path, query: Query::default(), accept, body }
    }

    /// The namespace of an object that says, or does not say, its own.
    fn place(&self, said: Option<&str>) -> Result<Option<Arc<str>>, String> {
        match (&self.namespace, said) {
            (Some(_), _) if self.namespaced == Some(false) => {
                Err(format!("{} live in no namespace", self.gvr.group_resource()))
            }
            (Some(own), Some(said)) if **own != *said => {
                Err(format!("the object is of the namespace {said:?}, and this handle of {own:?}"))
            }
            (Some(own), _) => Ok(Some(Arc::clone(own))),
            (None, Some(said)) if self.namespaced != Some(false) => Ok(Some(said.into())),
            (None, None) if self.namespaced == Some(true) => {
                Err(format!("{} live in namespaces, and none is said", self.gvr.group_resource()))
            }
            (None, _) => Ok(None),
        }
    }

    /// Sends a request and takes in the object that is the answer.
    pub(crate) fn object(&self, call: Call) -> Reply<Object<Dynamic>> {
        let core = self.clone();
        let (what, request) = call.request();
        Box::pin(async move {
            let response = core.client.fetch(&what, request?).await?;
            core.taken(&what, &response)
        })
    }

    fn taken(&self, what: &str, response: &Response<Bytes>) -> Result<Object<Dynamic>, Error> {
        let mut intake = self.intake();
        let taken = match request::answered(what, response.headers())? {
            Encoding::Json => intake.json(response.body(), Arrival::Changed),
            Encoding::Protobuf => intake.protobuf(response.body(), Arrival::Changed),
        };
        taken.map_err(|error| Error::malformed(what, error))
    }

    /// What is read once is not worth packing.
    fn intake(&self) -> Intake<Dynamic> {
        Intake::new(Arc::clone(&self.family)).retention(Retention::Raw).keep_managed_fields(self.keep_managed_fields)
    }

    pub(crate) fn accept(&self, asked: Asked) -> String {
        request::accept(self.encoding, self.family.is_metadata_only(), asked)
    }

    /// `get deployments.apps web in default`, for errors.
    pub(crate) fn what(&self, verb: &str, name: Option<&str>, namespace: Option<&str>) -> String {
        let mut what = format!("{verb} {}", self.gvr.group_resource());
        for (before, text) in [(" ", name), (" in ", namespace)] {
            if let Some(text) = text {
                what.push_str(before);
                what.push_str(text);
            }
        }
        what
    }
}

/// `get log of`.
fn verb_of(verb: &str, below: &[&str]) -> String {
    if below.is_empty() { verb.to_owned() } else { format!("{verb} {} of", below.join("/")) }
}

/// The way from the collection to an object, or to what is below it.
fn below_name(body: &Body, below: Option<&str>) -> Result<Vec<String>, String> {
    let name = body.name.clone().ok_or("the object has no metadata.name")?;
    Ok([Some(name), below.map(str::to_owned)].into_iter().flatten().collect())
}

/// The status that a body is, when it is one.
pub(crate) fn success(body: &[u8]) -> Option<Status> {
    #[derive(Deserialize)]
    struct Head {
        kind: Option<String>,
    }
    let head: Head = serde_json::from_slice(body).ok()?;
    (head.kind.as_deref() == Some("Status")).then(|| serde_json::from_slice(body).ok()).flatten()
}
