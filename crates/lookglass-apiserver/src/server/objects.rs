//! What a test does to the server with its own hand: create, get, list, update, delete.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use lookglass_object::{Gvk, Status};
use lookglass_protocol::{
    Resource,
    identity::{Peer, User},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tower_service::Service as _;

use super::{ApiServer, Error};

/// The types that can be written and read by name: those of k8s-openapi and of kube's `CustomResource`.
pub trait Kind: kube_core::Resource<DynamicType = ()> + Serialize + DeserializeOwned + Send + Sync {}

impl<K: kube_core::Resource<DynamicType = ()> + Serialize + DeserializeOwned + Send + Sync> Kind for K {}

/// A place: a resource, and a key that is `namespace/name`, or `name`.
pub(super) struct Place {
    pub(super) resource: Arc<Resource>,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl ApiServer {
    /// Creates an object, in the namespace `default` if it names none. It is given as the server has stored it.
    ///
    /// # Cancel safety
    ///
    /// The object is created or not.
    ///
    /// # Errors
    ///
    /// The server refuses.
    pub async fn create<K: Kind>(&self, object: &K) -> Result<K, Error> {
        let meta = object.meta();
        let place = self.place::<K>(meta.namespace.as_deref(), meta.name.as_deref().unwrap_or_default())?;
        let answer = self.ask(Method::POST, &place.collection(), json(object, &place)?, &place.says()).await?;
        read(&answer, &place.says())
    }

    /// Replaces an object. If it carries a resource version, that must be the current one.
    ///
    /// # Cancel safety
    ///
    /// The object is replaced or not.
    ///
    /// # Errors
    ///
    /// The server refuses, for one with a conflict.
    pub async fn update<K: Kind>(&self, object: &K) -> Result<K, Error> {
        let meta = object.meta();
        let place = self.place::<K>(meta.namespace.as_deref(), meta.name.as_deref().unwrap_or_default())?;
        let answer = self.ask(Method::PUT, &place.object()?, json(object, &place)?, &place.says()).await?;
        read(&answer, &place.says())
    }

    /// Replaces the status of an object, and nothing else of it.
    ///
    /// # Cancel safety
    ///
    /// The status is replaced or not.
    ///
    /// # Errors
    ///
    /// The server refuses, for one with a conflict.
    pub async fn update_status<K: Kind>(&self, object: &K) -> Result<K, Error> {
        let meta = object.meta();
        let place = self.place::<K>(meta.namespace.as_deref(), meta.name.as_deref().unwrap_or_default())?;
        let answer =
            self.ask(Method::PUT, &format!("{}/status", place.object()?), json(object, &place)?, &place.says()).await?;
        read(&answer, &place.says())
    }

    /// An object by its key: `default/web-0`, or `node-7` of a kind that is in no namespace. A key without a namespace is one in `default`.
    ///
    /// # Cancel safety
    ///
    /// Nothing is changed.
    ///
    /// # Errors
    ///
    /// It does not exist ([`Error::is_not_found`]), or is not of this type.
    pub async fn get<K: Kind>(&self, key: &str) -> Result<K, Error> {
        let place = self.place_at::<K>(key)?;
        let answer = self.ask(Method::GET, &place.object()?, Vec::new(), &place.says()).await?;
        read(&answer, &place.says())
    }

    /// All objects of a kind, in all namespaces.
    ///
    /// # Cancel safety
    ///
    /// Nothing is changed.
    ///
    /// # Errors
    ///
    /// One is not of this type.
    pub async fn list<K: Kind>(&self) -> Result<Vec<K>, Error> {
        let mut place = self.place::<K>(None, "")?;
        place.namespace = None;
        let what = format!("the list of {}", K::kind(&()));
        let answer = self.ask(Method::GET, &place.collection(), Vec::new(), &what).await?;
        let mut list: Value = read(&answer, &what)?;
        // Items of a typed list leave out what they are; K may want to be told.
        let (kind, version) = (K::kind(&()).into_owned(), K::api_version(&()).into_owned());
        let items = list["items"].as_array_mut().map(std::mem::take).unwrap_or_default();
        let read_item = |mut item: Value| {
            item["kind"] = kind.clone().into();
            item["apiVersion"] = version.clone().into();
            serde_json::from_value(item).map_err(|source| Error::Decode { what: what.clone(), source })
        };
        items.into_iter().map(read_item).collect()
    }

    /// Deletes an object by its key, as a client does that gives no options.
    ///
    /// # Cancel safety
    ///
    /// The object is deleted or not.
    ///
    /// # Errors
    ///
    /// It does not exist, or the server refuses.
    pub async fn delete<K: Kind>(&self, key: &str) -> Result<(), Error> {
        let place = self.place_at::<K>(key)?;
        self.ask(Method::DELETE, &place.object()?, Vec::new(), &place.says()).await.map(drop)
    }

    pub(super) fn place_at<K: Kind>(&self, key: &str) -> Result<Place, Error> {
        match key.split_once('/') {
            Some((namespace, name)) => self.place::<K>(Some(namespace), name),
            None => self.place::<K>(None, key),
        }
    }

    fn place<K: Kind>(&self, namespace: Option<&str>, name: &str) -> Result<Place, Error> {
        let (group, version, plural) = (K::group(&()), K::version(&()), K::plural(&()));
        let catalog = self.catalog();
        let Some(resource) = catalog.resource(&group, &version, &plural) else {
            return Err(Error::UnknownKind { kind: format!("{} of {}", K::kind(&()), K::api_version(&())) });
        };
        Ok(Place::new(resource, namespace, name))
    }

    /// Creates an object that says what it is.
    pub(super) async fn create_value(&self, object: Value) -> Result<Value, Error> {
        let place = self.place_of(&object)?;
        let answer = self.ask(Method::POST, &place.collection(), json(&object, &place)?, &place.says()).await?;
        read(&answer, &place.says())
    }

    /// Where an object belongs that says what it is.
    pub(super) fn place_of(&self, object: &Value) -> Result<Place, Error> {
        let name = text(object, "/metadata/name").or_else(|| text(object, "/metadata/generateName"));
        let what = || match (text(object, "/kind"), name) {
            (Some(kind), Some(name)) => format!("{kind} {name}"),
            (Some(kind), None) => format!("a {kind}"),
            (None, Some(name)) => format!("the object {name}"),
            (None, None) => "a document".into(),
        };
        let missing = |field| Error::Incomplete { what: what(), field };
        let version = text(object, "/apiVersion").ok_or_else(|| missing("apiVersion"))?;
        let kind = text(object, "/kind").ok_or_else(|| missing("kind"))?;
        let name = name.ok_or_else(|| missing("metadata.name"))?;
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let catalog = self.catalog();
        let Some(resource) = catalog.kind(&Gvk::new(group.to_owned(), version.to_owned(), kind.to_owned())) else {
            let of = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            return Err(Error::UnknownKind { kind: format!("{kind} of {of}") });
        };
        Ok(Place::new(resource, text(object, "/metadata/namespace"), name))
    }

    /// Sends a request, past faults and log; `what` is for the error.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Vec<u8>, what: &str) -> Result<Bytes, Error> {
        self.0.faults.settle();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("lookglass-apiserver/", env!("CARGO_PKG_VERSION")))
            .extension(Peer::unknown().with_user(User::admin()))
            .body(Full::new(Bytes::from(body)));
        let refused = |status| Error::Refused { what: what.to_owned(), status: Box::new(status) };
        // Only a key that no object can have makes a path that is none.
        let request = request.map_err(|error| refused(Status::bad_request(error.to_string())))?;
        let Ok(answer) = self.0.service.clone().call(request).await;
        let code = answer.status();
        let body = answer.into_body().collect().await.map(http_body_util::Collected::to_bytes);
        let body = body.map_err(|error| refused(Status::internal_error(error)))?;
        if code.is_success() {
            return Ok(body);
        }
        let status = serde_json::from_slice(&body).unwrap_or_else(|_| {
            Status::from_response(code.as_u16(), "", None, "", &String::from_utf8_lossy(&body), 0, true)
        });
        Err(refused(status))
    }
}

impl Place {
    fn new(resource: &Arc<Resource>, namespace: Option<&str>, name: &str) -> Self {
        let namespace = resource.is_namespaced().then(|| namespace.unwrap_or("default").to_owned());
        Self { resource: Arc::clone(resource), namespace, name: name.to_owned() }
    }

    pub(super) fn collection(&self) -> String {
        let gvr = &self.resource.gvr;
        let mut path = match gvr.group() {
            "" => format!("/api/{}", gvr.version()),
            group => format!("/apis/{group}/{}", gvr.version()),
        };
        if let Some(namespace) = &self.namespace {
            path.push_str("/namespaces/");
            segment(&mut path, namespace);
        }
        path.push('/');
        path.push_str(gvr.resource());
        path
    }

    /// # Errors
    ///
    /// The name is empty, and so this would be the collection.
    pub(super) fn object(&self) -> Result<String, Error> {
        if self.name.is_empty() {
            let status = Box::new(Status::bad_request("resource name may not be empty"));
            return Err(Error::Refused { what: self.says(), status });
        }
        let mut path = self.collection();
        path.push('/');
        segment(&mut path, &self.name);
        Ok(path)
    }

    /// `Pod default/web-0`.
    pub(super) fn says(&self) -> String {
        let kind = self.resource.kind.kind();
        match &self.namespace {
            Some(namespace) => format!("{kind} {namespace}/{}", self.name),
            None => format!("{kind} {}", self.name),
        }
    }
}

/// A string of an object; an empty one counts as none.
fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Appends a segment of a path, escaping what would not stay in it.
fn segment(path: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => path.push(char::from(byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
}

pub(super) fn json(object: &impl Serialize, place: &Place) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(object).map_err(|source| Error::Encode { what: place.says(), source })
}

fn read<T: DeserializeOwned>(json: &[u8], what: &str) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|source| Error::Decode { what: what.to_owned(), source })
}
