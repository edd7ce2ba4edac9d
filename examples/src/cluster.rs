//! Which cluster a program talks to: [`Cluster`].

use std::path::PathBuf;

use lookglass::client::{Config, ConfigLoader};

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
    /// Finds the config that the arguments name, by the rules that kubectl has too.
    #[must_use]
    pub fn loader(&self) -> ConfigLoader {
        let mut loader = Config::loader();
        if let Some(path) = &self.kubeconfig {
            loader = loader.path(path);
        }
        if let Some(context) = &self.context {
            loader = loader.context(context);
        }
        if let Some(server) = &self.server {
            loader = loader.server(server);
        }
        match &self.namespace {
            Some(namespace) => loader.namespace(namespace),
            None => loader,
        }
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
