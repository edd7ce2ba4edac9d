//! The first five minutes: what lookglass is, seen at work in less than half a minute.
//!
//! Each chapter shows a few lines of code and then what they gave. The lines are cut out of the chapter's own source, so what is shown is what ran; and every
//! number is counted or timed while you look.
#![forbid(unsafe_code)]

mod chapters;
mod fleet;
mod requests;
mod scene;
mod stage;

use clap::Parser;
use lookglass::Result;
use lookglass_examples::Cluster;

use self::{scene::Scene, stage::Stage};

/// A walk through lookglass: clients, lists and watches, an informer with handlers, queries, freshness, lag and memory.
///
/// Without arguments it brings a small cluster of its own and lets things happen there. On a cluster of yours it only reads.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    /// Do not pause for the reader; with the cluster of its own, do not wait for the clock either
    #[arg(long)]
    fast: bool,
    /// Plain text, also in a terminal; the variable NO_COLOR does the same
    #[arg(long)]
    plain: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, fast, plain } = Args::parse();
    let stage = Stage::new(fast, plain);
    let scene = Scene::set(&cluster, &stage).await?;
    chapters::clients::play(&stage, &scene).await?;
    chapters::list_watch::play(&stage, &scene).await?;
    let pods = chapters::handlers::play(&stage, &scene).await?;
    chapters::queries::play(&stage, &scene, &pods).await?;
    chapters::freshness::play(&stage, &scene, &pods).await?;
    chapters::lag::play(&stage, &pods).await?;
    chapters::memory::play(&stage, pods).await;
    stage.farewell(scene.requests.count());
    Ok(())
}
