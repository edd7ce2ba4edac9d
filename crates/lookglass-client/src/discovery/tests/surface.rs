//! Arbitrary servers, in both forms of discovery: [`Surface`].

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::script::{Script, aggregated, json as good};
use crate::{Apis, Discovery};

/// What some server serves.
#[derive(Debug, Clone)]
pub(crate) struct Surface(pub(crate) Vec<Group>);

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) versions: Vec<(&'static str, Vec<Resource>)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) plural: &'static str,
    pub(crate) singular: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) short: Vec<&'static str>,
    namespaced: bool,
    subresources: Vec<&'static str>,
}

/// Names that get in each other's way.
pub(crate) const GROUPS: [&str; 4] = ["", "a.io", "a.io.more", "b.io"];
pub(crate) const VERSIONS: [&str; 3] = ["v1", "v2", "v1beta1"];
pub(crate) const NAMES: [&str; 5] = ["foos", "foo", "bars", "bar", "f"];
const KINDS: [&str; 3] = ["Foo", "Bar", "Eff"];

fn resources() -> impl Strategy<Value = Vec<Resource>> {
    let one = (
        select(&NAMES[..]),
        select(&["", "foo", "bar", "f"][..]),
        select(&KINDS[..]),
        vec(select(&NAMES[..]), 0..2),
        any::<bool>(),
        vec(select(&["status", "scale"][..]), 0..2),
    );
    let one = one.prop_map(|(plural, singular, kind, short, namespaced, subresources)| Resource {
        plural,
        singular,
        kind,
        short,
        namespaced,
        subresources,
    });
    vec(one, 0..4).prop_map(|mut resources| {
        // A path shows one thing only.
        let mut seen = Vec::new();
        resources.retain(|it: &Resource| {
            !seen.contains(&it.plural) && {
                seen.push(it.plural);
                true
            }
        });
        resources
    })
}

pub(crate) fn surfaces() -> impl Strategy<Value = Surface> {
    let versions = proptest::sample::subsequence(VERSIONS.to_vec(), 1..=3).prop_shuffle();
    let group = versions.prop_flat_map(|versions| {
        let resources = vec(resources(), versions.len());
        resources.prop_map(move |resources| versions.clone().into_iter().zip(resources).collect::<Vec<_>>())
    });
    let names = proptest::sample::subsequence(GROUPS[1..].to_vec(), 0..=3).prop_shuffle();
    (names, vec(group, 4)).prop_map(|(names, versions)| {
        // The core group has a page of its own, which comes first.
        let names = [""].into_iter().chain(names);
        Surface(names.zip(versions).map(|(name, versions)| Group { name, versions }).collect())
    })
}

impl Surface {
    /// As a server tells of it in the new form or in the old.
    pub(crate) fn script(&self, is_aggregated: bool) -> Script {
        let script = Script::default();
        let (core, others) = self.0.split_at(1);
        if is_aggregated {
            let items =
                |groups: &[Group]| groups.iter().map(|it| it.aggregated().to_string()).collect::<Vec<_>>().join(",");
            script.on("/api", aggregated(&items(core))).on("/apis", aggregated(&items(others)));
            return script;
        }
        let versions: Vec<_> = core[0].versions.iter().map(|(version, _)| version).collect();
        script.on("/api", good(json!({ "versions": versions }).to_string()));
        let outline = |group: &Group| {
            let versions: Vec<_> = group.versions.iter().map(|(version, _)| json!({ "version": version })).collect();
            json!({ "name": group.name, "preferredVersion": versions[0], "versions": versions })
        };
        let groups: Vec<_> = others.iter().map(outline).collect();
        script.on("/apis", good(json!({ "groups": groups }).to_string()));
        for group in &self.0 {
            for (version, resources) in &group.versions {
                let path = if group.name.is_empty() {
                    format!("/api/{version}")
                } else {
                    format!("/apis/{}/{version}", group.name)
                };
                let entries: Vec<_> = resources.iter().flat_map(Resource::legacy).collect();
                script.on(&path, good(json!({ "resources": entries }).to_string()));
            }
        }
        script
    }

    /// What is discovered of it.
    pub(crate) async fn apis(&self, is_aggregated: bool) -> Apis {
        Discovery::new(&self.script(is_aggregated).client()).apis().await.unwrap()
    }
}

impl Group {
    fn aggregated(&self) -> Value {
        let version = |(version, resources): &(&str, Vec<Resource>)| json!({ "version": version, "freshness": "Current", "resources": resources.iter().map(Resource::aggregated).collect::<Vec<_>>() });
        json!({ "metadata": { "name": self.name }, "versions": self.versions.iter().map(version).collect::<Vec<_>>() })
    }
}

impl Resource {
    fn aggregated(&self) -> Value {
        let beneath = |name: &&str| json!({ "subresource": name, "responseKind": { "group": "x.io", "version": "v3", "kind": name } });
        json!({
            "resource": self.plural, "singularResource": self.singular, "responseKind": { "kind": self.kind },
            "shortNames": self.short, "scope": if self.namespaced { "Namespaced" } else { "Cluster" }, "verbs": ["get"],
            "subresources": self.subresources.iter().map(beneath).collect::<Vec<_>>(),
        })
    }

    fn legacy(&self) -> Vec<Value> {
        let mut entries: Vec<_> = self.subresources.iter().map(|name| {
            json!({ "name": format!("{}/{name}", self.plural), "group": "x.io", "version": "v3", "kind": name, "namespaced": self.namespaced })
        }).collect();
        // Also behind what is beneath it.
        entries.push(json!({
            "name": self.plural, "singularName": self.singular, "kind": self.kind, "shortNames": self.short,
            "namespaced": self.namespaced, "verbs": ["get"],
        }));
        entries
    }
}

/// Runs on a clock that stands still.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn both_forms_tell_the_same_of_any_server(surface in surfaces()) {
        let (new, old) = run(async { (surface.apis(true).await, surface.apis(false).await) });
        prop_assert_eq!(&new, &old);
        prop_assert!(new.failures().is_empty());

        // client-go's way: the first version that has it, unless the preferred one has it too.
        let mut wanted = Vec::new();
        for group in &surface.0 {
            let has = |version: &(&str, Vec<Resource>), name: &str| version.1.iter().any(|it| it.plural == name);
            for version in &group.versions {
                for resource in &version.1 {
                    let of = group.versions.iter().find(|version| has(version, resource.plural)).unwrap();
                    let of = if has(&group.versions[0], resource.plural) { &group.versions[0] } else { of };
                    if of.0 == version.0 {
                        wanted.push((group.name, version.0, resource.plural));
                    }
                }
            }
        }
        let preferred: Vec<_> = new.preferred().map(|it| (it.gvr.group(), it.gvr.version(), it.gvr.resource())).collect();
        prop_assert_eq!(preferred, wanted);
    }
}
