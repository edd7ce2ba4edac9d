//! The config of a pod, from its service account.

use std::{fs, net::Ipv6Addr};

use super::{
    ConfigError, ConfigWarning, Environment, Kubeconfig, Url,
    kubeconfig::{ClusterEntry, ContextEntry, Files, UserEntry},
};

/// A pod's service account as if it were a kubeconfig, so that whatever can take the place of an entry there can do so here.
pub(super) fn kubeconfig(environment: &Environment) -> Result<(Kubeconfig, Option<ConfigWarning>), ConfigError> {
    let variable = |name| environment.text(name).ok_or(ConfigError::NotInCluster);
    let (host, port) = (variable("KUBERNETES_SERVICE_HOST")?, variable("KUBERNETES_SERVICE_PORT")?);
    let host = if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() };

    let token = environment.service_account_file("token");
    fs::read_to_string(&token).map_err(|source| ConfigError::ServiceAccount { path: token.clone(), source })?;

    let ca = environment.service_account_file("ca.crt");
    let problem = match fs::read_to_string(&ca) {
        Ok(pem) if pem.contains("-----BEGIN ") => None,
        Ok(_) => Some("it holds no PEM block".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    let usable = problem.is_none().then(|| ca.clone());
    let warning = problem.map(|problem| ConfigWarning::ServiceAccountCa { path: ca, problem });

    let namespace = environment.text("POD_NAMESPACE").map(str::to_owned);
    let namespace = namespace.or_else(|| fs::read_to_string(environment.service_account_file("namespace")).ok());
    let namespace = namespace.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());

    let cluster = ClusterEntry {
        server: Some(Url::from(format!("https://{host}:{port}"))),
        ca: Files { path: usable, data: None },
        ..ClusterEntry::default()
    };
    let user = UserEntry { token_file: Some(token), ..UserEntry::default() };
    let context = ContextEntry { namespace, ..ContextEntry::default() };
    Ok((Kubeconfig::of_one("service account", cluster, user, context), warning))
}
