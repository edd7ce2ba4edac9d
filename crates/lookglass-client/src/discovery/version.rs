//! Which Kubernetes a server is: [`ServerVersion`].

use serde::Deserialize;

use super::ask::{JSON, get};
use crate::{Client, Error};

/// Which Kubernetes a server says that it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ServerVersion {
    /// `1`.
    pub major: String,
    /// `36`; some vendors add to it: `36+`. See [`minor_number`](Self::minor_number).
    pub minor: String,
    /// `v1.36.2`.
    pub git_version: String,
    /// What it was built from.
    pub git_commit: String,
    /// Whether that was changed by hand.
    pub git_tree_state: String,
    /// When it was built, as RFC 3339.
    pub build_date: String,
    /// `go1.26.6`.
    pub go_version: String,
    /// `gc`.
    pub compiler: String,
    /// `linux/amd64`.
    pub platform: String,
}

impl ServerVersion {
    /// The minor version as a number, whatever a vendor has put behind it.
    #[must_use]
    pub fn minor_number(&self) -> Option<u32> {
        let digits = self.minor.find(|it: char| !it.is_ascii_digit()).unwrap_or(self.minor.len());
        self.minor[..digits].parse().ok()
    }
}

pub(super) async fn fetch(client: &Client) -> Result<ServerVersion, Error> {
    const WHAT: &str = "ask for the server's version";
    let answer = get(client, WHAT, "/version", JSON, None).await?;
    serde_json::from_slice(answer.body()).map_err(|error| Error::malformed(WHAT, error))
}
