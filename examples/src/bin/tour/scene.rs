//! Where the tour takes place: [`Scene`].

use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use lookglass::{
    Result,
    apiserver::ApiServer,
    client::{Client, ClientBuilder, Endpoint, ListWatch},
};
use lookglass_examples::Cluster;

use crate::{
    fleet::{self, Churn},
    requests::Requests,
    stage::Stage,
};

/// A cluster, a client of it, and a count of what is asked.
pub(crate) struct Scene {
    pub(crate) client: Client,
    pub(crate) requests: Arc<Requests>,
    /// The cluster that the tour brings; none if the arguments name another.
    pub(crate) own: Option<Own>,
    namespace: Option<String>,
}

/// The cluster that the tour brings.
pub(crate) struct Own {
    pub(crate) api: ApiServer,
    pub(crate) churn: Churn,
}

impl Scene {
    pub(crate) async fn set(cluster: &Cluster, stage: &Stage) -> Result<Self> {
        let requests = Arc::new(Requests::default());
        let observed = |client: ClientBuilder| client.observer(Arc::clone(&requests) as _).build();
        let namespace = cluster.namespace.clone();
        if cluster.is_named() {
            let config = cluster.loader().load().await?;
            stage.opening(&format!("This is {}. The tour only reads there.", config.server()));
            let client = observed(Client::builder(&config))?;
            return Ok(Self { client, requests, own: None, namespace });
        }
        if stage.is_fast() {
            // The server lives in here, and so does its time: it jumps to whatever is waited for.
            tokio::time::pause();
        }
        stage.opening(
            "A Kubernetes API server starts inside this program, with a made-up fleet in which\n\
             pods restart, come and go. No cluster is needed, and none is touched.",
        );
        let api = fleet::start().await?;
        let client = observed(Client::builder(Endpoint::service(api.service(), "default")))?;
        let churn = Churn::begin(api.clone());
        Ok(Self { client, requests, own: Some(Own { api, churn }), namespace })
    }

    /// The pods that the tour is about.
    pub(crate) fn pods(&self) -> ListWatch<Pod> {
        let pods = ListWatch::<Pod>::typed(&self.client);
        match &self.namespace {
            Some(namespace) => pods.namespace(namespace),
            None => pods,
        }
    }
}
