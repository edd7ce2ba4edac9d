//! Which cluster a program talks to: [`Cluster`].

use std::path::PathBuf;

use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use lookglass::client::Client;

/// The arguments that name a cluster, for a program to flatten into its own:
///
/// ```
/// use clap::Parser;
/// use lookglass_examples::Cluster;
///
/// /// Counts the pods.
/// #[derive(Parser)]
/// struct Args {
///     #[command(flatten)]
///     cluster: Cluster,
/// }
///
/// let Args { cluster } = Args::parse_from(["count", "--context", "staging"]);
/// assert!(cluster.is_named());
/// ```
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Cluster (without these and without KUBECONFIG: an API server inside the program)")]
pub struct Cluster {
    /// Read this kubeconfig, instead of those that KUBECONFIG lists or ~/.kube/config
    #[arg(long, value_name = "PATH")]
    pub kubeconfig: Option<PathBuf>,
    /// Take this context of the kubeconfig, instead of the current one
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Talk to the API server at this address, whatever the kubeconfig says
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Work in this namespace, instead of the context's
    #[arg(long, short, value_name = "NAME")]
    pub namespace: Option<String>,
}

impl Cluster {
    /// A client of the cluster.
    pub(crate) async fn client(&self) -> lookglass::Result<Client> {
        let options = KubeConfigOptions { context: self.context.clone(), ..Default::default() };
        let mut config = match &self.kubeconfig {
            Some(path) => {
                let file = Kubeconfig::read_from(path).map_err(lookglass::Error::other)?;
                Config::from_custom_kubeconfig(file, &options).await.map_err(lookglass::Error::other)?
            }
            None => Config::from_kubeconfig(&options).await.map_err(lookglass::Error::other)?,
        };
        if let Some(server) = &self.server {
            config.cluster_url = server.parse().map_err(lookglass::Error::other)?;
        }
        Ok(Client::from(kube::Client::try_from(config).map_err(lookglass::Error::other)?))
    }

    /// Whether somebody has named a cluster, by an argument or by `KUBECONFIG`.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.kubeconfig.is_some()
            || self.context.is_some()
            || self.server.is_some()
            || std::env::var_os("KUBECONFIG").is_some_and(|paths| !paths.is_empty())
    }
}
