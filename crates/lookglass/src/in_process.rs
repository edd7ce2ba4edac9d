//! A client of the server in the same process: [`InProcess`].

use crate::{apiserver::ApiServer, client::Client};

/// A client of a server in the same process, without a socket between them. It is a trait because the server does not know the client.
///
/// ```
/// use lookglass::{InProcess as _, apiserver::ApiServer, client::ListWatch, object::{Dynamic, Gvk, Gvr}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let api = ApiServer::start().await?;
/// let namespaces = ListWatch::<Dynamic>::dynamic(&api.client(), Gvr::core("v1", "namespaces"), &Gvk::core("v1", "Namespace"));
/// let first = namespaces.list(&Default::default()).next().await.expect("there is one")?;
/// assert_eq!(first.key().to_string(), "default");
/// # Ok(())
/// # }
/// ```
pub trait InProcess {
    /// The client, as the administrator and in the namespace `default`.
    fn client(&self) -> Client;
}

impl InProcess for ApiServer {
    fn client(&self) -> Client {
        Client::from(self.kube_client())
    }
}
