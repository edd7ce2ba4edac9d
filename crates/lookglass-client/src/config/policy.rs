//! Which credential plugins may run: [`ExecPolicy`].

use std::path::{Component, Path};

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
}

impl Allowlist {
    /// What is on it.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.0
    }
}

fn problem_of(entry: &str) -> Option<&'static str> {
    let path = Path::new(entry);
    let has_dots = entry.split(std::path::is_separator).any(|part| part == "." || part == "..");
    // Rebuilt from its parts, a path in its shortest form is the same text.
    let shortest = path.components().collect::<std::path::PathBuf>().as_os_str() == entry && !has_dots;
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
