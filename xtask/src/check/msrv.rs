//! `rust-version` is a promise: no dependency may need a newer Rust than we say.

use anyhow::Context as _;
use cargo_metadata::Metadata;
use semver::Version;

/// One line for each package that needs a newer Rust than the workspace promises.
pub(super) fn violations(metadata: &Metadata) -> anyhow::Result<Vec<String>> {
    let members = metadata.workspace_packages();
    let promised = members.iter().find_map(|package| package.rust_version.clone());
    let promised = promised.context("[workspace.package] names no rust-version")?;
    let undeclared = members.iter().filter(|package| package.rust_version.as_ref() != Some(&promised));
    let mut found: Vec<String> =
        undeclared.map(|package| format!("{} does not take rust-version from the workspace", package.name)).collect();
    for package in &metadata.packages {
        found.extend(violation(
            &format!("{} {}", package.name, package.version),
            package.rust_version.as_ref(),
            &promised,
        ));
    }
    Ok(found)
}

fn violation(package: &str, needs: Option<&Version>, promised: &Version) -> Option<String> {
    let needs = needs.filter(|needs| *needs > promised)?;
    Some(format!("{package} needs Rust {needs}, we promise {promised}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_that_needs_more_is_reported() {
        let promised = Version::new(1, 89, 0);
        let found = violation("parking_lot 0.13.0", Some(&Version::new(1, 95, 0)), &promised);
        assert_eq!(found.as_deref(), Some("parking_lot 0.13.0 needs Rust 1.95.0, we promise 1.89.0"));
        assert_eq!(violation("a 1.0.0", Some(&promised), &promised), None);
        assert_eq!(violation("a 1.0.0", None, &promised), None);
    }
}
