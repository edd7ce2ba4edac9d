//! What is run.

use std::{
    collections::BTreeMap,
    io::BufRead as _,
    path::{Path, PathBuf},
    process::Command,
};

use lookglass_bench::measure::{Failure, Line};

use super::Arguments;

/// A program and what it is run with.
pub(super) struct Run {
    program: PathBuf,
    arguments: Vec<String>,
    peer: bool,
}

impl Run {
    fn new(program: PathBuf, peer: bool, arguments: &[&[&str]]) -> Self {
        Self { program, peer, arguments: arguments.concat().into_iter().map(str::to_owned).collect() }
    }
}

/// Lists and watches.
pub(super) fn paths(directory: &Path) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut add = |program: &str, client: &str, rest: &[&str]| {
        let head = ["path", "--client", client];
        runs.push(Run::new(directory.join(program), client == "kube", &[&head, rest]));
    };
    for what in ["list", "pages", "stream", "watch"] {
        add("measure-jemalloc", "own", &["--what", what]);
        add("measure-jemalloc", "own", &["--what", what, "--http2"]);
        add("measure-jemalloc", "own", &["--what", what, "--json"]);
        add("measure", "own", &["--what", what]);
        for program in ["measure", "measure-jemalloc"] {
            let events = if what == "watch" { "30000" } else { "0" };
            add(program, "kube", &["--what", what, "--json", "--events", events]);
        }
    }
    // What the heap holds is counted apart, since counting takes time.
    for (what, encoding) in [("list", None), ("pages", None), ("stream", None), ("list", Some("--json"))] {
        let rest: Vec<&str> = ["--what", what, "--heap"].into_iter().chain(encoding).collect();
        add("measure-jemalloc", "own", &rest);
    }
    runs
}

/// What a slow peer is given less of.
const FEWER: [&str; 4] = ["--events", "30000", "--seconds", "2"];

/// Informers.
pub(super) fn informers(directory: &Path, pods: usize, client_go: Option<&Path>) -> Vec<Run> {
    let objects = pods.to_string();
    let head = ["informer", "--objects", &*objects];
    let (jemalloc, glibc) = (directory.join("measure-jemalloc"), directory.join("measure"));
    let mut runs = Vec::new();
    for rest in [
        &[][..],
        &["--http2"],
        &["--json"],
        &["--typed"],
        &["--handlers", "10"],
        &["--json", "--handlers", "10"],
        &["--retention", "raw"],
    ] {
        runs.push(Run::new(jemalloc.clone(), false, &[&head, rest]));
    }
    runs.push(Run::new(glibc.clone(), false, &[&head]));
    let kube = ["--client", "kube"];
    runs.push(Run::new(jemalloc.clone(), true, &[&head, &kube, &["--streaming"], &FEWER]));
    runs.push(Run::new(glibc, true, &[&head, &kube, &FEWER]));
    runs.push(Run::new(jemalloc, true, &[&head, &kube, &["--streaming", "--handlers", "10"], &FEWER]));
    if let Some(client_go) = client_go {
        let head = ["--objects", &*objects];
        runs.push(Run::new(client_go.into(), true, &[&head, &FEWER]));
        runs.push(Run::new(client_go.into(), true, &[&head, &["--handlers", "10"], &FEWER]));
        let rest = ["--dynamic", "--events", "4000", "--rate", "500", "--seconds", "2"];
        runs.push(Run::new(client_go.into(), true, &[&head, &rest]));
    }
    runs
}

/// What each process takes when there is next to nothing to hold.
pub(super) fn floors(directory: &Path, pods: usize, client_go: Option<&Path>) -> Vec<Run> {
    let objects = pods.to_string();
    let head = ["--only-sync", "--objects", &*objects];
    let informer = [&["informer"], &head[..]].concat();
    let (jemalloc, glibc) = (directory.join("measure-jemalloc"), directory.join("measure"));
    let mut runs: Vec<Run> = [&[][..], &["--json"], &["--http2"], &["--retention", "raw"]]
        .iter()
        .map(|rest| Run::new(jemalloc.clone(), false, &[&informer, rest]))
        .collect();
    let kube = ["--client", "kube"];
    runs.push(Run::new(jemalloc, true, &[&informer, &kube, &["--streaming"]]));
    runs.push(Run::new(glibc, true, &[&informer, &kube]));
    if let Some(client_go) = client_go {
        runs.push(Run::new(client_go.into(), true, &[&head]));
        runs.push(Run::new(client_go.into(), true, &[&head, &["--dynamic"]]));
    }
    runs
}

/// How much memory a diverse fleet takes.
pub(super) fn diverse(directory: &Path, pods: usize) -> Vec<Run> {
    let objects = pods.to_string();
    let head = ["informer", "--only-sync", "--objects", &*objects];
    let run = |rest: &[&str]| Run::new(directory.join("measure-jemalloc"), false, &[&head, rest]);
    vec![run(&[]), run(&["--json"])]
}

/// Builds the Go program, where Go is.
pub(super) fn client_go(directory: &Path) -> Result<Option<PathBuf>, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/client-go");
    let program = directory.join("peer-client-go");
    let built = Command::new("go").current_dir(source).arg("build").arg("-o").arg(&program).arg("./informer").status();
    match built {
        Ok(status) if status.success() => Ok(Some(program)),
        Ok(_) => Err("client-go's informer cannot be built".into()),
        Err(error) => {
            let skipped = format!("**SKIPPED: client-go.** Go cannot be run ({error}), so its columns are empty.");
            println!("\n{skipped}");
            eprintln!("{skipped}");
            Ok(None)
        }
    }
}

/// Runs everything, one after another and the whole again, so that a slow minute does not fall on one of them alone.
pub(super) fn all(runs: &[Run], server: &str, arguments: &Arguments) -> Result<Vec<Line>, Failure> {
    let mut lines: BTreeMap<(usize, usize), Vec<Line>> = BTreeMap::new();
    for round in 0..arguments.runs.max(arguments.peer_runs) {
        for (nth, run) in runs.iter().enumerate() {
            let often = if run.peer { arguments.peer_runs } else { arguments.runs };
            let text = format!("{} {}", run.program.display(), run.arguments.join(" "));
            if round >= often || (run.peer && arguments.no_peers) || !text.contains(&arguments.only) {
                continue;
            }
            eprintln!("{text}");
            let mut command = Command::new(&run.program);
            // As jemalloc is set up where memory matters: it gives back what is free without being called.
            command.env("_RJEM_MALLOC_CONF", "background_thread:true");
            let output = command.args(&run.arguments).args(["--server", server]).output()?;
            if !output.status.success() {
                return Err(format!("{text}: {}", String::from_utf8_lossy(&output.stderr)).into());
            }
            for (number, line) in output.stdout.lines().enumerate() {
                let line: Line = serde_json::from_str(&line?)?;
                lines.entry((nth, number)).or_default().push(line);
            }
        }
    }
    Ok(lines.into_values().map(|lines| median(&lines)).collect())
}

/// The median of each figure.
fn median(lines: &[Line]) -> Line {
    let of = |figure: &dyn Fn(&Line) -> Option<f64>| {
        let mut all: Vec<f64> = lines.iter().filter_map(figure).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    let mut line = lines[0].clone();
    line.cpu_us = of(&|line| Some(line.cpu_us)).unwrap_or_default();
    line.wall_us = of(&|line| Some(line.wall_us)).unwrap_or_default();
    line.resident = of(&|line| Some(line.resident as f64)).unwrap_or_default() as u64;
    line.peak_resident = of(&|line| Some(line.peak_resident as f64)).unwrap_or_default() as u64;
    line.given_back = of(&|line| Some(line.given_back? as f64)).map(|bytes| bytes as u64);
    line.server_cpu_us = of(&|line| line.server_cpu_us);
    line.kept_bytes = of(&|line| line.kept_bytes);
    line.peak_ratio = of(&|line| line.peak_ratio);
    line.allocations = of(&|line| line.allocations);
    line.told = of(&|line| line.told);
    (line.p50_us, line.p99_us, line.p999_us) =
        (of(&|line| line.p50_us), of(&|line| line.p99_us), of(&|line| line.p999_us));
    line
}
