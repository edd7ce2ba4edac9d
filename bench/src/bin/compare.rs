//! Runs everything that is measured against the load server, ours and the peers', each in a process of its own, and prints tables.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use clap::Parser;
use lookglass_bench::measure::{Failure, Line};

/// Measures lists, watches and informers, ours and the peers', against one load server.
#[derive(Parser)]
struct Arguments {
    /// How many pods.
    #[arg(long, default_value_t = 50_000)]
    pods: usize,
    /// With text of its own in each workload and pod.
    #[arg(long)]
    diverse: bool,
    /// How often each of our programs is run; medians are shown.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// How often each peer is run.
    #[arg(long, default_value_t = 1)]
    peer_runs: usize,
    /// Leave out lists and watches.
    #[arg(long)]
    no_paths: bool,
    /// Leave out informers.
    #[arg(long)]
    no_informers: bool,
    /// Leave out the peers.
    #[arg(long)]
    no_peers: bool,
    /// Only programs whose arguments hold this text.
    #[arg(long, default_value = "")]
    only: String,
}

/// A program and what it is run with.
struct Run {
    program: PathBuf,
    arguments: Vec<String>,
    peer: bool,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let built = Command::new(cargo).args(["build", "--release", "-p", "lookglass-bench", "--bins"]).status()?;
    if !built.success() {
        return Err("the programs cannot be built".into());
    }
    let directory = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
    let mut server = Server::start(&directory, &arguments)?;
    if !arguments.no_paths {
        let lines = run_all(&paths(&directory), &server.address, &arguments)?;
        print_paths(&lines);
    }
    if !arguments.no_informers {
        let lines = run_all(&informers(&directory, arguments.pods)?, &server.address, &arguments)?;
        print_informers(&lines);
    }
    server.child.kill()?;
    server.child.wait()?;
    Ok(())
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(directory: &Path, arguments: &Arguments) -> Result<Self, Failure> {
        let mut command = Command::new(directory.join("load-server"));
        command.args(["--only-pods", "--pods", &arguments.pods.to_string()]).stdout(Stdio::piped());
        if arguments.diverse {
            command.arg("--diverse");
        }
        let mut child = command.spawn()?;
        let mut address = String::new();
        let out = child.stdout.take().ok_or("the load server has no output")?;
        BufReader::new(out).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

/// Lists and watches.
fn paths(directory: &Path) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut add = |program: &str, client: &str, rest: &[&str]| {
        let arguments = ["--client", client].iter().chain(rest).map(|text| (*text).to_owned()).collect();
        runs.push(Run { program: directory.join(program), arguments, peer: client == "kube" });
    };
    for what in ["list", "pages", "stream", "watch"] {
        add("path-jemalloc", "own", &["--what", what]);
        add("path-jemalloc", "own", &["--what", what, "--http2"]);
        add("path-jemalloc", "own", &["--what", what, "--json"]);
        add("path", "own", &["--what", what]);
        for program in ["path", "path-jemalloc"] {
            let events = if what == "watch" { "30000" } else { "0" };
            add(program, "kube", &["--what", what, "--json", "--events", events]);
        }
    }
    // What the heap holds is counted apart, since counting takes time.
    for (what, encoding) in [("list", None), ("pages", None), ("stream", None), ("list", Some("--json"))] {
        let rest: Vec<&str> = ["--what", what, "--heap"].into_iter().chain(encoding).collect();
        add("path-jemalloc", "own", &rest);
    }
    runs
}

/// Informers.
fn informers(directory: &Path, pods: usize) -> Result<Vec<Run>, Failure> {
    let mut runs = Vec::new();
    let objects = pods.to_string();
    let mut add = |program: PathBuf, peer: bool, rest: &[&str]| {
        let arguments = ["--objects", &objects].iter().chain(rest).map(|text| (*text).to_owned()).collect();
        runs.push(Run { program, arguments, peer });
    };
    let ours = directory.join("own-informer-jemalloc");
    for rest in [
        &[][..],
        &["--http2"],
        &["--json"],
        &["--typed"],
        &["--handlers", "10"],
        &["--json", "--handlers", "10"],
        &["--retention", "raw"],
    ] {
        add(ours.clone(), false, rest);
    }
    add(directory.join("own-informer"), false, &[]);
    let slow = ["--events", "30000", "--seconds", "2"];
    add(directory.join("peer-kube-jemalloc"), true, &[&["--streaming"], &slow[..]].concat());
    add(directory.join("peer-kube"), true, &slow);
    add(directory.join("peer-kube-jemalloc"), true, &[&["--streaming", "--handlers", "10"], &slow[..]].concat());
    if let Some(client_go) = client_go(directory)? {
        add(client_go.clone(), true, &slow);
        add(client_go.clone(), true, &[&["--handlers", "10"], &slow[..]].concat());
        add(client_go, true, &["--dynamic", "--events", "4000", "--rate", "500", "--seconds", "2"]);
    }
    Ok(runs)
}

/// Builds the Go program, where Go is.
fn client_go(directory: &Path) -> Result<Option<PathBuf>, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/client-go");
    let program = directory.join("peer-client-go");
    let built = Command::new("go").current_dir(source).arg("build").arg("-o").arg(&program).arg("./informer").status();
    match built {
        Ok(status) if status.success() => Ok(Some(program)),
        Ok(_) => Err("client-go's informer cannot be built".into()),
        Err(_) => {
            eprintln!("without Go there is no client-go to compare with");
            Ok(None)
        }
    }
}

/// Runs everything, one after another and the whole again, so that a slow minute does not fall on one of them alone.
fn run_all(runs: &[Run], server: &str, arguments: &Arguments) -> Result<Vec<Line>, Failure> {
    let mut lines: BTreeMap<(usize, String), Vec<Line>> = BTreeMap::new();
    for round in 0..arguments.runs.max(arguments.peer_runs) {
        for (nth, run) in runs.iter().enumerate() {
            let often = if run.peer { arguments.peer_runs } else { arguments.runs };
            let text = format!("{} {}", run.program.display(), run.arguments.join(" "));
            if round >= often || (run.peer && arguments.no_peers) || !text.contains(&arguments.only) {
                continue;
            }
            eprintln!("{text}");
            let output = Command::new(&run.program).args(&run.arguments).args(["--server", server]).output()?;
            if !output.status.success() {
                return Err(format!("{text}: {}", String::from_utf8_lossy(&output.stderr)).into());
            }
            for line in output.stdout.lines() {
                let line: Line = serde_json::from_str(&line?)?;
                lines.entry((nth, line.what.clone())).or_default().push(line);
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
    line.server_cpu_us = of(&|line| line.server_cpu_us);
    line.kept_bytes = of(&|line| line.kept_bytes);
    line.peak_ratio = of(&|line| line.peak_ratio);
    line.allocations = of(&|line| line.allocations);
    line.told = of(&|line| line.told);
    (line.p50_us, line.p99_us, line.p999_us) =
        (of(&|line| line.p50_us), of(&|line| line.p99_us), of(&|line| line.p999_us));
    line
}

fn print_paths(lines: &[Line]) {
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

fn print_informers(lines: &[Line]) {
    println!("\n## Informers\n");
    println!(
        "| what | client | CPU us each | a second | resident KB an object: then / at most | told | p50 / p99 / p999 us |"
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
            "| {} | {} | {:.2} | {:.0} | {:.2} / {:.2} | {told} | {latency} |",
            line.what,
            line.client,
            line.cpu_us,
            1e6 / line.wall_us,
            kilobytes(line.resident),
            kilobytes(line.peak_resident),
        );
    }
}
