//! What of a process's environment a config is made from: [`Environment`]. The one door to it.

use std::{
    collections::BTreeMap,
    env::{self, VarError},
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
};

/// What is looked at; nothing else of the environment is.
const NAMES: &[&str] = &[
    "KUBECONFIG",
    "KUBERNETES_MASTER",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "POD_NAMESPACE",
    "HOME",
    "USERPROFILE",
    "PATH",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Where a pod finds its service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What of a process's environment a config is made from. Give a [loader](super::ConfigLoader) one of your own to make the config of another process, or of a test:
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use lookglass_client::{Config, Environment};
///
/// let elsewhere = Environment::empty().var("KUBERNETES_MASTER", "https://10.0.0.1");
/// let config = Config::loader().environment(elsewhere).load().await?;
/// assert_eq!(config.server().host(), Some("10.0.0.1"));
/// # Ok::<(), lookglass_client::ConfigError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Environment {
    vars: BTreeMap<String, OsString>,
    service_account: PathBuf,
    program: Option<String>,
}

impl Environment {
    /// Nothing is set.
    #[must_use]
    pub fn empty() -> Self {
        Self { vars: BTreeMap::new(), service_account: SERVICE_ACCOUNT.into(), program: None }
    }

    /// This process's.
    pub(super) fn of_process() -> Self {
        let vars = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), read(name)?))).collect();
        let program = env::args_os().next();
        let program = program.as_deref().and_then(|path| Path::new(path).file_name());
        Self { vars, program: program.map(|name| name.to_string_lossy().into_owned()), ..Self::empty() }
    }

    /// With a variable.
    #[must_use]
    pub fn var(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.to_owned(), value.into());
        self
    }

    /// With a service account's files in another folder than where pods have theirs.
    #[must_use]
    pub fn service_account(self, folder: impl Into<PathBuf>) -> Self {
        Self { service_account: folder.into(), ..self }
    }

    /// With another program's name, for the user agent.
    #[must_use]
    pub fn program(self, name: impl Into<String>) -> Self {
        Self { program: Some(name.into()), ..self }
    }

    /// A variable that is set to something.
    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(OsStr::to_str)
    }

    pub(super) fn service_account_file(&self, name: &str) -> PathBuf {
        self.service_account.join(name)
    }

    pub(super) fn program_name(&self) -> Option<&str> {
        self.program.as_deref()
    }

    /// The kubeconfig files of the default rules, and whether somebody named them.
    pub(super) fn kubeconfig_files(&self) -> (Vec<PathBuf>, bool) {
        if let Some(list) = self.get("KUBECONFIG") {
            let mut files = Vec::new();
            for file in env::split_paths(list) {
                if !file.as_os_str().is_empty() && !files.contains(&file) {
                    files.push(file);
                }
            }
            return (files, true);
        }
        let home = self.get("HOME").or_else(|| self.get("USERPROFILE"));
        (home.map(|home| Path::new(home).join(".kube").join("config")).into_iter().collect(), false)
    }
}

/// Only what is set, and not to what: a proxy's URL may hold a password.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.vars.keys()).finish()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one door to the environment")]
fn read(name: &str) -> Option<OsString> {
    match env::var(name) {
        Ok(value) => Some(value.into()),
        Err(VarError::NotUnicode(value)) => Some(value),
        Err(VarError::NotPresent) => None,
    }
}
