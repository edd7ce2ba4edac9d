//! What the entries of a cluster and of a user mean, and what is wrong with them.

use std::{collections::BTreeMap, fs::File, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{At, Problems};
use crate::config::{
    Config, ConfigError, ExecConfig, ExecVersion, Hidden, Interactive, Login, Overrides, Pem,
    kubeconfig::{ClusterEntry, ExecEntry, Files, UserEntry},
};

/// Fields of the same kind: the path's, and that of the inline data.
type Names = (&'static str, &'static str);

const CA: Names = ("certificate-authority", "certificate-authority-data");
const CERTIFICATE: Names = ("client-certificate", "client-certificate-data");
const KEY: Names = ("client-key", "client-key-data");

pub(super) fn cluster(
    config: &mut Config,
    entry: &ClusterEntry,
    at: &At,
    overrides: &Overrides,
    problems: &mut Problems,
) {
    config.ca = pem(&entry.ca, CA, at.or(overrides.ca.is_some()), problems);
    config.insecure = entry.insecure;
    if entry.insecure && config.ca.is_some() {
        let problem = "contradicts the certificate authority; remove one of them";
        problems.add(at.or(overrides.insecure), "insecure-skip-tls-verify", problem);
    }
    config.server_name.clone_from(&entry.server_name);
    config.compression = !entry.disable_compression;
    if let Some(proxy) = &entry.proxy {
        let parsed: Result<_, ConfigError> = proxy.expose().parse();
        match parsed {
            Ok(proxy) => config.proxy = Some(proxy),
            Err(error) => problems.add(at.or(overrides.proxy.is_some()), "proxy-url", error.problem()),
        }
    }
}

pub(super) fn user(
    config: &mut Config,
    entry: &UserEntry,
    at: &At,
    overrides: &Overrides,
    problems: &mut Problems,
    extension: Option<Hidden>,
) {
    let certificate = pem(&entry.certificate, CERTIFICATE, at.or(overrides.certificate.is_some()), problems);
    let key = pem(&entry.key, KEY, at.or(overrides.key.is_some()), problems);
    match (entry.certificate.is_given(), entry.key.is_given()) {
        (true, false) => problems.add(at, CERTIFICATE.0, "has no key; give client-key or client-key-data"),
        (false, true) => {
            problems.add(at, KEY.0, "has no certificate; give client-certificate or client-certificate-data");
        }
        _ => config.identity = certificate.zip(key),
    }
    let has_token = entry.token.is_some() || entry.token_file.is_some();
    let has_basic = entry.username.is_some() || entry.password.is_some();
    if has_token && has_basic {
        problems.add(at, "token", "there is a username or password too; keep one way to log in");
    }
    if let Some(path) = &entry.token_file
        && let Err(error) = File::open(path)
    {
        problems.add(at, "tokenFile", format!("{} cannot be read: {error}", path.display()));
    }
    if let Some(provider) = &entry.auth_provider {
        problems.add(at, "auth-provider", unknown_provider(provider));
        if entry.exec.is_some() {
            problems.add(at, "exec", "there is an auth-provider too; keep one of them");
        }
    }
    let plugin = entry.exec.as_ref().map(|exec| plugin(exec, at, problems, extension));

    config.login = match (&entry.token, &entry.token_file) {
        (token, Some(path)) => Login::TokenFile { path: path.clone(), fallback: token.clone() },
        (Some(token), None) => Login::Token(token.clone()),
        (None, None) if has_basic => Login::Basic {
            user: entry.username.clone().unwrap_or_default(),
            password: entry.password.clone().unwrap_or_else(|| "".into()),
        },
        (None, None) => plugin.map_or(Login::None, |plugin| Login::Exec(Arc::new(plugin))),
    };

    let who = &entry.impersonate;
    let has_more = who.uid.is_some() || !who.groups.is_empty() || !who.extra.is_empty();
    if who.user.is_empty() && has_more {
        problems.add(at.or(overrides.impersonate.is_some()), "as", "is missing; uid, groups and extra need a user");
    } else if !who.user.is_empty() {
        if let Err(error) = who.headers() {
            problems.add(at.or(overrides.impersonate.is_some()), "as", error.problem());
        }
        config.impersonate = Some(who.clone());
    }
}

/// What somebody wants to know whose provider is gone, in client-go too.
fn unknown_provider(name: &str) -> String {
    let remedy = match name {
        "gcp" => "use the exec plugin gke-gcloud-auth-plugin",
        "azure" => "use the exec plugin kubelogin",
        "oidc" => "use an exec plugin such as kubectl-oidc_login",
        _ => "use an exec plugin",
    };
    format!("`{name}` is not supported; {remedy}")
}

impl Files {
    fn is_given(&self) -> bool {
        self.path.is_some() || self.data.is_some()
    }
}

fn pem(files: &Files, names: Names, at: &At, problems: &mut Problems) -> Option<Pem> {
    if files.path.is_some() && files.data.is_some() {
        problems.add(at, names.0, format!("{} is there too; remove one of them", names.1));
    }
    if let Some(data) = &files.data {
        // Go's reader skips the ends of lines in base64.
        let data: String = data.expose().chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        let Ok(pem) = BASE64_STANDARD.decode(data) else {
            problems.add(at, names.1, "is not base64; was it cut off?");
            return None;
        };
        if !Pem::is_in(&pem) {
            problems.add(at, names.1, "holds no PEM block (-----BEGIN ...-----) in base64");
        }
        return Some(Pem::inline(pem));
    }
    let path = files.path.as_ref()?;
    if let Err(error) = File::open(path) {
        problems.add(at, names.0, format!("{} cannot be read: {error}", path.display()));
    }
    Some(Pem::file(path))
}

fn plugin(entry: &ExecEntry, at: &At, problems: &mut Problems, extension: Option<Hidden>) -> ExecConfig {
    let Some(command) = &entry.command else {
        problems.add(at, "exec.command", "is missing; say which program gives the credentials");
        return ExecConfig::new("");
    };
    let versions = [ExecVersion::V1, ExecVersion::V1Beta1];
    let version = versions.into_iter().find(|version| entry.api_version.as_deref() == Some(version.as_str()));
    if version.is_none() {
        let found = entry.api_version.as_ref().map_or("is missing".to_owned(), |text| format!("`{text}` is unknown"));
        let remedy = "use client.authentication.k8s.io/v1 or .../v1beta1, and a plugin that speaks it";
        problems.add(at, "exec.apiVersion", format!("{found}; {remedy}"));
    }
    let interactive = match entry.interactive_mode.as_deref() {
        Some(text) => {
            let modes = [Interactive::Never, Interactive::IfAvailable, Interactive::Always];
            modes.into_iter().find(|mode| mode.as_str() == text)
        }
        // Only the first version had a default.
        None => (version == Some(ExecVersion::V1Beta1)).then_some(Interactive::IfAvailable),
    };
    if interactive.is_none() && version.is_some() {
        problems.add(at, "exec.interactiveMode", "should be Never, IfAvailable or Always");
    }
    if entry.env.iter().any(|(name, _)| name.is_empty()) {
        problems.add(at, "exec.env", "a variable has no name");
    }
    let env: BTreeMap<_, _> = entry.env.iter().cloned().collect();
    ExecConfig {
        args: entry.args.clone(),
        env,
        version: version.unwrap_or_default(),
        provide_cluster_info: entry.provide_cluster_info,
        cluster_extension: extension.filter(|_| entry.provide_cluster_info),
        interactive: interactive.unwrap_or_default(),
        install_hint: entry.install_hint.clone(),
        ..ExecConfig::new(command)
    }
}
