//! Everything a client needs to know: [`Config`].
//!
//! A config says where a cluster is, whom to trust, who one is, and how to go about it. It does no I/O by itself: files and credential plugins that it names are read and run by
//! [`Credentials`](crate::auth::Credentials), again and again, so that what rotates is followed.
//!
//! # What it costs
//!
//! A config is made once per cluster. A clone copies a few strings and shares the rest. Nothing here is on the path of a request.
//!
//! # Secrets
//!
//! No `Debug` output and no error of this module shows a token, a password, a key, or what a plugin's environment holds.

mod environment;
mod error;
mod exec;
mod impersonate;
mod in_cluster;
mod interop;
mod kubeconfig;
mod loader;
mod no_proxy;
mod overrides;
mod policy;
mod proxy;
mod resolve;
mod secret;
mod server;
#[cfg(test)]
mod tests;
mod timeouts;
mod user_agent;
mod words;

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use http::{HeaderValue, Uri};

pub use environment::Environment;
pub use error::{ConfigError, ConfigWarning, Problem};
pub use exec::{ExecConfig, ExecVersion, Interactive};
pub use impersonate::Impersonate;
pub(crate) use kubeconfig::tree;
pub use kubeconfig::{Context, Kubeconfig};
pub use loader::{ConfigLoader, InCluster};
pub use overrides::Overrides;
pub use policy::{Allowlist, ExecPolicy};
pub use proxy::{Proxy, ProxyKind};
pub(crate) use secret::Hidden;
use secret::Url;
pub use secret::{Pem, Secret};
use server::Server;
pub use timeouts::Timeouts;
pub(crate) use words::without_long;

/// Everything a client needs to know of one cluster.
///
/// Setters take it by value and hand it back. What is set later wins: a token takes the place of a password, a certificate authority ends
/// [`insecure`](Self::insecure), so that a config never holds two that contradict each other.
///
/// Defaults:
///
/// * credentials, authority, impersonation, proxy: none; without an authority, the trust of the machine;
/// * [`user_agent`](Self::user_agent): `lookglass/<version> (<os>/<arch>)`; a config that was loaded names the program too, `<program> (<os>/<arch>) lookglass/<version>`;
///   [`program`](Self::program) adds its version;
/// * [`rate`](Self::rate): unlimited, since API servers share themselves out fairly (client-go's 5 per second is a frequent complaint);
/// * [`timeouts`](Self::timeouts): see [`Timeouts`];
/// * [`compression`](Self::compression): on;
/// * [`namespace`](Self::namespace): `default`;
/// * [`exec_policy`](Self::exec_policy): every plugin may run, as in client-go.
///
/// ```
/// use lookglass_client::{Config, Secret};
///
/// let config = Config::new("https://10.0.0.1:6443/clusters/blue")?.token(Secret::from("s3cr3t")).namespace("web");
/// assert_eq!(config.server().path(), "/clusters/blue");
/// assert!(!format!("{config:?}").contains("s3cr3t"));
/// # Ok::<(), lookglass_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    server: Server,
    pub(crate) ca: Option<Pem>,
    pub(crate) insecure: bool,
    pub(crate) server_name: Option<String>,
    pub(crate) identity: Option<(Pem, Pem)>,
    pub(crate) login: Login,
    pub(crate) impersonate: Option<Impersonate>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) rate: Option<Rate>,
    pub(crate) timeouts: Timeouts,
    pub(crate) compression: bool,
    namespace: String,
    pub(crate) exec_policy: ExecPolicy,
    /// `PATH` as it was when the config was loaded, for the allowlist's names.
    pub(crate) search_path: Option<OsString>,
    warnings: Vec<ConfigWarning>,
}

/// How a request says who sends it, beside a client certificate. One at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Login {
    #[default]
    None,
    Token(Secret),
    /// Re-read while it is used; `fallback` stands in while the file cannot be read.
    TokenFile {
        path: PathBuf,
        fallback: Option<Secret>,
    },
    Basic {
        user: String,
        password: Secret,
    },
    /// Not used beside a client certificate of the config's own, as in client-go.
    Exec(Arc<ExecConfig>),
}

/// At most so many requests.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rate {
    /// Requests per second, in the long run.
    pub per_second: f64,
    /// Requests at once.
    pub burst: u32,
}

impl Config {
    /// The config of where this program runs: what `KUBECONFIG` or `~/.kube/config` says, or else the pod's service account. This, with the other loading functions here and on
    /// [`Kubeconfig`], is the one door through which the library looks at the environment.
    ///
    /// # Errors
    ///
    /// As for [`ConfigLoader::load`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn from_env() -> Result<Self, ConfigError> {
        Self::loader().load().await
    }

    /// The config of the pod in which this program runs.
    ///
    /// # Errors
    ///
    /// This is no pod, or its service account's token cannot be read.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn in_cluster() -> Result<Self, ConfigError> {
        Self::loader().in_cluster(InCluster::Only).load().await
    }

    /// Finds a config by choice of file, context, server and more.
    #[must_use]
    pub fn loader() -> ConfigLoader {
        ConfigLoader::default()
    }

    /// The config of a context of a kubeconfig that is at hand, without a look at the environment. Opens the files that it names, to say at once if one is not there.
    ///
    /// # Errors
    ///
    /// The context is not there, or its entries cannot be used. Everything that is wrong with them is said at once.
    pub fn from_kubeconfig(kubeconfig: &Kubeconfig, overrides: &Overrides) -> Result<Self, ConfigError> {
        resolve::config(kubeconfig, overrides, None)
    }

    /// A config that knows the server, and of nobody who asks.
    ///
    /// A path is kept, and prefixes every request. Without a scheme it is `https` once TLS settings are present (an authority, a certificate, `insecure`) and `http` otherwise, as in
    /// client-go.
    ///
    /// # Errors
    ///
    /// It is no URL of a server, or holds a password.
    pub fn new(server: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            server: Server::parse(server)?,
            ca: None,
            insecure: false,
            server_name: None,
            identity: None,
            login: Login::None,
            impersonate: None,
            proxy: None,
            user_agent: user_agent::of_library(),
            rate: None,
            timeouts: Timeouts::default(),
            compression: true,
            namespace: "default".to_owned(),
            exec_policy: ExecPolicy::AllowAll,
            search_path: None,
            warnings: Vec::new(),
        })
    }

    /// Where the server is: scheme, host, port and base path (without a slash at its end, so `/` if there is none).
    #[must_use]
    pub fn server(&self) -> Uri {
        self.server.uri(self.ca.is_some() || self.insecure || self.identity.is_some())
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.server().scheme_str() == Some("https")
    }

    /// The namespace for whoever names none.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        &self.namespace
    }

    /// What was odd when it was loaded, and does not keep it from working.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }

    /// The certificates of the authority to trust. Ends [`insecure`](Self::insecure).
    #[must_use]
    pub fn ca(self, ca: Pem) -> Self {
        Self { ca: Some(ca), insecure: false, ..self }
    }

    /// Trusts whoever answers. Ends [`ca`](Self::ca).
    #[must_use]
    pub fn insecure(self) -> Self {
        Self { insecure: true, ca: None, ..self }
    }

    /// The name that the server's certificate is to carry, where it is not the URL's.
    #[must_use]
    pub fn server_name(self, name: impl Into<String>) -> Self {
        Self { server_name: Some(name.into()), ..self }
    }

    /// A client certificate and its key. A [plugin](Self::exec) is not run beside it.
    #[must_use]
    pub fn identity(self, certificate: Pem, key: Pem) -> Self {
        Self { identity: Some((certificate, key)), ..self }
    }

    /// A bearer token. It is sent whatever the scheme: only *loading* drops credentials of a server without TLS.
    #[must_use]
    pub fn token(self, token: impl Into<Secret>) -> Self {
        Self { login: Login::Token(token.into()), ..self }
    }

    /// A bearer token in a file, which is read again about once a minute and after a 401.
    #[must_use]
    pub fn token_file(self, path: impl Into<PathBuf>) -> Self {
        Self { login: Login::TokenFile { path: path.into(), fallback: None }, ..self }
    }

    /// A user and a password.
    #[must_use]
    pub fn basic(self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { login: Login::Basic { user: user.into(), password: password.into() }, ..self }
    }

    /// A program that gives credentials.
    #[must_use]
    pub fn exec(self, plugin: ExecConfig) -> Self {
        Self { login: Login::Exec(Arc::new(plugin)), ..self }
    }

    /// Nobody: no token, password, plugin, client certificate or impersonation. client-go's `AnonymousClientConfig`.
    #[must_use]
    pub fn anonymous(self) -> Self {
        Self { login: Login::None, identity: None, impersonate: None, ..self }
    }

    /// Acts as somebody else, which the server has to permit.
    #[must_use]
    pub fn impersonate(self, who: Impersonate) -> Self {
        Self { impersonate: Some(who), ..self }
    }

    /// Goes through a proxy.
    #[must_use]
    pub fn proxy(self, proxy: Proxy) -> Self {
        Self { proxy: Some(proxy), ..self }
    }

    /// Goes to the server directly.
    #[must_use]
    pub fn no_proxy(self) -> Self {
        Self { proxy: None, ..self }
    }

    /// What the server's logs call this program. Characters that no header can carry become `_`.
    #[must_use]
    pub fn user_agent(self, name: &str) -> Self {
        Self { user_agent: user_agent::header(name), ..self }
    }

    /// What the server's logs call this program, in client-go's form: `web-ctl/v1.2 (linux/amd64) lookglass/<version>`.
    #[must_use]
    pub fn program(self, name: &str, version: &str) -> Self {
        Self { user_agent: user_agent::of_program(name, Some(version)), ..self }
    }

    /// At most so many requests a second, with bursts of `burst`: client-go's QPS and burst. One bucket for all handles of a client.
    #[must_use]
    pub fn rate(self, per_second: f64, burst: u32) -> Self {
        Self { rate: Some(Rate { per_second, burst }), ..self }
    }

    /// As many requests as the program makes.
    #[must_use]
    pub fn unlimited(self) -> Self {
        Self { rate: None, ..self }
    }

    /// Changes how long is waited for what.
    ///
    /// ```
    /// # use lookglass_client::Config;
    /// # use std::time::Duration;
    /// let config = Config::new("https://localhost:6443")?.timeouts(|wait| wait.request = Some(Duration::from_secs(32)));
    /// # Ok::<(), lookglass_client::ConfigError>(())
    /// ```
    #[must_use]
    pub fn timeouts(mut self, change: impl FnOnce(&mut Timeouts)) -> Self {
        change(&mut self.timeouts);
        self
    }

    /// Whether answers may be compressed.
    #[must_use]
    pub fn compression(self, on: bool) -> Self {
        Self { compression: on, ..self }
    }

    /// The namespace for whoever names none.
    #[must_use]
    pub fn namespace(self, namespace: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), ..self }
    }

    /// Which credential plugins may run.
    #[must_use]
    pub fn exec_policy(self, policy: ExecPolicy) -> Self {
        Self { exec_policy: policy, ..self }
    }
}
