//! What a client needs to find the server and to be let in: [`Kubeconfig`].

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Certificate;

/// A kubeconfig with one cluster, one user and one context. `Debug` shows no credentials.
///
/// ```
/// use lookglass_protocol::transport::Kubeconfig;
///
/// let config = Kubeconfig::new("http://127.0.0.1:8001").named("test");
/// assert!(config.to_yaml().contains(r#"server: "http://127.0.0.1:8001""#));
/// ```
#[derive(Clone)]
pub struct Kubeconfig {
    name: String,
    server: String,
    authority: Option<String>,
    namespace: Option<String>,
    credentials: Credentials,
}

#[derive(Clone)]
enum Credentials {
    None,
    Certificate(Certificate),
    Token(String),
}

impl Kubeconfig {
    /// For the server at this URL, without credentials.
    #[must_use]
    pub fn new(server: impl Into<String>) -> Self {
        Self {
            name: "lookglass".into(),
            server: server.into(),
            authority: None,
            namespace: None,
            credentials: Credentials::None,
        }
    }

    /// The name of cluster, user and context; `lookglass` unless said otherwise.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The certificate (PEM) of the authority that signed the server's.
    #[must_use]
    pub fn authority(mut self, pem: impl Into<String>) -> Self {
        self.authority = Some(pem.into());
        self
    }

    /// The namespace of commands that name none.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The client shows this certificate.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.credentials = Credentials::Certificate(certificate);
        self
    }

    /// The client shows this token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.credentials = Credentials::Token(token.into());
        self
    }

    /// The text of the file. It holds the credentials.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let name = quoted(&self.name);
        let mut text = String::from("apiVersion: v1\nkind: Config\npreferences: {}\n");
        let mut line = |indent: usize, key: &str, value: &str| {
            let space = if value.is_empty() { "" } else { " " };
            text.push_str(&format!("{:indent$}{key}:{space}{value}\n", ""));
        };
        line(0, "current-context", &name);
        line(0, "clusters", "");
        line(0, "- name", &name);
        line(2, "cluster", "");
        line(4, "server", &quoted(&self.server));
        if let Some(pem) = &self.authority {
            line(4, "certificate-authority-data", &STANDARD.encode(pem));
        }
        line(0, "contexts", "");
        line(0, "- name", &name);
        line(2, "context", "");
        line(4, "cluster", &name);
        line(4, "user", &name);
        if let Some(namespace) = &self.namespace {
            line(4, "namespace", &quoted(namespace));
        }
        line(0, "users", "");
        line(0, "- name", &name);
        match &self.credentials {
            Credentials::None => line(2, "user", "{}"),
            Credentials::Certificate(Certificate { certificate, key }) => {
                line(2, "user", "");
                line(4, "client-certificate-data", &STANDARD.encode(certificate));
                line(4, "client-key-data", &STANDARD.encode(key));
            }
            Credentials::Token(token) => {
                line(2, "user", "");
                line(4, "token", &quoted(token));
            }
        }
        text
    }

    /// Writes the file so that nobody but its owner can read it (mode 0600 where there are modes), at no time: it is written beside its place
    /// under a name of its own, then moved there.
    ///
    /// # Errors
    ///
    /// The file cannot be written; the error names the path.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let written = beside(path).and_then(|(mut file, temporary)| {
            let done = file.write_all(self.to_yaml().as_bytes()).and_then(|()| fs::rename(&temporary, path));
            done.inspect_err(|_| drop(fs::remove_file(&temporary)))
        });
        written.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }
}

impl fmt::Debug for Kubeconfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kubeconfig").field("name", &self.name).field("server", &self.server).finish_non_exhaustive()
    }
}

/// A new file in the directory of `path`, closed to everybody else.
fn beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut attempt = 0u32;
    loop {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.{attempt}", std::process::id()));
        let temporary = path.with_file_name(name);
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            opened => return opened.map(|file| (file, temporary)),
        }
    }
}

/// A string of YAML: one of JSON is, once what YAML does not print is escaped too.
fn quoted(text: &str) -> String {
    let unprintable = |char: char| {
        char.is_control() || matches!(char, '\u{2028}'..='\u{2029}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}')
    };
    let mut quoted = String::new();
    for char in serde_json::Value::from(text).to_string().chars() {
        if unprintable(char) {
            quoted.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            quoted.push(char);
        }
    }
    quoted
}
