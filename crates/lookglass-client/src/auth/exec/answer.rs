//! What goes to a plugin and what comes back: the `ExecCredential` of client.authentication.k8s.io.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{About, Cluster, Credential};
use crate::{
    auth::{
        AuthError, bearer,
        material::{Identity, read},
    },
    config::{self, ExecVersion, Pem},
};

/// The value of `KUBERNETES_EXEC_INFO`.
pub(super) async fn question(about: &About, interactive: bool) -> Result<String, AuthError> {
    let mut spec = json!({ "interactive": interactive });
    if let Some(cluster) = &about.cluster {
        spec["cluster"] = described(cluster).await?;
    }
    Ok(json!({ "apiVersion": about.exec.version.as_str(), "kind": "ExecCredential", "spec": spec }).to_string())
}

/// As client-go writes it: what is empty is left out, the configuration apart.
async fn described(cluster: &Cluster) -> Result<Value, AuthError> {
    let mut fields = Map::new();
    fields.insert("server".to_owned(), cluster.server.clone().into());
    if let Some(name) = &cluster.server_name {
        fields.insert("tls-server-name".to_owned(), name.clone().into());
    }
    if cluster.insecure {
        fields.insert("insecure-skip-tls-verify".to_owned(), true.into());
    }
    let ca = match &cluster.ca {
        Some(Pem::Inline(pem)) => Some(pem.clone()),
        Some(Pem::File(path)) => Some(read("certificate authority", path).await?),
        None => None,
    };
    if let Some(ca) = ca {
        fields.insert("certificate-authority-data".to_owned(), BASE64_STANDARD.encode(ca).into());
    }
    if let Some(proxy) = &cluster.proxy {
        fields.insert("proxy-url".to_owned(), proxy.expose().into());
    }
    if cluster.disable_compression {
        fields.insert("disable-compression".to_owned(), true.into());
    }
    fields.insert("config".to_owned(), cluster.extension.as_ref().map_or(Value::Null, |hidden| hidden.0.clone()));
    Ok(fields.into())
}

/// What a plugin printed. The errors say what is wrong with it, and nothing of what it is.
pub(super) fn credential(printed: &[u8], version: ExecVersion) -> Result<Credential, String> {
    let tree = config::tree(printed, None).map_err(|_| "printed neither JSON nor YAML".to_owned())?;
    let is = |field: &str, wanted: &str| match tree.get(field).and_then(Value::as_str) {
        Some(found) if found == wanted => Ok(()),
        Some(_) => Err(format!("printed another {field} than {wanted}")),
        None => Err(format!("printed no {field}; it should be {wanted}")),
    };
    is("kind", "ExecCredential")?;
    is("apiVersion", version.as_str())?;
    let status = tree.get("status").filter(|status| !status.is_null()).ok_or("printed no status")?;
    let text = |field: &str| match status.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("printed a status.{field} that is no text")),
    };
    let token = text("token")?;
    let header =
        token.map(|token| bearer(token, "the plugin's token")).transpose().map_err(|error| error.to_string())?;
    let identity: Option<Identity> = match (text("clientCertificateData")?, text("clientKeyData")?) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate.as_bytes().into(), key.as_bytes().into())),
        _ => return Err("printed a certificate without its key, or a key without its certificate".to_owned()),
    };
    if let Some((certificate, key)) = &identity
        && !(Pem::is_in(certificate) && Pem::is_in(key))
    {
        return Err("printed a certificate or a key that is not PEM".to_owned());
    }
    if header.is_none() && identity.is_none() {
        return Err("printed neither a token nor a certificate".to_owned());
    }
    let expires: Option<Result<Timestamp, _>> = text("expirationTimestamp")?.map(str::parse);
    let expires = expires.transpose().map_err(|_| "printed a status.expirationTimestamp that is no time".to_owned())?;
    Ok(Credential { header, identity, expires })
}
