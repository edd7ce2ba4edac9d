//! What a server serves: the resources that it prefers, or all groups and all resources, as `kubectl api-resources` prints them.

use clap::Parser;
use lookglass::{
    Result,
    client::{ApiResource, Discovery},
};
use lookglass_examples::{Cluster, connect};

/// Prints what the API server serves, as `kubectl api-resources` does.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    /// All groups, and the resources of all their versions, instead of each resource in its preferred version
    #[arg(long)]
    all: bool,
    /// Print verbs and categories too
    #[arg(long)]
    wide: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, all, wide } = Args::parse();
    let connection = connect(&cluster, "").await?;
    let discovery = Discovery::new(&connection.client);

    let apis = discovery.apis().await?;
    if all {
        println!("Kubernetes {}", discovery.version().await?.git_version);
        for group in apis.groups() {
            let versions: Vec<_> = group.versions().iter().map(|it| it.group_version().version()).collect();
            let preferred = group.preferred().map_or("none", |it| it.group_version().version());
            let name = if group.name().is_empty() { "(core)" } else { group.name() };
            println!("{name}: {} (preferred: {preferred})", versions.join(", "));
        }
        println!();
        print(apis.resources().collect(), wide);
    } else {
        print(apis.preferred().collect(), wide);
    }
    // What could not be learned is told beside the rest, and spoils nothing.
    for failure in apis.failures() {
        eprintln!("not known: {failure}");
    }
    Ok(())
}

/// Sorted as kubectl sorts: by group, and then by name.
fn print(mut resources: Vec<&ApiResource>, wide: bool) {
    resources.retain(|resource| !resource.verbs.is_empty());
    resources.sort_by_key(|resource| (resource.gvr.group(), resource.gvr.resource()));
    let mut rows =
        vec![["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", "VERBS", "CATEGORIES"].map(str::to_owned)];
    for resource in resources {
        rows.push([
            resource.gvr.resource().to_owned(),
            resource.short_names.join(","),
            resource.gvr.api_version().into_owned(),
            resource.is_namespaced().to_string(),
            resource.gvk.kind().to_owned(),
            resource.verbs.join(","),
            resource.categories.join(","),
        ]);
    }
    let columns = if wide { 7 } else { 5 };
    // kubectl's columns stand three spaces apart and are at least six letters wide; the last one is not filled up.
    let width = |column: usize| rows.iter().map(|row| row[column].len() + 3).max().unwrap_or(0).max(6);
    let widths: Vec<usize> = (0..columns - 1).map(width).collect();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            print!("{cell:width$}");
        }
        println!("{}", row[columns - 1]);
    }
}
