//! The cluster, or an API server in the program itself: [`connect`].

use std::{sync::Once, time::Duration};

use k8s_openapi::{api::core::v1::Pod, jiff::Timestamp};
use lookglass::{InProcess as _, Result, apiserver::ApiServer, client::Client};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    time::sleep,
};

use crate::{Cluster, Until, closed_pipe::end_with_the_pipe};

/// When the server inside the program starts, whenever that is: every run prints the same.
const START: Timestamp = Timestamp::constant(1_767_225_600, 0);

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

/// Connects to the cluster that the arguments name. If they name none, starts an API server with the objects of `content`, a YAML text, whose pods run,
/// and says so on the error output, where it is not mixed with what the program prints.
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
pub async fn connect(cluster: &Cluster, content: &str) -> Result<Connection> {
    end_with_the_pipe();
    let (client, api) = if cluster.is_named() {
        (Client::new(cluster.loader().load().await?)?, None)
    } else {
        eprintln!("No cluster is named, so this talks to an API server of its own. --help says how to name one.");
        if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
            // It may be paused once only, and a program may connect again.
            static PAUSED: Once = Once::new();
            PAUSED.call_once(tokio::time::pause);
        }
        let api = ApiServer::builder().seed(1).starting_at(START).node("node-1").yaml(content).start().await?;
        run_pods(&api).await?;
        (api.client(), Some(api))
    };
    let namespace = cluster.namespace.clone().unwrap_or_else(|| client.default_namespace().to_owned());
    Ok(Connection { client, api, namespace })
}

/// A second, in which what was changed arrives everywhere. Where the clock jumps, everything that can happen happens before it does.
///
/// # Cancel safety
///
/// Nothing is lost.
pub async fn moment() {
    sleep(Duration::from_secs(1)).await;
}

/// Lets every pod run that does not, as a kubelet would.
///
/// # Errors
///
/// A pod has gone meanwhile.
///
/// # Cancel safety
///
/// Dropped early, some run and some do not.
pub async fn run_pods(api: &ApiServer) -> Result<()> {
    for mut pod in api.list::<Pod>().await? {
        let phase = &mut pod.status.get_or_insert_default().phase;
        if phase.replace("Running".to_owned()).as_deref() != Some("Running") {
            api.update_status(&pod).await?;
        }
    }
    Ok(())
}

impl Connection {
    /// What happens in the cluster while the program looks on: on a cluster whatever happens, until somebody presses Ctrl-C or the time is over; with the server
    /// inside the program the given play.
    ///
    /// # Errors
    ///
    /// The play fails.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, the play ends in the middle.
    pub async fn meanwhile<P>(&self, until: Until, play: impl FnOnce(ApiServer) -> P + Send) -> Result<()>
    where
        P: Future<Output = Result<()>> + Send,
    {
        match &self.api {
            Some(api) => {
                play(api.clone()).await?;
                moment().await;
                Ok(())
            }
            None => until.over().await,
        }
    }
}
