//! Discovery list by list, as servers before Kubernetes 1.26 have it: `APIVersions`, `APIGroupList`, `APIResourceList`.

use lookglass_object::GroupVersion;
use serde::Deserialize;

use super::{ApiResource, ApiVersion, Scope, Subresource, parse::nullable, resource::kind_in};

/// A group whose resources are still to be asked for.
pub(super) struct Outline {
    pub(super) name: String,
    pub(super) versions: Vec<GroupVersion>,
    pub(super) preferred: String,
}

/// The versions of the core group, from `/api`.
pub(super) fn read_core(document: &[u8]) -> Result<Vec<Outline>, serde_json::Error> {
    let versions = serde_json::from_slice::<ApiVersions>(document)?.versions;
    let preferred = versions.first().cloned().unwrap_or_default();
    let versions: Vec<_> = versions.into_iter().map(|version| GroupVersion::new("", version)).collect();
    let outline = Outline { name: String::new(), versions, preferred };
    Ok(if outline.versions.is_empty() { Vec::new() } else { vec![outline] })
}

/// The other groups, from `/apis`.
pub(super) fn read_groups(document: &[u8]) -> Result<Vec<Outline>, serde_json::Error> {
    let groups = serde_json::from_slice::<ApiGroupList>(document)?.groups;
    let outline = |group: Group| {
        let versions: Vec<_> =
            group.versions.into_iter().map(|it| GroupVersion::new(group.name.clone(), it.version)).collect();
        Outline { name: group.name, versions, preferred: group.preferred_version.version }
    };
    Ok(groups.into_iter().map(outline).collect())
}

/// The resources of one version, from `/api/v1` or `/apis/group/version`.
pub(super) fn read_resources(own: &GroupVersion, document: &[u8]) -> Result<ApiVersion, serde_json::Error> {
    let entries = serde_json::from_slice::<ResourceList>(document)?.resources;
    let (beneath, resources): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.name.contains('/'));
    let mut version = ApiVersion {
        group_version: own.clone(),
        resources: resources.into_iter().map(|entry| entry.convert(own)).collect(),
        carriers: Vec::new(),
    };
    for entry in beneath {
        entry.hang_beneath(&mut version);
    }
    Ok(version)
}

#[derive(Deserialize)]
struct ApiVersions {
    #[serde(deserialize_with = "nullable")]
    versions: Vec<String>,
}

#[derive(Deserialize)]
struct ApiGroupList {
    #[serde(deserialize_with = "nullable")]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    versions: Vec<Version>,
    #[serde(default, deserialize_with = "nullable")]
    preferred_version: Version,
}

#[derive(Default, Deserialize)]
struct Version {
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct ResourceList {
    #[serde(deserialize_with = "nullable")]
    resources: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: String,
    #[serde(default)]
    singular_name: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    kind: String,
    #[serde(default, deserialize_with = "nullable")]
    verbs: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    short_names: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    categories: Vec<String>,
}

impl Entry {
    fn scope(&self) -> Scope {
        if self.namespaced { Scope::Namespaced } else { Scope::Cluster }
    }

    fn convert(self, own: &GroupVersion) -> ApiResource {
        let scope = self.scope();
        ApiResource {
            gvr: own.clone().resource(self.name),
            gvk: kind_in(own, self.group, self.version, self.kind),
            singular: self.singular_name,
            scope,
            verbs: self.verbs,
            short_names: self.short_names,
            categories: self.categories,
            subresources: Vec::new(),
        }
    }

    /// Puts a subresource where it belongs. Metrics APIs list some of resources that they do not themselves serve.
    fn hang_beneath(self, version: &mut ApiVersion) {
        let scope = self.scope();
        let Some((parent, name)) = self.name.split_once('/') else { return };
        let own = &version.group_version;
        let sub = Subresource {
            name: name.to_owned(),
            gvk: kind_in(own, self.group, self.version, self.kind),
            verbs: self.verbs,
        };
        let mut known = version.resources.iter_mut().chain(&mut version.carriers);
        if let Some(known) = known.find(|resource| resource.gvr.resource() == parent) {
            known.subresources.push(sub);
            return;
        }
        version.carriers.push(ApiResource {
            gvr: own.clone().resource(parent.to_owned()),
            gvk: own.clone().kind(""),
            singular: String::new(),
            scope,
            verbs: Vec::new(),
            short_names: Vec::new(),
            categories: Vec::new(),
            subresources: vec![sub],
        });
    }
}
