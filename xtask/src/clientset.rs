//! `cargo xtask clientset`: the table from which the typed clients are made, out of k8s-openapi's sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, bail, ensure};

use crate::codecs::{each_source, gates, sources, write_or_check};

/// The table, below the workspace.
const FILE: &str = "crates/lookglass-client/src/clientset/table.rs";

/// What an API server has under a plural.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Resource {
    group: String,
    version: String,
    plural: String,
    kind: String,
    module: String,
    namespaced: bool,
    /// Whether there is anything to read: what there is not, such as a review, is only sent.
    listed: bool,
}

/// Each with the minor versions of Kubernetes that have it.
type Resources = BTreeMap<Resource, BTreeSet<u32>>;

/// Writes the table; with `--check`, compares only.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let check = match words {
        [] => false,
        [word] if word == "--check" => true,
        _ => bail!("usage: cargo xtask clientset [--check]"),
    };
    let (version, source) = sources()?;
    let (mut resources, mut minors) = (Resources::new(), BTreeSet::new());
    each_source(&source, &mut |minor, module, text| {
        minors.insert(minor);
        for resource in read(module, text)? {
            resources.entry(resource).or_default().insert(minor);
        }
        Ok(())
    })?;
    write_or_check("clientset", FILE, &table(&version, &resources, &minors)?, check)?;
    println!("{FILE}: {} resources of k8s-openapi {version}", resources.len());
    Ok(())
}

/// The resources that a source file of a module has; subresources have no collection and are none.
fn read(module: &str, text: &str) -> anyhow::Result<Vec<Resource>> {
    let mut found = Vec::new();
    for rest in text.split("\nimpl crate::Resource for ").skip(1) {
        let (kind, rest) = rest.split_once(" {").context("an impl has a brace")?;
        let block = rest.split("\n}").next().unwrap_or_default();
        let constant = |name: &str| {
            let value = block.split(&format!("const {name}: &'static str = \"")).nth(1);
            value.and_then(|value| value.split('"').next()).with_context(|| format!("{module}::{kind} has no {name}"))
        };
        let namespaced = match block.split("type Scope = crate::").nth(1).and_then(|rest| rest.split(';').next()) {
            Some("NamespaceResourceScope") => true,
            Some("ClusterResourceScope") => false,
            _ => continue,
        };
        // The answers of an API server itself, such as `Status`, stand under no plural of their own.
        if constant("URL_PATH_SEGMENT")?.is_empty() || !text.contains("ObjectMeta;") {
            continue;
        }
        ensure!(constant("KIND")? == kind, "{module}::{kind} has another name");
        found.push(Resource {
            group: constant("GROUP")?.to_owned(),
            version: constant("VERSION")?.to_owned(),
            plural: constant("URL_PATH_SEGMENT")?.to_owned(),
            kind: kind.to_owned(),
            module: module.to_owned(),
            namespaced,
            listed: text.contains(&format!("\nimpl crate::ListableResource for {kind} {{")),
        });
    }
    Ok(found)
}

/// A group and version.
type GroupVersion = (String, String);

/// The text of the table.
fn table(version: &str, resources: &Resources, minors: &BTreeSet<u32>) -> anyhow::Result<String> {
    let mut groups: BTreeMap<GroupVersion, BTreeSet<u32>> = BTreeMap::new();
    let mut members: BTreeMap<(GroupVersion, Vec<String>), Vec<&Resource>> = BTreeMap::new();
    for (resource, have) in resources {
        let group = (resource.group.clone(), resource.version.clone());
        groups.entry(group.clone()).or_default().extend(have);
        let gates = gates(have, minors).with_context(|| resource.plural.clone())?;
        members.entry((group, gates)).or_default().push(resource);
    }
    let mut text = format!(
        "//! Which resources k8s-openapi {version} has, in which versions of Kubernetes. Written by `cargo xtask clientset`.\n\n\
         use super::BuiltIn;\n\n\
         /// Calls `each!(Type method \"group\" \"version\")` for each group and version of the chosen k8s-openapi version.\n\
         macro_rules! for_each_group {{\n    ($each:ident) => {{\n"
    );
    for ((group, version), have) in &groups {
        let gates = gates(have, minors).with_context(|| format!("{group}/{version}"))?;
        let (name, method) = (type_name(group, version), method_name(group, version));
        gated(&mut text, &gates, &format!("$each! {{ {name} {method} {group:?} {version:?} }}"));
    }
    text += "    };\n}\n\n\
             /// Calls `each!(Type method \"group\" \"version\", module: scope verbs accessor Kind \"plural\"; ..)` for the resources of each of them.\n\
             macro_rules! for_each_resource {\n    ($each:ident) => {\n";
    for (((group, version), gates), resources) in &members {
        let (name, method, module) = (type_name(group, version), method_name(group, version), &resources[0].module);
        ensure!(resources.iter().all(|resource| resource.module == *module), "{group}/{version} lies in two modules");
        let mut call = format!("$each! {{ {name} {method} {group:?} {version:?}, {module}:\n");
        for resource in resources {
            let scope = if resource.namespaced { "namespaced" } else { "cluster" };
            let verbs = if resource.listed { "listed" } else { "sent" };
            let accessor = accessor(&resource.kind, &resource.plural)?;
            writeln!(call, "    {scope} {verbs} {accessor} {} {:?};", resource.kind, resource.plural)?;
        }
        gated(&mut text, gates, &(call + "}"));
    }
    text += "    };\n}\n\npub(crate) use {for_each_group, for_each_resource};\n\n\
             /// All of them, whatever version was chosen: what is known of a resource without asking a server.\n\
             #[rustfmt::skip]\n\
             pub(super) const BUILT_IN: &[BuiltIn] = &[\n";
    for Resource { group, version, plural, kind, namespaced, .. } in resources.keys() {
        writeln!(text, "    BuiltIn({group:?}, {version:?}, {plural:?}, {kind:?}, {namespaced}),")?;
    }
    Ok(text + "];\n")
}

/// A call inside the gates that let it through.
fn gated(text: &mut String, gates: &[String], call: &str) {
    let mut indent = 8;
    let mut line = |indent: usize, words: &str| {
        text.push_str(&" ".repeat(indent));
        text.push_str(words);
        text.push('\n');
    };
    for gate in gates {
        line(indent, &format!("k8s_openapi::{gate}! {{"));
        indent += 4;
    }
    for words in call.lines() {
        line(indent, words);
    }
    for _ in gates {
        indent -= 4;
        line(indent, "}");
    }
}

/// The group as client-go names it: the first word of its name.
fn short(group: &str) -> &str {
    if group.is_empty() { "core" } else { group.split('.').next().unwrap_or(group) }
}

/// `AppsV1`.
fn type_name(group: &str, version: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    capital(short(group)) + &capital(version)
}

/// `apps_v1`.
fn method_name(group: &str, version: &str) -> String {
    format!("{}_{version}", short(group))
}

/// The plural with the underscores that the kind's words ask for: `network_policies` of `NetworkPolicy`, `csi_drivers` of `CSIDriver`.
fn accessor(kind: &str, plural: &str) -> anyhow::Result<String> {
    let letters: Vec<char> = kind.chars().collect();
    let begins_word = |at: usize| {
        let is = |at: usize, what: fn(&char) -> bool| letters.get(at).is_some_and(what);
        at > 0
            && is(at, char::is_ascii_uppercase)
            && (is(at - 1, char::is_ascii_lowercase) || is(at + 1, char::is_ascii_lowercase))
    };
    let mut name = String::new();
    for (at, letter) in plural.chars().enumerate() {
        if begins_word(at) {
            let same = plural[at..].chars().next() == letters.get(at).map(char::to_ascii_lowercase);
            ensure!(same, "{plural} is not the plural of {kind}");
            name.push('_');
        }
        name.push(letter);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessors_are_named_as_in_client_go() {
        for (kind, plural, name) in [
            ("Pod", "pods", "pods"),
            ("ConfigMap", "configmaps", "config_maps"),
            ("NetworkPolicy", "networkpolicies", "network_policies"),
            ("CSIStorageCapacity", "csistoragecapacities", "csi_storage_capacities"),
            ("ServiceCIDR", "servicecidrs", "service_cidrs"),
            ("IPAddress", "ipaddresses", "ip_addresses"),
            ("APIService", "apiservices", "api_services"),
            ("Endpoints", "endpoints", "endpoints"),
        ] {
            assert_eq!(accessor(kind, plural).unwrap(), name);
        }
        assert!(accessor("ConfigMap", "confjgaps").is_err());
    }

    #[test]
    fn groups_are_named_as_in_client_go() {
        let names = |group, version| (type_name(group, version), method_name(group, version));
        assert_eq!(names("", "v1"), ("CoreV1".to_owned(), "core_v1".to_owned()));
        assert_eq!(names("rbac.authorization.k8s.io", "v1"), ("RbacV1".to_owned(), "rbac_v1".to_owned()));
    }

    #[test]
    fn subresources_are_no_resources_and_reviews_are_only_sent() {
        let of = |scope: &str, rest: &str| {
            format!(
                "\nimpl crate::Resource for A {{\n    const GROUP: &'static str = \"g\";\n    const KIND: &'static str = \"A\";\n    \
                 const VERSION: &'static str = \"v1\";\n    const URL_PATH_SEGMENT: &'static str = \"as\";\n    type Scope = crate::{scope};\n}}\n\
                 type Ty = ObjectMeta;\n{rest}"
            )
        };
        assert!(read("m", &of("SubResourceScope", "")).unwrap().is_empty());
        let found = read("m", &of("NamespaceResourceScope", "")).unwrap();
        assert!(found[0].namespaced && !found[0].listed);
        let found = read("m", &of("ClusterResourceScope", "\nimpl crate::ListableResource for A {\n}")).unwrap();
        assert!(!found[0].namespaced && found[0].listed);
    }
}
