//! `cargo xtask codecs`: the list of k8s-openapi's kinds, each gated to the versions that have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use crate::workspace;

/// The list, below the workspace.
const FILE: &str = "crates/lookglass-object/src/builtin.rs";

/// The longest line that the list may have, as in rustfmt.toml.
const WIDTH: usize = 120;

/// A type that implements `Resource`: its module and its name.
type Kind = (String, String);

/// The minor versions of Kubernetes that have a kind, and whether its metadata are an `ObjectMeta`.
type Kinds = BTreeMap<Kind, (BTreeSet<u32>, bool)>;

/// Writes the list from the sources of the k8s-openapi that the workspace builds with; with `--check`, compares only.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let check = match words {
        [] => false,
        [word] if word == "--check" => true,
        _ => bail!("usage: cargo xtask codecs [--check]"),
    };
    let (version, source) = sources()?;
    let (mut kinds, mut minors) = (Kinds::new(), BTreeSet::new());
    each_source(&source, &mut |minor, module, text| {
        minors.insert(minor);
        for (name, is_object) in resources(text) {
            let known = kinds.entry((module.to_owned(), name)).or_insert((BTreeSet::new(), is_object));
            known.0.insert(minor);
            known.1 &= is_object;
        }
        Ok(())
    })?;
    write_or_check("codecs", FILE, &list(&version, &kinds, &minors)?, check)?;
    println!("{FILE}: {} kinds of k8s-openapi {version}", kinds.len());
    Ok(())
}

/// Version and sources of the k8s-openapi that the workspace builds with.
pub(crate) fn sources() -> anyhow::Result<(String, PathBuf)> {
    let metadata = workspace::metadata()?;
    let package = metadata.packages.iter().find(|package| package.name.as_str() == "k8s-openapi");
    let package = package.context("the workspace does not use k8s-openapi")?;
    let source = package.manifest_path.parent().context("a manifest lies in a folder")?.join("src");
    Ok((package.version.to_string(), source.into_std_path_buf()))
}

/// Writes what a task generates, or says whether it is there already.
pub(crate) fn write_or_check(task: &str, file: &str, text: &str, check: bool) -> anyhow::Result<()> {
    let path = workspace::root().join(file);
    if check {
        let there = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
        ensure!(there == text, "{file} is not what its sources give; run `cargo xtask {task}`");
        return Ok(());
    }
    fs::write(&path, text).with_context(|| format!("cannot write {file}"))
}

/// What is called with a minor version of Kubernetes, a module of k8s-openapi in that version, and a source of it.
type EachSource<'f> = &'f mut dyn FnMut(u32, &str, &str) -> anyhow::Result<()>;

/// Calls `found` with every source file of every version.
pub(crate) fn each_source(source: &Path, found: EachSource<'_>) -> anyhow::Result<()> {
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let name = entry.file_name().into_string().unwrap_or_default();
        let Some(minor) = name.strip_prefix("v1_").and_then(|minor| minor.parse().ok()) else { continue };
        collect(&entry.path(), minor, &mut Vec::new(), found)?;
    }
    Ok(())
}

fn collect(folder: &Path, minor: u32, modules: &mut Vec<String>, found: EachSource<'_>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            modules.push(path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned());
            collect(&path, minor, modules, found)?;
            modules.pop();
        } else {
            found(minor, &modules.join("::"), &fs::read_to_string(&path)?)?;
        }
    }
    Ok(())
}

/// The types of one source file that implement `Resource`, and whether their metadata are an `ObjectMeta`.
fn resources(text: &str) -> Vec<(String, bool)> {
    let implemented = |what: &str, name: &str| text.split(&format!("\nimpl crate::{what} for {name} {{")).nth(1);
    let names = text.split("\nimpl crate::Resource for ").skip(1).filter_map(|rest| rest.split(' ').next());
    let is_object = |name: &str| {
        let metadata = implemented("Metadata", name).and_then(|block| block.split("\n}").next());
        metadata.is_some_and(|block| block.contains("meta::v1::ObjectMeta;"))
    };
    names.map(|name| (name.to_owned(), is_object(name))).collect()
}

/// The text of the list.
fn list(version: &str, kinds: &Kinds, minors: &BTreeSet<u32>) -> anyhow::Result<String> {
    let mut text = format!(
        "//! Which kinds k8s-openapi {version} has, in which versions of Kubernetes. Written by `cargo xtask codecs`.\n//!\n\
         //! Both macros call `each!(context module: Kind, Kind, ..);` for each module of k8s-openapi with kinds in the version\n\
         //! that the final binary chose.\n"
    );
    for (name, what, objects) in [
        (
            "for_each_object_kind",
            "Kinds whose metadata are an `ObjectMeta`: what can be stored, listed and watched.",
            true,
        ),
        ("for_each_other_kind", "The rest: what an API server answers, and never stores.", false),
    ] {
        write!(text, "\n/// {what}\nmacro_rules! {name} {{\n    ($each:ident, $context:tt) => {{\n")?;
        for (gates, modules) in &gated(kinds, minors, objects)? {
            let mut indent = 8;
            for gate in gates {
                writeln!(text, "{:indent$}k8s_openapi::{gate}! {{", "")?;
                indent += 4;
            }
            for (module, names) in modules {
                call(&mut text, indent, module, names)?;
            }
            for _ in gates {
                indent -= 4;
                writeln!(text, "{:indent$}}}", "")?;
            }
        }
        text += "    };\n}\n";
    }
    text += "\npub(crate) use {for_each_object_kind, for_each_other_kind};\n";
    Ok(text)
}

/// The gates around kinds, then their module, then their names.
type Gated = BTreeMap<Vec<String>, BTreeMap<String, Vec<String>>>;

fn gated(kinds: &Kinds, minors: &BTreeSet<u32>, objects: bool) -> anyhow::Result<Gated> {
    let mut gated = Gated::new();
    for ((module, name), (have, _)) in kinds.iter().filter(|(_, (_, is_object))| *is_object == objects) {
        let gates = gates(have, minors).with_context(|| format!("{module}::{name}"))?;
        gated.entry(gates).or_default().entry(module.clone()).or_default().push(name.clone());
    }
    Ok(gated)
}

/// The macros of k8s-openapi that let through what only these of all versions have.
pub(crate) fn gates(have: &BTreeSet<u32>, all: &BTreeSet<u32>) -> anyhow::Result<Vec<String>> {
    let from = have.first().context("in no version")?;
    let to = have.last().context("in no version")?;
    ensure!(all.range(from..=to).eq(have), "comes and goes: {have:?}");
    Ok(match (Some(from) != all.first(), Some(to) != all.last()) {
        (true, true) if from == to => vec![format!("k8s_if_1_{from}")],
        (later, earlier) => [(later, "ge", from), (earlier, "le", to)]
            .into_iter()
            .filter(|(gated, ..)| *gated)
            .map(|(_, how, minor)| format!("k8s_if_{how}_1_{minor}"))
            .collect(),
    })
}

/// One call for one module, broken into lines as rustfmt would.
fn call(text: &mut String, indent: usize, module: &str, names: &[String]) -> anyhow::Result<()> {
    let one = format!("{:indent$}$each!($context {module}: {});", "", names.join(", "));
    if one.len() <= WIDTH {
        writeln!(text, "{one}")?;
        return Ok(());
    }
    writeln!(text, "{:indent$}$each!($context {module}:", "")?;
    let mut line = String::new();
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { "," } else { "" };
        if line.is_empty() {
            line = format!("{:1$}{name}{comma}", "", indent + 4);
        } else if line.len() + name.len() + comma.len() < WIDTH {
            write!(line, " {name}{comma}")?;
        } else {
            writeln!(text, "{line}")?;
            line = format!("{:1$}{name}{comma}", "", indent + 4);
        }
    }
    writeln!(text, "{line}\n{:indent$});", "")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minors(list: &[u32]) -> BTreeSet<u32> {
        list.iter().copied().collect()
    }

    #[test]
    fn a_kind_is_gated_to_the_versions_that_have_it() {
        let all = minors(&[33, 34, 35, 36]);
        let gates = |have: &[u32]| gates(&minors(have), &all).unwrap();
        assert_eq!(gates(&[33, 34, 35, 36]), Vec::<String>::new());
        assert_eq!(gates(&[33]), ["k8s_if_le_1_33"]);
        assert_eq!(gates(&[34]), ["k8s_if_1_34"]);
        assert_eq!(gates(&[36]), ["k8s_if_ge_1_36"]);
        assert_eq!(gates(&[33, 34]), ["k8s_if_le_1_34"]);
        assert_eq!(gates(&[34, 35]), ["k8s_if_ge_1_34", "k8s_if_le_1_35"]);
        assert_eq!(gates(&[35, 36]), ["k8s_if_ge_1_35"]);
    }

    #[test]
    fn a_kind_that_comes_back_is_reported() {
        assert!(gates(&minors(&[33, 35]), &minors(&[33, 34, 35])).is_err());
    }

    #[test]
    fn resources_are_told_from_other_types_and_objects_from_answers() {
        let text = "\nimpl crate::Resource for A {\n}\n\nimpl crate::Metadata for A {\n    type Ty = \
                    crate::apimachinery::pkg::apis::meta::v1::ObjectMeta;\n}\n\nimpl crate::Resource for B {\n}\n\n\
                    impl crate::Metadata for B {\n    type Ty = crate::apimachinery::pkg::apis::meta::v1::ListMeta;\n}\n\n\
                    impl Default for C {\n}\n";
        assert_eq!(resources(text), [("A".to_owned(), true), ("B".to_owned(), false)]);
    }
}
