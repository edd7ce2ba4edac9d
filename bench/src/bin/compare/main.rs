//! Runs everything that is measured against the load server, ours and the peers', each in a process of its own, and prints tables.

mod runs;
mod summary;
mod tables;

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use clap::Parser;
use lookglass_bench::measure::Failure;

/// Measures lists, watches and informers, ours and the peers', against one load server.
#[derive(Parser)]
struct Arguments {
    /// How many pods.
    #[arg(long, default_value_t = 50_000)]
    pods: usize,
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
    /// Only programs whose command line holds this text.
    #[arg(long, default_value = "")]
    only: String,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let directory = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
    // What is measured is built as one would ship it, unless this is a debug build, which only tries whether all runs.
    let (profile, shipped) = if cfg!(debug_assertions) { ("dev", "dev") } else { ("release", "dist") };
    build(profile, &["load-server"])?;
    build(shipped, &["measure", "measure-jemalloc"])?;
    let programs = if profile == shipped { directory.clone() } else { directory.with_file_name(shipped) };
    println!("{}", tables::surroundings(arguments.pods));
    let server = Server::start(&directory, &["--pods", &arguments.pods.to_string()])?;
    if !arguments.no_paths {
        tables::print_paths(&runs::all(&runs::paths(&programs), &server.address, &arguments)?);
    }
    if !arguments.no_informers {
        let client_go = if arguments.no_peers { None } else { runs::client_go(&directory)? };
        let informers = runs::informers(&programs, arguments.pods, client_go.as_deref());
        let uniform = runs::all(&informers, &server.address, &arguments)?;
        drop(server);
        let server = Server::start(&directory, &["--diverse", "--pods", &arguments.pods.to_string()])?;
        let diverse = runs::all(&runs::diverse(&programs, arguments.pods), &server.address, &arguments)?;
        drop(server);
        let server = Server::start(&directory, &["--pods", &FEW.to_string()])?;
        let floors = runs::floors(&programs, FEW, client_go.as_deref());
        let floors = runs::all(&floors, &server.address, &arguments)?;
        tables::print_informers("Informers", &uniform);
        tables::print_informers("Informers of a diverse fleet", &diverse);
        summary::print(&uniform, &diverse, &floors);
    }
    println!("{}", tables::surroundings(arguments.pods));
    Ok(())
}

fn build(profile: &str, programs: &[&str]) -> Result<(), Failure> {
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo.args(["build", "--profile", profile, "-p", "lookglass-bench"]);
    for program in programs {
        cargo.args(["--bin", program]);
    }
    if cargo.status()?.success() { Ok(()) } else { Err("the programs cannot be built".into()) }
}

/// So few pods that a process takes what it takes with none.
const FEW: usize = 12;

/// A load server, which ends with this.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(directory: &Path, fleet: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(directory.join("load-server"));
        let mut child = command.arg("--only-pods").args(fleet).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let out = child.stdout.take().ok_or("the load server has no output")?;
        BufReader::new(out).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
