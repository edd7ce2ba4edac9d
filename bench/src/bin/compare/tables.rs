//! All figures, as tables of Markdown.

use std::process::Command;

use lookglass_bench::measure::Line;

/// Where and when: the machine, its load, and the versions.
pub(super) fn surroundings(pods: usize) -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = file("/proc/cpuinfo");
    let names = || {
        cpus.lines().filter_map(|line| line.strip_prefix("model name")).map(|name| name.trim_matches([' ', '\t', ':']))
    };
    let load = file("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let version = |program, argument| said(program, &[argument]).unwrap_or_else(|| format!("no {program}"));
    format!(
        "{}: {pods} pods, {} x {}, load {load}, {}, {}",
        version("date", "-uIminutes"),
        names().count(),
        names().next().unwrap_or("a processor"),
        version("rustc", "--version"),
        version("go", "version"),
    )
}

/// Lists and watches.
pub(super) fn print_paths(lines: &[Line]) {
    println!("\n## Lists and watches, for each object or event\n");
    println!("| what | client | CPU us | wall us | server's CPU us | resident MB, at most |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let (counted, timed): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.kept_bytes.is_some());
    for line in timed {
        let server = line.server_cpu_us.unwrap_or_default();
        let Line { what, client, cpu_us, wall_us, .. } = line;
        println!("| {what} | {client} | {cpu_us:.2} | {wall_us:.2} | {server:.2} | {} |", line.peak_resident >> 20);
    }
    println!("\n| what | client | bytes kept | most on the heap / kept | allocations |");
    println!("| --- | --- | --- | --- | --- |");
    for line in counted {
        let (kept, peak) = (line.kept_bytes.unwrap_or_default(), line.peak_ratio.unwrap_or_default());
        let calls = line.allocations.unwrap_or_default();
        println!("| {} | {} | {kept:.0} | {peak:.3} | {calls:.1} |", line.what, line.client);
    }
}

/// Informers.
pub(super) fn print_informers(title: &str, lines: &[Line]) {
    println!("\n## {title}\n");
    println!(
        "| what | client | CPU us each | a second | resident KB an object: then / given back / at most in it | told | p50 / p99 / p999 us |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let objects = lines.iter().filter(|line| line.what.starts_with("sync")).map(|line| line.items).max().unwrap_or(1);
    for line in lines {
        let kilobytes = |bytes: u64| bytes as f64 / 1024.0 / objects.max(1) as f64;
        let latency = match (line.p50_us, line.p99_us, line.p999_us) {
            (Some(p50), Some(p99), Some(p999)) => format!("{p50:.0} / {p99:.0} / {p999:.0}"),
            _ => String::new(),
        };
        let told = line.told.map(|told| format!("{:.0} %", told * 100.0)).unwrap_or_default();
        println!(
            "| {} | {} | {:.2} | {:.0} | {:.2} / {:.2} / {:.2} | {told} | {latency} |",
            line.what,
            line.client,
            line.cpu_us,
            1e6 / line.wall_us,
            kilobytes(line.resident),
            kilobytes(line.needed()),
            kilobytes(line.peak_resident),
        );
    }
}
