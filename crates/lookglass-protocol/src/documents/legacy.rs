//! Discovery as it was before it was aggregated: versions, groups, and the resources of one group version.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Facts, discovery::Told, to_json};
use crate::{Catalog, Resource, Subresource, Text, Verbs};

/// `/api`.
pub(super) fn versions(facts: &Facts) -> Told {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Versions<'a> {
        kind: &'static str,
        versions: [&'static str; 1],
        #[serde(rename = "serverAddressByClientCIDRs")]
        addresses: [Address<'a>; 1],
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Address<'a> {
        #[serde(rename = "clientCIDR")]
        client: &'static str,
        server_address: &'a str,
    }
    let versions = Versions {
        kind: "APIVersions",
        versions: ["v1"],
        addresses: [Address { client: "0.0.0.0/0", server_address: &facts.address }],
    };
    Told { kind: "APIVersions", json: to_json(&versions, true) }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<&'static str>,
    name: &'a str,
    versions: Vec<GroupVersion<'a>>,
    preferred_version: GroupVersion<'a>,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct GroupVersion<'a> {
    group_version: String,
    version: &'a str,
}

fn named_groups(catalog: &Catalog) -> impl Iterator<Item = Group<'_>> {
    catalog.groups().into_iter().filter(|(name, _)| !name.is_empty()).filter_map(|(name, versions)| {
        let version = |version: &lookglass_object::GroupVersion| version.to_string();
        let versions: Vec<_> =
            versions.into_iter().map(|v| GroupVersion { group_version: version(v), version: v.version() }).collect();
        let preferred_version = versions.first()?.clone();
        Some(Group { kind: None, api_version: None, name, versions, preferred_version })
    })
}

/// `/apis`.
pub(super) fn groups(catalog: &Catalog) -> Told {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Groups<'a> {
        kind: &'static str,
        api_version: &'static str,
        groups: Vec<Group<'a>>,
    }
    let groups = Groups { kind: "APIGroupList", api_version: "v1", groups: named_groups(catalog).collect() };
    Told { kind: "APIGroupList", json: to_json(&groups, true) }
}

/// `/apis/{group}`.
pub(super) fn group(catalog: &Catalog, name: &str) -> Option<Told> {
    let group = named_groups(catalog).find(|group| group.name == name)?;
    let group = Group { kind: Some("APIGroup"), api_version: Some("v1"), ..group };
    Some(Told { kind: "APIGroup", json: to_json(&group, true) })
}

/// Whether a named group is served.
pub(super) fn has(catalog: &Catalog, group: &str) -> bool {
    catalog.resources().iter().any(|resource| resource.gvr.group() == group && !group.is_empty())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    name: Text,
    singular_name: &'a str,
    namespaced: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    kind: &'a str,
    verbs: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    short_names: &'a [Text],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [Text],
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_version_hash: Option<String>,
}

impl<'a> Entry<'a> {
    fn of(resource: &'a Resource) -> Self {
        Self {
            name: resource.gvr.resource().to_owned().into(),
            singular_name: &resource.singular,
            namespaced: resource.is_namespaced(),
            group: "",
            version: "",
            kind: resource.kind.kind(),
            verbs: words(resource.verbs),
            short_names: &resource.short_names,
            categories: &resource.categories,
            storage_version_hash: storage_version_hash(resource),
        }
    }

    fn of_sub(resource: &'a Resource, sub: &'a Subresource) -> Self {
        Self {
            name: format!("{}/{}", resource.gvr.resource(), sub.name).into(),
            singular_name: "",
            namespaced: resource.is_namespaced(),
            group: sub.kind.group(),
            version: sub.kind.version(),
            kind: sub.kind.kind(),
            verbs: words(sub.verbs),
            short_names: &[],
            categories: &[],
            storage_version_hash: None,
        }
    }
}

pub(super) fn words(verbs: Verbs) -> Vec<&'static str> {
    verbs.iter().map(crate::Verb::as_str).collect()
}

/// What changes when a resource is kept in another version: a migrator looks for that.
fn storage_version_hash(resource: &Resource) -> Option<String> {
    let stored = resource.stored_as.as_ref()?;
    let text = format!("{}/{}/{}", stored.group(), stored.version(), resource.kind.kind());
    Some(BASE64_STANDARD.encode(&Sha256::digest(text)[..8]))
}

/// `/api/{version}` and `/apis/{group}/{version}`; `None` if nothing is served there.
pub(super) fn resources(catalog: &Catalog, group: &str, version: &str) -> Option<Told> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Resources<'a> {
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        api_version: Option<&'static str>,
        group_version: String,
        resources: Vec<Entry<'a>>,
    }
    let served: Vec<_> = catalog
        .resources()
        .iter()
        .filter(|resource| resource.gvr.group() == group && resource.gvr.version() == version)
        .collect();
    let first = served.first()?;
    let mut entries: Vec<Entry<'_>> = served
        .iter()
        .flat_map(|resource| {
            let subs = resource.subresources.iter().map(|sub| Entry::of_sub(resource, sub));
            std::iter::once(Entry::of(resource)).chain(subs)
        })
        .collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let resources = Resources {
        kind: "APIResourceList",
        // The real server's oldest group has never learnt to say it.
        api_version: (!group.is_empty()).then_some("v1"),
        group_version: first.gvr.group_version().to_string(),
        resources: entries,
    };
    Some(Told { kind: "APIResourceList", json: to_json(&resources, true) })
}
