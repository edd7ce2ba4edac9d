//! `cargo xtask features`: the features that lints and docs of the whole workspace turn on.

use crate::workspace;

/// Prints all features of the members, comma-separated, but those that pick a version of Kubernetes: k8s-openapi refuses
/// several, so `--all-features` cannot be.
pub(crate) fn run() -> anyhow::Result<()> {
    let metadata = workspace::metadata()?;
    let members = metadata.workspace_packages();
    let mut features: Vec<String> = members
        .iter()
        .flat_map(|package| package.features.keys().map(move |feature| (package.name.as_str(), feature.as_str())))
        .filter(|(_, feature)| !picks_version(feature))
        .map(|(package, feature)| format!("{package}/{feature}"))
        .collect();
    features.sort_unstable();
    println!("{}", features.join(","));
    Ok(())
}

fn picks_version(feature: &str) -> bool {
    feature == "latest" || feature.starts_with("v1_")
}

#[cfg(test)]
mod tests {
    use super::picks_version;

    #[test]
    fn versions_are_told_from_other_features() {
        assert!(picks_version("latest") && picks_version("v1_33"));
        assert!(!picks_version("tokio") && !picks_version("conformance"));
    }
}
