//! Names that collide, kinds that are new, and servers that know only a part.

use lookglass_object::{Gvk, Gvr};

use crate::{
    Discovery, Error, Mapper, NoMapping,
    discovery::tests::script::{Script, aggregated},
};

/// A resource: plural, kind, short names.
fn resource(plural: &str, kind: &str, short: &str) -> String {
    let (singular, short) = (kind.to_lowercase(), if short.is_empty() { String::new() } else { format!("{short:?}") });
    format!(
        r#"{{"resource":"{plural}","singularResource":"{singular}","responseKind":{{"kind":"{kind}"}},"shortNames":[{short}],"scope":"Cluster","verbs":["get"]}}"#
    )
}

fn group(name: &str, versions: &[(&str, &[String])]) -> String {
    let version = |(version, resources): &(&str, &[String])| {
        format!(r#"{{"version":"{version}","freshness":"Current","resources":[{}]}}"#, resources.join(","))
    };
    let versions: Vec<_> = versions.iter().map(version).collect();
    format!(r#"{{"metadata":{{"name":"{name}"}},"versions":[{}]}}"#, versions.join(","))
}

fn serving(groups: &[String]) -> (Script, Mapper) {
    let script = Script::default();
    script.on("/apis", aggregated(&groups.join(",")));
    let mapper = Mapper::new(&Discovery::new(&script.client()));
    (script, mapper)
}

async fn found(mapper: &Mapper, name: &str) -> String {
    mapper.find(name).await.unwrap().gvr().to_string()
}

#[tokio::test(start_paused = true)]
async fn the_first_group_wins_and_a_shadowed_short_name_is_told() {
    let first =
        group("a.io", &[("v2", &[resource("widgets", "Widget", "w")]), ("v1", &[resource("widgets", "Widget", "w")])]);
    let second = group("b.io", &[("v1", &[resource("widgets", "Widget", ""), resource("wheels", "Wheel", "w")])]);
    let (_script, mapper) = serving(&[first, second]);
    assert_eq!(found(&mapper, "widgets").await, "a.io/v2, Resource=widgets");
    assert_eq!(found(&mapper, "widgets.b.io").await, "b.io/v1, Resource=widgets");
    let w = mapper.find("w").await.unwrap();
    assert_eq!(w.gvr().to_string(), "a.io/v2, Resource=widgets");
    assert_eq!(w.shadowed, ["wheels.b.io"], "another version of the same is no collision");
    assert_eq!(found(&mapper, "w.b.io").await, "b.io/v1, Resource=wheels");
    assert!(mapper.find("w.b.io").await.unwrap().shadowed.is_empty());
    assert_eq!(found(&mapper, "w.v1.a.io").await, "a.io/v1, Resource=widgets");
}

#[tokio::test(start_paused = true)]
async fn a_full_name_comes_before_a_short_one_and_an_exact_group_before_its_beginning() {
    let first = group("a.io", &[("v1", &[resource("wheels", "Wheel", "cars")])]);
    let second = group("a.io.more", &[("v1", &[resource("cars", "Car", ""), resource("wheels", "Wheel", "")])]);
    let (_script, mapper) = serving(&[second, first]);
    assert_eq!(found(&mapper, "cars").await, "a.io.more/v1, Resource=cars");
    assert_eq!(found(&mapper, "wheels.a.io").await, "a.io/v1, Resource=wheels");
    assert_eq!(found(&mapper, "wheels.a").await, "a.io.more/v1, Resource=wheels");
    assert_eq!(
        found(&mapper, "cars.a.io").await,
        "a.io/v1, Resource=wheels",
        "a short name in the group that was named"
    );
}

#[tokio::test(start_paused = true)]
async fn what_only_an_older_version_has_is_found_there() {
    let (_script, mapper) = serving(&[group(
        "a.io",
        &[("v2", &[resource("new", "New", "")]), ("v1", &[resource("new", "New", ""), resource("olds", "Old", "o")])],
    )]);
    for name in ["olds", "o", "Old", "olds.a.io"] {
        assert_eq!(found(&mapper, name).await, "a.io/v1, Resource=olds");
    }
    assert_eq!(mapper.resource_for(&Gvk::new("a.io", "", "Old")).await.unwrap().gvr().version(), "v1");
    assert_eq!(mapper.kind_for(&Gvr::new("a.io", "", "new")).await.unwrap().gvk().version(), "v2");
}

#[tokio::test(start_paused = true)]
async fn a_kind_of_several_resources_is_the_one_that_bears_its_plural_or_ambiguous() {
    let resources = [resource("foos", "Foo", ""), resource("aliases", "Foo", "")];
    let metrics = ["cpu", "memory"].map(|name| resource(name, "ValueList", ""));
    let (script, mapper) = serving(&[group("a.io", &[("v1", &resources)]), group("m.io", &[("v1", &metrics)])]);
    assert_eq!(mapper.resource_for(&Gvk::new("a.io", "v1", "Foo")).await.unwrap().gvr().resource(), "foos");
    let error = mapper.resource_for(&Gvk::new("m.io", "v1", "ValueList")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"m.io/v1, Kind=ValueList\" may be any of several resources; name one of cpu.v1.m.io, memory.v1.m.io"
    );
    assert!(matches!(error, Error::NoMapping(NoMapping::Ambiguous { .. })));
    assert_eq!(script.asked().len(), 2, "asking again would not make it less so");
    assert_eq!(mapper.kind_for(&Gvr::new("m.io", "v1", "cpu")).await.unwrap().gvk().kind(), "ValueList");
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_new_to_the_server_is_found_at_once() {
    let old = group("a.io", &[("v1", &[resource("foos", "Foo", "")])]);
    let (script, mapper) = serving(std::slice::from_ref(&old));
    assert_eq!(found(&mapper, "foos").await, "a.io/v1, Resource=foos");
    script.asked();
    script.on("/apis", aggregated(&[old, group("b.io", &[("v1", &[resource("bars", "Bar", "")])])].join(",")));
    assert_eq!(mapper.resource_for(&Gvk::new("b.io", "v1", "Bar")).await.unwrap().gvr().resource(), "bars");
    assert_eq!(script.asked().len(), 2);
    assert_eq!(found(&mapper, "bars").await, "b.io/v1, Resource=bars");
    assert!(script.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_miss_asks_once_more_and_not_at_all_if_the_answer_is_newer_than_the_question() {
    let (script, mapper) = serving(&[]);
    assert!(mapper.find("nope").await.is_err());
    assert_eq!(script.asked().len(), 2, "the first lookup has asked anyway");
    assert!(mapper.find("nope").await.is_err());
    assert_eq!(script.asked().len(), 2);
    let misses: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn({
                let it = mapper.clone();
                async move { it.find("nope").await }
            })
        })
        .collect();
    for miss in misses {
        assert!(miss.await.unwrap().is_err());
    }
    // All but the first began after the first had asked; its answer may be too old for them.
    assert_eq!(script.asked().len(), 4, "all that miss at a time share one answer");
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_asked_is_told_with_a_miss() {
    let stale = r#"{"metadata":{"name":"m.io"},"versions":[{"version":"v1","freshness":"Stale"}]}"#;
    let (_script, mapper) = serving(&[group("a.io", &[("v1", &[])]), stale.to_owned()]);
    let error = mapper.find("nodemetrics").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server has no resource or kind \"nodemetrics\"; not known is what there is in m.io/v1, which could not be asked"
    );
}

/// As old servers list them.
#[tokio::test(start_paused = true)]
async fn without_a_singular_the_kind_is_it() {
    let pods = r#"{"resource":"pods","responseKind":{"kind":"PodMetrics"},"scope":"Namespaced","verbs":["get"]}"#;
    let (_script, mapper) = serving(&[group("metrics.k8s.io", &[("v1beta1", &[pods.to_owned()])])]);
    for name in ["podmetrics", "PodMetrics", "pods", "podmetrics.metrics"] {
        assert_eq!(found(&mapper, name).await, "metrics.k8s.io/v1beta1, Resource=pods");
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_whose_singular_is_another_word_is_found_too() {
    let odd = r#"{"resource":"oxen","singularResource":"ox","responseKind":{"kind":"Bovine"},"scope":"Namespaced","verbs":["get"]}"#;
    let (_script, mapper) = serving(&[group("farm.io", &[("v1", &[odd.to_owned()])])]);
    for name in ["oxen", "ox", "Bovine", "bovine.farm.io", "Bovine.v1.farm.io"] {
        assert_eq!(found(&mapper, name).await, "farm.io/v1, Resource=oxen");
    }
}
