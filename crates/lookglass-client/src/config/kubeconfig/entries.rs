//! The entries of a file, as they stand there.

use std::{
    collections::BTreeMap,
    path::{self, Component, Path, PathBuf},
};

use serde_json::Value;

use super::{Entry, Kubeconfig, fields::Fields, text};
use crate::config::{ConfigError, Hidden, Impersonate, Secret, Url};

/// Under this name a cluster's extensions hold what is meant for plugins.
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";

/// A file and its inline twin. One of them, if the entry is sound.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct Files {
    pub(in crate::config) path: Option<PathBuf>,
    /// In base64.
    pub(in crate::config) data: Option<Secret>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::config) struct ClusterEntry {
    pub(in crate::config) server: Option<Url>,
    pub(in crate::config) server_name: Option<String>,
    pub(in crate::config) insecure: bool,
    pub(in crate::config) ca: Files,
    pub(in crate::config) proxy: Option<Secret>,
    pub(in crate::config) disable_compression: bool,
    pub(in crate::config) exec_extension: Option<Hidden>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::config) struct UserEntry {
    pub(in crate::config) token: Option<Secret>,
    pub(in crate::config) token_file: Option<PathBuf>,
    pub(in crate::config) username: Option<String>,
    pub(in crate::config) password: Option<Secret>,
    pub(in crate::config) certificate: Files,
    pub(in crate::config) key: Files,
    pub(in crate::config) impersonate: Impersonate,
    /// The name of a provider that client-go had built in.
    pub(in crate::config) auth_provider: Option<String>,
    pub(in crate::config) exec: Option<ExecEntry>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::config) struct ExecEntry {
    pub(in crate::config) api_version: Option<String>,
    pub(in crate::config) command: Option<String>,
    pub(in crate::config) args: Vec<Secret>,
    pub(in crate::config) env: Vec<(String, Secret)>,
    pub(in crate::config) interactive_mode: Option<String>,
    pub(in crate::config) provide_cluster_info: bool,
    pub(in crate::config) install_hint: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::config) struct ContextEntry {
    pub(in crate::config) cluster: String,
    pub(in crate::config) user: Option<String>,
    pub(in crate::config) namespace: Option<String>,
}

/// What a file says. Paths in it are made to mean something beside it.
pub(super) fn read(bytes: &[u8], file: Option<&Path>) -> Result<Kubeconfig, ConfigError> {
    from_tree(&text::tree(bytes, file)?, file)
}

pub(in crate::config) fn from_tree(tree: &Value, file: Option<&Path>) -> Result<Kubeconfig, ConfigError> {
    let fields = Fields::whole(tree, file)?;
    for (name, only) in [("apiVersion", "v1"), ("kind", "Config")] {
        if fields.text(name)?.is_some_and(|value| value != only) {
            return Err(fields.error(name, &format!("should be {only}; is this a kubeconfig?")));
        }
    }
    // A path that cannot be made absolute, for want of a current folder, stays what it is. The file's, for a bare name's folder is the empty path, which cannot.
    let whole = file.map(|file| path::absolute(file).unwrap_or_else(|_| file.to_owned()));
    let beside = Beside(whole.as_deref().and_then(Path::parent));
    Ok(Kubeconfig {
        clusters: named(&fields, "clusters", "cluster", file, |fields| cluster(fields, beside))?,
        users: named(&fields, "users", "user", file, |fields| user(fields, beside))?,
        contexts: named(&fields, "contexts", "context", file, context)?,
        current_context: fields.text("current-context")?,
        files: file.map(Path::to_owned).into_iter().collect(),
        missing: Vec::new(),
    })
}

fn named<T>(
    whole: &Fields<'_>,
    list: &'static str,
    kind: &'static str,
    file: Option<&Path>,
    read: impl Fn(&Fields<'_>) -> Result<T, ConfigError>,
) -> Result<BTreeMap<String, Entry<T>>, ConfigError> {
    let mut all = BTreeMap::new();
    for item in whole.items(list)? {
        let name = item.text("name")?.ok_or_else(|| item.error("name", "is missing; every entry needs one"))?;
        let entry = Entry { file: file.map(Path::to_owned), value: read(&item.object(kind)?)? };
        if all.insert(name.clone(), entry).is_some() {
            return Err(ConfigError::Duplicate { path: file.map(Path::to_owned), kind, name });
        }
    }
    Ok(all)
}

/// The folder beside whose files relative paths are, if it is known.
#[derive(Clone, Copy)]
struct Beside<'a>(Option<&'a Path>);

impl Beside<'_> {
    fn path(self, text: Option<String>) -> Option<PathBuf> {
        let path = PathBuf::from(text?);
        Some(self.0.map_or_else(|| path.clone(), |folder| shortest(&folder.join(&path))))
    }

    /// A bare name is for `PATH`.
    fn command(self, text: Option<String>) -> Option<String> {
        let text = text?;
        match self.0 {
            Some(folder) if text.contains(path::is_separator) => {
                Some(shortest(&folder.join(text)).to_string_lossy().into_owned())
            }
            _ => Some(text),
        }
    }
}

/// Without `.` and `..`, by the letter and as Go does it: links are not followed.
fn shortest(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => _ = out.pop(),
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    out
}

fn files(fields: &Fields<'_>, path: &str, data: &str, beside: Beside<'_>) -> Result<Files, ConfigError> {
    Ok(Files { path: beside.path(fields.text(path)?), data: fields.secret(data)? })
}

fn cluster(fields: &Fields<'_>, beside: Beside<'_>) -> Result<ClusterEntry, ConfigError> {
    let mut exec_extension = None;
    for extension in fields.items("extensions")? {
        if extension.text("name")?.as_deref() == Some(EXEC_EXTENSION) {
            exec_extension = extension.value("extension").map(Hidden);
        }
    }
    Ok(ClusterEntry {
        server: fields.text("server")?.map(Url::from),
        server_name: fields.text("tls-server-name")?,
        insecure: fields.flag("insecure-skip-tls-verify")?,
        ca: files(fields, "certificate-authority", "certificate-authority-data", beside)?,
        proxy: fields.secret("proxy-url")?,
        disable_compression: fields.flag("disable-compression")?,
        exec_extension,
    })
}

/// A user's entry by itself.
pub(in crate::config) fn entry_of_user(tree: &Value) -> Result<UserEntry, ConfigError> {
    user(&Fields::whole(tree, None)?, Beside(None))
}

fn user(fields: &Fields<'_>, beside: Beside<'_>) -> Result<UserEntry, ConfigError> {
    let mut extra = BTreeMap::new();
    let given = fields.object("as-user-extra")?;
    for key in given.keys() {
        extra.insert(key.clone(), given.texts(key)?);
    }
    let impersonate = Impersonate {
        user: fields.text("as")?.unwrap_or_default(),
        uid: fields.text("as-uid")?,
        groups: fields.texts("as-groups")?,
        extra,
    };
    let provider = fields.object("auth-provider")?;
    let auth_provider = fields.has("auth-provider").then(|| provider.text("name")).transpose()?;
    let exec = fields.has("exec").then(|| exec(&fields.object("exec")?, beside)).transpose()?;
    Ok(UserEntry {
        token: fields.secret("token")?,
        token_file: beside.path(fields.text("tokenFile")?),
        username: fields.text("username")?,
        password: fields.secret("password")?,
        certificate: files(fields, "client-certificate", "client-certificate-data", beside)?,
        key: files(fields, "client-key", "client-key-data", beside)?,
        impersonate,
        auth_provider: auth_provider.map(Option::unwrap_or_default),
        exec,
    })
}

fn exec(fields: &Fields<'_>, beside: Beside<'_>) -> Result<ExecEntry, ConfigError> {
    let mut env = Vec::new();
    for variable in fields.items("env")? {
        let value = variable.secret("value")?.unwrap_or_else(|| Secret::from(""));
        env.push((variable.text("name")?.unwrap_or_default(), value));
    }
    Ok(ExecEntry {
        api_version: fields.text("apiVersion")?,
        command: beside.command(fields.text("command")?),
        args: fields.texts("args")?.into_iter().map(Secret::from).collect(),
        env,
        interactive_mode: fields.text("interactiveMode")?,
        provide_cluster_info: fields.flag("provideClusterInfo")?,
        install_hint: fields.text("installHint")?,
    })
}

fn context(fields: &Fields<'_>) -> Result<ContextEntry, ConfigError> {
    Ok(ContextEntry {
        cluster: fields.text("cluster")?.unwrap_or_default(),
        user: fields.text("user")?,
        namespace: fields.text("namespace")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kubeconfig_in_the_current_folder_does_not_look_for_its_neighbours_elsewhere() {
        let exec = serde_json::json!({ "apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin" });
        let user = serde_json::json!({ "exec": exec, "tokenFile": "token" });
        let tree = serde_json::json!({ "users": [{ "name": "u", "user": user }] });
        let here = path::absolute("config").unwrap();
        for file in ["config", "./config"] {
            let read = from_tree(&tree, Some(Path::new(file))).unwrap();
            let user = &read.users["u"].value;
            let command = user.exec.as_ref().unwrap().command.as_deref().unwrap();
            assert_eq!(Path::new(command), here.with_file_name("plugin"), "{file}");
            assert_eq!(user.token_file.as_deref(), Some(&*here.with_file_name("token")), "{file}");
        }
    }
}
