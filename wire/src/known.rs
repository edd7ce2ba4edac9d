//! Which differences are known, and why they are there: [`Known`], the list in `differences.json`.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use anyhow::Context as _;
use serde_json::Value;

use crate::report::FileReport;

/// Why exchanges differ: by file, then by number and label (`3 watch from rv=1`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<String, BTreeMap<String, String>>);

impl Known {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has another form.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let json: Value = serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        let mut known = Self::default();
        for entry in json.as_array().context("the list of differences is no list")? {
            let text = |name| entry.get(name).and_then(Value::as_str).with_context(|| format!("{entry} has no {name}"));
            let exchanges = entry.get("exchanges").and_then(Value::as_array).context("an entry has no exchanges")?;
            for exchange in exchanges {
                let exchange = exchange.as_str().context("an exchange is no text")?;
                let file = known.0.entry(text("file")?.to_owned()).or_default();
                let twice = file.insert(exchange.to_owned(), text("why")?.to_owned());
                anyhow::ensure!(twice.is_none(), "{exchange} stands there twice");
            }
        }
        Ok(known)
    }

    /// What a report has that the list has not, and the other way round; one line each.
    #[must_use]
    pub fn disagreements(&self, report: &FileReport) -> Vec<String> {
        let listed = self.0.get(&report.file);
        let why = |name: &str| listed.and_then(|listed| listed.get(name));
        let mut found = Vec::new();
        for (name, outcome) in named(report) {
            match (&outcome.difference, why(&name)) {
                (Some(difference), None) => found.push(format!("{}: {name}: {difference}", report.file)),
                (Some(_), Some(why)) if why.is_empty() => {
                    found.push(format!("{}: {name}: nothing says why it differs", report.file));
                }
                (None, Some(_)) => found.push(format!("{}: {name}: is equal, but listed", report.file)),
                _ => {}
            }
        }
        let names: Vec<String> = named(report).map(|(name, _)| name).collect();
        let strangers = listed.into_iter().flatten().filter(|(name, _)| !names.contains(name));
        found.extend(strangers.map(|(name, _)| format!("{}: {name}: is listed, but not recorded", report.file)));
        found
    }

    /// The list as it should be after these reports: with the reasons it has, and an empty one where a new difference waits for its own.
    #[must_use]
    pub fn updated(&self, reports: &[FileReport]) -> Self {
        let mut updated = Self::default();
        for report in reports {
            let listed = self.0.get(&report.file);
            for (name, _) in named(report).filter(|(_, outcome)| outcome.difference.is_some()) {
                let why = listed.and_then(|listed| listed.get(&name)).cloned().unwrap_or_default();
                updated.0.entry(report.file.clone()).or_default().insert(name, why);
            }
        }
        updated
    }

    /// The text of the list: exchanges of one file with one reason together.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut entries = Vec::new();
        for (file, exchanges) in &self.0 {
            let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (name, why) in exchanges {
                by_reason.entry(why).or_default().push(name);
            }
            for (why, mut names) in by_reason {
                names.sort_by_key(|name| name.split(' ').next().and_then(|at| at.parse::<usize>().ok()));
                let mut entry = format!(
                    "  {{\n    \"file\": {},\n    \"why\": {},\n    \"exchanges\": [\n",
                    Value::from(file.as_str()),
                    Value::from(why)
                );
                for (at, name) in names.iter().enumerate() {
                    let comma = if at + 1 < names.len() { "," } else { "" };
                    // Writing to a String cannot fail.
                    let _ = writeln!(entry, "      {}{comma}", Value::from(*name));
                }
                entry.push_str("    ]\n  }");
                entries.push(entry);
            }
        }
        format!("[\n{}\n]\n", entries.join(",\n"))
    }
}

fn named(report: &FileReport) -> impl Iterator<Item = (String, &crate::replay::Outcome)> {
    report.outcomes.iter().enumerate().map(|(at, outcome)| (format!("{at} {}", outcome.label), outcome))
}
