//! Which credential plugins may run: [`ExecPolicy`].

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{self, Component, Path, PathBuf},
};

use super::ConfigError;

/// Which credential plugins may run. A kubeconfig can name any program; whoever takes kubeconfigs from others says here which of them are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExecPolicy {
    /// Every plugin.
    #[default]
    AllowAll,
    /// None.
    DenyAll,
    /// Those that a list names.
    Allowlist(Allowlist),
}

/// Plugins that may run, by path or by name. Made by [`ExecPolicy::allowlist`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowlist(Vec<String>);

impl ExecPolicy {
    /// Only these: full paths, or bare names.
    ///
    /// A name stands for the program that `PATH` finds under it, not for any file of that name: with `aws` on the list, a kubeconfig that says `/tmp/aws` is refused.
    ///
    /// # Errors
    ///
    /// The list is empty (that is [`DenyAll`](Self::DenyAll)), or an entry is empty, a relative path, or not in its shortest form. A list that guards something is not guessed at.
    pub fn allowlist(entries: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, ConfigError> {
        let entries: Vec<String> = entries.into_iter().map(Into::into).collect();
        if entries.is_empty() {
            return Err(ConfigError::value(
                "allowlist of credential plugins",
                "",
                "the list is empty; to run no plugin at all, say DenyAll",
            ));
        }
        for entry in &entries {
            if let Some(problem) = problem_of(entry) {
                return Err(ConfigError::value("allowlist of credential plugins", entry, problem));
            }
        }
        Ok(Self::Allowlist(Allowlist(entries)))
    }

    /// What to run for a command, or why not to.
    pub(crate) fn admit(&self, command: &str, search_path: Option<&OsStr>) -> Result<OsString, String> {
        match self {
            Self::AllowAll => Ok(command.into()),
            Self::DenyAll => Err("the policy lets no plugin run".to_owned()),
            Self::Allowlist(list) => {
                let denied =
                    || format!("it is not on the allowlist ({}); add it there if it is trusted", list.0.join(", "));
                list.admit(command, search_path).ok_or_else(denied)
            }
        }
    }
}

impl Allowlist {
    /// What is on it.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.0
    }

    /// The program that was compared is the one to run, so that nothing can come between.
    fn admit(&self, command: &str, search_path: Option<&OsStr>) -> Option<OsString> {
        let find = |command: &str| {
            if is_bare(command) { find(command, search_path?) } else { path::absolute(command).ok() }
        };
        let program = find(command);
        let is_listed = self.0.iter().any(|entry| match &program {
            Some(program) => find(entry).as_ref() == Some(program),
            // Whatever a name stands for, it is the same for both.
            None => is_bare(command) && entry == command,
        });
        is_listed.then(|| program.map_or_else(|| command.into(), PathBuf::into_os_string))
    }
}

fn is_bare(command: &str) -> bool {
    !command.contains(path::is_separator)
}

/// The first program of that name in `PATH`.
fn find(name: &str, search_path: &OsStr) -> Option<PathBuf> {
    let names = [name.to_owned(), format!("{name}{}", env::consts::EXE_SUFFIX)];
    let folders = env::split_paths(search_path).filter(|folder| folder.is_absolute());
    folders.flat_map(|folder| names.clone().map(|name| folder.join(name))).find(|path| is_program(path))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn problem_of(entry: &str) -> Option<&'static str> {
    let path = Path::new(entry);
    let has_dots = entry.split(path::is_separator).any(|part| part == "." || part == "..");
    // Rebuilt from its parts, a path in its shortest form is the same text.
    let shortest = path.components().collect::<PathBuf>().as_os_str() == entry && !has_dots;
    if entry.is_empty() {
        Some("an entry is empty")
    } else if !shortest {
        Some("it is not in its shortest form: leave out `.`, `..` and doubled or closing separators")
    } else if !path.is_absolute() && !matches!(path.components().collect::<Vec<_>>()[..], [Component::Normal(_)]) {
        Some("it is a relative path; give the full path, or the bare name")
    } else {
        None
    }
}
