//! Requests as they are on the wire: [`Rest`].

mod answer;
mod request;
#[cfg(test)]
mod tests;

use http::Method;
use lookglass_object::GroupVersion;

use crate::Client;

pub use answer::Answer;
pub use request::RestRequest;

/// The verbs of HTTP on whatever path: under all the other clients, and for what they have no method for. client-go's `RESTClient`.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), lookglass_client::Error> {
/// use lookglass_client::Rest;
///
/// let rest = Rest::new(&client);
/// // By path,
/// let version = rest.get("/version").send().await?.json()?;
/// println!("{}", version["gitVersion"]);
/// // or by what it is made of.
/// let pods = rest.core_v1().get().namespace("default").resource("pods").param("fieldSelector", "status.phase=Running");
/// for pod in pods.send().await?.list::<lookglass_object::Dynamic>()? {
///     println!("{}", pod.key());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Rest {
    client: Client,
}

/// The same for what lies in one group and version; from [`Rest::version`].
#[derive(Debug, Clone)]
pub struct RestVersion {
    client: Client,
    version: GroupVersion,
}

impl Rest {
    /// Over a connection.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Reads a path, which may have a query.
    pub fn get(&self, path: &str) -> RestRequest {
        self.request(Method::GET, path)
    }

    /// Sends something to a path.
    pub fn post(&self, path: &str) -> RestRequest {
        self.request(Method::POST, path)
    }

    /// Replaces what stands under a path.
    pub fn put(&self, path: &str) -> RestRequest {
        self.request(Method::PUT, path)
    }

    /// Changes what stands under a path; see [`RestRequest::patch`].
    pub fn patch(&self, path: &str) -> RestRequest {
        self.request(Method::PATCH, path)
    }

    /// Deletes what stands under a path.
    pub fn delete(&self, path: &str) -> RestRequest {
        self.request(Method::DELETE, path)
    }

    /// Any verb on a path. What of it does not belong into an address must be percent-encoded already.
    pub fn request(&self, method: Method, path: &str) -> RestRequest {
        RestRequest::of_path(&self.client, method, path)
    }

    /// What lies in a group and version.
    #[must_use]
    pub fn version(&self, version: &GroupVersion) -> RestVersion {
        RestVersion { client: self.client.clone(), version: version.clone() }
    }

    /// What lies in the core group.
    #[must_use]
    pub fn core_v1(&self) -> RestVersion {
        self.version(&GroupVersion::new("", "v1"))
    }

    /// What lies in the group `apps`.
    #[must_use]
    pub fn apps_v1(&self) -> RestVersion {
        self.version(&GroupVersion::new("apps", "v1"))
    }
}

impl RestVersion {
    /// Reads.
    pub fn get(&self) -> RestRequest {
        self.request(Method::GET)
    }

    /// Sends something.
    pub fn post(&self) -> RestRequest {
        self.request(Method::POST)
    }

    /// Replaces.
    pub fn put(&self) -> RestRequest {
        self.request(Method::PUT)
    }

    /// Changes; see [`RestRequest::patch`].
    pub fn patch(&self) -> RestRequest {
        self.request(Method::PATCH)
    }

    /// Deletes.
    pub fn delete(&self) -> RestRequest {
        self.request(Method::DELETE)
    }

    /// Any verb.
    pub fn request(&self, method: Method) -> RestRequest {
        RestRequest::of_version(&self.client, method, &self.version)
    }
}
