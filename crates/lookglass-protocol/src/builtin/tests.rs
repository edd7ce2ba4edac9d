use lookglass_object::table::Table;

use super::*;
use crate::{Scope, Verb};

#[test]
fn every_line_of_the_traits_is_read() {
    let catalog = catalog();
    assert_eq!(catalog.resources().len(), 68);
    let lines = |letter: &str| TRAITS.lines().filter(|line| line.starts_with(letter)).count();
    let all = || catalog.resources().iter();
    assert_eq!(all().count(), lines("r\t"));
    assert_eq!(all().map(|resource| resource.subresources.len()).sum::<usize>(), lines("s\t"));
    assert_eq!(all().map(|resource| resource.columns.len()).sum::<usize>(), lines("t\t"));
    assert_eq!(all().filter(|resource| !resource.short_names.is_empty()).count(), lines("n\t"));
    assert_eq!(all().filter(|resource| !resource.categories.is_empty()).count(), lines("c\t"));
    assert_eq!(all().filter(|resource| !resource.field_selectors.is_empty()).count(), lines("f\t"));
}

#[test]
fn a_resource_has_its_traits() {
    let deployments = catalog().resource("apps", "v1", "deployments").expect("built in");
    assert_eq!(deployments.gvr.to_string(), "apps/v1, Resource=deployments");
    assert_eq!(deployments.kind.to_string(), "apps/v1, Kind=Deployment");
    assert_eq!((&*deployments.list_kind, &*deployments.singular), ("DeploymentList", "deployment"));
    assert_eq!(deployments.scope, Scope::Namespaced);
    assert_eq!(deployments.verbs.iter().collect::<Vec<_>>(), Verb::ALL);
    assert_eq!(deployments.short_names, ["deploy"]);
    assert_eq!(deployments.categories, ["all"]);
    assert_eq!(deployments.field_selectors, ["metadata.name", "metadata.namespace"]);
    let scale = deployments.subresource("scale").expect("scalable");
    assert_eq!(scale.kind.to_string(), "autoscaling/v1, Kind=Scale");
    assert_eq!(scale.verbs.iter().collect::<Vec<_>>(), [Verb::Get, Verb::Patch, Verb::Update]);
    assert!(deployments.unconditional_update && !deployments.create_on_update && !deployments.delete_returns_object);
    let wide: Vec<_> = deployments.columns.iter().filter(|column| column.priority > 0).map(|c| &*c.name).collect();
    assert_eq!(wide, ["Containers", "Images", "Selector"]);
    let age = deployments.columns.iter().find(|column| column.name == "Age").expect("a column");
    assert!(age.description.contains("in UTC.\n\nPopulated by the system."), "escapes are undone");
}

#[test]
fn a_kind_that_is_kept_in_another_version_says_so() {
    let stored = |group: &str, version: &str, plural: &str| {
        let resource = catalog().resource(group, version, plural).expect("built in");
        resource.stored_as.as_ref().map(ToString::to_string)
    };
    assert_eq!(stored("", "v1", "pods").as_deref(), Some("v1"));
    assert_eq!(stored("events.k8s.io", "v1", "events").as_deref(), Some("v1"));
    assert_eq!(stored("autoscaling", "v1", "horizontalpodautoscalers").as_deref(), Some("autoscaling/v2"));
    assert_eq!(stored("", "v1", "bindings"), None);
    assert_eq!(stored("", "v1", "componentstatuses"), None);
}

#[test]
fn the_field_table_knows_every_kind_and_list() {
    for resource in catalog().resources() {
        let entry = resource.entry.unwrap_or_else(|| panic!("{} has no fields", resource.kind));
        assert_eq!(entry.kind(), resource.kind.kind());
        if !resource.list_kind.is_empty() {
            let list = Table::builtin().kind(resource.kind.group(), resource.kind.version(), &resource.list_kind);
            assert!(list.is_some_and(lookglass_object::table::KindEntry::is_list), "{}", resource.list_kind);
        }
    }
}

#[test]
fn a_broken_line_is_refused() {
    assert!(load::resources("x\twhat").is_none());
    assert!(load::resources("n\tbefore any resource").is_none());
    assert!(load::resources("r\t\tv1\tpods\tPod\tpod\tN\tz\t\tPodList\tv1").is_none());
    assert!(load::resources("r\t\tv1\tpods\tPod\tpod\tN\tg\t\tPodList\tv1\nt\tName\tstring\t\t0\t7").is_none());
}
