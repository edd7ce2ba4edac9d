//! The workspace as `cargo metadata` describes it, reduced to what the checks ask.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies inside the workspace").to_owned()
}

/// All packages of the resolved graph, and who depends on whom.
pub(crate) fn metadata() -> anyhow::Result<Metadata> {
    MetadataCommand::new()
        .current_dir(root())
        .features(cargo_metadata::CargoOpt::AllFeatures)
        .other_options(["--locked".to_owned()])
        .exec()
        .context("cargo metadata --locked failed; is Cargo.lock up to date?")
}

/// A dependency that ends up in what users build: `from` needs `to`, not only for its tests or build scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// The normal dependencies between all packages, by name.
pub(crate) fn normal_edges(metadata: &Metadata) -> anyhow::Result<Vec<Edge>> {
    let name = |id: &PackageId| metadata[id].name.to_string();
    let resolve = metadata.resolve.as_ref().context("cargo metadata gave no dependency graph")?;
    let mut edges = Vec::new();
    for node in &resolve.nodes {
        for dependency in &node.deps {
            if dependency.dep_kinds.iter().any(|info| info.kind == DependencyKind::Normal) {
                edges.push(Edge { from: name(&node.id), to: name(&dependency.pkg) });
            }
        }
    }
    Ok(edges)
}

/// The names of the members that users depend on: everything below `crates/`.
pub(crate) fn library_crates(metadata: &Metadata) -> Vec<String> {
    let crates = metadata.workspace_root.join("crates");
    metadata
        .workspace_packages()
        .iter()
        .filter(|package| package.manifest_path.starts_with(&crates))
        .map(|package| package.name.to_string())
        .collect()
}
