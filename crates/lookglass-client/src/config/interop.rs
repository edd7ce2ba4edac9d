//! From and to kube's configs.

use std::path::Path;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{Uri, header};
use kube::config as theirs;
use serde_json::{Value, json};

use super::{
    Config, ConfigError, ExecPolicy, Hidden, Kubeconfig, Login, Overrides, Pem, Secret,
    kubeconfig::{ClusterEntry, ContextEntry, Files, entry_of_user, of_tree},
    resolve,
};

/// What a kubeconfig of kube's says. Its paths are absolute already.
impl TryFrom<theirs::Kubeconfig> for Kubeconfig {
    type Error = ConfigError;

    fn try_from(kubeconfig: theirs::Kubeconfig) -> Result<Self, ConfigError> {
        of_tree(&tree(&kubeconfig)?, None)
    }
}

/// A config of kube's, read as a kubeconfig would be. Its timeouts (but the one to connect) and headers (but the user agent) have no counterpart and are left out.
impl TryFrom<kube::Config> for Config {
    type Error = ConfigError;

    fn try_from(config: kube::Config) -> Result<Self, ConfigError> {
        let ca = match (&config.root_cert_file, &config.root_cert) {
            (Some(path), _) => Files { path: Some(path.clone()), data: None },
            (None, Some(certificates)) => {
                let pem: String = certificates.iter().map(|der| to_pem(der)).collect();
                Files { path: None, data: Some(Secret::from(BASE64_STANDARD.encode(pem))) }
            }
            (None, None) => Files::default(),
        };
        let told = config.auth_info.exec.as_ref().and_then(|exec| exec.cluster.as_ref());
        let extension = told.and_then(|cluster| cluster.config.clone());
        let cluster = ClusterEntry {
            server: Some(config.cluster_url.to_string().into()),
            server_name: config.tls_server_name,
            // kube lets both stand side by side, and then checks nothing.
            ca: if config.accept_invalid_certs { Files::default() } else { ca },
            insecure: config.accept_invalid_certs,
            proxy: config.proxy_url.map(|url| Secret::from(url.to_string())),
            disable_compression: config.disable_compression,
            exec_extension: extension.map(Hidden),
        };
        let user = entry_of_user(&tree(&config.auth_info)?)?;
        let context = ContextEntry { namespace: Some(config.default_namespace), ..ContextEntry::default() };
        let kubeconfig = Kubeconfig::of_one("kube", cluster, user, context);
        let mut ours = resolve::config(&kubeconfig, &Overrides::default(), None)?;
        if let Some(connect) = config.connect_timeout {
            ours.timeouts.connect = connect;
        }
        if let Some((_, agent)) = config.headers.into_iter().find(|(name, _)| name == header::USER_AGENT) {
            ours.user_agent = agent;
        }
        Ok(ours)
    }
}

/// The same for kube's own client. It knows no rate and no time for a whole request, and reads a certificate's files but once.
impl TryFrom<&Config> for kube::Config {
    type Error = ConfigError;

    fn try_from(config: &Config) -> Result<Self, ConfigError> {
        let mut theirs = Self::new(config.server());
        match &config.ca {
            Some(Pem::File(path)) => theirs.root_cert_file = Some(path.clone()),
            Some(Pem::Inline(pem)) => {
                let certificates = to_der(pem);
                theirs.root_cert = Some(certificates.ok_or_else(|| foreign("the authority is no PEM certificate"))?);
            }
            None => {}
        }
        theirs.accept_invalid_certs = config.insecure;
        theirs.tls_server_name.clone_from(&config.server_name);
        theirs.default_namespace = config.default_namespace().to_owned();
        theirs.connect_timeout = Some(config.timeouts.connect);
        theirs.disable_compression = !config.compression;
        theirs.headers.push((header::USER_AGENT, config.user_agent.clone()));
        if let Some(proxy) = &config.proxy {
            let url: Result<Uri, _> = proxy.url().expose().parse();
            theirs.proxy_url = Some(url.map_err(|_| foreign("the proxy's URL"))?);
        }
        let auth = user(config)?;
        theirs.auth_info = serde_json::from_value(auth).map_err(|_| foreign("the user cannot be written for it"))?;
        if let Some(exec) = &mut theirs.auth_info.exec {
            if config.exec_policy != ExecPolicy::AllowAll {
                return Err(foreign("kube runs every credential plugin, and the policy does not"));
            }
            if exec.provide_cluster_info {
                exec.cluster = Some(told(config)?);
            }
        }
        Ok(theirs)
    }
}

/// What a plugin is told. Its fields are public, and it cannot be made but from a cluster.
fn told(config: &Config) -> Result<theirs::ExecAuthCluster, ConfigError> {
    let (ca, ca_data) = config.ca.as_ref().map(parts).transpose()?.unwrap_or_default();
    let extension = match &config.login {
        Login::Exec(exec) => exec.cluster_extension.as_ref().map(|hidden| hidden.0.clone()),
        _ => None,
    };
    let cluster = theirs::Cluster {
        server: Some(config.server().to_string().trim_end_matches('/').to_owned()),
        insecure_skip_tls_verify: config.insecure.then_some(true),
        certificate_authority: ca,
        certificate_authority_data: ca_data,
        proxy_url: config.proxy.as_ref().map(|proxy| proxy.url().expose().to_owned()),
        tls_server_name: config.server_name.clone(),
        ..theirs::Cluster::default()
    };
    let cluster = theirs::ExecAuthCluster::try_from(&cluster);
    let mut cluster = cluster.map_err(|error| foreign(&error.to_string()))?;
    cluster.config = extension;
    Ok(cluster)
}

/// The user's entry, as a kubeconfig writes it.
fn user(config: &Config) -> Result<Value, ConfigError> {
    let (certificate, key) = match &config.identity {
        Some((certificate, key)) => (parts(certificate)?, parts(key)?),
        None => Default::default(),
    };
    let mut user = json!({
        "client-certificate": certificate.0, "client-certificate-data": certificate.1,
        "client-key": key.0, "client-key-data": key.1,
    });
    match &config.login {
        Login::None => {}
        Login::Token(token) => user["token"] = token.expose().into(),
        Login::TokenFile { path, fallback: _ } => user["tokenFile"] = text(path)?.into(),
        Login::Basic { user: name, password } => {
            (user["username"], user["password"]) = (name.as_str().into(), password.expose().into());
        }
        Login::Exec(exec) => {
            let env = exec.env.iter().map(|(name, value)| json!({ "name": name, "value": value.expose() }));
            user["exec"] = json!({
                "apiVersion": exec.version.as_str(),
                "command": exec.command,
                "args": exec.args.iter().map(|arg| arg.expose()).collect::<Vec<_>>(),
                "env": env.collect::<Vec<_>>(),
                "interactiveMode": exec.interactive.as_str(),
                "provideClusterInfo": exec.provide_cluster_info,
                "installHint": exec.install_hint,
            });
        }
    }
    if let Some(who) = &config.impersonate {
        user["as"] = who.user.as_str().into();
        user["as-uid"] = who.uid.as_deref().into();
        user["as-groups"] = who.groups.clone().into();
        user["as-user-extra"] = json!(who.extra);
    }
    Ok(user)
}

/// A path, or data in base64.
fn parts(pem: &Pem) -> Result<(Option<String>, Option<String>), ConfigError> {
    Ok(match pem {
        Pem::File(path) => (Some(text(path)?), None),
        Pem::Inline(pem) => (None, Some(BASE64_STANDARD.encode(pem))),
    })
}

fn text(path: &Path) -> Result<String, ConfigError> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| foreign(&format!("the path {} is no text", path.display())))
}

fn foreign(problem: &str) -> ConfigError {
    ConfigError::Foreign { what: "kube's config", problem: problem.to_owned() }
}

fn tree(of: &impl serde::Serialize) -> Result<Value, ConfigError> {
    let tree = serde_json::to_value(of);
    tree.map_err(|error| foreign(&error.to_string()))
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

fn to_pem(der: &[u8]) -> String {
    format!("{BEGIN}\n{}\n{END}\n", BASE64_STANDARD.encode(der))
}

/// The certificates of a PEM text; none if there is none, or one that is broken.
fn to_der(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = str::from_utf8(pem).ok()?;
    let blocks = text.split(BEGIN).skip(1).map(|block| {
        let data: String = block.split(END).next()?.split_whitespace().collect();
        BASE64_STANDARD.decode(data).ok()
    });
    let certificates: Vec<_> = blocks.collect::<Option<_>>()?;
    (!certificates.is_empty()).then_some(certificates)
}
