//! A program that gives credentials, as a kubeconfig names it: [`ExecConfig`].

use std::collections::BTreeMap;

use super::{Hidden, Secret};

/// A program that gives credentials.
///
/// Defaults: version 1 of the exchange, no arguments, the environment of this process, nothing told of the cluster, [`Interactive::IfAvailable`], no hint.
///
/// `Debug` hides the arguments and the values of variables, which may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecConfig {
    pub(crate) command: String,
    pub(crate) args: Vec<Secret>,
    pub(crate) env: BTreeMap<String, Secret>,
    pub(crate) version: ExecVersion,
    pub(crate) provide_cluster_info: bool,
    /// What the cluster's entry holds for plugins under `client.authentication.k8s.io/exec`.
    pub(crate) cluster_extension: Option<Hidden>,
    pub(crate) interactive: Interactive,
    pub(crate) install_hint: Option<String>,
}

/// Which version of the exchange a plugin speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExecVersion {
    /// `client.authentication.k8s.io/v1`
    #[default]
    V1,
    /// `client.authentication.k8s.io/v1beta1`
    V1Beta1,
}

/// Whether a plugin may ask the person at the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Interactive {
    /// It never asks.
    Never,
    /// It asks where there is a terminal.
    #[default]
    IfAvailable,
    /// It has to ask; without a terminal it is not run.
    Always,
}

impl ExecConfig {
    /// A program by its path, or by its name in `PATH`.
    #[must_use]
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            version: ExecVersion::V1,
            provide_cluster_info: false,
            cluster_extension: None,
            interactive: Interactive::IfAvailable,
            install_hint: None,
        }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Secret>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// One more variable of its environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// The version of the exchange.
    #[must_use]
    pub fn version(self, version: ExecVersion) -> Self {
        Self { version, ..self }
    }

    /// Tells it of the cluster: server, authority, proxy.
    #[must_use]
    pub fn provide_cluster_info(self, on: bool) -> Self {
        Self { provide_cluster_info: on, ..self }
    }

    /// Whether it may ask the person at the terminal.
    #[must_use]
    pub fn interactive(self, mode: Interactive) -> Self {
        Self { interactive: mode, ..self }
    }

    /// What to tell a person who lacks it.
    #[must_use]
    pub fn install_hint(self, hint: impl Into<String>) -> Self {
        Self { install_hint: Some(hint.into()), ..self }
    }
}

impl ExecVersion {
    /// As the exchange writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "client.authentication.k8s.io/v1",
            Self::V1Beta1 => "client.authentication.k8s.io/v1beta1",
        }
    }
}

impl Interactive {
    /// As a kubeconfig writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "Never",
            Self::IfAvailable => "IfAvailable",
            Self::Always => "Always",
        }
    }
}
