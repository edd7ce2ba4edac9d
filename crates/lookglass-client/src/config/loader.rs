//! Finding the config of a cluster: [`ConfigLoader`].

use std::path::PathBuf;

use tokio::task;

use super::{
    Config, ConfigError, ConfigWarning, Environment, Impersonate, Kubeconfig, Overrides, Secret, in_cluster, resolve,
    user_agent,
};
use crate::with_causes;

/// Finds the config of a cluster, by client-go's rules. From [`Config::loader`].
///
/// Defaults:
///
/// * [`path`](Self::path): the files that `KUBECONFIG` lists, or `~/.kube/config`;
/// * [`context`](Self::context) and the other overrides: as the files say;
/// * [`in_cluster`](Self::in_cluster): the pod's service account if no kubeconfig says where the cluster is;
/// * [`environment`](Self::environment): this process's.
///
/// If neither a file nor an override says where the cluster is, `KUBERNETES_MASTER` does. `http://localhost:8080`, which kubectl tries at last, is not tried.
///
/// A kubeconfig's credentials are kept only for a server with TLS, as in client-go, and not for a loopback address without it either; [warnings](Config::warnings) say so.
/// Whoever wants them sent all the same [sets](Config::token) them on the config.
///
/// Of the variables for proxies, the one for the server's scheme counts if the config names no proxy; `NO_PROXY` is about these alone.
///
/// ```no_run
/// # async fn load() -> Result<(), lookglass_client::ConfigError> {
/// use lookglass_client::{Config, InCluster};
///
/// let config = Config::loader().context("prod").namespace("web").in_cluster(InCluster::First).load().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ConfigLoader {
    path: Option<PathBuf>,
    overrides: Overrides,
    in_cluster: InCluster,
    environment: Option<Environment>,
}

/// When a pod's service account is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "before, after, or not at all")]
pub enum InCluster {
    /// If no kubeconfig says where the cluster is.
    #[default]
    Fallback,
    /// If this is a pod; a kubeconfig otherwise. Not if a context, a cluster, a user or a server is named, which a service account cannot answer.
    First,
    /// It alone.
    Only,
    /// Never.
    Never,
}

impl ConfigLoader {
    /// This file, and no other. It has to be there.
    #[must_use]
    pub fn path(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// When a pod's service account is used.
    #[must_use]
    pub fn in_cluster(self, when: InCluster) -> Self {
        Self { in_cluster: when, ..self }
    }

    /// Another environment than this process's.
    #[must_use]
    pub fn environment(self, environment: Environment) -> Self {
        Self { environment: Some(environment), ..self }
    }

    /// All that takes the place of what the files say, at once.
    #[must_use]
    pub fn overrides(self, overrides: Overrides) -> Self {
        Self { overrides, ..self }
    }

    /// This context, and not the current one.
    #[must_use]
    pub fn context(mut self, name: impl Into<String>) -> Self {
        self.overrides.context = Some(name.into());
        self
    }

    /// This cluster, and not the context's.
    #[must_use]
    pub fn cluster(mut self, name: impl Into<String>) -> Self {
        self.overrides.cluster = Some(name.into());
        self
    }

    /// This user, and not the context's.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.overrides.user = Some(name.into());
        self
    }

    /// This server, and not the cluster's.
    #[must_use]
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.overrides.server = Some(url.into());
        self
    }

    /// This namespace, and not the context's.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.overrides.namespace = Some(namespace.into());
        self
    }

    /// This token, and no other login of the user.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.overrides.token = Some(token.into());
        self
    }

    /// Act as somebody else than the user's entry says.
    #[must_use]
    pub fn impersonate(mut self, who: Impersonate) -> Self {
        self.overrides.impersonate = Some(who);
        self
    }

    /// What the files say, before a context is chosen.
    ///
    /// # Errors
    ///
    /// A file cannot be read or understood, or the one that was asked for is not there.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn kubeconfig(self) -> Result<Kubeconfig, ConfigError> {
        off_the_runtime(move || {
            let environment = self.environment.unwrap_or_else(Environment::of_process);
            read(self.path.as_ref(), &environment)
        })
        .await
    }

    /// The config.
    ///
    /// # Errors
    ///
    /// Nothing says where the cluster is; or a file, or what was chosen in it, cannot be used. Everything that is wrong with it is said at once.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn load(self) -> Result<Config, ConfigError> {
        off_the_runtime(move || self.load_now()).await
    }

    fn load_now(self) -> Result<Config, ConfigError> {
        let Self { path, overrides, in_cluster, environment } = self;
        let environment = environment.unwrap_or_else(Environment::of_process);
        let pod = || of_pod(&overrides, &environment);
        let files = || of_files(path.as_ref(), &overrides, &environment);
        let config = match in_cluster {
            InCluster::Never => files(),
            InCluster::Only => pod(),
            InCluster::First if !overrides.names_entries() && overrides.server.is_none() => match pod() {
                Ok(config) => Ok(config),
                Err(ConfigError::NotInCluster) => files(),
                Err(error) => files().map(|mut config| {
                    config.warnings.push(ConfigWarning::NotTheServiceAccount { problem: with_causes(&error) });
                    config
                }),
            },
            InCluster::First | InCluster::Fallback => match files() {
                Err(error) if error.is_empty() && !overrides.names_entries() => match pod() {
                    Err(ConfigError::NotInCluster) => Err(error),
                    other => other,
                },
                other => other,
            },
        };
        config.map(|config| with_manners(config, &environment))
    }
}

fn read(path: Option<&PathBuf>, environment: &Environment) -> Result<Kubeconfig, ConfigError> {
    path.map_or_else(|| Kubeconfig::of(environment), Kubeconfig::read)
}

fn of_files(path: Option<&PathBuf>, overrides: &Overrides, environment: &Environment) -> Result<Config, ConfigError> {
    let kubeconfig = read(path, environment)?;
    let mut config = resolve::config(&kubeconfig, overrides, environment.text("KUBERNETES_MASTER"))?;
    let named = path.is_none() && environment.kubeconfig_files().1;
    if named && kubeconfig.files().is_empty() {
        config.warnings.push(ConfigWarning::MissingFiles { files: kubeconfig.missing().to_vec() });
    }
    Ok(config)
}

fn of_pod(overrides: &Overrides, environment: &Environment) -> Result<Config, ConfigError> {
    let (kubeconfig, warning) = in_cluster::kubeconfig(environment)?;
    let mut config = resolve::config(&kubeconfig, overrides, None)?;
    config.warnings.extend(warning);
    Ok(config)
}

/// What the environment adds to any config: the proxy, if the config names none, the program's name, and where programs are.
fn with_manners(mut config: Config, environment: &Environment) -> Config {
    if config.proxy.is_none() {
        match super::no_proxy::proxy_for(&config.server(), environment) {
            Ok(proxy) => config.proxy = proxy,
            Err(warning) => config.warnings.push(warning),
        }
    }
    config.search_path = environment.get("PATH").map(Into::into);
    match environment.program_name() {
        Some(name) => Config { user_agent: user_agent::of_program(name, None), ..config },
        None => config,
    }
}

/// Files may lie on slow disks.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ConfigError> + Send + 'static,
) -> Result<T, ConfigError> {
    match task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(ConfigError::Foreign { what: "tokio", problem: "the runtime is shutting down".to_owned() }),
        },
    }
}
