//! Prints of each recording how much of it the embedded API server answers as the real one did; see the library.
#![forbid(unsafe_code)]

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use lookglass_wire::{FileReport, Known, Way, files, own_recordings, replay_file};

const USAGE: &str = "usage: cargo xtask wire [--verbose] [--socket] [--update] [PART OF A FILE'S NAME]...";

fn main() -> anyhow::Result<()> {
    let (mut way, mut verbose, mut update, mut parts) = (Way::Call, false, false, Vec::new());
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--socket" => way = Way::Socket,
            "--update" => update = true,
            "--verbose" => verbose = true,
            option if option.starts_with('-') => anyhow::bail!("{option} is unknown; {USAGE}"),
            _ => parts.push(word),
        }
    }
    let dir = std::env::var_os("LOOKGLASS_WIRE_DIR").map(PathBuf::from);
    anyhow::ensure!(!update || (dir.is_none() && parts.is_empty()), "the list is of all recordings that come with it");
    let dir = dir.unwrap_or_else(own_recordings);
    let mut reports = Vec::new();
    let mut out = std::io::stdout().lock();
    for path in files(&dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !parts.is_empty() && !parts.iter().any(|part| name.contains(part)) {
            continue;
        }
        let Some(report) = replay_file(&path, way)? else {
            writeln!(out, "{name:<40} no exchanges")?;
            continue;
        };
        print(&mut out, &report, verbose)?;
        reports.push(report);
    }
    if update {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("differences.json");
        let list = if path.exists() { Known::read(&path)? } else { Known::default() };
        std::fs::write(&path, list.updated(&reports).to_json())?;
    }
    let equal = reports.iter().map(FileReport::equal).sum();
    let total = reports.iter().map(|report| report.outcomes.len()).sum();
    writeln!(out, "equal {equal} of {total} ({} %)", percent(equal, total))?;
    Ok(())
}

fn print(out: &mut impl std::io::Write, report: &FileReport, verbose: bool) -> std::io::Result<()> {
    let (equal, total) = (report.equal(), report.outcomes.len());
    writeln!(out, "{:<40} equal {equal:>3} of {total:>3}  {:>5} %", report.file, percent(equal, total))?;
    let differing = report
        .outcomes
        .iter()
        .enumerate()
        .filter_map(|(at, outcome)| outcome.difference.as_ref().map(|difference| (at, &outcome.label, difference)));
    for (at, label, difference) in differing {
        if verbose {
            writeln!(out, "    {at}: {label}\n        {difference}")?;
        } else {
            writeln!(out, "    {at}: {label}: {}", difference.place)?;
        }
    }
    for remark in report.remarks.iter().filter(|_| verbose) {
        writeln!(out, "    remark: {remark}")?;
    }
    Ok(())
}

/// With one digit behind the point, rounded down: only all is 100.
#[expect(clippy::integer_division, reason = "rounded down on purpose")]
fn percent(part: usize, whole: usize) -> String {
    let thousandths = (part * 1_000).checked_div(whole).unwrap_or(1_000);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}
