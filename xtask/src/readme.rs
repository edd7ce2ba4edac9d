//! `cargo xtask readme`: the commands that README.md promises, for the gate to run as they stand.

use anyhow::{Context as _, bail};

use crate::workspace;

/// Prints each line of the ```` ```sh ```` blocks of README.md.
pub(crate) fn run() -> anyhow::Result<()> {
    let file = workspace::root().join("README.md");
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let commands = commands(&text)?;
    for command in commands {
        println!("{command}");
    }
    Ok(())
}

fn commands(text: &str) -> anyhow::Result<Vec<&str>> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        match (line.trim(), inside) {
            ("```sh", false) => inside = true,
            ("```", true) => inside = false,
            (command, true) if !command.is_empty() && !command.starts_with('#') => commands.push(command),
            _ => {}
        }
    }
    if inside || commands.is_empty() {
        bail!("README.md holds no closed ```sh block: its commands would go untested");
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_are_found_and_comments_are_not() {
        let text = "Hi\n```sh\n# first\ncargo run\n\ncargo test\n```\n```rust\nlet x;\n```\n";
        assert_eq!(commands(text).unwrap(), ["cargo run", "cargo test"]);
    }

    #[test]
    fn a_readme_without_commands_is_an_error() {
        assert!(commands("no commands").is_err());
        assert!(commands("```sh\ncargo run").is_err());
    }
}
