//! Clients: ask a cluster what it has.

use std::time::Instant;

use lookglass::{Result, prelude::*};

use crate::{
    scene::Scene,
    stage::{Stage, time},
};

pub(crate) async fn play(stage: &Stage, scene: &Scene) -> Result<()> {
    let client = &scene.client;
    let why = "A client, from a kubeconfig as kubectl finds it: `Client::from_env().await?`.\n\
               Clientset, dynamic, metadata-only, raw and discovery clients stand on it.";
    stage.chapter(1, "Ask", why).await;
    stage.code(include_str!("clients.rs"), "ask").await;
    #[expect(clippy::disallowed_methods, reason = "the tour times what it shows")]
    let begun = Instant::now();
    // show: ask
    let nodes = Clientset::new(client).core_v1().nodes();
    let nodes = nodes.list(&ListOptions::default()).await?;

    let discovery = Discovery::new(client);
    // By every name that kubectl understands.
    let deploy = Mapper::new(&discovery).find("deploy").await?;
    // shown
    let took = begun.elapsed();
    let (version, apis) = (discovery.version().await?, discovery.apis().await?);
    stage.gave(format!(
        "Kubernetes {} with {} nodes and {} resources",
        stage.figure(&version.git_version),
        stage.figure(nodes.len()),
        stage.figure(apis.resources().count()),
    ));
    stage.gave(format!(
        "`deploy` is {} of {}; {} requests, {}",
        deploy.gvk().kind(),
        deploy.gvk().api_version(),
        stage.figure(scene.requests.count()),
        stage.figure(time(took)),
    ));
    stage.breathe(500).await;
    Ok(())
}
