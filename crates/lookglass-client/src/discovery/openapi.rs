//! The documents that describe what is served: [`OpenApiIndex`], [`OpenApiDocument`].

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, Uri, header};
use lookglass_object::{Encoding, GroupVersion};
use parking_lot::Mutex;
use serde::Deserialize;

use super::ask::{JSON, get};
use crate::{Client, Error};

const PROTOBUF_V2: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// How often a server may point elsewhere before it is taken for confused.
const MAX_REDIRECTS: usize = 3;

/// Which documents of OpenAPI v3 there are: `api/v1`, `apis/apps/v1`, ...
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenApiIndex {
    urls: BTreeMap<String, String>,
}

impl OpenApiIndex {
    /// The paths of the documents, sorted. Beside those of group versions there are some of other things, such as `version`.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.urls.keys().map(String::as_str)
    }

    /// The group versions that have a document.
    pub fn group_versions(&self) -> impl Iterator<Item = GroupVersion> {
        self.paths().filter_map(group_version_of)
    }

    /// Where a document is served, relative to the server; mostly with a hash of its content.
    #[must_use]
    pub fn url(&self, path: &str) -> Option<&str> {
        self.urls.get(path).map(String::as_str)
    }
}

/// A document of OpenAPI v3, as the server sent it. Clones share it.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenApiDocument {
    json: Bytes,
    etag: Option<HeaderValue>,
}

impl OpenApiDocument {
    /// Its text, in JSON.
    #[must_use]
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// As a value, which is much larger than the text.
    ///
    /// # Errors
    ///
    /// It is no JSON.
    pub fn value(&self) -> Result<serde_json::Value, Error> {
        serde_json::from_slice(&self.json).map_err(|error| Error::malformed("read an OpenAPI document", error))
    }
}

impl fmt::Debug for OpenApiDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApiDocument").field("bytes", &self.json.len()).field("etag", &self.etag).finish()
    }
}

/// Under which path a group version has its document.
pub(super) fn path_of(group_version: &GroupVersion) -> String {
    if group_version.group().is_empty() { format!("api/{group_version}") } else { format!("apis/{group_version}") }
}

fn group_version_of(path: &str) -> Option<GroupVersion> {
    if let Some(version) = path.strip_prefix("api/") {
        return (!version.contains('/')).then(|| GroupVersion::new("", version.to_owned()));
    }
    let (group, version) = path.strip_prefix("apis/")?.split_once('/')?;
    (!version.contains('/')).then(|| GroupVersion::new(group.to_owned(), version.to_owned()))
}

pub(super) async fn index(client: &Client) -> Result<OpenApiIndex, Error> {
    #[derive(Deserialize)]
    struct Index {
        paths: BTreeMap<String, Item>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Item {
        #[serde(rename = "serverRelativeURL")]
        server_relative_url: String,
    }
    const WHAT: &str = "ask which OpenAPI documents there are";
    let answer = get(client, WHAT, "/openapi/v3", JSON, None).await?;
    let index: Index = serde_json::from_slice(answer.body()).map_err(|error| Error::malformed(WHAT, error))?;
    Ok(OpenApiIndex { urls: index.paths.into_iter().map(|(path, item)| (path, item.server_relative_url)).collect() })
}

pub(super) async fn v2(client: &Client, encoding: Encoding) -> Result<Bytes, Error> {
    let accept = if encoding == Encoding::Protobuf { PROTOBUF_V2 } else { JSON };
    Ok(get(client, "read the OpenAPI v2 document", "/openapi/v2", accept, None).await?.into_body())
}

/// Documents that were had before, each with the address it came from.
#[derive(Default)]
pub(super) struct Documents {
    had: Mutex<HashMap<String, (String, OpenApiDocument)>>,
}

impl Documents {
    pub(super) fn forget(&self) {
        *self.had.lock() = HashMap::new();
    }

    pub(super) async fn fetch(
        &self,
        client: &Client,
        index: &OpenApiIndex,
        path: &str,
    ) -> Result<OpenApiDocument, Error> {
        let what = format!("read the OpenAPI document {path}");
        let Some(url) = index.url(path) else {
            return Err(Error::Request { what, why: "the server has no such document".to_owned() });
        };
        let had = self.had.lock().get(path).cloned();
        let had = match had {
            // An address with a hash of the content always shows the same.
            Some((had_url, document)) if had_url == url && url.contains("hash=") => return Ok(document),
            had => had.map(|(_, document)| document),
        };
        let document = follow(client, &what, url, had).await?;
        self.had.lock().insert(path.to_owned(), (url.to_owned(), document.clone()));
        Ok(document)
    }
}

/// Fetches a document. Its hash may have changed since the index was read; then the server points to the new address.
async fn follow(
    client: &Client,
    what: &str,
    url: &str,
    had: Option<OpenApiDocument>,
) -> Result<OpenApiDocument, Error> {
    let mut url = url.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let etag = had.as_ref().and_then(|document| document.etag.clone());
        let (parts, json) = get(client, what, &url, JSON, etag).await?.into_parts();
        match (parts.status, &had) {
            (StatusCode::NOT_MODIFIED, Some(document)) => return Ok(document.clone()),
            (StatusCode::OK, _) => {
                return Ok(OpenApiDocument { json, etag: parts.headers.get(header::ETAG).cloned() });
            }
            (status, _) => {
                let elsewhere = || Error::malformed(what, format!("answered with {status}"));
                // Only the path counts: the credentials are for this server.
                let location = parts.headers.get(header::LOCATION).filter(|_| status.is_redirection());
                let location = location.and_then(|it| it.to_str().ok()?.parse::<Uri>().ok());
                let target = location.as_ref().and_then(Uri::path_and_query).ok_or_else(elsewhere)?;
                url = target.to_string();
            }
        }
    }
    Err(Error::malformed(what, "the server points from one address to another without end"))
}
