//! What takes the place of what the files say: [`Overrides`].

use std::{fmt, path::PathBuf, time::Duration};

use super::{ConfigError, Impersonate, Secret, error::without_login};

/// What takes the place of what the files say: kubectl's flags. By default, nothing does.
///
/// ```
/// # use lookglass_client::Overrides;
/// let mut overrides = Overrides::default();
/// overrides.context = Some("prod".into());
/// overrides.request_timeout = Some(Overrides::parse_timeout("1m30s")?);
/// # Ok::<(), lookglass_client::ConfigError>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Overrides {
    /// This context, and not the current one. It has to exist.
    pub context: Option<String>,
    /// This cluster, and not the context's. It has to exist.
    pub cluster: Option<String>,
    /// This user, and not the context's. It has to exist.
    pub user: Option<String>,
    /// This namespace, and not the context's.
    pub namespace: Option<String>,
    /// This server, and not the cluster's. The cluster's `tls-server-name` goes with the cluster's.
    pub server: Option<String>,
    /// The name that the server's certificate is to carry.
    pub server_name: Option<String>,
    /// The authority to trust, and not the cluster's.
    pub ca: Option<PathBuf>,
    /// Trust whoever answers, and no authority.
    pub insecure: bool,
    /// The URL of this proxy, and not the cluster's.
    pub proxy: Option<Secret>,
    /// Whether answers may be compressed.
    pub compression: Option<bool>,
    /// This token, and no other login of the user. (In client-go the user's token file takes over again within a minute.)
    pub token: Option<Secret>,
    /// This user's name and password, and no other login of the user.
    pub basic: Option<(String, Secret)>,
    /// This client certificate, and not the user's.
    pub certificate: Option<PathBuf>,
    /// The key of a client certificate, and not the user's.
    pub key: Option<PathBuf>,
    /// Act as somebody else than the user's entry says.
    pub impersonate: Option<Impersonate>,
    /// For a whole short request. Zero is no timeout.
    pub request_timeout: Option<Duration>,
}

impl Overrides {
    /// A timeout as people write it: `30` seconds, or `1m30s` as in Go.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn parse_timeout(text: &str) -> Result<Duration, ConfigError> {
        let parsed = text.parse().ok().map(Duration::from_secs).or_else(|| go_duration(text));
        parsed.ok_or_else(|| ConfigError::value("request timeout", text, "give seconds, or a duration such as 1m30s"))
    }

    /// Whether it says which entries of a kubeconfig to use.
    pub(super) fn names_entries(&self) -> bool {
        self.context.is_some() || self.cluster.is_some() || self.user.is_some()
    }
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overrides")
            .field("context", &self.context)
            .field("cluster", &self.cluster)
            .field("user", &self.user)
            .field("namespace", &self.namespace)
            .field("server", &self.server.as_deref().map(without_login))
            .finish_non_exhaustive()
    }
}

/// The units of Go's durations, in nanoseconds; a unit that is another's beginning comes after it.
const UNITS: &[(&str, f64)] =
    &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];

fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let (unit, factor) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        nanoseconds += number.parse::<f64>().ok()? * factor;
        rest = &tail[unit.len()..];
    }
    (!text.is_empty()).then(|| Duration::try_from_secs_f64(nanoseconds / 1e9).ok()).flatten()
}
