//! What documents tell that no catalog knows: [`Facts`].

use jiff::Timestamp;
use lookglass_object::table::Table;
use serde::Serialize;

use super::{Health, Metrics};

/// What a server says of itself.
#[derive(Debug)]
#[non_exhaustive]
pub struct Facts {
    /// What `/version` says.
    pub version: Version,
    /// `host:port` at which clients reach the server.
    pub address: String,
    /// Who issues service accounts' tokens.
    pub issuer: String,
    /// When the server began.
    pub started: Timestamp,
    /// What `/livez` and `/readyz` say.
    pub health: Health,
    /// What `/metrics` says.
    pub metrics: Metrics,
}

impl Facts {
    /// A healthy server at an address, with
    ///
    /// * the version of [`Version::default`],
    /// * the issuer `https://kubernetes.default.svc`, the usual one.
    #[must_use]
    pub fn new(address: impl Into<String>, started: Timestamp) -> Self {
        Self {
            version: Version::default(),
            address: address.into(),
            issuer: "https://kubernetes.default.svc".into(),
            started,
            health: Health::default(),
            metrics: Metrics::default(),
        }
    }
}

/// What `/version` says.
///
/// Clients read `major`, `minor` and `gitVersion` to know what they may use; some parse the latter as a semantic version. The default is the
/// Kubernetes version that the built-in resources are those of, marked as this program's by the build metadata (`+lookglass`), which
/// comparisons of versions ignore. Nothing pretends to be Go's.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Version {
    /// `1`.
    pub major: String,
    /// `36`.
    pub minor: String,
    /// The version whose behaviour is emulated; here the same.
    pub emulation_major: String,
    /// As above.
    pub emulation_minor: String,
    /// The oldest version that could take over from this one.
    pub min_compatibility_major: String,
    /// As above.
    pub min_compatibility_minor: String,
    /// `v1.36.2+lookglass`.
    pub git_version: String,
    /// What the program was built from; empty here.
    pub git_commit: String,
    /// `clean`.
    pub git_tree_state: String,
    /// When the program was built; not recorded, so that builds are reproducible.
    pub build_date: String,
    /// Which Go built it: none.
    pub go_version: String,
    /// What compiled it.
    pub compiler: String,
    /// Operating system and processor, in Go's names.
    pub platform: String,
}

/// The patch release whose behaviour was measured.
const PATCH: &str = "2";

impl Default for Version {
    fn default() -> Self {
        let (major, minor) = Table::builtin().version().split_once('.').unwrap_or(("1", "0"));
        let before =
            minor.parse::<u32>().map_or_else(|_| minor.to_owned(), |minor| minor.saturating_sub(1).to_string());
        Self {
            major: major.to_owned(),
            minor: minor.to_owned(),
            emulation_major: major.to_owned(),
            emulation_minor: minor.to_owned(),
            min_compatibility_major: major.to_owned(),
            min_compatibility_minor: before,
            git_version: format!("v{major}.{minor}.{PATCH}+lookglass"),
            git_commit: String::new(),
            git_tree_state: "clean".to_owned(),
            build_date: "1970-01-01T00:00:00Z".to_owned(),
            go_version: "none".to_owned(),
            compiler: "rustc".to_owned(),
            platform: platform(),
        }
    }
}

/// In Go's names; what is neither is not told apart.
fn platform() -> String {
    let system = match () {
        () if cfg!(target_os = "macos") => "darwin",
        () if cfg!(target_os = "windows") => "windows",
        () => "linux",
    };
    let processor = match () {
        () if cfg!(target_arch = "aarch64") => "arm64",
        () if cfg!(target_arch = "x86") => "386",
        () => "amd64",
    };
    format!("{system}/{processor}")
}
