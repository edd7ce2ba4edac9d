//! Discovery in one document: what kubectl and kube ask for first.

use bytes::Bytes;
use http::HeaderValue;
use lookglass_object::Gvk;
use serde::Serialize;

use super::{legacy::words, tag, to_json};
use crate::{Catalog, Scope, Text};

/// The document and its `ETag`, with the quotes.
#[derive(Debug)]
pub(super) struct Aggregated {
    pub(super) body: Bytes,
    pub(super) tag: HeaderValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<&'static str>,
    metadata: Metadata<'a>,
    items: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
}

#[derive(Serialize)]
struct Group<'a> {
    metadata: Metadata<'a>,
    versions: Vec<Version<'a>>,
}

#[derive(Serialize)]
struct Version<'a> {
    version: &'a str,
    resources: Vec<Entry<'a>>,
    freshness: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    resource: &'a str,
    response_kind: Kind<'a>,
    scope: &'static str,
    singular_resource: &'a str,
    verbs: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    short_names: &'a [Text],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [Text],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subresources: Vec<Sub<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sub<'a> {
    subresource: &'a str,
    response_kind: Kind<'a>,
    verbs: Vec<&'static str>,
}

/// Group and version stay empty where they are those of the list's entry.
#[derive(Serialize)]
struct Kind<'a> {
    group: &'a str,
    version: &'a str,
    kind: &'a str,
}

impl<'a> Kind<'a> {
    fn of(kind: &'a Gvk) -> Self {
        Self { group: kind.group(), version: kind.version(), kind: kind.kind() }
    }
}

impl Aggregated {
    /// The document of the core group (`/api`), or of all others (`/apis`).
    pub(super) fn new(catalog: &Catalog, core: bool) -> Self {
        let groups = catalog.groups().into_iter().filter(|(name, _)| name.is_empty() == core);
        let items = groups
            .map(|(name, versions)| Group {
                metadata: Metadata { name },
                versions: versions.into_iter().map(|version| self::version(catalog, version)).collect(),
            })
            .collect();
        let mut list = List { kind: None, api_version: None, metadata: Metadata { name: "" }, items };
        // The real server hashes the list before it knows what it is.
        let tag = format!("\"{}\"", tag::of(&to_json(&list, false)));
        list.kind = Some("APIGroupDiscoveryList");
        list.api_version = Some("apidiscovery.k8s.io/v2");
        Self {
            body: to_json(&list, true).into(),
            tag: HeaderValue::from_str(&tag).expect("hexadecimal digits in quotes are a header's value"),
        }
    }
}

fn version<'a>(catalog: &'a Catalog, version: &'a lookglass_object::GroupVersion) -> Version<'a> {
    let served = catalog.resources().iter().filter(|resource| resource.gvr.group_version() == version);
    let entry = |resource: &'a crate::Resource| Entry {
        resource: resource.gvr.resource(),
        response_kind: Kind { group: "", version: "", kind: resource.kind.kind() },
        scope: match resource.scope {
            Scope::Namespaced => "Namespaced",
            Scope::Cluster => "Cluster",
        },
        singular_resource: &resource.singular,
        verbs: words(resource.verbs),
        short_names: &resource.short_names,
        categories: &resource.categories,
        subresources: resource
            .subresources
            .iter()
            .map(|sub| Sub { subresource: &sub.name, response_kind: Kind::of(&sub.kind), verbs: words(sub.verbs) })
            .collect(),
    };
    Version {
        version: version.version(),
        resources: served.map(|resource| entry(resource)).collect(),
        freshness: "Current",
    }
}
