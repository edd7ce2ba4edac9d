//! `cargo xtask traits`: the traits of the built-in resources, in the compact form that `lookglass-protocol` embeds.
//!
//! The form is written down beside its reader, `crates/lookglass-protocol/src/builtin/load.rs`.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::workspace;

/// The Kubernetes minor whose facts lie under `xtask/data`; the next one changes this line.
const MINOR: &str = "1.36";

/// What stands for each verb.
const VERBS: [(&str, char); 8] = [
    ("create", 'c'),
    ("delete", 'd'),
    ("deletecollection", 'x'),
    ("get", 'g'),
    ("list", 'l'),
    ("patch", 'p'),
    ("update", 'u'),
    ("watch", 'w'),
];

/// Writes `traits.txt` from the checked-in facts, or, with `--check`, says whether it is what they give.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let source = workspace::root().join(format!("xtask/data/k8s-traits-{MINOR}.json"));
    let text = fs::read(&source).with_context(|| source.display().to_string())?;
    let facts: Value = serde_json::from_slice(&text).with_context(|| source.display().to_string())?;
    let traits = compact(&facts)?;
    let target = workspace::root().join("crates/lookglass-protocol/data/traits.txt");
    if words.iter().any(|word| word == "--check") {
        ensure!(
            fs::read_to_string(&target).with_context(|| target.display().to_string())? == traits,
            "{} is not what {} gives; run `cargo xtask traits`",
            target.display(),
            source.display()
        );
        return Ok(());
    }
    fs::write(&target, &traits).with_context(|| target.display().to_string())?;
    println!("{}: {} bytes", target.display(), traits.len());
    Ok(())
}

fn compact(facts: &Value) -> anyhow::Result<String> {
    let resources = facts["resources"].as_array().context("no resources")?;
    let mut descriptions: Vec<&str> = Vec::new();
    let mut lines = String::new();
    for resource in resources {
        let what = || format!("{} {}", resource["group"], resource["resource"]);
        write_resource(resource, &mut descriptions, &mut lines).with_context(what)?;
    }
    let mut out = format!("# The built-in resources of Kubernetes {MINOR}, written by `cargo xtask traits`.\n");
    for description in descriptions {
        ensure!(!description.contains('\t'), "a tab in {description:?}");
        writeln!(out, "d\t{}", description.replace('\\', "\\\\").replace('\n', "\\n"))?;
    }
    Ok(out + &lines)
}

fn write_resource<'a>(resource: &'a Value, descriptions: &mut Vec<&'a str>, out: &mut String) -> anyhow::Result<()> {
    let text = |name: &str| resource[name].as_str().with_context(|| format!("no {name}"));
    let flag = |name: &str, letter: char| -> anyhow::Result<Option<char>> {
        Ok(resource[name].as_bool().with_context(|| format!("no {name}"))?.then_some(letter))
    };
    let scope = match text("scope")? {
        "Namespaced" => 'N',
        "Cluster" => 'C',
        other => bail!("scope {other}"),
    };
    let flags =
        [flag("unconditionalUpdateAllowed", 'u')?, flag("createOnUpdate", 'c')?, flag("deleteReturnsObject", 'o')?];
    let flags: String = flags.into_iter().flatten().collect();
    let (group, version) = (text("group")?, text("version")?);
    let verbs = verbs(&resource["verbs"])?;
    let own = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    // What cannot be created and read back is not stored: reviews, bindings, the statuses of components.
    let stored = match resource["storedAs"].as_str() {
        Some(other) => other.to_owned(),
        None if verbs.contains('c') && verbs.contains('g') => own,
        None => String::new(),
    };
    let list = resource["listKind"].as_str().unwrap_or_default();
    let names = [group, version, text("resource")?, text("kind")?, text("singular")?].join("\t");
    writeln!(out, "r\t{names}\t{scope}\t{verbs}\t{flags}\t{list}\t{stored}")?;
    for (letter, name) in [('n', "shortNames"), ('c', "categories"), ('f', "fieldSelectors")] {
        let words = words(&resource[name])?;
        if !words.is_empty() {
            writeln!(out, "{letter}\t{}", words.join("\t"))?;
        }
    }
    for sub in resource["subresources"].as_array().context("no subresources")? {
        let kind = &sub["kind"];
        let cell = |value: &'a Value| value.as_str().context("a cell of a subresource");
        let names = [cell(&sub["name"])?, cell(&kind["group"])?, cell(&kind["version"])?, cell(&kind["kind"])?];
        writeln!(out, "s\t{}\t{}", names.join("\t"), self::verbs(&sub["verbs"])?)?;
    }
    for column in resource["tableColumns"].as_array().into_iter().flatten() {
        let cell = |name: &str| column[name].as_str().with_context(|| format!("a column without {name}"));
        let description = column["description"].as_str().context("a column without description")?;
        let at = descriptions.iter().position(|known| *known == description).unwrap_or_else(|| {
            descriptions.push(description);
            descriptions.len() - 1
        });
        let priority = column["priority"].as_i64().context("priority")?;
        writeln!(out, "t\t{}\t{}\t{}\t{priority}\t{at}", cell("name")?, cell("type")?, cell("format")?)?;
    }
    Ok(())
}

fn words(list: &Value) -> anyhow::Result<Vec<&str>> {
    list.as_array().context("a list of words")?.iter().map(|word| word.as_str().context("a word")).collect()
}

fn verbs(list: &Value) -> anyhow::Result<String> {
    let letter = |verb: &str| {
        let found = VERBS.iter().find(|(known, _)| *known == verb);
        found.map(|(_, letter)| *letter).with_context(|| format!("verb {verb}"))
    };
    words(list)?.into_iter().map(letter).collect()
}
