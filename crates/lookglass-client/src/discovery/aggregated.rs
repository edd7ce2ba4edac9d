//! Discovery of everything in one document: `APIGroupDiscoveryList` of `apidiscovery.k8s.io`, v2 and v2beta1.

use lookglass_object::GroupVersion;
use serde::Deserialize;

use super::{ApiGroup, ApiResource, ApiVersion, Failure, Scope, Subresource, parse::nullable, resource::kind_in};

/// Asks for it, the newest form first, and for the old lists where there is none.
pub(super) const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// Whether this is the type of such a document.
pub(super) fn is_aggregated(content_type: &str) -> bool {
    let has = |wanted: &str| content_type.split(';').any(|parameter| parameter.trim() == wanted);
    has("g=apidiscovery.k8s.io") && has("as=APIGroupDiscoveryList") && (has("v=v2") || has("v=v2beta1"))
}

/// The document's groups, and what in it is out of date.
pub(super) fn read(document: &[u8]) -> Result<(Vec<ApiGroup>, Vec<Failure>), serde_json::Error> {
    let list: List = serde_json::from_slice(document)?;
    let mut failures = Vec::new();
    let groups = list.items.into_iter().map(|group| group.convert(&mut failures)).collect();
    Ok((groups, failures))
}

#[derive(Deserialize)]
struct List {
    #[serde(default, deserialize_with = "nullable")]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default, deserialize_with = "nullable")]
    metadata: Metadata,
    #[serde(default, deserialize_with = "nullable")]
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default, deserialize_with = "nullable")]
    resources: Vec<Resource>,
    #[serde(default)]
    freshness: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource: String,
    #[serde(default, deserialize_with = "nullable")]
    response_kind: Kind,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default, deserialize_with = "nullable")]
    verbs: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    short_names: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    categories: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    subresources: Vec<Sub>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sub {
    subresource: String,
    #[serde(default, deserialize_with = "nullable")]
    response_kind: Kind,
    #[serde(default, deserialize_with = "nullable")]
    verbs: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Kind {
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    kind: String,
}

impl Group {
    fn convert(self, failures: &mut Vec<Failure>) -> ApiGroup {
        let name = self.metadata.name;
        let mut versions = Vec::new();
        for version in self.versions {
            let group_version = GroupVersion::new(name.clone(), version.version);
            if version.freshness == "Stale" {
                failures.push(Failure::Stale { group_version });
                continue;
            }
            let resources = version.resources.into_iter().map(|resource| resource.convert(&group_version));
            // What has no kind is there only for what is beneath it.
            let (carriers, resources) = resources.partition(|resource| resource.gvk.kind().is_empty());
            versions.push(ApiVersion { group_version, resources, carriers });
        }
        let preferred = versions.first().map_or_else(String::new, |it| it.group_version.version().to_owned());
        ApiGroup { name, versions, preferred }
    }
}

impl Resource {
    fn convert(self, own: &GroupVersion) -> ApiResource {
        let subresources = self.subresources.into_iter().filter(|sub| !sub.response_kind.kind.is_empty());
        ApiResource {
            gvr: own.clone().resource(self.resource),
            gvk: self.response_kind.convert(own),
            singular: self.singular_resource,
            scope: if self.scope == "Namespaced" { Scope::Namespaced } else { Scope::Cluster },
            verbs: self.verbs,
            short_names: self.short_names,
            categories: self.categories,
            subresources: subresources
                .map(|sub| Subresource { name: sub.subresource, gvk: sub.response_kind.convert(own), verbs: sub.verbs })
                .collect(),
        }
    }
}

impl Kind {
    fn convert(self, own: &GroupVersion) -> lookglass_object::Gvk {
        kind_in(own, self.group, self.version, self.kind)
    }
}
