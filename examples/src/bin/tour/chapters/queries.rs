//! Indexes and label queries.

use std::{collections::BTreeMap, time::Instant};

use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, client::ALL_NAMESPACES, prelude::*};

use super::handlers::Pods;
use crate::{
    scene::Scene,
    stage::{Stage, Tone, time},
};

/// So many nodes are shown.
const NODES: usize = 5;
/// As long as the longest bar.
const BAR: usize = 36;

pub(crate) async fn play(stage: &Stage, scene: &Scene, pods: &Pods) -> Result<()> {
    let why = "From now on questions cost no request. Indexes come and go while the informer runs;\n\
               this one reads the bytes and decodes nothing. Label queries need no index.";
    stage.chapter(4, "Ask again, without the server", why).await;
    stage.code(include_str!("queries.rs"), "query").await;
    let Pods { informer: pods, .. } = pods;
    let (namespace, labels) = match scene.own {
        Some(_) => ("shop", "tier=web,track!=canary".to_owned()),
        None => (ALL_NAMESPACES, commonest_label(pods)),
    };
    let asked = scene.requests.count();
    // show: query
    let by_node = pods.add_index(Index::path("spec.nodeName"))?;
    let count = |node: String| (by_node.count(&node), node);
    let nodes = by_node.values().into_iter().map(count).collect();

    let chosen: Selector = labels.parse()?;
    let web = pods.lister().namespace(namespace).list(&chosen);
    // shown
    show(stage, nodes);
    #[expect(clippy::disallowed_methods, reason = "the tour times what it shows")]
    let begun = Instant::now();
    let again = pods.lister().namespace(namespace).list(&chosen).len();
    let took = begun.elapsed();
    let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
    stage.gave(format!(
        "{} of {} pods are {}{place}: found in {}",
        stage.figure(again),
        stage.figure(pods.lister().len()),
        if labels.is_empty() { "there" } else { &labels },
        stage.figure(time(took)),
    ));
    if let Some(pod) = web.first() {
        let typed = pod.typed()?; // an Arc<Pod> of k8s-openapi, decoded now, and kept for the next who asks
        let image = typed.spec.as_ref().and_then(|spec| spec.containers.first()?.image.clone()).unwrap_or_default();
        stage.gave(format!("{} runs {}", pod.key(), stage.figure(image)));
    }
    stage.gave(format!("requests for all this: {}", stage.figure(scene.requests.count() - asked)));
    stage.breathe(800).await;
    Ok(())
}

/// The fullest nodes, with bars.
fn show(stage: &Stage, mut nodes: Vec<(usize, String)>) {
    nodes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let most = nodes.first().map_or(1, |node| node.0);
    for (count, node) in nodes.iter().take(NODES) {
        let bar = "█".repeat((count * BAR).div_ceil(most));
        stage.row(format!("{node:<16} {} {count}", stage.paint(Tone::Good, bar)));
    }
    if nodes.len() > NODES {
        stage.aside(&format!("and {} more nodes", nodes.len() - NODES));
    }
}

/// The label that most pods have, but not all.
fn commonest_label(pods: &SharedInformer<Pod>) -> String {
    let mut counts = BTreeMap::<String, usize>::new();
    let everything = pods.lister().list(&Selector::everything());
    for pod in &everything {
        for (key, value) in pod.labels().iter() {
            *counts.entry(format!("{key}={value}")).or_default() += 1;
        }
    }
    let some = counts.into_iter().filter(|(_, count)| *count < everything.len());
    some.max_by_key(|(_, count)| *count).map(|(label, _)| label).unwrap_or_default()
}
