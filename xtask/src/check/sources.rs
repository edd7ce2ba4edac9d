//! What must stand, and must not stand, in the sources of library crates.

use std::fs;

use anyhow::Context as _;
use cargo_metadata::Metadata;
use cargo_metadata::camino::Utf8Path;

use super::GROUND;

/// Calls that only a named door may hold: crate, text, and the file in which it is allowed.
const DOORS: &[(&str, &str)] =
    &[("std::env::", "lookglass-client/src/config"), ("env::var", "lookglass-client/src/config")];

/// Modules of `std` that the ground floor does not know.
const NOT_ON_THE_GROUND: &[&str] = &["std::fs", "std::net", "std::process", "std::os::"];

/// One line for each rule that a source file breaks.
pub(super) fn violations(metadata: &Metadata, libraries: &[String]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for library in libraries {
        let folder = metadata.workspace_root.join("crates").join(library).join("src");
        let root = folder.join("lib.rs");
        if root.exists() {
            found.extend(unsafe_allowed(library, &read(&root)?));
        }
        for file in rust_files(&folder)? {
            let text = read(&file)?;
            let place = file.strip_prefix(&metadata.workspace_root).unwrap_or(&file).as_str().to_owned();
            found.extend(forbidden(library, &place, &text));
            found.extend(silent_about_dropping(&place, &text));
        }
    }
    Ok(found)
}

fn read(file: &Utf8Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {file}"))
}

fn rust_files(folder: &Utf8Path) -> anyhow::Result<Vec<cargo_metadata::camino::Utf8PathBuf>> {
    let mut files = Vec::new();
    for entry in folder.read_dir_utf8().with_context(|| format!("cannot list {folder}"))? {
        let path = entry?.path().to_owned();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension() == Some("rs") {
            files.push(path);
        }
    }
    Ok(files)
}

fn unsafe_allowed(library: &str, root: &str) -> Option<String> {
    let forbids = root.contains("#![forbid(unsafe_code)]");
    (!forbids).then(|| format!("{library} does not say #![forbid(unsafe_code)]"))
}

fn forbidden(library: &str, place: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    for (number, line) in code {
        let at = format!("{place}:{}", number + 1);
        for (call, door) in DOORS {
            if line.contains(call) && !place.contains(door) {
                found.push(format!("{at}: only {door} reads the environment"));
            }
        }
        for module in NOT_ON_THE_GROUND {
            if GROUND.contains(&library) && line.contains(module) {
                found.push(format!("{at}: the ground floor does no I/O, so not {module}"));
            }
        }
    }
    found.dedup();
    found
}

/// Public async functions whose documentation does not say what it means to drop their future. What a type's documentation says of all its methods does not count: nobody reads it at the method.
fn silent_about_dropping(place: &str, text: &str) -> Vec<String> {
    let (mut found, mut said) = (Vec::new(), false);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.starts_with("///") {
            said |= line == "/// # Cancel safety";
        } else if let Some(rest) = line.strip_prefix("pub async fn ") {
            let name = rest.split(['(', '<']).next().unwrap_or(rest);
            if !std::mem::take(&mut said) {
                found.push(format!("{place}:{}: {name} does not say whether it is cancel safe", number + 1));
            }
        } else if !line.starts_with('#') {
            said = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_reads_the_environment_is_reported_once() {
        let found = forbidden("lookglass-informer", "crates/x/src/a.rs", "fn f() {}\nlet v = std::env::var(\"X\");\n");
        assert_eq!(found, ["crates/x/src/a.rs:2: only lookglass-client/src/config reads the environment"]);
    }

    #[test]
    fn the_one_door_may_read_it_and_comments_may_name_it() {
        let text = "// std::env::var is read here\nstd::env::var(\"KUBECONFIG\")";
        assert!(forbidden("lookglass-client", "crates/lookglass-client/src/config/env.rs", text).is_empty());
        assert!(forbidden("lookglass-cache", "crates/lookglass-cache/src/a.rs", "// std::env::var").is_empty());
    }

    #[test]
    fn a_ground_floor_file_that_opens_a_socket_is_reported() {
        let found = forbidden("lookglass-cache", "a.rs", "use std::net::TcpStream;");
        assert_eq!(found, ["a.rs:1: the ground floor does no I/O, so not std::net"]);
    }

    #[test]
    fn an_async_function_that_says_nothing_of_its_dropping_is_reported() {
        let silent = "/// Reads.\n///\n/// # Errors\n///\n/// None.\n#[must_use]\npub async fn get<T>(&self) {}\n";
        let said = "    /// Reads.\n    ///\n    /// # Cancel safety\n    ///\n    /// Safe.\n    #[must_use]\n    pub async fn get() {}\n";
        assert_eq!(silent_about_dropping("a.rs", silent), ["a.rs:7: get does not say whether it is cancel safe"]);
        assert!(silent_about_dropping("a.rs", said).is_empty());
        // One that says so does not speak for the next.
        assert_eq!(silent_about_dropping("a.rs", &format!("{said}{silent}")).len(), 1);
        assert_eq!(silent_about_dropping("a.rs", &format!("{said}    pub async fn list() {{}}\n")).len(), 1);
    }

    #[test]
    fn a_library_without_the_unsafe_ban_is_reported() {
        assert!(unsafe_allowed("x", "//! docs").is_some());
        assert!(unsafe_allowed("x", "//! docs\n#![forbid(unsafe_code)]").is_none());
    }
}
