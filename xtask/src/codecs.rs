//! `cargo xtask codecs`: the list of k8s-openapi's kinds, each gated to the versions that have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, process};

use anyhow::{Context as _, ensure};
use cargo_metadata::MetadataCommand;

/// Writes `crates/lookglass-object/src/codec/kinds.rs` from the k8s-openapi that the workspace builds with.
pub(crate) fn codecs() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).exec()?;
    let package =
        metadata.packages.iter().find(|package| package.name.as_str() == "k8s-openapi").context("k8s-openapi")?;
    let source = package.manifest_path.parent().context("a directory")?.join("src");
    let mut kinds: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut minors = BTreeSet::new();
    for entry in fs::read_dir(&source)? {
        let entry = entry?;
        let name = entry.file_name().into_string().unwrap_or_default();
        let Some(minor) = name.strip_prefix("v1_").and_then(|minor| minor.parse().ok()) else { continue };
        minors.insert(minor);
        collect(&entry.path(), &mut Vec::new(), &mut |path| {
            kinds.entry(path).or_default().insert(minor);
        })?;
    }
    let (first, last) = (minors.first().copied().context("no version")?, minors.last().copied().context("no version")?);
    let mut text = format!(
        "//! The kinds of k8s-openapi {}, each gated to the versions that have it. Written by `cargo xtask codecs`.\n\n\
         use k8s_openapi::{{api, apiextensions_apiserver, apimachinery, kube_aggregator}};\n\n\
         use super::Codec;\n\n\
         /// One codec per kind.\npub(super) fn all() -> Vec<Codec> {{\n    let mut all = vec![\n",
        package.version
    );
    let (always, gated): (Vec<_>, Vec<_>) = kinds.iter().partition(|(_, have)| have.len() == minors.len());
    for (path, _) in always {
        writeln!(text, "        Codec::of::<{path}>(),")?;
    }
    text += "    ];\n";
    for (path, have) in gated {
        let (from, to) = (have.first().copied().unwrap_or(first), have.last().copied().unwrap_or(last));
        ensure!(have.len() as u32 == to - from + 1, "{path} comes and goes: {have:?}");
        let mut push = format!("all.push(Codec::of::<{path}>());");
        if to != last {
            push = format!("k8s_openapi::k8s_if_le_1_{to}! {{ {push} }}");
        }
        if from != first {
            push = format!("k8s_openapi::k8s_if_ge_1_{from}! {{ {push} }}");
        }
        writeln!(text, "    {push}")?;
    }
    text += "    all\n}\n";
    let target = root.join("crates/lookglass-object/src/codec/kinds.rs");
    fs::write(&target, text)?;
    let formatted = process::Command::new("rustfmt").args(["--edition", "2024"]).arg(&target).status()?;
    ensure!(formatted.success(), "rustfmt failed");
    println!("{}: {} kinds", target.display(), kinds.len());
    Ok(())
}

/// Calls `found` with the Rust path of every type below a directory that implements `Resource`.
fn collect(directory: &PathBuf, modules: &mut Vec<String>, found: &mut dyn FnMut(String)) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            modules.push(stem);
            collect(&path, modules, found)?;
            modules.pop();
        } else {
            let text = fs::read_to_string(&path)?;
            for part in text.split("\nimpl crate::Resource for ").skip(1) {
                let name = part.split(' ').next().unwrap_or_default();
                found(format!("{}::{name}", modules.join("::")));
            }
        }
    }
    Ok(())
}
