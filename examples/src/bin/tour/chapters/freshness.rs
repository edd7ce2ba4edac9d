//! How fresh the knowledge is, also on a bad day.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt as _;
use lookglass::{Result, informer::Phase, prelude::*};
use tokio::time::{Duration, Instant, sleep, timeout};

use super::handlers::Pods;
use crate::{
    scene::{Own, Scene},
    stage::{Stage, Tone, time},
};

pub(crate) async fn play(stage: &Stage, scene: &Scene, pods: &Pods) -> Result<()> {
    let why = "A cache may be stale, but never silently: phase, age and the last error can be read\n\
               at any time. Here is a bad day: the server drops its watches, refuses new ones,\n\
               forgets its history, and three pods vanish meanwhile.";
    let quiet = "A cache may be stale, but never silently: phase, age and the last error can be read\n\
                 at any time.";
    stage.chapter(5, "Never silently stale", if scene.own.is_some() { why } else { quiet }).await;
    stage.code(include_str!("freshness.rs"), "freshness").await;
    let begun = Instant::now();
    say(stage, begun, &pods.informer);
    if let Some(own) = &scene.own {
        bad_day(stage, own, begun, pods).await?;
    }
    stage.breathe(500).await;
    Ok(())
}

/// What the informer is doing: prints it, and gives the phases alone.
fn say(stage: &Stage, begun: Instant, pods: &SharedInformer<Pod>) -> String {
    let mut said = Vec::new();
    // show: freshness
    for watch in pods.freshness() {
        let health = watch.freshness.health(); // phase, version, last failure
        let age = watch.freshness.age(); // of the last event, bookmark or list
        said.push((health, age));
    }
    // shown
    let at = stage.paint(Tone::Quiet, format!("{:>5.2} s", begun.elapsed().as_secs_f64()));
    for (health, age) in &said {
        stage.row(format!(
            "{at}  {} at version {}, last heard {} ago",
            health.phase,
            health.version,
            time(age.unwrap_or_default())
        ));
        if let (Phase::BackingOff { .. }, Some(failure)) = (health.phase, &health.last_failure) {
            stage.aside(&format!("         {}", shortened(&failure.to_string())));
        }
    }
    said.iter().map(|(health, _)| health.phase.to_string()).collect()
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LINE).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// As much of an error as one line holds.
const LINE: usize = 66;

async fn bad_day(stage: &Stage, own: &Own, begun: Instant, pods: &Pods) -> Result<()> {
    let Own { api, churn } = own;
    let uncertain = pods.told.uncertain();
    let refusing = api.fault(Fault::unavailable().resource("pods"));
    api.fault(Fault::cut_watches().once()).strikes(1).await;
    let happens = |what: &str| stage.row(stage.paint(Tone::Bad, format!("         {what}")));
    happens("the server drops its watches, and answers 503 from now on");
    churn.pause(true).await;
    for name in ["storefront-001", "storefront-002", "storefront-003"] {
        api.delete::<Pod>(&format!("shop/{name}")).await?;
    }
    let newest = ResourceVersion::from(api.version());
    api.expire_before(api.version());
    let mut last = follow(stage, begun, &pods.informer, String::new(), Duration::from_millis(500)).await;
    drop(refusing);
    api.clear_faults();
    happens("the server is back, but has forgotten what happened");
    let lister = pods.informer.lister();
    let caught_up = lister.wait_until(&newest, Duration::from_secs(30));
    tokio::pin!(caught_up);
    loop {
        tokio::select! {
            biased;
            reached = &mut caught_up => break reached?,
            phase = follow(stage, begun, &pods.informer, last.clone(), Duration::from_millis(50)) => last = phase,
        }
    }
    follow(stage, begun, &pods.informer, last, Duration::from_millis(100)).await;

    let server: BTreeMap<String, String> = api
        .list::<Pod>()
        .await?
        .iter()
        .map(|pod| {
            (
                format!("{}/{}", pod.namespace().unwrap_or_default(), pod.name_any()),
                pod.resource_version().unwrap_or_default(),
            )
        })
        .collect();
    let cached = lister.list(&Selector::everything());
    let equal =
        cached.iter().filter(|pod| server.get(&pod.key().to_string()) == Some(&pod.version().to_string())).count();
    stage.gave(format!(
        "cache and server: {} of {} pods are there in the same version",
        stage.figure(equal),
        stage.figure(server.len().max(cached.len())),
    ));
    let gone = timeout(Duration::from_secs(1), async {
        while pods.told.uncertain() < uncertain + 3 {
            sleep(Duration::from_millis(10)).await;
        }
    });
    // Whether or not they were told, the next line says how many were.
    drop(gone.await);
    stage.gave(format!(
        "deletions that the handler was told of although nobody saw them: {}",
        stage.figure(pods.told.uncertain() - uncertain)
    ));
    churn.pause(false).await;
    Ok(())
}

/// Tells of each change of phase for a while; the phase at the end.
async fn follow(stage: &Stage, begun: Instant, pods: &SharedInformer<Pod>, mut last: String, long: Duration) -> String {
    let end = Instant::now() + long;
    while Instant::now() < end {
        let phases: String = pods.freshness().iter().map(|watch| watch.freshness.phase().to_string()).collect();
        if phases != last {
            last = say(stage, begun, pods);
        }
        sleep(Duration::from_millis(10)).await;
    }
    last
}
