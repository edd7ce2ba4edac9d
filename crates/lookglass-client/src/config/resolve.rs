//! From a context to a config, with everything that is wrong with it said at once.

mod entries;
mod problems;

use std::collections::BTreeMap;

use problems::{At, Problems};

use super::{
    Config, ConfigError, ConfigWarning, Kubeconfig, Login, Overrides, Url,
    error::one_of,
    kubeconfig::{ClusterEntry, ContextEntry, Entry, Files, UserEntry},
};

/// The config of the chosen context. `default_server` is for when neither an entry nor an override says where the cluster is.
pub(super) fn config(
    kubeconfig: &Kubeconfig,
    overrides: &Overrides,
    default_server: Option<&str>,
) -> Result<Config, ConfigError> {
    let chosen = overrides.context.as_deref().or(kubeconfig.current_context());
    let (context_at, context) = match chosen {
        Some(name) => {
            let entry = kubeconfig.contexts.get(name).ok_or_else(|| not_found(name, kubeconfig))?;
            (At::new("context", chosen, entry.file.clone()), entry.value.clone())
        }
        None => (At::new("context", None, None), ContextEntry::default()),
    };
    let mut problems = Problems::default();

    let named = Some(context.cluster.as_str()).filter(|name| !name.is_empty());
    let named = overrides.cluster.as_deref().or(named);
    let (cluster_at, mut cluster) =
        pick(&kubeconfig.clusters, "cluster", named, context_at.or(overrides.cluster.is_some()), &mut problems);
    let known = problems.is_empty();
    if named.is_none() && cluster.server.is_none() && overrides.server.is_none() {
        cluster.server = default_server.map(Url::from);
        if cluster.server.is_none() {
            return Err(nothing_chosen(kubeconfig, chosen));
        }
    }
    override_cluster(&mut cluster, overrides);

    let named = overrides.user.as_deref().or(context.user.as_deref());
    let (user_at, mut user) =
        pick(&kubeconfig.users, "user", named, context_at.or(overrides.user.is_some()), &mut problems);
    override_user(&mut user, overrides);

    let mut config = Config::new(UNKNOWN)?;
    match &cluster.server {
        Some(server) => match Config::new(server.as_str()) {
            Ok(named) => config = named,
            Err(error) => problems.add(cluster_at.or(overrides.server.is_some()), "server", error.problem()),
        },
        // A cluster that is not there has been complained about.
        None if known => problems.add(&cluster_at, "server", "is missing; say where the cluster is"),
        None => {}
    }
    entries::cluster(&mut config, &cluster, &cluster_at, overrides, &mut problems);
    entries::user(&mut config, &user, &user_at, overrides, &mut problems, cluster.exec_extension);
    without_tls(&mut config, user_at.name.as_deref());

    if let Some(namespace) = overrides.namespace.clone().or(context.namespace) {
        if !is_label(&namespace) {
            let problem = format!("`{namespace}` is no namespace's name: at most 63 of a-z, 0-9 and `-`");
            problems.add(context_at.or(overrides.namespace.is_some()), "namespace", problem);
        }
        config = config.namespace(namespace);
    }
    if let Some(timeout) = overrides.request_timeout {
        config.timeouts.request = Some(timeout).filter(|timeout| !timeout.is_zero());
    }
    problems.or(config, chosen)
}

/// Stands in for a server that cannot be used, so that the rest is checked too. No config with it is ever given out.
const UNKNOWN: &str = "https://unknown";

fn not_found(name: &str, kubeconfig: &Kubeconfig) -> ConfigError {
    ConfigError::ContextNotFound {
        name: name.to_owned(),
        files: kubeconfig.files().to_vec(),
        known: kubeconfig.contexts.keys().cloned().collect(),
    }
}

/// No context, or one that names no cluster, and nothing else that says where the cluster is.
fn nothing_chosen(kubeconfig: &Kubeconfig, chosen: Option<&str>) -> ConfigError {
    if chosen.is_none() && !kubeconfig.contexts.is_empty() {
        return ConfigError::NoContext { known: kubeconfig.contexts.keys().cloned().collect() };
    }
    let context = chosen.map(str::to_owned);
    ConfigError::Empty { context, tried: kubeconfig.files().iter().chain(kubeconfig.missing()).cloned().collect() }
}

/// The entry of that name; an empty one if none is named, or if there is none.
fn pick<T: Clone + Default>(
    entries: &BTreeMap<String, Entry<T>>,
    kind: &'static str,
    name: Option<&str>,
    named_by: &At,
    problems: &mut Problems,
) -> (At, T) {
    let Some(name) = name else { return (At::new(kind, None, None), T::default()) };
    let Some(entry) = entries.get(name) else {
        problems.add(named_by, kind, format!("there is no {kind} `{name}`; {}", one_of(entries.keys())));
        return (At::new(kind, Some(name), None), T::default());
    };
    (At::new(kind, Some(name), entry.file.clone()), entry.value.clone())
}

fn override_cluster(cluster: &mut ClusterEntry, overrides: &Overrides) {
    if let Some(server) = &overrides.server {
        (cluster.server, cluster.server_name) = (Some(Url::from(server.as_str())), None);
    }
    if let Some(name) = &overrides.server_name {
        cluster.server_name = Some(name.clone());
    }
    if overrides.insecure || overrides.ca.is_some() {
        cluster.insecure = overrides.insecure;
        cluster.ca = Files { path: overrides.ca.clone(), data: None };
    }
    if let Some(proxy) = &overrides.proxy {
        cluster.proxy = Some(proxy.clone());
    }
    if let Some(on) = overrides.compression {
        cluster.disable_compression = !on;
    }
}

fn override_user(user: &mut UserEntry, overrides: &Overrides) {
    if overrides.token.is_some() || overrides.basic.is_some() {
        (user.token, user.token_file) = (overrides.token.clone(), None);
        (user.username, user.password) = overrides.basic.clone().unzip();
        (user.exec, user.auth_provider) = (None, None);
    }
    if let Some(path) = &overrides.certificate {
        user.certificate = Files { path: Some(path.clone()), data: None };
    }
    if let Some(path) = &overrides.key {
        user.key = Files { path: Some(path.clone()), data: None };
    }
    if let Some(who) = &overrides.impersonate {
        user.impersonate = who.clone();
    }
}

/// What a kubeconfig says about a user is sent over TLS only, as in client-go; to loopback addresses too, since what listens there can be anybody's.
fn without_tls(config: &mut Config, user: Option<&str>) {
    if !config.is_https() && (config.login != Login::None || config.identity.is_some()) {
        (config.login, config.identity) = (Login::None, None);
        let server = config.server().to_string();
        let user = user.unwrap_or("(override)").to_owned();
        config.warnings.push(ConfigWarning::CredentialsWithoutTls { user, server });
    }
}

/// Whether it is a DNS label, as the names of namespaces are.
fn is_label(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}
