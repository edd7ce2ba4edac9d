//! A controller and the API server it works against, in one process: the server's bad day, and how the controller comes through it.

use std::{collections::BTreeMap, future::poll_fn, pin::pin, time::Duration};

use futures_core::Stream as _;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api, Client, ResourceExt as _,
    api::{ListParams, Patch, PatchParams, PostParams, WatchParams},
};
use lookglass::apiserver::{ApiServer, Fault};
use serde_json::json;

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
";

// The clock stands still and jumps to what is waited for, so the demo takes no time.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    lookglass_examples::about("A controller and its API server in one process: the server's bad day.");
    let secs = Duration::from_secs;
    let ready = |web: &Deployment| web.status.as_ref().and_then(|status| status.ready_replicas) == Some(2);

    let api = ApiServer::builder().seed(1).start().await?;
    for applied in api.apply_yaml(WEB).await? {
        println!("applied {} {}", applied.kind.kind(), applied.key);
    }
    let controller = tokio::spawn(run(api.kube_client()));
    api.until("default/web", ready, secs(30)).await?;
    println!("2 pods are ready");

    let cut = api.fault(Fault::cut_watches().after(secs(5)));
    cut.strikes(1).await;
    println!("after 5 seconds its watch was cut");
    api.fault(Fault::unavailable().resource("pods").times(2));

    let first = api.get::<Pod>("default/web-1").await?;
    api.delete::<Pod>("default/web-1").await?;
    let again = api.until::<Pod>("default/web-1", |pod| pod.uid() != first.uid(), secs(30)).await?;
    println!("the controller is back: {} was made again", again.name_any());
    api.until("default/web", ready, secs(30)).await?;

    let mut asked = BTreeMap::new();
    for request in api.requests() {
        let watch = if request.query.contains("watch=") { " (watch)" } else { "" };
        let line = format!("{} {}{watch}: {:?}", request.method, request.path, request.code.unwrap_or_default());
        *asked.entry(line).or_insert(0) += 1;
    }
    for (request, times) in asked {
        println!("{times} x {request}");
    }
    controller.abort();
    Ok(())
}

/// Makes the pods of the Deployment, whatever happens to its connection.
async fn run(client: Client) {
    let pods = Api::<Pod>::default_namespaced(client.clone());
    let deployments = Api::<Deployment>::default_namespaced(client);
    loop {
        if reconcile(&pods, &deployments).await.is_err() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Makes what is missing, tells how much there is, and waits until it may be otherwise.
async fn reconcile(pods: &Api<Pod>, deployments: &Api<Deployment>) -> kube::Result<()> {
    let web = deployments.get("web").await?;
    let there = pods.list(&ListParams::default().labels("app=web")).await?;
    let wanted = web.spec.replicas.unwrap_or(1);
    for number in 0..wanted {
        let name = format!("web-{number}");
        if there.items.iter().all(|pod| pod.name_any() != name) {
            let template = &web.spec.template;
            let mut pod = Pod::default();
            pod.metadata.name = Some(name);
            pod.metadata.labels = template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
            pod.spec = template.spec.clone();
            pods.create(&PostParams::default(), &pod).await?;
        }
    }
    let status = json!({"status": {"replicas": wanted, "readyReplicas": wanted}});
    deployments.patch_status("web", &PatchParams::default(), &Patch::Merge(status)).await?;
    let version = there.metadata.resource_version.unwrap_or_default();
    let watch = pods.watch(&WatchParams::default().labels("app=web"), &version).await?;
    let mut watch = pin!(watch);
    while let Some(event) = poll_fn(|cx| watch.as_mut().poll_next(cx)).await {
        if let kube::api::WatchEvent::Deleted(_) = event? {
            break;
        }
    }
    Ok(())
}
