//! What kubeconfig files say: [`Kubeconfig`].
//!
//! # The rules
//!
//! client-go's. Of several files, the first that has an entry of a name wins with the *whole* entry; the first `current-context` that is not empty counts. A relative path means
//! something beside the file that names it; an exec command without a separator is looked for in `PATH`. Files that are missing from a list are skipped. One that cannot be
//! understood is an error, and so are two entries of one name in one file.
//!
//! Files may be YAML or JSON, in UTF-8 or UTF-16, with or without a byte order mark. Unknown fields are left alone.

mod entries;
mod fields;
mod text;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

pub(super) use entries::{
    ClusterEntry, ContextEntry, ExecEntry, Files, UserEntry, entry_of_user, from_tree as of_tree,
};
pub(crate) use text::tree;

use super::{ConfigError, environment::Environment};

/// What kubeconfig files say: clusters, users, and the contexts that pair them.
///
/// ```
/// # use lookglass_client::Kubeconfig;
/// let yaml = "
/// current-context: prod-eu
/// contexts:
/// - {name: prod-eu, context: {cluster: eu, user: me, namespace: web}}
/// - {name: prod-us, context: {cluster: us, user: me}}
/// ";
/// let kubeconfig = Kubeconfig::parse(yaml)?;
/// assert_eq!(kubeconfig.current_context(), Some("prod-eu"));
/// let names: Vec<_> = kubeconfig.contexts().map(|context| context.name).collect();
/// assert_eq!(names, ["prod-eu", "prod-us"]);
/// # Ok::<(), lookglass_client::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Kubeconfig {
    pub(super) clusters: BTreeMap<String, Entry<ClusterEntry>>,
    pub(super) users: BTreeMap<String, Entry<UserEntry>>,
    pub(super) contexts: BTreeMap<String, Entry<ContextEntry>>,
    current_context: Option<String>,
    files: Vec<PathBuf>,
    missing: Vec<PathBuf>,
}

/// An entry, and the file that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    pub(super) file: Option<PathBuf>,
    pub(super) value: T,
}

/// A context as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The name of its cluster.
    pub cluster: String,
    /// The name of its user; nobody if none.
    pub user: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// The file that it comes from.
    pub file: Option<PathBuf>,
    /// Whether it is the current one.
    pub current: bool,
}

impl Kubeconfig {
    /// What the files of the default rules say: those that `KUBECONFIG` lists, or `~/.kube/config`. It may be nothing at all.
    ///
    /// # Errors
    ///
    /// A file cannot be read or understood. [`ConfigError::Files`] holds what the others say.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::of(&Environment::of_process())
    }

    pub(super) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let (files, _) = environment.kubeconfig_files();
        Self::read_all(&files)
    }

    /// What one file says. It has to be there.
    ///
    /// # Errors
    ///
    /// It is missing, or cannot be read or understood.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let read = Self::read_one(path)?;
        read.ok_or_else(|| ConfigError::Missing { path: path.to_owned() })
    }

    /// What several files say together. Those that are missing are [left out](Self::missing).
    ///
    /// # Errors
    ///
    /// A file cannot be read or understood. [`ConfigError::Files`] holds what the others say.
    pub fn read_all(paths: &[impl AsRef<Path>]) -> Result<Self, ConfigError> {
        let mut all = Self::default();
        let mut errors = Vec::new();
        for path in paths {
            match Self::read_one(path.as_ref()) {
                Ok(Some(one)) => all.merge(one),
                Ok(None) => all.missing.push(path.as_ref().to_owned()),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(all) } else { Err(ConfigError::Files { errors, others: Box::new(all) }) }
    }

    /// What a text says. Relative paths in it stay what they are.
    ///
    /// # Errors
    ///
    /// It cannot be understood.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        entries::read(text.as_ref(), None)
    }

    /// One context, the current one, that no file has said.
    pub(super) fn of_one(name: &str, cluster: ClusterEntry, user: UserEntry, context: ContextEntry) -> Self {
        let context = ContextEntry { cluster: name.to_owned(), user: Some(name.to_owned()), ..context };
        Self {
            clusters: [(name.to_owned(), Entry { file: None, value: cluster })].into(),
            users: [(name.to_owned(), Entry { file: None, value: user })].into(),
            contexts: [(name.to_owned(), Entry { file: None, value: context })].into(),
            current_context: Some(name.to_owned()),
            ..Self::default()
        }
    }

    fn read_one(path: &Path) -> Result<Option<Self>, ConfigError> {
        match fs::read(path) {
            Ok(text) => entries::read(&text, Some(path)).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
        }
    }

    /// Takes in what is not there yet.
    fn merge(&mut self, other: Self) {
        let Self { clusters, users, contexts, current_context, files, missing } = other;
        add_new(&mut self.clusters, clusters);
        add_new(&mut self.users, users);
        add_new(&mut self.contexts, contexts);
        self.current_context = self.current_context.take().or(current_context);
        self.files.extend(files);
        self.missing.extend(missing);
    }

    /// The name of the current context, whether or not there is one of that name.
    #[must_use]
    pub fn current_context(&self) -> Option<&str> {
        self.current_context.as_deref()
    }

    /// The contexts, by name.
    pub fn contexts(&self) -> impl Iterator<Item = Context> + '_ {
        self.contexts.iter().map(|(name, entry)| Context {
            name: name.clone(),
            cluster: entry.value.cluster.clone(),
            user: entry.value.user.clone(),
            namespace: entry.value.namespace.clone(),
            file: entry.file.clone(),
            current: self.current_context.as_ref() == Some(name),
        })
    }

    /// The files that were read, the strongest first.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The files that were not there.
    #[must_use]
    pub fn missing(&self) -> &[PathBuf] {
        &self.missing
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clusters.is_empty() && self.users.is_empty() && self.contexts.is_empty() && self.current_context.is_none()
    }
}

fn add_new<T>(all: &mut BTreeMap<String, Entry<T>>, more: BTreeMap<String, Entry<T>>) {
    for (name, entry) in more {
        all.entry(name).or_insert(entry);
    }
}
