//! The cluster, or an API server in the program itself: [`connect`].

use lookglass::{InProcess as _, apiserver::ApiServer, client::Client};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::Cluster;

/// A connection, and what is at its other end.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The client.
    pub client: Client,
    /// The API server inside the program; `None` if the arguments name a cluster.
    pub api: Option<ApiServer>,
    /// The namespace to work in.
    pub namespace: String,
}

/// Connects to the cluster that the arguments name. If they name none, starts an API server with the objects of `content`, a YAML text, and says so
/// on the error output, where it is not mixed with what the program prints.
///
/// That server lives in the program, and so does its time: in a program on one thread the clock stands still and jumps to whatever is waited for, so that a
/// program about minutes takes none.
///
/// # Errors
///
/// There is no such cluster, or the kubeconfig cannot be used.
///
/// # Cancel safety
///
/// Dropped early, nothing is left.
pub async fn connect(cluster: &Cluster, content: &str) -> lookglass::Result<Connection> {
    let (client, api) = if cluster.is_named() {
        (cluster.client().await?, None)
    } else {
        eprintln!("No cluster is named, so this talks to an API server of its own. --help says how to name one.");
        if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
            tokio::time::pause();
        }
        let api = ApiServer::builder().node("node-1").yaml(content).start().await?;
        (api.client(), Some(api))
    };
    let namespace = cluster.namespace.clone().unwrap_or_else(|| client.default_namespace().to_owned());
    Ok(Connection { client, api, namespace })
}

impl Connection {
    /// What happens in the cluster while the program looks on: on a cluster whatever happens, until somebody presses Ctrl-C; with the server inside the program the
    /// given play. Gives what ends then.
    ///
    /// # Errors
    ///
    /// The play fails.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, the play ends in the middle.
    pub async fn meanwhile<P>(&self, play: impl FnOnce(ApiServer) -> P + Send) -> lookglass::Result<()>
    where
        P: Future<Output = lookglass::Result<()>> + Send,
    {
        match &self.api {
            Some(api) => play(api.clone()).await,
            None => Ok(tokio::signal::ctrl_c().await?),
        }
    }
}
