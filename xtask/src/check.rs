//! `cargo xtask check`: the rules of the house that a machine can hold.

mod licences;
mod manifests;
mod msrv;
mod nevers;
mod sources;

use anyhow::bail;

use crate::workspace;

/// The ground floor: no I/O, no runtime, no clock, and none of its crates imports another one of ours.
const GROUND: &[&str] = &["lookglass-object", "lookglass-cache", "lookglass-workqueue"];

/// Runs every check and reports all that is broken, not only the first.
pub(crate) fn run() -> anyhow::Result<()> {
    let metadata = workspace::metadata()?;
    let edges = workspace::normal_edges(&metadata)?;
    let libraries = workspace::library_crates(&metadata);
    let checks: [(&str, Vec<String>); 5] = [
        ("nevers", nevers::violations(&edges, &libraries)),
        ("manifests", manifests::violations(&metadata, &libraries)?),
        ("sources", sources::violations(&metadata, &libraries)?),
        ("licences", licences::violations(&metadata)),
        ("minimum Rust version", msrv::violations(&metadata)?),
    ];
    println!("checked {} packages, {} library crates", metadata.packages.len(), libraries.len());
    let mut broken = 0;
    for (name, violations) in checks {
        println!("{name}: {}", if violations.is_empty() { "kept" } else { "BROKEN" });
        for violation in &violations {
            println!("  {violation}");
        }
        broken += violations.len();
    }
    if broken > 0 {
        bail!("{broken} broken; ARCHITECTURE.md and CONTRIBUTING.md say why each rule is there");
    }
    Ok(())
}
