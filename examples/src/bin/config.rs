//! Where a program's config comes from: a file by its path, the default rules, `KUBECONFIG` with several files, and the service account of a pod.

use std::{env, fs, path::PathBuf};

use clap::Parser;
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use lookglass::{
    Result,
    apiserver::{ApiServer, Serving, User},
    client::{Client, Clientset, Config, ConfigLoader, Environment, InCluster},
};
use lookglass_examples::Cluster;

/// Loads a config by each of the rules, and asks the cluster that it names who we are there.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    if cluster.is_named() {
        show("the arguments, KUBECONFIG, ~/.kube/config", cluster.loader()).await?;
        show("the pod that this runs in, or else the same", cluster.loader().in_cluster(InCluster::First)).await?;
        return show("the pod that this runs in, and nothing else", Config::loader().in_cluster(InCluster::Only)).await;
    }

    // One machine with a home, one that is a pod. `Config::loader()` looks at the environment of the process; here it is told another one.
    let stage = Stage::set().await?;
    let laptop = || Environment::empty().var("HOME", &stage.folder);
    let pod = || {
        let address = stage.serving.local_addr();
        laptop()
            .var("KUBERNETES_SERVICE_HOST", address.ip().to_string())
            .var("KUBERNETES_SERVICE_PORT", address.port().to_string())
            .service_account(&stage.folder)
    };
    let both = env::join_paths([stage.folder.join("staging"), stage.folder.join(".kube/config")])
        .map_err(lookglass::Error::other)?;
    let listed = || laptop().var("KUBECONFIG", &both);

    show("a file by its path", Config::loader().path(stage.folder.join("staging"))).await?;
    show("the default: ~/.kube/config", Config::loader().environment(laptop())).await?;
    show("KUBECONFIG lists two files: the first one's context", Config::loader().environment(listed())).await?;
    show("... and a context of the second", Config::loader().environment(listed()).context("dev")).await?;
    show("a context that there is not", Config::loader().environment(listed()).context("prod")).await?;
    show("in-cluster first, in a pod", Config::loader().environment(pod()).in_cluster(InCluster::First)).await?;
    show("in-cluster first, elsewhere", Config::loader().environment(laptop()).in_cluster(InCluster::First)).await?;
    show("in-cluster only, in a pod", Config::loader().environment(pod()).in_cluster(InCluster::Only)).await?;
    show("in-cluster only, elsewhere", Config::loader().environment(laptop()).in_cluster(InCluster::Only)).await
}

/// Prints which cluster it is, and as whom and in which namespace a program would work there.
async fn show(rule: &str, loader: ConfigLoader) -> Result<()> {
    println!("# {rule}");
    let config = match loader.load().await {
        Ok(config) => config,
        Err(error) => {
            println!("{error}");
            return Ok(());
        }
    };
    let (server, namespace) = (config.server(), config.default_namespace().to_owned());
    let authentication = Clientset::new(&Client::new(config)?).authentication_v1();
    let review = authentication.self_subject_reviews().create(&SelfSubjectReview::default()).await?;
    let user = review.status.and_then(|status| status.user_info?.username);
    println!("{} in namespace {namespace} of {server}", user.unwrap_or_default());
    Ok(())
}

/// An API server on a socket with TLS, and the files of those who talk to it.
struct Stage {
    serving: Serving,
    folder: PathBuf,
}

impl Stage {
    async fn set() -> Result<Self> {
        let account = User::new("system:serviceaccount:web:default").in_group("system:serviceaccounts");
        let api =
            ApiServer::builder().token("of-the-pod", account).token("of-staging", User::new("tester")).start().await?;
        let serving = api.serve("127.0.0.1:0").await?;
        let folder = env::temp_dir().join(format!("lookglass-config-{}", std::process::id()));
        fs::create_dir_all(folder.join(".kube"))?;
        serving.kubeconfig()?.named("dev").namespace("web").write(folder.join(".kube/config"))?;
        serving.kubeconfig_with_token("of-staging").named("staging").write(folder.join("staging"))?;
        fs::write(folder.join("ca.crt"), serving.authority().unwrap_or_default())?;
        fs::write(folder.join("token"), "of-the-pod")?;
        fs::write(folder.join("namespace"), "web")?;
        Ok(Self { serving, folder })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What is left of it is of use to nobody.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
