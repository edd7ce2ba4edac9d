//! An informer, and a handler that is told of every change.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, prelude::*};
use tokio::time::sleep;

pub(crate) use self::told::Told;
use crate::{
    scene::Scene,
    stage::{Stage, time},
};

mod told;

/// The informer of the tour, and what its handler has been told.
pub(crate) struct Pods {
    pub(crate) informer: SharedInformer<Pod>,
    pub(crate) told: Arc<Told>,
    pub(crate) handler: Subscription,
}

/// So long the handler is watched.
const WHILE: Duration = Duration::from_millis(1800);

pub(crate) async fn play(stage: &Stage, scene: &Scene) -> Result<Pods> {
    let why = "An informer keeps all of it current, whatever breaks, and tells whoever subscribes:\n\
               first what there is, then each change. The old state comes with the new one.";
    stage.chapter(3, "An informer, and a handler", why).await;
    stage.code(include_str!("handlers.rs"), "handler").await;
    let pods = SharedInformer::builder(scene.pods()).seed(1).build();
    let told = Arc::new(Told::new(*stage));
    let log = Arc::clone(&told);
    #[expect(clippy::disallowed_methods, reason = "the tour times what it shows")]
    let begun = Instant::now();
    // show: handler
    let handler = pods.on_event(move |event: &Event<Pod>| match event {
        Event::Added { object, initial } => log.added(object, *initial),
        Event::Updated { old, new } => log.updated(old, new),
        Event::Deleted { last, certain } => log.deleted(last, *certain),
    });
    // Not in time? The error says what is missing, and why.
    pods.start().synced(Duration::from_secs(30)).await?;
    // shown
    handler.synced().await?;
    stage.gave(format!(
        "synced in {}: {} pods are there, and the handler was told of {}",
        stage.figure(time(begun.elapsed())),
        stage.figure(pods.lister().len()),
        stage.figure(told.initial()),
    ));
    stage.breathe(300).await;
    told.begin_printing();
    sleep(WHILE).await;
    let (added, updated, deleted) = told.end_printing();
    stage.gave(format!(
        "in {}: {} added, {} updated, {} deleted; above is a sample",
        time(WHILE),
        stage.figure(added),
        stage.figure(updated),
        stage.figure(deleted)
    ));
    stage.breathe(500).await;
    Ok(Pods { informer: pods, told, handler })
}
