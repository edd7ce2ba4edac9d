//! What a library's manifest may not decide for its users, and that every dependency is named once.

use anyhow::Context as _;
use cargo_metadata::{Dependency, DependencyKind, Metadata};

/// Features of dependencies that only the final binary may choose.
const BINARY_ONLY_FEATURES: &[(&str, &[&str])] = &[
    ("k8s-openapi", &["latest", "earliest", "v1_"]),
    ("kube", &["ring", "aws-lc-rs", "rustls-tls", "openssl-tls"]),
    ("kube-client", &["ring", "aws-lc-rs", "rustls-tls", "openssl-tls"]),
    ("rustls", &["ring", "aws-lc-rs", "aws_lc_rs"]),
    ("hyper-rustls", &["ring", "aws-lc-rs"]),
    ("tokio-rustls", &["ring", "aws-lc-rs", "aws_lc_rs"]),
];

/// One line for each rule that a manifest breaks.
pub(super) fn violations(metadata: &Metadata, libraries: &[String]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        if libraries.contains(&package.name) {
            found.extend(package.dependencies.iter().flat_map(|dependency| choices(&package.name, dependency)));
        }
        let text = std::fs::read_to_string(&package.manifest_path)
            .with_context(|| format!("cannot read {}", package.manifest_path))?;
        found.extend(private_versions(&package.name, &text));
    }
    let root = metadata.workspace_root.join("Cargo.toml");
    let text = std::fs::read_to_string(&root).with_context(|| format!("cannot read {root}"))?;
    found.extend(reasonless(&text));
    Ok(found)
}

/// Choices of the final binary which a library's normal dependency makes for it.
fn choices(library: &str, dependency: &Dependency) -> Vec<String> {
    if dependency.kind != DependencyKind::Normal {
        return Vec::new();
    }
    let banned = BINARY_ONLY_FEATURES.iter().filter(|(name, _)| *name == dependency.name).flat_map(|(_, list)| *list);
    banned
        .flat_map(|banned| dependency.features.iter().filter(move |feature| feature.starts_with(banned)))
        .map(|feature| format!("{library} enables {}/{feature}, which is the binary's choice", dependency.name))
        .collect()
}

/// Dependencies which a member versions on its own instead of naming the workspace's.
fn private_versions(member: &str, manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.starts_with("[workspace");
        } else if inside && line.contains('=') && !line.starts_with('#') {
            let shared = line.contains("workspace = true") || line.contains("path = ");
            if !shared {
                found.push(format!("{member}: `{line}` belongs into [workspace.dependencies], with its reason"));
            }
        }
    }
    found
}

/// External dependencies of the workspace that stand without a reason above them.
fn reasonless(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut reason = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if line.starts_with('#') {
            reason = !line.starts_with("# ---");
            continue;
        } else if inside && line.contains(" = ") && !line.contains("path = ") && !reason {
            let name = line.split(' ').next().unwrap_or(line);
            found.push(format!("Cargo.toml: {name} stands without the reason it is worth having"));
        }
        reason = false;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_with_a_version_of_its_own_is_reported() {
        let manifest = "[dependencies]\nserde.workspace = true\nrand = \"0.9\"\n[features]\nx = []\n";
        assert_eq!(
            private_versions("m", manifest),
            ["m: `rand = \"0.9\"` belongs into [workspace.dependencies], with its reason"]
        );
    }

    #[test]
    fn tables_of_one_dependency_and_targets_count_too() {
        let manifest = "[target.'cfg(loom)'.dependencies]\nloom = \"0.7\"\n";
        assert_eq!(private_versions("m", manifest).len(), 1);
    }

    #[test]
    fn a_dependency_without_a_reason_is_reported() {
        let manifest = "[workspace.dependencies]\n# --- heading\na = \"1\"\n# Because.\nb = \"1\"\nc = \"1\"\n";
        assert_eq!(
            reasonless(manifest),
            [
                "Cargo.toml: a stands without the reason it is worth having",
                "Cargo.toml: c stands without the reason it is worth having"
            ]
        );
    }
}
