//! Serves a fleet until it is told to quit, its time is over, or its clients have gone.

use std::{net::SocketAddr, time::Duration};

use clap::Parser;
use lookglass_bench::{
    fleet::{DIVERSE, Fleet, Kind},
    load::{Options, Server},
};
use tokio::net::TcpListener;

/// Serves a fleet of pods and what belongs to them from prepared bytes.
#[derive(Parser)]
struct Arguments {
    /// How many pods.
    #[arg(long, default_value_t = 50_000)]
    pods: usize,
    /// Other seeds give other fleets.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// With text of its own in each workload and pod.
    #[arg(long)]
    diverse: bool,
    /// Serve the pods alone, which is sooner ready.
    #[arg(long)]
    only_pods: bool,
    /// Where to listen; without a port, one that is free. The first line that is printed names it.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Bytes in each chunk of a list.
    #[arg(long, default_value_t = Options::default().chunk)]
    chunk: usize,
    /// Streams that an HTTP/2 connection may have.
    #[arg(long, default_value_t = Options::default().streams)]
    streams: u32,
    /// End after so many seconds.
    #[arg(long = "for", value_name = "SECONDS", default_value_t = 3600)]
    seconds: u64,
    /// End when there have been clients and none are left for two seconds.
    #[arg(long)]
    until_idle: bool,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let diverse = if arguments.diverse { DIVERSE } else { 0 };
    let fleet = Fleet { seed: arguments.seed, diverse, ..Fleet::uniform(arguments.pods) };
    let mut options = Options::default();
    (options.chunk, options.streams) = (arguments.chunk.max(1), arguments.streams);
    let kinds = if arguments.only_pods { &[Kind::Pod][..] } else { &Kind::ALL };
    let server = Server::new(&fleet, kinds, options);
    // One thread: what it costs is its own, and a client has the other cores.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(arguments.listen).await?;
        println!("http://{}", listener.local_addr()?);
        tokio::select! {
            ended = server.serve(listener) => ended,
            () = tokio::time::sleep(Duration::from_secs(arguments.seconds)) => Ok(()),
            () = server.idle(Duration::from_secs(2)), if arguments.until_idle => Ok(()),
        }
    })
}
